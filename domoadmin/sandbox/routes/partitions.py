"""Partitions of datasets, and the data versions that Magic would load."""

from __future__ import annotations

import re
from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.uploads.partitions import Partitions
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/query/v1/datasources/{dataset_id}"
ENGINES = ("MAGIC",)
EVERYTHING = re.compile(r"\s*(1\s*=\s*1|true)?\s*", re.IGNORECASE)


@router.add("datasets.list_partitions", "GET", BASE + "/partition")
def list_partitions(world: World, request: Request, dataset_id: str) -> Any:
    """GET Partition List."""
    return world.part(Partitions).listing(world.catalog.find(dataset_id))


@router.add("datasets.search_partitions", "POST", BASE + "/partition/list", mutates=False)
def search_partitions(world: World, request: Request, dataset_id: str) -> Any:
    """Search Partition List: a bare array, as public clients read it."""
    return world.part(Partitions).search(world.catalog.find(dataset_id), request.json_object())


@router.add("datasets.delete_data_version", "DELETE", BASE + "/tag/{partition_id}/data")
def delete_data_version(world: World, request: Request, dataset_id: str, partition_id: str) -> Any:
    """Delete Data Version."""
    world.part(Partitions).delete_data(world.catalog.writable(dataset_id), partition_id)
    return Response(200)


@router.add("datasets.delete_partition_tag", "DELETE", BASE + "/partition/{partition_id}")
def delete_partition_tag(world: World, request: Request, dataset_id: str, partition_id: str) -> Any:
    """Delete Partition Tag."""
    world.part(Partitions).delete_tag(world.catalog.writable(dataset_id), partition_id)
    return Response(200)


@router.add(
    "datasets.hydrate_data_versions", "POST", "/api/dataprocessing/v2/dataflows/data-version-hydrate", mutates=False
)
def hydrate_data_versions(world: World, request: Request) -> Any:
    """Data Version List from Magic."""
    body = request.json_object()
    dataset_id = body.get("dataSourceId") or body.get("dataset_id")
    if not isinstance(dataset_id, str) or not dataset_id:
        raise ApiError(400, "dataSourceId is required")
    if request.query.get("engine", "MAGIC").upper() not in ENGINES:
        raise ApiError(400, f"engine must be one of {', '.join(ENGINES)}")
    window = body.get("versionWindow") or {}
    if not isinstance(window, dict) or not EVERYTHING.fullmatch(str(window.get("expression") or "")):
        raise ApiError(400, "versionWindow: only the expression 1=1 is understood")
    limit, offset = request.number("limit", 500, 10_000), request.number("offset", 0, 10_000_000)
    return world.versions.details(world.catalog.find(dataset_id))[offset : offset + limit]
