"""The check of a whole file in one pass and bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from domoadmin.tabular.block_reader import BlockReader, start_of_text
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect, Encoding
from domoadmin.tabular.explanations import Reason, explain
from domoadmin.tabular.header import generated_names, header_names, header_problems
from domoadmin.tabular.problems import Problem, Stopped
from domoadmin.tabular.record_machine import RecordMachine
from domoadmin.tabular.results import BAD_LIMIT, FileCheck
from domoadmin.tabular.scanner import PADDING, Records, Scanner
from domoadmin.tabular.sources import ByteSource
from domoadmin.tabular.tally import Tally

DEFAULT_PART_BYTES = 8 << 20
SLICE_FIELDS = 1 << 17


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one check. Records up to long_record_bytes are scanned in blocks, longer ones piece by piece."""

    block_bytes: int = 1 << 19
    long_record_bytes: int = 2 << 20
    record_bytes: int = 16 << 20
    columns: int = 5_000
    bad_rows: int = BAD_LIMIT


def check_file(
    source: ByteSource,
    dialect: Dialect,
    types: Sequence[ColumnType] | None = None,
    *,
    part_bytes: int = DEFAULT_PART_BYTES,
    progress: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> FileCheck:
    """Check a file in UTF-8 from end to end. Problems of the file are in the result, not raised.

    types: one for each column of the file (see ColumnMatch.file_types); None or too few: STRING.
    progress is told the bytes done, about every half megabyte. Raises Stopped when should_stop() says so,
    ValueError when the dialect's encoding is not UTF-8 (prepare the file first).
    """
    if dialect.encoding is not Encoding.UTF_8:
        raise ValueError("check_file reads UTF-8: prepare the file first.")
    return _Check(source, dialect, types or (), part_bytes, progress, should_stop, limits or Limits()).run()


class _Check:
    def __init__(
        self,
        source: ByteSource,
        dialect: Dialect,
        types: Sequence[ColumnType],
        part_bytes: int,
        progress: Callable[[int], None] | None,
        should_stop: Callable[[], bool] | None,
        limits: Limits,
    ) -> None:
        start = start_of_text(source)
        self._dialect = dialect
        self._types = types
        self._limits = limits
        self._progress = progress
        self._should_stop = should_stop
        self._size = source.size
        self._start = start
        self._reader = BlockReader(source.open(start), dialect.line_end.encode())
        self._scanner = Scanner(dialect)
        self._tally = Tally(dialect, part_bytes, limits.bad_rows, start)
        self._header_problems: list[Problem] = []
        self._fatal: Problem | None = None

    def run(self) -> FileCheck:
        carry = b""
        while self._fatal is None:
            block = self._reader.read(carry, max(self._limits.block_bytes, len(carry)))
            if not block:
                break
            carry = self._take(block) if self._tally.begun else self._take_by_machine(block)
            self._report()
        self._conclude()
        return self._tally.finish(self._size, self._header_problems, self._fatal)

    def _report(self) -> None:
        if self._should_stop is not None and self._should_stop():
            raise Stopped
        if self._progress is not None:
            self._progress(self._tally.offset)

    def _conclude(self) -> None:
        if self._fatal is not None:
            return
        if not self._tally.begun:
            self._fatal = Problem("empty_file", "The file is empty. Choose a file that has rows.")
        elif not self._tally.records:
            self._fatal = Problem("no_rows", "The file holds only a header and no rows. There is nothing to send.", 1)

    def _take(self, block: bytes) -> bytes:
        """Count the complete records of a block; the bytes behind them."""
        length = len(block)
        records = self._scanner.scan(block + PADDING, length)
        broken_at = self._first_break(block, records)
        ends = records.ends
        usable = records.count if broken_at is None else int(np.searchsorted(ends, broken_at))
        rest = block
        if usable:
            rest = block[int(ends[usable - 1]) + 1 :]
            self._add_in_slices(block, records.first(usable))
        no_end = not usable and (length >= self._limits.long_record_bytes or self._reader.ended)
        if broken_at is not None or no_end:
            return self._take_by_machine(rest)
        return rest

    def _add_in_slices(self, block: bytes, records: Records) -> None:
        """Count records, at most about SLICE_FIELDS fields at once, so that tiny fields don't need much memory."""
        bytes_read = self._start + self._reader.bytes_received
        while True:
            count = max(1, int(np.searchsorted(records.last, SLICE_FIELDS)))
            if count >= records.count:
                return self._tally.add(block, records, bytes_read)
            self._tally.add(block, records.first(count), bytes_read)
            block = block[int(records.ends[count - 1]) + 1 :]
            records = records.behind(count)

    def _first_break(self, block: bytes, records: Records) -> int | None:
        """Offset of the first byte that makes the file unusable; the machine will say what it is."""
        found = [] if records.violation is None else [records.violation]
        if (nul := block.find(0)) >= 0:
            found.append(nul)
        if not block.isascii():
            try:
                codecs.utf_8_decode(block, "strict", self._reader.ended)
            except UnicodeDecodeError as error:
                found.append(error.start)
        starts = np.concatenate([np.zeros(1, np.int64), records.ends + 1])
        lengths = np.diff(starts, append=len(block) + 1) - 1
        too_long = np.flatnonzero(lengths > self._limits.record_bytes)
        if len(too_long):
            found.append(int(starts[too_long[0]]) + self._limits.record_bytes)
        return min(found) if found else None

    def _take_by_machine(self, pending: bytes) -> bytes:
        """Read one record byte by byte, keeping only the starts of its fields; the bytes behind it."""
        machine = RecordMachine(self._dialect)
        byte_count = 0
        while True:
            limit, reason = self._limit(pending, machine.consumed)
            stop = machine.feed(pending, 0, limit)
            byte_count += stop
            if machine.finished:
                self._take_record(machine, byte_count)
                return pending[stop:]
            if machine.violation is not None or reason is not None:
                self._fatal = self._explained(machine, reason)
                return b""
            if self._reader.ended:
                self._fatal = self._explained(machine, Reason.UNCLOSED)
                return b""
            pending = self._reader.read(pending[stop:], self._limits.block_bytes)
            self._report()

    def _limit(self, pending: bytes, consumed: int) -> tuple[int, Reason | None]:
        """How far the machine may read, and what makes it stop there."""
        reason: Reason | None = None
        try:
            limit = codecs.utf_8_decode(pending, "strict", self._reader.ended)[1]
        except UnicodeDecodeError as error:
            limit, reason = error.start, Reason.ENCODING
        if (nul := pending.find(0, 0, limit)) >= 0:
            limit, reason = nul, Reason.NUL
        room = self._limits.record_bytes + 1 - consumed
        return (room, Reason.TOO_LONG) if room < limit else (limit, reason)

    def _explained(self, machine: RecordMachine, reason: Reason | None) -> Problem:
        return explain(machine, reason, self._tally.names, self._tally.lines, self._dialect, self._limits.record_bytes)

    def _take_record(self, machine: RecordMachine, byte_count: int) -> None:
        tally = self._tally
        bytes_read = self._start + self._reader.bytes_received
        if tally.begun:
            tally.add_long(machine, byte_count, bytes_read)
        elif machine.is_blank:
            tally.skip(machine, byte_count)
        elif machine.field_count > self._limits.columns:
            self._fatal = Problem(
                "too_many_columns",
                f"The first row has {machine.field_count:,} columns; at most {self._limits.columns:,} can be sent. "
                "Check the delimiter.",
                tally.lines + 1,
            )
        elif self._dialect.header:
            names = header_names(machine)
            self._header_problems = header_problems(names, tally.lines + 1)
            tally.skip(machine, min(byte_count, bytes_read - tally.offset))
            tally.begin(names, self._types_for(len(names)))
        else:
            names = generated_names(machine.field_count)
            tally.begin(names, self._types_for(len(names)))
            tally.add_long(machine, byte_count, bytes_read)

    def _types_for(self, count: int) -> list[ColumnType]:
        given = list(self._types[:count])
        return given + [ColumnType.STRING] * (count - len(given))
