"""Uploads in three stages, and indexing."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.body import FileSink
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.uploads.uploads import Tags, read_tags
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/data/v3/datasources/{dataset_id}"
COMMIT_UPLOAD = "datasets.commit_upload"


@router.add("datasets.create_upload", "POST", BASE + "/uploads", heavy=True)
def create_upload(world: World, request: Request, dataset_id: str) -> Any:
    """Stage 1 - Get Upload ID; with the values of the table of "Append row" the row is added at once."""
    body = request.json_object()
    if "values" in body:
        world.uploads.append_row(dataset_id, body["values"], body.get("delimiter", ","))
        return {}
    in_query, in_body = read_tags(request.query), read_tags(body)
    tags = Tags(in_query.restate or in_body.restate, in_query.data or in_body.data)
    return world.uploads.open(dataset_id, body, tags)


def part_sink(world: World, request: Request, dataset_id: str, upload_id: str, part: str) -> FileSink:
    """Where the body of a part goes; ApiError when it may not come."""
    if request.content_length is None and not request.chunked:
        raise ApiError(411, "Content-Length or a chunked body is required")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise ApiError(415, f"Content-Encoding {encoding} is not supported")
    return world.uploads.receive(dataset_id, upload_id, part, encoding == "gzip")


@router.add("datasets.upload_part", "PUT", BASE + "/uploads/{upload_id}/parts/{part}", sink=part_sink)
def upload_part(world: World, request: Request, dataset_id: str, upload_id: str, part: str) -> Any:
    """Stage 2 - Upload CSV. The body has gone to a file before this is called."""
    sink = request.received
    if not isinstance(sink, FileSink):
        raise TypeError("a part must arrive in a file")
    return world.uploads.accept(dataset_id, upload_id, part, sink)


@router.add(COMMIT_UPLOAD, "PUT", BASE + "/uploads/{upload_id}/commit", heavy=True)
def commit_upload(world: World, request: Request, dataset_id: str, upload_id: str) -> Any:
    """Stage 3 - Commit and Index."""
    return world.uploads.commit(dataset_id, upload_id, request.json_object())


@router.add("datasets.index", "POST", BASE + "/indexes")
def index(world: World, request: Request, dataset_id: str) -> Any:
    """Index Dataset. No document shows the answer; the id of the request stands under three names."""
    wanted = request.json_object().get("dataIds") or []
    if not isinstance(wanted, list) or not all(str(each).isdigit() for each in wanted):
        raise ApiError(400, "dataIds must be a list of data version ids")
    identifier = world.versions.start_index(world.catalog.writable(dataset_id), [int(each) for each in wanted])
    return {"id": identifier, "indexId": identifier, "requestKey": identifier, "status": "RUNNING"}


@router.add("datasets.index_progress", "GET", BASE + "/indexes/{index_id}/statuses")
def index_progress(world: World, request: Request, dataset_id: str, index_id: str) -> Any:
    """Index Dataset Progress."""
    return world.versions.index_status(world.catalog.find(dataset_id), index_id)


@router.add("datasets.reindex", "POST", "/api/query/v1/datasources/{dataset_id}")
def reindex(world: World, request: Request, dataset_id: str) -> Any:
    """Index Dataset, the call without a body."""
    identifier = world.versions.start_index(world.catalog.writable(dataset_id))
    return {"id": identifier, "indexId": identifier, "requestKey": identifier, "status": "RUNNING"}
