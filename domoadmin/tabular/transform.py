"""Rewriting records on their way to Domo: UTF-8, comma, RFC 4180 quoting, LF, the dataset's columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.matching import ColumnMatch
from domoadmin.tabular.parts import Part, records_in
from domoadmin.tabular.problems import Refused, RowCountMismatch
from domoadmin.tabular.records import BorderFinder, RecordCounter, read_rows
from domoadmin.tabular.results import RAGGED, FileCheck
from domoadmin.tabular.span_rewriter import LONGEST_BLOCK, SpanRewriter

_Edits = dict[int, frozenset[int] | None]


class Decision(StrEnum):
    """What to do with rows that have a problem."""

    STOP = "stop"
    SET_ASIDE = "set_aside"
    BLANK = "blank"


def _no_records() -> NDArray[np.uint64]:
    return np.zeros(0, np.uint64)


def _no_columns() -> NDArray[np.uint16]:
    return np.zeros(0, np.uint16)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """How records become rows of the dataset.

    sources: per dataset column the index in the file, or None. width: columns of the file.
    set_aside: record numbers, ascending. blank_records and blank_columns: values to leave empty, ordered by record.
    """

    sources: tuple[int | None, ...]
    width: int
    set_aside: NDArray[np.uint64] = field(default_factory=_no_records)
    blank_records: NDArray[np.uint64] = field(default_factory=_no_records)
    blank_columns: NDArray[np.uint16] = field(default_factory=_no_columns)


def plan_rows(check: FileCheck, match: ColumnMatch, decisions: Mapping[int, Decision] | None = None) -> RowPlan:
    """The plan after the decisions on each column of the file with bad values (its index) and ragged rows (RAGGED).

    Raises Refused: the check found the file unusable, a decision is missing or "stop", or the bad rows are too many.
    """
    if check.fatal is not None:
        raise Refused(check.fatal.code, check.fatal.message, check.fatal.line, check.fatal.column)
    decided = dict(decisions or {})
    open_problems = [
        (index, column.problem) for index, column in enumerate(check.columns) if column.problem is not None
    ]
    if check.ragged_problem is not None:
        open_problems.append((RAGGED, check.ragged_problem))
    for index, problem in open_problems:
        decision = decided.get(index, Decision.STOP)
        if decision is Decision.STOP or (index == RAGGED and decision is Decision.BLANK):
            raise Refused(problem.code, problem.message, problem.line, problem.column)
    if open_problems and check.bad_rows.overflowed:
        raise Refused(
            "too_many_bad_rows",
            f"More than {check.bad_rows.limit:,} values have a problem; so many can't be set aside or left empty. "
            "Correct the file or the columns' types.",
        )
    aside = [index for index, _ in open_problems if decided[index] is Decision.SET_ASIDE]
    blank = [index for index, _ in open_problems if decided[index] is Decision.BLANK]
    set_aside = check.bad_rows.records(aside) if aside else _no_records()
    records, columns = check.bad_rows.entries()
    kept = np.isin(columns, blank) & ~np.isin(records, set_aside)
    return RowPlan(match.sources, len(check.columns), set_aside, records[kept], columns[kept])


def sends_as_is(dialect: Dialect, match: ColumnMatch, check: FileCheck, plan: RowPlan) -> bool:
    """Whether the file's own bytes can be sent: same columns in order, comma and double quotes, nothing changed."""
    return (
        dialect.is_domo_format
        and match.same_layout
        and not check.needs_rewriting
        and not len(plan.set_aside)
        and not len(plan.blank_records)
    )


class RecordTransform:
    """Iterate once over the bytes to send for one part. The same input always gives the same bytes.

    rows_read and rows_written are true at the end. Raises RowCountMismatch, before the last bytes are handed out,
    when the part does not hold the rows that the check counted.
    """

    def __init__(self, chunks: Iterable[bytes], dialect: Dialect, plan: RowPlan, part: Part) -> None:
        self.rows_read = 0
        self.rows_written = 0
        self._chunks = chunks
        self._dialect = dialect
        self._line_end = dialect.line_end.encode()
        self._width = plan.width
        self._spans = (
            SpanRewriter(dialect, plan.sources, plan.width) if SpanRewriter.suits(dialect, plan.sources) else None
        )
        self._counter = RecordCounter(dialect, plan.width)
        self._arrange = arrangement(plan.sources, plan.width)
        self._part = part
        self._edits = self._plan_edits(plan, part)

    @staticmethod
    def _plan_edits(plan: RowPlan, part: Part) -> list[tuple[int, frozenset[int] | None]]:
        """(index in the part, columns to blank or None to set aside), the last first."""
        edits: _Edits = {}
        first, last = np.searchsorted(plan.blank_records, [part.first_record, part.first_record + part.rows])
        blanks = zip(plan.blank_records[first:last].tolist(), plan.blank_columns[first:last].tolist(), strict=True)
        for record, column in blanks:
            index = record - part.first_record
            edits[index] = (edits.get(index) or frozenset()) | {column}
        for record in records_in(part, plan.set_aside).tolist():
            edits[record - part.first_record] = None
        return sorted(edits.items(), key=itemgetter(0), reverse=True)

    def __iter__(self) -> Iterator[bytes]:
        held = b""
        for block in BorderFinder(self._dialect).blocks(self._chunks):
            if held:
                yield held
            held = self._rewritten(block)
        if self.rows_read != self._part.rows:
            raise RowCountMismatch(self._part.rows, self.rows_read)
        if held:
            yield held

    def _rewritten(self, block: bytes) -> bytes:
        """The rows of a block as CSV."""
        edits = self._edits_of(block)
        if self._spans is not None and len(block) <= LONGEST_BLOCK:
            try:
                content, rows_read, rows_written = self._spans.rewrite(block, edits)
            except ValueError as error:
                raise RowCountMismatch(self._part.rows, self.rows_read) from error
        else:
            content, rows_read, rows_written = self._rewritten_by_value(block, edits)
        self.rows_read += rows_read
        self.rows_written += rows_written
        return content

    def _edits_of(self, block: bytes) -> _Edits:
        """The edits of this block's rows, counted from its first row."""
        edits: _Edits = {}
        if self._edits and self._edits[-1][0] <= self.rows_read + block.count(self._line_end):
            rows = self._counter.count(block)
            while self._edits and self._edits[-1][0] < self.rows_read + rows:
                index, columns = self._edits.pop()
                edits[index - self.rows_read] = columns
        return edits

    def _rewritten_by_value(self, block: bytes, edits: _Edits) -> tuple[bytes, int, int]:
        """(CSV bytes, rows read, rows written). Where values may hold a CR, it must be in the writer's line end,
        or it is not quoted."""
        pieces: list[str] = []
        has_returns = b"\r" in block
        writer = csv.writer(_Sink(pieces.append), lineterminator="\r\n" if has_returns else "\n")
        rows = read_rows(block, self._dialect, self._width)
        writer.writerows(self._arrange(_edited(rows, edits) if edits else rows))
        if has_returns:
            pieces = [piece[:-2] + "\n" for piece in pieces]
        set_aside = sum(columns is None for columns in edits.values())
        return "".join(pieces).encode(), len(pieces) + set_aside, len(pieces)


def _edited(rows: Iterable[list[str]], edits: _Edits) -> Iterator[list[str]]:
    """The rows without those set aside, and with bad values left empty."""
    for index, row in enumerate(rows):
        if index not in edits:
            yield row
        elif (columns := edits[index]) is not None:
            yield ["" if column in columns else value for column, value in enumerate(row)]


class _Sink:
    """What csv.writer writes to: a list's append, called without any Python in between."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write


def arrangement(
    sources: tuple[int | None, ...], width: int
) -> Callable[[Iterable[list[str]]], Iterable[list[str] | tuple[str, ...]]]:
    """A function that puts the values of rows into the dataset's columns."""
    if sources == tuple(range(width)):
        return lambda rows: rows
    if len(sources) > 1 and None not in sources:
        take = itemgetter(*[source for source in sources if source is not None])
        return lambda rows: map(take, rows)
    return lambda rows: ([row[source] if source is not None else "" for source in sources] for row in rows)
