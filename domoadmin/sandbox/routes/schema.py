"""Schemas of datasets: what queries see, and what uploads must fit."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.catalog import COLUMN_TYPES, Columns
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()


@router.add("datasets.get_schema", "GET", "/api/query/v1/datasources/{dataset_id}/schema/indexed")
def get_schema(world: World, request: Request, dataset_id: str) -> Any:
    """Get Dataset Schema: what queries see."""
    index = world.catalog.find(dataset_id)
    _, schema = world.versions.queried(index)
    shown = [column for column in schema if column.get("visible", True) or request.flag("includeHidden")]
    columns = [
        {
            "name": column["name"],
            "id": column["id"],
            "type": column["type"],
            "visible": column.get("visible", True),
            "order": 0,
        }
        for column in shown
    ]
    return {"name": "schema", "tables": [{"columns": columns}], "dataSourceId": world.catalog.table.ids[index]}


@router.add("datasets.get_latest_schema", "GET", "/api/data/v2/datasources/{dataset_id}/schemas/latest")
def get_latest_schema(world: World, request: Request, dataset_id: str) -> Any:
    """Return the schema for a specified Dataset: what uploads must fit."""
    columns = [
        {
            "type": column["type"],
            "name": column["name"],
            "id": column["id"],
            "visible": column.get("visible", True),
            "metadata": {"colLabel": column["name"], "colFormat": "", "isEncrypted": False},
        }
        for column in world.catalog.schema(world.catalog.find(dataset_id))
    ]
    return {"schema": {"columns": columns}}


@router.add("datasets.alter_schema", "POST", "/api/data/v2/datasources/{dataset_id}/schemas")
def alter_schema(world: World, request: Request, dataset_id: str) -> Any:
    """Alter Dataset Schema: the columns sent are all columns afterwards."""
    index = world.catalog.writable(dataset_id)
    body = request.json_object()
    columns = read_columns(body.get("columns") or (body.get("schema") or {}).get("columns"))
    with world.store.lock:
        number = int(world.catalog.patches.get(index, {}).get("schemaId", 1)) + 1
        world.catalog.change(index, schema=columns, columns=len(columns), schemaId=number)
    return {"schema": {"columns": columns}, "schemaId": number}


def read_columns(value: Any) -> Columns:
    """Columns from a request body; ApiError 400."""
    if not isinstance(value, list) or not value:
        raise ApiError(400, "columns is required")
    columns: Columns = []
    for entry in value:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            raise ApiError(400, "Every column needs a name")
        if entry.get("type") not in COLUMN_TYPES:
            raise ApiError(400, f"Column {name} must have one of the types {', '.join(COLUMN_TYPES)}")
        visible = entry.get("visible", True) is not False
        columns.append({"name": name, "id": str(entry.get("id") or name), "type": entry["type"], "visible": visible})
    if len({column["name"].lower() for column in columns}) < len(columns):
        raise ApiError(400, "Column names must be unique")
    return columns
