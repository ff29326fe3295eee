"""What the check of a whole file found."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.parts import Part
from domoadmin.tabular.problems import Problem

SAMPLE_COUNT = 20
BAD_LIMIT = 1_000_000
RAGGED = 0xFFFF


@dataclass(frozen=True, slots=True)
class BadValue:
    """A value that does not fit its column's type. line and record count from 1 (the header is no record)."""

    line: int
    record: int
    offset: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class RaggedRow:
    """A record with another number of fields than expected."""

    line: int
    record: int
    offset: int
    found: int


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """One column of the file. max_bytes is the longest value as written, without its outer quotes."""

    name: str
    type: ColumnType
    empty_count: int
    bad_count: int
    bad_values: tuple[BadValue, ...]
    max_bytes: int

    @property
    def problem(self) -> Problem | None:
        """The bad values in a sentence; None when there are none."""
        if not self.bad_count:
            return None
        first = self.bad_values[0]
        single = self.bad_count == 1
        what = (
            f"1 value is not {self.type.singular}"
            if single
            else f"{self.bad_count:,} values are not {self.type.plural}"
        )
        return Problem(
            "bad_values",
            f'Column "{self.name}": {what}, first in line {first.line:,}: “{first.excerpt}”. '
            f"Expected: {self.type.expected}.",
            first.line,
            self.name,
        )


class BadRows:
    """The bad values and ragged rows by record number, at most `limit` of them (about 10 bytes each).

    overflowed tells that there are more; then the rows can't be set aside or blanked, only "stop" is possible.
    """

    def __init__(self, limit: int = BAD_LIMIT) -> None:
        self.limit = limit
        self.overflowed = False
        self._records = array("Q")
        self._columns = array("H")

    def __len__(self) -> int:
        return len(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BadRows) and self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def add(self, records: NDArray[np.uint64], columns: NDArray[np.uint16]) -> None:
        """Record numbers from 1, ascending, with the file column's index or RAGGED."""
        room = self.limit - len(self)
        if len(records) > room:
            self.overflowed = True
            records, columns = records[:room], columns[:room]
        self._records.frombytes(records.astype(np.uint64, copy=False).tobytes())
        self._columns.frombytes(columns.astype(np.uint16, copy=False).tobytes())

    def entries(self) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
        """All (record, column) pairs as two arrays, ordered by record, then column."""
        return np.array(self._records, np.uint64), np.array(self._columns, np.uint16)

    def records(self, columns: Collection[int] | None = None) -> NDArray[np.uint64]:
        """The distinct record numbers with a problem in one of the file columns (RAGGED for ragged rows); None: any."""
        records, found = self.entries()
        if columns is not None:
            records = records[np.isin(found, list(columns))]
        return np.unique(records)

    def to_bytes(self) -> bytes:
        """A compact form to keep beside the staged file."""
        header = np.array([self.limit, len(self), self.overflowed], "<u8").tobytes()
        records, columns = self.entries()
        return header + records.astype("<u8").tobytes() + columns.astype("<u2").tobytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> BadRows:
        """The reverse of to_bytes(). Raises ValueError when the content is cut."""
        limit, count, overflowed = (int(number) for number in np.frombuffer(content, "<u8", 3))
        rows = cls(limit)
        rows.add(np.frombuffer(content, "<u8", count, 24), np.frombuffer(content, "<u2", count, 24 + 8 * count))
        rows.overflowed = bool(overflowed)
        return rows


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Everything that is known about a file after one pass. row_count leaves out the header and blank lines.

    With a fatal problem the counts say what stood before it, and there are no parts.
    """

    byte_count: int
    row_count: int
    columns: tuple[ColumnCheck, ...]
    header_problems: tuple[Problem, ...]
    quoted_line_breaks: int
    ragged_count: int
    ragged_rows: tuple[RaggedRow, ...]
    blank_lines: int
    empty_records: int
    longest_record: int
    longest_record_line: int
    line_count: int
    bad_rows: BadRows
    parts: tuple[Part, ...]
    fatal: Problem | None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names from the header, or generated."""
        return tuple(column.name for column in self.columns)

    @property
    def bad_count(self) -> int:
        """Bad values in all columns."""
        return sum(column.bad_count for column in self.columns)

    @property
    def needs_rewriting(self) -> bool:
        """Whether blank lines, or empty records in a file of one column, could be counted differently upstream."""
        return self.blank_lines > 0 or self.empty_records > 0

    @property
    def ragged_problem(self) -> Problem | None:
        """The ragged rows in a sentence; None when there are none."""
        if not self.ragged_count:
            return None
        first = self.ragged_rows[0]
        rows = "1 row does" if self.ragged_count == 1 else f"{self.ragged_count:,} rows do"
        return Problem(
            "ragged_rows",
            f"{rows} not have {len(self.columns):,} fields. First: line {first.line:,} has {first.found:,}. "
            f"Check for missing delimiters or quotes there.",
            first.line,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON field. bad_rows is left out: keep bad_rows.to_bytes() as a file."""
        value = {name: getattr(self, name) for name in _PLAIN}
        return {
            **value,
            "columns": [asdict(column) for column in self.columns],
            "header_problems": [asdict(problem) for problem in self.header_problems],
            "ragged_rows": [asdict(row) for row in self.ragged_rows],
            "parts": [asdict(part) for part in self.parts],
            "fatal": asdict(self.fatal) if self.fatal else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], bad_rows: BadRows | None = None) -> FileCheck:
        """The reverse of as_json(), with the bad rows that were kept elsewhere."""
        columns = tuple(
            ColumnCheck(
                **{
                    **column,
                    "type": ColumnType(column["type"]),
                    "bad_values": tuple(BadValue(**bad) for bad in column["bad_values"]),
                }
            )
            for column in value["columns"]
        )
        return cls(
            **{name: value[name] for name in _PLAIN},
            columns=columns,
            header_problems=tuple(Problem(**problem) for problem in value["header_problems"]),
            ragged_rows=tuple(RaggedRow(**row) for row in value["ragged_rows"]),
            parts=tuple(Part(**part) for part in value["parts"]),
            fatal=Problem(**value["fatal"]) if value["fatal"] else None,
            bad_rows=bad_rows if bad_rows is not None else BadRows(),
        )


_PLAIN = (
    "byte_count",
    "row_count",
    "quoted_line_breaks",
    "ragged_count",
    "blank_lines",
    "empty_records",
    "longest_record",
    "longest_record_line",
    "line_count",
)
