"""Cutting a file into parts at record borders."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes [start, end) of the file, holding exactly `rows` records from record `first_record` (from 1).

    number counts from 1; first_line is the physical line of the first byte.
    """

    number: int
    start: int
    end: int
    rows: int
    first_record: int
    first_line: int

    @property
    def byte_count(self) -> int:
        """Length in bytes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Border:
    """A place between two records: offset, records and lines before it."""

    offset: int
    records: int
    lines: int


@dataclass(frozen=True, slots=True)
class Sending:
    """A part as it will be sent: its number upstream (no holes), the rows in it, and those set aside from it."""

    number: int
    part: Part
    rows: int
    set_aside: int


class PartCutter:
    """Collects parts of at most `part_bytes`, except where a single record is longer (it becomes its own part)."""

    def __init__(self, part_bytes: int) -> None:
        if part_bytes < 1:
            raise ValueError("A part must have at least one byte.")
        self._part_bytes = part_bytes
        self._start = self._last = Border(0, 0, 0)
        self._parts: list[Part] = []

    def begin(self, border: Border) -> None:
        """Where the first record begins."""
        self._start = self._last = border

    def add(self, ends: NDArray[np.int64], border: Callable[[int], Border]) -> None:
        """The offsets behind each of the next records; border(i) tells all about the border behind ends[i]."""
        previous = self._last
        final = int(ends[-1])
        while final > (limit := self._start.offset + self._part_bytes):
            index = int(np.searchsorted(ends, limit, side="right"))
            at: Border | None = border(index - 1) if index else previous
            if at is None or at.records == self._start.records:
                at = self._next_with_rows(ends, border, index)
            if at is None:
                break
            self._cut(at)
            if at.offset == final:
                break
        self._last = border(len(ends) - 1)

    def _next_with_rows(self, ends: NDArray[np.int64], border: Callable[[int], Border], index: int) -> Border | None:
        """The first border from `index` on behind a record that counts as a row."""
        index = bisect_right(range(len(ends)), self._start.records, index, key=lambda i: border(i).records)
        return border(index) if index < len(ends) else None

    def _cut(self, at: Border) -> None:
        start = self._start
        self._parts.append(
            Part(
                number=len(self._parts) + 1,
                start=start.offset,
                end=at.offset,
                rows=at.records - start.records,
                first_record=start.records + 1,
                first_line=start.lines + 1,
            )
        )
        self._start = at

    def finish(self) -> tuple[Part, ...]:
        """All parts; blank lines at the end belong to the last one."""
        if self._last.offset > self._start.offset:
            if self._last.records > self._start.records or not self._parts:
                self._cut(self._last)
            else:
                self._parts[-1] = replace(self._parts[-1], end=self._last.offset)
        return tuple(part for part in self._parts if part.rows)


def plan_sending(parts: Sequence[Part], set_aside: NDArray[np.uint64]) -> list[Sending]:
    """What is sent for each part when these record numbers (ascending, distinct) are set aside.

    A part that would hold no rows is left out, and the numbers have no hole.
    """
    sendings: list[Sending] = []
    for part in parts:
        aside = len(records_in(part, set_aside))
        if part.rows > aside:
            sendings.append(Sending(len(sendings) + 1, part, part.rows - aside, aside))
    return sendings


def records_in(part: Part, records: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Those of the ascending record numbers that lie in the part."""
    first, last = np.searchsorted(records, [part.first_record, part.first_record + part.rows])
    return records[first:last]
