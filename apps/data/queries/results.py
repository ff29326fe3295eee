"""Runs a statement against a dataset, and makes its answer ready to be shown."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from apps.data.datasets.detail import NUMBER_TYPES, type_word
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound, UnexpectedAnswer
from domoadmin.services.results import QueryResult

CELL_CHARACTERS = 300
# Numbers that name something rather than count it stay as they are: by a word of the column's name, or by its last.
NAMING_WORDS = frozenset(
    [
        "id",
        "ids",
        "key",
        "code",
        "codes",
        "year",
        "years",
        "zip",
        "postcode",
        "postal",
        "phone",
        "mobile",
        "fax",
        "sku",
        "ean",
        "gtin",
        "isbn",
        "pin",
        "hash",
    ]
)
NAMING_ENDS = frozenset(["no", "nr", "number", "num", "serial", "version"])
_AGGREGATE = re.compile(r"\s*(count|sum)\s*\(", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PLAIN_NUMBER = re.compile(r"(-?)(\d{4,})(\.\d+)?")
# Less than the browser waits (htmx: 90 s), so that it is we who say what happened.
SECONDS = 80.0


@dataclass(frozen=True)
class Run:
    """An answer and how long it took, in seconds."""

    result: QueryResult
    seconds: float


@dataclass(frozen=True)
class Cell:
    """A value as it is shown. kind: "", "num", "null" or "empty"; full: the value where `text` differs."""

    text: str
    kind: str = ""
    full: str = ""


@dataclass(frozen=True)
class ResultTable:
    """Columns as (name, type in plain words, whether numbers) and rows of cells. cut: there was more than is shown."""

    columns: list[tuple[str, str, bool]]
    rows: list[list[Cell]]
    cut: bool

    @property
    def repeated(self) -> list[tuple[str, int]]:
        """Return the names that several columns share, with how many do."""
        counted = Counter(name for name, _, _ in self.columns)
        return [(name, count) for name, count in counted.items() if count > 1]

    @property
    def body(self) -> SafeString:
        """Return the rows as markup. Written here, since a template takes seconds for a hundred thousand cells."""
        return SafeString("\n".join(f"<tr>{''.join(map(_cell_markup, row))}</tr>" for row in self.rows))

    @classmethod
    def of(cls, result: QueryResult, rows: int) -> ResultTable:
        """Return at most so many rows of a result."""
        numeric = [_is_numeric(result, position, rows) for position in range(len(result.columns))]
        grouped = [is_number and _counts(name) for is_number, name in zip(numeric, result.columns, strict=True)]
        types = [type_word(name) for name in result.types] if len(result.types) == len(result.columns) else []
        columns = [
            (name, types[position] if types else "", numeric[position]) for position, name in enumerate(result.columns)
        ]
        width = len(columns)
        shown = [
            [_cell(value, numeric[position], grouped[position]) for position, value in enumerate(row[:width])]
            for row in result.rows[:rows]
        ]
        return cls(columns, shown, len(result.rows) > rows)


def _cell_markup(cell: Cell) -> str:
    css = {"num": ' class="num"', "null": ' class="value-missing"', "empty": ' class="value-missing"'}.get(
        cell.kind, ""
    )
    title = f' title="{escape(cell.full)}"' if cell.full else ""
    return f"<td{css}{title}>{escape(cell.text)}</td>"


def _is_numeric(result: QueryResult, position: int, rows: int) -> bool:
    if len(result.types) == len(result.columns):
        return result.types[position] in NUMBER_TYPES
    values = [row[position] for row in result.rows[:rows] if position < len(row) and row[position] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _counts(column: str) -> bool:
    """Whether the numbers of a column count or measure; "order_id", "orderId" and "Year" name something."""
    if _AGGREGATE.match(column):
        return True
    words = [word.lower() for word in _WORD.findall(column)]
    return NAMING_WORDS.isdisjoint(words) and NAMING_ENDS.isdisjoint(words[-1:])


def _with_separators(text: str) -> str:
    """Write a plain number with thousands separators and every digit it has; anything else as it is."""
    found = _PLAIN_NUMBER.fullmatch(text)
    return f"{found[1]}{int(found[2]):,}{found[3] or ''}" if found and not found[2].startswith("0") else text


def _cell(value: Any, numeric: bool, grouped: bool) -> Cell:
    if value is None:
        return Cell("null", "null")
    text = str(value)
    if not text:
        return Cell("empty", "empty")
    kind = "num" if numeric else ""
    if grouped and (separated := _with_separators(text)) != text:
        return Cell(separated, kind, text)
    return Cell(f"{text[:CELL_CHARACTERS]}…", kind, text) if len(text) > CELL_CHARACTERS else Cell(text, kind)


def run(client: Client, dataset_id: str, sql: str) -> QueryResult:
    """Run a statement by the call that keeps the order of columns, else by the one that answers objects.

    Raises UpstreamError: BadRequest when the upstream does not accept the SQL.
    """
    try:
        return client.datasets.query_export(dataset_id, sql)
    except (NotFound, UnexpectedAnswer):
        # An upstream may have only one of the two calls; a dataset that is not there fails again, with its own words.
        rows = client.datasets.query_sql(dataset_id, sql)
    return QueryResult.from_raw({"rows": rows})


def timed_run(client: Client, dataset_id: str, sql: str, wanted: Callable[[], bool] = lambda: True) -> Run:
    """Run a statement and measure how long the answer took; raises NoLongerWanted once `wanted` says no."""
    started = time.monotonic()
    with client.deadline(SECONDS), client.while_wanted(wanted):
        result = run(client, dataset_id, sql)
    return Run(result, time.monotonic() - started)


def streamed(client: Client, dataset_id: str, sql: str) -> Iterator[list[Any]]:
    """Yield the names of the columns, then every row, while the answer comes. Raises UpstreamError like `run`."""
    begun = False
    try:
        with client.datasets.exported(dataset_id, sql) as answer:
            begun = True
            yield list(answer.columns)
            yield from answer.rows()
            return
    except (NotFound, UnexpectedAnswer):
        # What has been sent to the browser can't be taken back; before that the other call may serve.
        if begun:
            raise
    result = QueryResult.from_raw({"rows": client.datasets.query_sql(dataset_id, sql)})
    yield list(result.columns)
    yield from result.rows
