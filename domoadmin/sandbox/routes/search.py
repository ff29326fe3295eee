"""The Search Product API."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.search.collections import Collections
from domoadmin.sandbox.search.query import search
from domoadmin.sandbox.world import World

router = Router()


@router.add("search.query", "POST", "/api/search/v1/query", mutates=False, heavy=True)
def query(world: World, request: Request) -> Any:
    """Query."""
    return search(request.json_object(), world.part(Collections).entries)
