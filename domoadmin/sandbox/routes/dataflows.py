"""Dataflows, as public clients change them."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox import dataflows
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.reading import read_identifier
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()


@router.add("dataflows.change_owner", "PUT", "/api/dataprocessing/v1/dataflows/{dataflow_id}/patch", heavy=True)
def change_owner(world: World, request: Request, dataflow_id: str) -> Any:
    """Makes another user responsible for a dataflow."""
    owner = read_identifier(request.json_object().get("responsibleUserId"), "responsibleUserId")
    dataflows.change_owner(world, dataflow_id, owner)
    return {}
