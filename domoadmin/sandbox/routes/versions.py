"""Managing Dataset History."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.streams.runs import Runs
from domoadmin.sandbox.world import World

router = Router()
PATH = "/api/data/v2/datasources/{dataset_id}/dataversions"


@router.add("dataset_history.list_versions", "GET", PATH)
def list_versions(world: World, request: Request, dataset_id: str) -> Any:
    """Listing Dataset Versions."""
    world.part(Runs).settle()
    return world.versions.listing(world.catalog.find(dataset_id))


@router.add("datasets.list_data_versions", "GET", "/api/data/v3/datasources/{dataset_id}/dataversions/details")
def list_data_versions(world: World, request: Request, dataset_id: str) -> Any:
    """GET Data Versions."""
    world.part(Runs).settle()
    return world.versions.details(world.catalog.find(dataset_id))


@router.add("dataset_history.delete_versions", "DELETE", PATH)
def delete_versions(world: World, request: Request, dataset_id: str) -> Any:
    """Deleting Dataset Versions; 200 with an empty body."""
    index = world.catalog.writable(dataset_id)
    numbers = request.json()
    if not isinstance(numbers, list) or not all(isinstance(each, int) for each in numbers):
        raise ApiError(400, "A list of data version ids is expected")
    world.versions.delete(index, numbers, request.flag("index"))
    return Response(200)
