"""Export to S3."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.exports.exports import Exports
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
PATH = "/api/query/v1/export/{dataset_id}"


@router.add("s3_export.create", "POST", PATH)
def create_export(world: World, request: Request, dataset_id: str) -> Any:
    """Create Export: one object."""
    return world.part(Exports).create(dataset_id, request.json_object())


@router.add("s3_export.status", "GET", PATH)
def export_status(world: World, request: Request, dataset_id: str) -> Any:
    """Export Status: a list."""
    return world.part(Exports).listing(dataset_id)
