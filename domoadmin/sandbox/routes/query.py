"""Queries with SQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.sql.engine import Result, csv_chunks
from domoadmin.sandbox.sql.source import source_query
from domoadmin.sandbox.streams.runs import Runs
from domoadmin.sandbox.world import World

router = Router()
MOST_ROWS = 1_000_000


def _run(world: World, request: Request, dataset_id: str) -> Result:
    world.part(Runs).settle()
    index = world.catalog.find(dataset_id)
    versions, schema = world.versions.queried(index)
    directory = world.uploads.data_directory
    source = source_query(world.catalog, index, versions, schema, directory, world.company.anchor)
    return world.engine.run(request.json_object().get("sql"), dataset_id, source)


def _rows(result: Result) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for batch in result.batches:
        rows.extend(batch)
        if len(rows) > MOST_ROWS:
            raise ApiError(400, f"The answer has more than {MOST_ROWS} rows: ask for CSV or use LIMIT")
    return rows


def _table(world: World, request: Request, dataset_id: str) -> dict[str, Any]:
    result = _run(world, request, dataset_id)
    rows = _rows(result)
    metadata = [
        {"type": kind, "dataSourceId": dataset_id, "maxLength": -1, "minLength": -1, "periodIndex": 0}
        for kind in result.types
    ]
    return {
        "datasource": dataset_id,
        "columns": result.names,
        "metadata": metadata,
        "numColumns": len(result.names),
        "rows": rows,
        "numRows": len(rows),
        "fromcache": False,
    }


@router.add("datasets.query_sql", "POST", "/api/query/v1/execute/{dataset_id}", mutates=False, heavy=True)
def query_sql(world: World, request: Request, dataset_id: str) -> Any:
    """Query with SQL: a list of objects, as the document shows it.

    Browsers and public clients, which name text/plain beside JSON in Accept, read columns and rows here: they get them.
    """
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted and "text/plain" in accepted:
        return _table(world, request, dataset_id)
    result = _run(world, request, dataset_id)
    return [dict(zip(result.names, row, strict=True)) for row in _rows(result)]


@router.add("datasets.query_export", "POST", "/api/query/v1/execute/export/{dataset_id}", mutates=False, heavy=True)
def query_export(world: World, request: Request, dataset_id: str) -> Any:
    """Query Dataset: columns and rows, or CSV when Accept asks for it."""
    if "text/csv" not in request.headers.get("accept", ""):
        return _table(world, request, dataset_id)
    result = _run(world, request, dataset_id)
    with_header = request.flag("includeHeader") or request.flag("includeHeaders")
    return Response(200, _in_thread(csv_chunks(result, with_header)), "text/csv;charset=UTF-8")


async def _in_thread(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        if chunk:
            yield chunk
