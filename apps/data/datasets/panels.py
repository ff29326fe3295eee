"""The panels of a dataset's page. Each makes its own calls, within its own time, and fails alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.formats import format_number
from apps.core.panels import PanelContent, panel_view
from apps.data.datasets.detail import type_word
from apps.data.datasets.side_by_side import answer_of, side_by_side
from apps.data.queries.results import ResultTable, run
from apps.data.queries.sql import default_statement, quoted_name
from apps.jobs.access import visible_jobs
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound, UnexpectedAnswer
from domoadmin.services.results import Column, DataVersion, Schema
from domoadmin.services.roles import Role

# Longer than this nobody looks at placeholders; the panel then says so and offers another try.
SECONDS = 20.0
PREVIEW_ROWS = 50
SHOWN = 100

VERSION_LOOKS = {
    "success": ("Succeeded", "is-ok", "check"),
    "error": ("Failed", "is-bad", "circle-x"),
    "processing": ("Processing", "is-run", "loader-2"),
}


def _counted(count: int, one: str, many: str) -> str:
    return f"{format_number(count)} {one if count == 1 else many}"


@dataclass(frozen=True)
class ColumnLine:
    """A column as the panel shows it. note: how the index differs from the latest schema, if it does."""

    name: str
    type: str
    visible: bool
    note: str = ""


def compare_schemas(latest: Sequence[Column], indexed: Sequence[Column] | None) -> list[ColumnLine]:
    """Return the latest columns, each with how the index differs; columns that only the index has come last."""
    known = {column.name: column for column in indexed or ()}
    lines = []
    for column in latest:
        before = known.pop(column.name, None)
        note = ""
        if indexed is not None and before is None:
            note = "not indexed yet"
        elif before is not None and type_word(before.type) != type_word(column.type):
            note = f"indexed as {type_word(before.type).lower()}"
        lines.append(ColumnLine(column.name, type_word(column.type), column.visible, note))
    left = [
        ColumnLine(column.name, type_word(column.type), column.visible, "only in the index")
        for column in known.values()
    ]
    return lines + left


def read_schemas(client: Client, dataset_id: str) -> tuple[Schema, Schema | None]:
    """Return the latest and the indexed schema, read side by side; None where nothing is indexed.

    One of the two must be there.
    """
    latest, indexed = side_by_side(
        client,
        SECONDS,
        [lambda: client.datasets.get_latest_schema(dataset_id), lambda: client.datasets.get_schema(dataset_id)],
    )
    if isinstance(indexed, NotFound | BadRequest):
        # Nothing has been indexed yet, or the upstream has no such call.
        return answer_of(latest), None
    found: Schema = answer_of(indexed)
    if isinstance(latest, NotFound | BadRequest | UnexpectedAnswer):
        return found, found
    return answer_of(latest), found


@connection_view(Role.VIEWER)
@panel_view("schema", "Schema", refresh=["dataset-changed"])
def schema(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the columns of the latest schema, and where the index differs."""
    client = connection.client()
    with client.deadline(SECONDS):
        latest, indexed = read_schemas(client, dataset_id)
    lines = compare_schemas(latest.columns, indexed.columns if indexed else None)
    differences = sum(1 for line in lines if line.note)
    if indexed is None:
        state = "nothing indexed yet"
    else:
        state = f"{_counted(differences, 'differs', 'differ')} from the index" if differences else "indexed = latest"
    return PanelContent(
        "data/datasets/panels/schema.html",
        {"lines": lines, "differences": differences, "indexed": indexed is not None},
        f"{_counted(len(latest.columns), 'column', 'columns')}, {state}",
    )


@connection_view(Role.VIEWER)
@panel_view("columns", "Columns")
def columns(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the columns beside the SQL editor: those that queries find, which are the indexed ones."""
    client = connection.client()
    with client.deadline(SECONDS):
        latest, indexed = read_schemas(client, dataset_id)
    found = (indexed or latest).columns
    lines = [(ColumnLine(each.name, type_word(each.type), each.visible), quoted_name(each.name)) for each in found]
    return PanelContent(
        "data/datasets/panels/columns.html", {"lines": lines}, _counted(len(lines), "column", "columns")
    )


@connection_view(Role.VIEWER)
@panel_view("preview", "Preview", refresh=["dataset-changed"])
def preview(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the first rows, as a query gives them."""
    client = connection.client()
    with client.deadline(SECONDS):
        result = run(client, dataset_id, default_statement(dataset_id, PREVIEW_ROWS))
    table = ResultTable.of(result, PREVIEW_ROWS)
    return PanelContent(
        "data/datasets/panels/preview.html",
        {"table": table, "connection": connection, "dataset_id": dataset_id},
        f"first {_counted(len(table.rows), 'row', 'rows')}" if table.rows else "no rows",
    )


def read_versions(client: Client, dataset_id: str) -> list[DataVersion]:
    """Return the data versions by the call whose answer is documented, else by the other one; newest first."""
    try:
        versions = client.dataset_history.list_versions(dataset_id)
    except (NotFound, BadRequest, UnexpectedAnswer):
        versions = client.datasets.list_data_versions(dataset_id)
    return sorted(versions, key=_version_order, reverse=True)


def _version_order(version: DataVersion) -> tuple[float, int]:
    at = version.completed or version.recorded
    return (at.timestamp() if at else 0.0, int(version.data_id) if version.data_id.isdecimal() else 0)


@connection_view(Role.VIEWER)
@panel_view("versions", "Data versions", refresh=["dataset-changed"])
def versions(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the versions of the data, newest first."""
    client = connection.client()
    with client.deadline(SECONDS):
        found = read_versions(client, dataset_id)
    lines = [
        (version, VERSION_LOOKS.get(version.upload_status, (version.upload_status, "is-off", "")))
        for version in found[:SHOWN]
    ]
    return PanelContent(
        "data/datasets/panels/versions.html",
        {"lines": lines, "total": len(found)},
        _counted(len(found), "version", "versions"),
    )


@connection_view(Role.VIEWER)
@panel_view("jobs", "Jobs", refresh=["jobs-changed"])
def jobs(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show what DomoAdmin itself did with the dataset."""
    own = visible_jobs(request.user).filter(connection_slug=connection.slug, params__dataset_id=dataset_id)
    found = list(own.order_by("-created_at")[:10])
    return PanelContent("data/datasets/panels/jobs.html", {"jobs": found}, "made here, newest first" if found else "")
