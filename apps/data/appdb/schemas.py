"""Schemas of collections: columns as the document writes them, inferred from documents, compared with a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from apps.data.appdb.fields import SAMPLE

# The document shows STRING alone; these are the types of columns that datasets have.
TYPES: Mapping[str, str] = {
    "STRING": "Text",
    "LONG": "Whole number",
    "DOUBLE": "Number",
    "DECIMAL": "Decimal",
    "DATE": "Date",
    "DATETIME": "Date and time",
}
MOST_COLUMNS = 500
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_MOST_LONG = 2**63


@dataclass(frozen=True)
class Column:
    """A column of the dataset that a collection is synchronised to."""

    name: str
    type: str = "STRING"
    visible: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return it as the call takes it."""
        return {"type": self.type, "name": self.name, "visible": self.visible}


@dataclass(frozen=True)
class ColumnChange:
    """A line of the difference between two schemas: "added", "removed", "changed", "moved" or "same"."""

    kind: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Proposal:
    """What documents say about a schema: columns, and the fields that no column can hold, with the reason."""

    columns: Sequence[Column]
    sampled: int
    left_out: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()


def columns_from(raw: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Read columns as the upstream, or a form, writes them."""
    return [Column(str(each["name"]), str(each["type"]), each.get("visible") is not False) for each in raw]


def infer(contents: Iterable[Mapping[str, Any]], known: Sequence[Column] = ()) -> Proposal:
    """Propose columns for a sample of documents: those that are known keep their order, new ones follow."""
    kinds: dict[str, set[str]] = {}
    sampled = 0
    for content in islice(contents, SAMPLE):
        sampled += 1
        for name, value in content.items():
            kind = _kind_of(value)
            found = kinds.setdefault(name, set())
            if kind:
                found.add(kind)
    columns, left_out = [], []
    notes: list[str] = []
    names = [*(each.name for each in known if each.name in kinds), *kinds]
    hidden = {each.name for each in known if not each.visible}
    for name in dict.fromkeys(names):
        found = kinds[name]
        if not name.strip():
            left_out.append(("(no name)", "its name is empty"))
        elif "nested" in found:
            left_out.append((name, "holds objects or lists, which no column can"))
        else:
            columns.append(Column(name, _type_of(found), name not in hidden))
            if len(found) > 1 and _type_of(found) == "STRING":
                notes.append(
                    f"{name} has several sorts of values ({', '.join(sorted(found))}): Text holds all of them."
                )
            if not found:
                notes.append(f"{name} is null in every document of the sample: Text is a guess.")
    gone = [each.name for each in known if each.name not in kinds]
    if gone:
        notes.append(f"No document of the sample has {', '.join(gone)}: the proposal leaves that out.")
    return Proposal(columns[:MOST_COLUMNS], sampled, left_out, notes)


def compare(before: Sequence[Column], after: Sequence[Column]) -> list[ColumnChange]:
    """Return what becomes of each column, in the order of the new schema, those that go at the end."""
    old = {each.name: each for each in before}
    new = {each.name for each in after}
    kept_order = [each.name for each in before if each.name in new]
    new_order = [each.name for each in after if each.name in old]
    changes = []
    for each in after:
        was = old.get(each.name)
        if was is None:
            changes.append(ColumnChange("added", each.name, "", in_words(each)))
        elif was != each:
            changes.append(ColumnChange("changed", each.name, in_words(was), in_words(each)))
        else:
            moved = kept_order.index(each.name) != new_order.index(each.name)
            changes.append(ColumnChange("moved" if moved else "same", each.name, in_words(was), in_words(each)))
    changes += [ColumnChange("removed", each.name, in_words(each), "") for each in before if each.name not in new]
    return changes


def in_words(column: Column) -> str:
    """Say what a column is."""
    return f"{TYPES.get(column.type, column.type)}{'' if column.visible else ', hidden'}"


def mismatches(content: Mapping[str, Any], columns: Sequence[Column]) -> list[str]:
    """Return in sentences where a document does not fit the schema; nothing where no schema is known."""
    if not columns:
        return []
    found = []
    known = {each.name: each for each in columns}
    for name, value in content.items():
        column = known.get(name)
        if column is None:
            found.append(f"{name} is not in the schema: the synchronised dataset will not have it.")
        elif value is not None and not fits(value, column.type):
            found.append(f"{name} is {_worded(value)}, and the schema says {TYPES.get(column.type, column.type)}.")
    found += [f"{each.name} is in the schema and not in the document." for each in columns if each.name not in content]
    return found


def fits(value: Any, type_name: str) -> bool:
    """Say whether a value can stand in a column of this type."""
    kind = _kind_of(value)
    if type_name == "STRING":
        return kind != "nested"
    allowed = {
        "LONG": {"whole number"},
        "DOUBLE": {"whole number", "number"},
        "DECIMAL": {"whole number", "number"},
        "DATE": {"date"},
        "DATETIME": {"date and time", "date"},
    }
    return type_name not in allowed or kind in allowed[type_name]


def _kind_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "whole number" if -_MOST_LONG <= value < _MOST_LONG else "number"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        if _DATE.fullmatch(value):
            return "date"
        return "date and time" if _DATETIME.fullmatch(value) else "text"
    return "nested"


def _type_of(kinds: set[str]) -> str:
    if kinds == {"whole number"}:
        return "LONG"
    if kinds and kinds <= {"whole number", "number"}:
        return "DOUBLE"
    if kinds == {"date"}:
        return "DATE"
    return "DATETIME" if kinds and kinds <= {"date", "date and time"} else "STRING"


def _worded(value: Any) -> str:
    kind = _kind_of(value)
    return {"nested": "an object or a list"}.get(kind, kind)
