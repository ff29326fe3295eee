"""Rows that are typed into a grid: the cells with what is wrong with each, and the CSV that goes up."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domoadmin.tabular.column_types import ColumnType, is_valid
from domoadmin.tabular.matching import SchemaColumn

ROWS = 5
MOST_ROWS = 200
# Django takes 1,000 fields of a form.
MOST_CELLS = 900
LONGEST = 10_000
_NAME = re.compile(r"cell-(\d{1,6})-(\d{1,4})\Z")
_INPUTS = {ColumnType.DATE: "date", ColumnType.DATETIME: "datetime-local", ColumnType.TIME: "time"}
_MODES = {ColumnType.LONG: "numeric", ColumnType.DECIMAL: "decimal", ColumnType.DOUBLE: "decimal"}


@dataclass(frozen=True)
class GridColumn:
    """A column of the dataset and how its cells are typed."""

    place: int
    name: str
    type: ColumnType

    @property
    def input_type(self) -> str:
        """Return the type of its inputs; numbers are plain text, since a browser drops what it takes for no number."""
        return _INPUTS.get(self.type, "text")

    @property
    def mode(self) -> str:
        """Return which keys a phone offers."""
        return _MODES.get(self.type, "text")

    def tidied(self, text: str) -> str:
        """Return the value as it goes up: text as it is, others without spaces around, times with their seconds."""
        if self.type is ColumnType.STRING:
            return text
        text = text.strip()
        if self.type is ColumnType.DATETIME:
            text = re.sub(r"\A(\d{4}-\d\d-\d\d)T", r"\1 ", text)
        if self.type in (ColumnType.DATETIME, ColumnType.TIME) and re.search(r"(?:\A| )\d\d:\d\d\Z", text):
            text += ":00"
        return text

    def problem(self, text: str) -> str:
        """Return what is wrong with a value, and how it is written; empty for nothing."""
        if len(text) > LONGEST:
            return f"{len(text):,} characters are too many here: at most {LONGEST:,}. Upload a CSV instead."
        if "\x00" in text:
            return "This holds a character that can’t be sent: type it anew."
        if is_valid(self.type, self.tidied(text).encode()):
            return ""
        return f"This is not {self.type.singular}. Expected: {self.type.expected}."


@dataclass(frozen=True)
class Cell:
    """One cell: what was typed, and what is wrong with it."""

    column: GridColumn
    row: int
    value: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """Return the name of its field."""
        return f"cell-{self.row}-{self.column.place}"

    @property
    def input_type(self) -> str:
        """Return the input's type; one that is wrong is shown as text, since a date's input would hide it."""
        return "text" if self.problem else self.column.input_type

    @property
    def shown(self) -> str:
        """Return the value as its input shows it."""
        if self.input_type == "datetime-local":
            return self.column.tidied(self.value).replace(" ", "T", 1)
        return self.value


class Grid:
    """The grid of one dataset, empty or with what was typed."""

    def __init__(self, columns: Sequence[SchemaColumn], typed: Mapping[tuple[int, int], str] | None = None) -> None:
        self.columns = [GridColumn(place, column.name, column.type) for place, column in enumerate(columns)]
        rows = sorted({row for row, _ in typed}) if typed else range(min(ROWS, self.most_rows))
        self.rows = [
            [self._cell(column, number, (typed or {}).get((row, column.place), "")) for column in self.columns]
            for number, row in enumerate(rows)
        ]

    @classmethod
    def posted(cls, columns: Sequence[SchemaColumn], data: Mapping[str, str]) -> Grid:
        """Read what a form brought; fields of other names, and of columns that are gone, count for nothing."""
        found = {}
        for name, value in data.items():
            matched = _NAME.match(name)
            if matched and int(matched[2]) < len(columns):
                found[int(matched[1]), int(matched[2])] = value
        return cls(columns, found)

    def _cell(self, column: GridColumn, row: int, value: str) -> Cell:
        return Cell(column, row, value, column.problem(value))

    @property
    def most_rows(self) -> int:
        """Return how many rows go at once; 0 where the dataset has too many columns for a grid."""
        return min(MOST_ROWS, MOST_CELLS // len(self.columns)) if self.columns else 0

    @property
    def blank(self) -> list[Cell]:
        """Return an empty row, from which a script makes more."""
        return [Cell(column, 0) for column in self.columns]

    @property
    def filled(self) -> list[list[Cell]]:
        """Return the rows in which anything was typed."""
        return [row for row in self.rows if any(cell.value.strip() for cell in row)]

    @property
    def wrong(self) -> list[Cell]:
        """Return the cells that do not fit their column."""
        return [cell for row in self.rows for cell in row if cell.problem]

    @property
    def problem(self) -> str:
        """Return why nothing can be sent, and what to do; empty when it can."""
        if self.wrong:
            count = len(self.wrong)
            return f"{count:,} {'cell does' if count == 1 else 'cells do'} not fit. Each says below what is expected."
        if not self.filled:
            return "No row is filled in yet. Type at least one value, or paste rows from a spreadsheet."
        if len(self.rows) > self.most_rows:
            return f"At most {self.most_rows:,} rows go at once, these are {len(self.rows):,}. Upload a CSV instead."
        return ""

    def csv(self) -> bytes:
        """Return the filled rows with a header."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        writer.writerows([[cell.column.tidied(cell.value) for cell in row] for row in self.filled])
        return buffer.getvalue().encode()
