"""Adds up what the scanner finds, block by block: counts, ragged rows, parts, and what column_tally.py finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from domoadmin.tabular.column_tally import BlockLines, ColumnTally
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.parts import Border, PartCutter
from domoadmin.tabular.problems import Problem
from domoadmin.tabular.record_machine import RecordMachine
from domoadmin.tabular.results import RAGGED, SAMPLE_COUNT, BadRows, FileCheck, RaggedRow
from domoadmin.tabular.scanner import Positions, Records


class Tally:
    """The running totals. offset, records and lines tell what stands before the next block."""

    def __init__(self, dialect: Dialect, part_bytes: int, bad_limit: int, offset: int) -> None:
        self.offset = offset
        self.records = 0
        self.lines = 0
        self.names: tuple[str, ...] = ()
        self._columns = ColumnTally(dialect)
        self._cutter = PartCutter(part_bytes)
        self._bad_rows = BadRows(bad_limit)
        self._ragged_rows: list[RaggedRow] = []
        self._ragged_count = 0
        self._blank_lines = 0
        self._empty_records = 0
        self._quoted_line_breaks = 0
        self._longest = (0, 0)

    @property
    def begun(self) -> bool:
        """Whether the columns are known."""
        return len(self._columns) > 0

    def begin(self, names: Sequence[str], types: Sequence[ColumnType]) -> None:
        """The columns of the file; the next record is the first row."""
        self.names = tuple(names)
        self._columns.begin(names, types)
        self._cutter.begin(Border(self.offset, self.records, self.lines))

    def skip(self, machine: RecordMachine, byte_count: int) -> None:
        """A record that is no row: the header, or a blank line before it."""
        self.offset += byte_count
        self.lines += machine.lines
        self._blank_lines += machine.is_blank
        self._quoted_line_breaks += machine.lines - 1

    def add(self, block: bytes, records: Records, bytes_read: int) -> None:
        """All the complete records of a block. bytes_read: so far, as the last line end of the file may be virtual."""
        width = len(self._columns)
        starts, lengths = records.fields()
        last, counts = records.last, records.field_counts
        record_starts = starts[last - counts + 1]
        numbers = np.arange(self.records + 1, self.records + 1 + len(last))
        lines = BlockLines(self.lines, records)
        regular = counts == width
        rows = np.arange(len(last))
        ragged = rows[:0]
        if not regular.all():
            blank = (counts == 1) & (lengths[last] == 0) if width > 1 else np.zeros(len(last), np.bool_)
            self._blank_lines += int(np.count_nonzero(blank))
            numbers -= np.cumsum(blank)
            ragged = np.flatnonzero(~(regular | blank))
            rows = np.flatnonzero(regular)
            fields = ((last - counts + 1)[rows][:, np.newaxis] + np.arange(width)).ravel()
            starts, lengths = starts[fields], lengths[fields]
        if width == 1:
            self._empty_records += int(np.count_nonzero(lengths == 0))
        bad = self._columns.check(block, records, starts.reshape(-1, width), lengths.reshape(-1, width))
        bad_records = rows[bad.rows]
        self._columns.note(block, bad, numbers[bad_records], lines, record_starts[bad_records], self.offset)
        for index in ragged[: max(0, SAMPLE_COUNT - len(self._ragged_rows))].tolist():
            start = int(record_starts[index])
            row = RaggedRow(lines.at(start), int(numbers[index]), self.offset + start, int(counts[index]))
            self._ragged_rows.append(row)
        self._ragged_count += len(ragged)
        if len(ragged) or len(bad_records):
            self._note_bad_rows(numbers, bad_records, bad.columns, ragged)
        self._note_lengths(records, record_starts, lines)
        self._move_on(records, numbers, lines, bytes_read)

    def add_long(self, machine: RecordMachine, byte_count: int, bytes_read: int) -> None:
        """One record that was read by the machine."""
        offset, line, number = self.offset, self.lines + 1, self.records + 1
        content_bytes = machine.content_bytes
        self.lines += machine.lines
        self._quoted_line_breaks += machine.lines - 1
        self.offset = min(self.offset + byte_count, bytes_read)
        if machine.is_blank and len(self._columns) > 1:
            self._blank_lines += 1
        else:
            self.records = number
            self._add_fields(machine, number, line, offset)
        if content_bytes > self._longest[0]:
            self._longest = (content_bytes, line)
        self._cutter.add(np.array([self.offset], np.int64), lambda _: Border(self.offset, self.records, self.lines))

    def finish(self, byte_count: int, header_problems: Iterable[Problem], fatal: Problem | None) -> FileCheck:
        """The result."""
        parts = self._cutter.finish() if self.begun and fatal is None else ()
        return FileCheck(
            byte_count=byte_count,
            row_count=self.records,
            columns=self._columns.results(),
            header_problems=tuple(header_problems),
            quoted_line_breaks=self._quoted_line_breaks,
            ragged_count=self._ragged_count,
            ragged_rows=tuple(self._ragged_rows),
            blank_lines=self._blank_lines,
            empty_records=self._empty_records,
            longest_record=self._longest[0],
            longest_record_line=self._longest[1],
            line_count=self.lines,
            bad_rows=self._bad_rows,
            parts=parts,
            fatal=fatal,
        )

    def _note_bad_rows(self, numbers: Positions, bad: Positions, columns: Positions, ragged: Positions) -> None:
        """Remember (record, column) pairs, ordered by record and column."""
        records = numbers[np.concatenate([bad, ragged])]
        columns = np.concatenate([columns, np.full(len(ragged), RAGGED)])
        order = np.lexsort((columns, records))
        self._bad_rows.add(records[order].astype(np.uint64), columns[order].astype(np.uint16))

    def _note_lengths(self, records: Records, record_starts: Positions, lines: BlockLines) -> None:
        lengths = records.ends - record_starts
        longest = int(np.argmax(lengths))
        if lengths[longest] > self._longest[0]:
            self._longest = (int(lengths[longest]), lines.at(int(record_starts[longest])))

    def _move_on(self, records: Records, numbers: Positions, lines: BlockLines, bytes_read: int) -> None:
        """Offer the record borders for cutting, and step behind the block's records."""
        base = self.offset
        ends = np.minimum(records.ends + (base + 1), bytes_read)

        def border(index: int) -> Border:
            before = lines.at(int(records.ends[index]) + 1) - 1
            return Border(int(ends[index]), int(numbers[index]), before)

        self._cutter.add(ends, border)
        after = border(records.count - 1)
        self._quoted_line_breaks += after.lines - self.lines - records.count
        self.offset, self.records, self.lines = after.offset, after.records, after.lines

    def _add_fields(self, machine: RecordMachine, number: int, line: int, offset: int) -> None:
        """The values of a record from the machine."""
        if machine.field_count != len(self._columns):
            if len(self._ragged_rows) < SAMPLE_COUNT:
                self._ragged_rows.append(RaggedRow(line, number, offset, machine.field_count))
            self._ragged_count += 1
            self._bad_rows.add(np.array([number], np.uint64), np.array([RAGGED], np.uint16))
            return
        self._empty_records += len(self._columns) == 1 and machine.is_blank
        for index in self._columns.add_fields(machine, number, line, offset):
            self._bad_rows.add(np.array([number], np.uint64), np.array([index], np.uint16))
