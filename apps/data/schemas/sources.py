"""Columns for a new dataset out of what a person has: the header of a CSV, a schema as JSON, another dataset."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.data.schemas.reading import read_schema
from apps.data.schemas.rows import MOST_COLUMNS
from apps.data.schemas.types import is_known, type_label
from domoadmin.services.client import Client
from domoadmin.services.results import Schema
from domoadmin.tabular.column_types import ColumnType, is_valid
from domoadmin.tabular.detection import detect_dialect, sample_rows
from domoadmin.tabular.header import generated_names
from domoadmin.tabular.prepare import inspect_source
from domoadmin.tabular.problems import Refused, megabytes
from domoadmin.tabular.sources import BytesSource

# Only the first 256 KB of a file are looked at; a packed one has to come whole.
MOST_BYTES = 5_000_000
# The first type that all values fit is taken.
GUESSES = (ColumnType.LONG, ColumnType.DECIMAL, ColumnType.DATE, ColumnType.DATETIME)
HEADERS = (("", "As it looks"), ("yes", "Names of the columns"), ("no", "Values"))


@dataclass(frozen=True)
class FoundColumns:
    """Names and types of columns, with what is to be known of how they came about."""

    columns: list[tuple[str, str]]
    notes: list[str]


def columns_of_file(content: bytes, header: str = "") -> FoundColumns:
    """Return the columns of a CSV with types that its first rows fit, or of a schema in JSON. Raises Refused.

    header: "yes" or "no" says whether the first line names the columns; empty: it is guessed.
    """
    if len(content) > MOST_BYTES:
        raise Refused("too_large", f"That is more than {megabytes(MOST_BYTES)}. Its first lines are enough.")
    found = _of_json(content) if re.match(rb"\s*(\{|\[\s*\{)", content) else _of_csv(content, header)
    if len(found.columns) > MOST_COLUMNS:
        raise Refused("too_wide", f"It has more than {MOST_COLUMNS:,} columns. Check the delimiter.")
    return found


def _of_csv(content: bytes, header: str) -> FoundColumns:
    inspection = inspect_source(BytesSource(content))
    dialect = detect_dialect(inspection)
    if header:
        dialect = replace(dialect, header=header == "yes")
    rows, whole = sample_rows(inspection.head, dialect, inspection.head_is_whole)
    # Quotes that don't go in pairs are read as part of the values; in a name they are a mistake.
    if not rows or not whole or (dialect.quote is None and any('"' in name for name in rows[0])):
        raise Refused(
            "broken_quote",
            "The lines can’t be told apart: a quote is opened and not closed, or stands inside a value. Correct it, "
            "or paste only the line with the names.",
        )
    values = rows[1:] if dialect.header else rows
    width = len(rows[0])
    names = [name.strip() for name in rows[0]] if dialect.header else generated_names(width)
    by_column = [[row[place] for row in values if place < len(row)] for place in range(width)]
    columns = [(name, guessed_type(found)) for name, found in zip(names, by_column, strict=True)]
    notes = [f"{width} columns, separated by {dialect.delimiter_label}, {inspection.encoding.label}."]
    if not values:
        notes.append("There are names alone, so every type is Text: choose the others.")
    else:
        rows_read = "first row" if len(values) == 1 else f"first {len(values):,} rows"
        notes.append(f"The types fit the {rows_read}. Look whether they fit all.")
    if not dialect.header:
        notes.append("The first line looks like values, so the columns are only numbered: name them.")
    return FoundColumns(columns, notes)


def guessed_type(values: Sequence[str]) -> str:
    """Return the narrowest type that every value fits; Text when there is none, or for codes such as 00124."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled or any(re.match(r"[+-]?0[0-9]", value) and value.strip("+-0123456789") == "" for value in filled):
        return ColumnType.STRING.value
    for kind in GUESSES:
        if all(is_valid(kind, value.encode()) for value in filled):
            scientific = kind is ColumnType.DECIMAL and any("e" in value.lower() for value in filled)
            return (ColumnType.DOUBLE if scientific else kind).value
    return ColumnType.STRING.value


def _of_json(content: bytes) -> FoundColumns:
    try:
        data: Any = json.loads(content)
    except UnicodeDecodeError as error:
        raise Refused("not_json", "It begins like JSON and is not UTF-8: save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused("not_json", f"It begins like JSON and can’t be read: {error.msg} in {where}.") from error
    except RecursionError as error:
        raise Refused("not_json", "It begins like JSON and is nested too deep to be a schema.") from error
    schema = Schema.from_raw({"columns": data} if isinstance(data, list) else data)
    if not schema.columns:
        raise Refused(
            "not_json",
            'This JSON names no columns. It should read {"columns": [{"name": "amount", "type": "DECIMAL"}]}, as a '
            "schema of Domo does.",
        )
    return _of_schema(schema, [f"{len(schema.columns)} columns of a schema in JSON."])


def columns_of_dataset(client: Client, dataset_id: str) -> FoundColumns:
    """Return the columns of another dataset. Raises UpstreamError."""
    schema = read_schema(client, dataset_id).latest
    notes = []
    if any(not column.visible for column in schema.columns):
        notes.append("Columns that are hidden there are among them; in a new dataset all are shown.")
    return _of_schema(schema, notes)


def _of_schema(schema: Schema, notes: list[str]) -> FoundColumns:
    strange = sorted({column.type for column in schema.columns if not is_known(column.type)})
    if strange:
        notes = [*notes, f"{', '.join(map(type_label, strange))} became Text: choose a type where that is wrong."]
    columns = [(each.name, each.type if is_known(each.type) else ColumnType.STRING.value) for each in schema.columns]
    return FoundColumns(columns, notes)
