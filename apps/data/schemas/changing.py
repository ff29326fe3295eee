"""Sends a changed schema, has the dataset indexed, and reads back what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.models import User
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.schemas.difference import ColumnState
from apps.data.schemas.reading import ReadSchema, columns_to_send, other_parts, read_schema
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError


@dataclass(frozen=True)
class SchemaChange:
    """A schema as it was read, and the columns that are to be there afterwards. index: whether to index then."""

    dataset: Target
    read: ReadSchema
    columns: Sequence[ColumnState]
    index: bool


def send_schema(connection: Connection, user: User, change: SchemaChange) -> list[str]:
    """Send all columns in one call; returns what is to be known besides. Raises UpstreamError if that call fails."""
    body = columns_to_send(change.read, change.columns)
    make_change(
        connection,
        user,
        Change(
            "datasets.alter_schema",
            change.dataset,
            before={"columns": [state.as_json() for state in change.read.states]},
            after={"columns": [state.as_json() for state in change.columns]},
        ),
        lambda client: client.datasets.alter_schema(change.dataset.id, body, **other_parts(change.read)),
    )
    warnings = _read_back(connection.client(), change)
    return warnings + _index(connection, user, change.dataset) if change.index else warnings


def _read_back(client: Client, change: SchemaChange) -> list[str]:
    # No answer of the call is documented, nor what happens to a column that is left out.
    try:
        now = read_schema(client, change.dataset.id)
    except UpstreamError as error:
        return [f"The new schema could not be read back: {error}"]
    shown = [(state.name, state.type, state.visible) for state in now.states]
    if now.from_index or shown == [(state.name, state.type, state.visible) for state in change.columns]:
        return []
    return ["The schema that Domo shows now is not the one that was sent: compare the two"]


def _index(connection: Connection, user: User, dataset: Target) -> list[str]:
    try:
        make_change(
            connection,
            user,
            Change("datasets.reindex", dataset),
            lambda client: client.datasets.reindex(dataset.id),
        )
    except UpstreamError as error:
        return [f"Indexing could not be started: {error}"]
    return []
