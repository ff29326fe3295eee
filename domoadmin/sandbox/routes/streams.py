"""Streams: what fills a dataset, its runs and their history."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, json_response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.streams.records import exact_response
from domoadmin.sandbox.streams.streams import MOST_LISTED, USUAL_HISTORY, Streams
from domoadmin.sandbox.world import World

router = Router()
PATH = "/api/data/v1/streams"


@router.add("streams.list", "GET", PATH, heavy=True)
def list_streams(world: World, request: Request) -> Any:
    """The bare list that public clients page through with limit and offset; no document shows it."""
    streams = world.part(Streams)
    limit, offset = request.number("limit", 50, MOST_LISTED), request.number("offset", 0, 10_000_000)
    return exact_response([streams.record(str(stream)) for stream in streams.ids()[offset : offset + limit]])


@router.add("streams.create", "POST", PATH)
def create_stream(world: World, request: Request) -> Any:
    """Stream (Connector) - Create. No document shows the answer: the stream."""
    return exact_response(world.part(Streams).create(request.json_object()))


@router.add("streams.get", "GET", PATH + "/{stream_id}")
def get_stream(world: World, request: Request, stream_id: str) -> Any:
    """Stream (Connector) - Get."""
    return exact_response(world.part(Streams).record(stream_id))


@router.add("streams.update", "PUT", PATH + "/{stream_id}")
def update_stream(world: World, request: Request, stream_id: str) -> Any:
    """Stream (Connector) - Update."""
    return exact_response(world.part(Streams).update(stream_id, request.json_object()))


@router.add("streams.history", "GET", PATH + "/{stream_id}/history/aggregate")
def history(world: World, request: Request, stream_id: str) -> Any:
    """Stream Execution History; no paging is documented, the newest hundred come."""
    limit, offset = request.number("limit", USUAL_HISTORY, MOST_LISTED), request.number("offset", 0, 10_000_000)
    return world.part(Streams).history(stream_id, limit, offset)


@router.add("streams.execute", "POST", PATH + "/{stream_id}/executions")
def execute(world: World, request: Request, stream_id: str) -> Any:
    """Run a Connector: 201 with the execution for runType, 200 with an empty object for action, as documented."""
    body = request.json_object()
    name = "runType" if "runType" in body else "action"
    if str(body.get(name, "")).upper() != "MANUAL":
        raise ApiError(400, "runType must be MANUAL")
    execution = world.part(Streams).execute(stream_id)
    return exact_response(execution, 201) if name == "runType" else json_response({})


@router.add("streams.abort_execution", "PUT", PATH + "/{stream_id}/executions/{execution_id}/abort")
def abort_execution(world: World, request: Request, stream_id: str, execution_id: str) -> Any:
    """Ends a run that is under way; not in the documents."""
    world.part(Streams).cancel(stream_id, execution_id)
    return {}
