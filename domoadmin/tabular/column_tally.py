"""What the values of each column add up to: empty ones, the longest, those that don't fit their type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from domoadmin.tabular.column_checks import BlockValues, undecided
from domoadmin.tabular.column_types import ColumnType, is_valid
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.record_machine import KEPT_FIELD_BYTES, RecordMachine
from domoadmin.tabular.results import SAMPLE_COUNT, BadValue, ColumnCheck
from domoadmin.tabular.scanner import Positions, Records

EXCERPT_CHARACTERS = 80


def excerpt(value: bytes) -> str:
    """The start of a value for a message, at most 80 characters on one line."""
    text = " ".join(value[: 4 * EXCERPT_CHARACTERS + 4].decode("utf-8", "ignore").split())
    return text if len(text) <= EXCERPT_CHARACTERS else text[: EXCERPT_CHARACTERS - 1] + "…"


@dataclass(frozen=True, slots=True)
class BadValues:
    """Values that don't fit, ordered by row and column: places in the block's table of regular rows, and offsets."""

    rows: Positions
    columns: Positions
    starts: Positions
    lengths: Positions

    @classmethod
    def none(cls) -> BadValues:
        """Every value fits."""
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, nothing, nothing)

    @classmethod
    def of(cls, rows: list[int], columns: list[int], starts: Positions, lengths: Positions) -> BadValues:
        """The places in any order; starts and lengths: one row per column, as `check` turned them."""
        if not rows:
            return cls.none()
        row_array, column_array = np.array(rows, np.int64), np.array(columns, np.int64)
        order = np.lexsort((column_array, row_array))
        row_array, column_array = row_array[order], column_array[order]
        return cls(row_array, column_array, starts[column_array, row_array], lengths[column_array, row_array])


class BlockLines:
    """Physical line numbers inside a block."""

    def __init__(self, lines_before: int, records: Records) -> None:
        self._lines_before = lines_before
        self._newlines = records.newlines

    def at(self, offset: int) -> int:
        """The line (from 1) in which the byte at this offset of the block stands."""
        return self._lines_before + int(np.searchsorted(self._newlines, offset)) + 1


@dataclass(slots=True)
class _Column:
    name: str
    type: ColumnType
    bad_count: int
    bad_values: list[BadValue]


class ColumnTally:
    """The running totals of all columns."""

    def __init__(self, dialect: Dialect) -> None:
        self._quote = dialect.quote.encode() if dialect.quote else b""
        self._columns: list[_Column] = []
        self._groups: list[tuple[ColumnType, Positions]] = []
        self._empty = self._longest_value = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._columns)

    def begin(self, names: Sequence[str], types: Sequence[ColumnType]) -> None:
        """The columns of the file."""
        self._columns = [_Column(name, kind, 0, []) for name, kind in zip(names, types, strict=True)]
        kinds = np.array([kind.value for kind in types])
        self._groups = [
            (kind, np.flatnonzero(kinds == kind.value)) for kind in ColumnType if kind is not ColumnType.STRING
        ]
        self._groups = [(kind, columns) for kind, columns in self._groups if len(columns)]
        self._empty = np.zeros(len(names), np.int64)
        self._longest_value = np.zeros(len(names), np.int64)

    def check(self, block: bytes, records: Records, starts: Positions, lengths: Positions) -> BadValues:
        """Count empty and long values; the values that don't fit. starts and lengths: one row per record."""
        starts = np.ascontiguousarray(starts.T)
        lengths = np.ascontiguousarray(lengths.T)
        if records.has_quotes:
            quoted = records.octets.take(starts) == self._quote[0]
            quoted &= lengths > 0
            starts += quoted
            lengths -= quoted
            lengths -= quoted
        if not starts.size:
            return BadValues.none()
        self._empty += np.count_nonzero(lengths == 0, axis=1)
        np.maximum(self._longest_value, lengths.max(axis=1), out=self._longest_value)
        values = BlockValues(records.octets)
        rows: list[int] = []
        columns: list[int] = []
        for kind, group in self._groups:
            flags = undecided(kind, values, starts[group].ravel(), lengths[group].ravel())
            if flags is None or not flags.any():
                continue
            places = np.flatnonzero(flags)
            of_group, of_row = np.divmod(places, starts.shape[1])
            of_column = group[of_group]
            spans = zip(
                of_row.tolist(),
                of_column.tolist(),
                starts[of_column, of_row].tolist(),
                lengths[of_column, of_row].tolist(),
                strict=True,
            )
            for row, column, start, length in spans:
                if not is_valid(kind, self._unescaped(block[start : start + length])):
                    rows.append(row)
                    columns.append(column)
        return BadValues.of(rows, columns, starts, lengths)

    def note(
        self,
        block: bytes,
        bad: BadValues,
        numbers: Positions,
        lines: BlockLines,
        record_starts: Positions,
        offset: int,
    ) -> None:
        """Count the bad values by column and keep the first ones. offset: where the block begins in the file."""
        if not len(bad.rows):
            return
        for column_index in np.unique(bad.columns).tolist():
            column = self._columns[column_index]
            of_column = np.flatnonzero(bad.columns == column_index)
            column.bad_count += len(of_column)
            for index in of_column[: max(0, SAMPLE_COUNT - len(column.bad_values))].tolist():
                start, length = int(bad.starts[index]), int(bad.lengths[index])
                record_start = int(record_starts[index])
                column.bad_values.append(
                    BadValue(
                        lines.at(record_start),
                        int(numbers[index]),
                        offset + record_start,
                        excerpt(self._unescaped(block[start : start + length])),
                    )
                )

    def add_fields(self, machine: RecordMachine, number: int, line: int, offset: int) -> Iterator[int]:
        """The values of a record from the machine; yields the columns whose value does not fit."""
        for index, (column, field) in enumerate(zip(self._columns, machine.fields, strict=True)):
            self._empty[index] += field.length == 0
            self._longest_value[index] = max(int(self._longest_value[index]), field.written_length)
            is_whole = field.length <= KEPT_FIELD_BYTES
            if column.type is ColumnType.STRING or (is_whole and is_valid(column.type, field.head)):
                continue
            column.bad_count += 1
            if len(column.bad_values) < SAMPLE_COUNT:
                column.bad_values.append(BadValue(line, number, offset, excerpt(field.head)))
            yield index

    def results(self) -> tuple[ColumnCheck, ...]:
        """What was found in each column."""
        totals = zip(self._columns, self._empty.tolist(), self._longest_value.tolist(), strict=True)
        return tuple(
            ColumnCheck(column.name, column.type, empty, column.bad_count, tuple(column.bad_values), longest)
            for column, empty, longest in totals
        )

    def _unescaped(self, value: bytes) -> bytes:
        if self._quote and self._quote in value:
            return value.replace(self._quote * 2, self._quote)
        return value
