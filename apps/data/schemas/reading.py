"""A dataset's schema as the upstream has it now, and the columns of a changed one as they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.data.schemas.difference import ColumnState, states_of
from apps.data.schemas.types import type_label
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound, UnexpectedAnswer
from domoadmin.services.results import Column, Dataset, Schema

SECONDS = 30.0
# Name, rights and stream stand in these parts.
PARTS = "core,permission"


@dataclass(frozen=True)
class ReadSchema:
    """The schema that uploads follow, and the one that queries see (None: nothing indexed, or no such call).

    from_index: the upstream has no latest schema, so the indexed one stands for it.
    """

    latest: Schema
    indexed: Schema | None
    from_index: bool = False

    @cached_property
    def states(self) -> list[ColumnState]:
        """The latest columns as they are compared."""
        return states_of(self.latest.columns)

    @property
    def raw_columns(self) -> dict[str, Mapping[str, Any]]:
        """Each column by key as the upstream wrote it, with the fields that we don't know."""
        pairs = zip(self.states, self.latest.columns, strict=True)
        return {state.key: column.raw for state, column in pairs}

    def note(self, state: ColumnState) -> str:
        """Say how the index differs from a latest column; empty where it does not."""
        if self.indexed is None or self.from_index:
            return ""
        found = self._indexed_types.get(state.name)
        if found is None:
            return "not indexed yet"
        return "" if found == state.type else f"indexed as {type_label(found).lower()}"

    @cached_property
    def _indexed_types(self) -> dict[str, str]:
        return {column.name: column.type for column in self.indexed.columns} if self.indexed else {}

    @property
    def only_indexed(self) -> list[Column]:
        """The columns that queries still find and the latest schema has no longer."""
        names = {column.name for column in self.latest.columns}
        return [column for column in self.indexed.columns if column.name not in names] if self.indexed else []


def read_dataset(client: Client, dataset_id: str) -> Dataset:
    """Return the metadata of a dataset."""
    with client.deadline(SECONDS):
        return client.datasets.get_metadata(dataset_id, part=PARTS)


def read_schema(client: Client, dataset_id: str) -> ReadSchema:
    """Return both schemas; raises UpstreamError when the upstream tells neither."""
    with client.deadline(SECONDS):
        try:
            latest = client.datasets.get_latest_schema(dataset_id)
        except (NotFound, BadRequest, UnexpectedAnswer):
            # Hidden columns have to be among them: one that isn't sent may be gone.
            indexed = client.datasets.get_schema(dataset_id, include_hidden=True)
            return ReadSchema(indexed, indexed, from_index=True)
        try:
            return ReadSchema(latest, client.datasets.get_schema(dataset_id, include_hidden=True))
        except (NotFound, BadRequest, UnexpectedAnswer):
            return ReadSchema(latest, None)


def columns_to_send(read: ReadSchema, columns: Sequence[ColumnState]) -> list[dict[str, Any]]:
    """Return all columns of the new schema; those that were there keep every field that nobody changed."""
    before = {state.key: state for state in read.states}
    raws = read.raw_columns
    taken = {_id_of(raws[column.key]) for column in columns if column.key in raws}
    sent = []
    for order, column in enumerate(columns):
        known = raws.get(column.key)
        if known is None:
            identifier = _free_id(column.name, taken)
            taken.add(identifier)
            values: dict[str, Any] = {"name": column.name, "id": identifier, "type": column.type}
        else:
            was = before[column.key]
            # The id stays: by it a column with another name is still the same one.
            values = {**known, "name": column.name, "id": _id_of(known)}
            if column.type != was.type or not known.get("type"):
                values["type"] = column.type
        sent.append({**values, "visible": column.visible, "order": order})
    return sent


def other_parts(read: ReadSchema) -> dict[str, list[Any]]:
    """Return what stands beside the columns in a schema and goes back as it came."""
    inner = read.latest.raw.get("schema")
    holder = inner if isinstance(inner, Mapping) else read.latest.raw
    return {name: value for name in ("objects", "views") if isinstance(value := holder.get(name), list)}


def _id_of(raw: Mapping[str, Any]) -> str:
    column = Column.from_raw(raw)
    return column.id or column.name


def _free_id(name: str, taken: set[str]) -> str:
    """Return the name, or where another column goes by it already, the name with a number."""
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbered if each not in taken)
