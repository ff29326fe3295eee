"""Finds records and fields in a block of bytes, many at a time (numpy), by the rules of RFC 4180."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from domoadmin.tabular.dialect import Dialect

Positions = NDArray[np.int64]
Octets = NDArray[np.uint8]

PADDING = bytes(32)
_CARRIAGE_RETURN = 13
_LINE_FEED = 10


@dataclass(frozen=True, slots=True)
class Records:
    """The complete records at the start of a block.

    separators: offsets of the delimiters and line ends outside quotes, up to the last line end.
    last: for each record, the index in `separators` of its line end. field_counts: fields per record.
    newlines: offsets of all line ends in the block, quoted ones too.
    violation: offset of the first byte that breaks the rules, also behind the last complete record; or None.
    """

    octets: Octets
    separators: Positions
    last: Positions
    field_counts: Positions
    newlines: Positions
    has_quotes: bool
    has_returns: bool
    violation: int | None

    @property
    def count(self) -> int:
        """Number of complete records, blank lines included."""
        return len(self.last)

    @property
    def ends(self) -> Positions:
        """Offset of each record's line end."""
        return self.separators[self.last]

    def fields(self) -> tuple[Positions, Positions]:
        """Start and length of each field, quotes included, CR before LF left out."""
        separators = self.separators
        starts = np.empty_like(separators)
        starts[0] = 0
        np.add(separators[:-1], 1, out=starts[1:])
        lengths = separators - starts
        if self.has_returns:
            has_return = self.octets.take(self.ends - 1, mode="wrap") == _CARRIAGE_RETURN
            lengths[self.last] -= has_return & (lengths[self.last] > 0)
        return starts, lengths

    def first(self, count: int) -> Records:
        """Only the first `count` records."""
        if count == self.count:
            return self
        end = int(self.last[count - 1]) + 1 if count else 0
        return replace(
            self, separators=self.separators[:end], last=self.last[:count], field_counts=self.field_counts[:count]
        )

    def behind(self, count: int) -> Records:
        """The records behind the first `count`, as a block of their own."""
        end = int(self.last[count - 1]) + 1
        shift = int(self.separators[end - 1]) + 1
        return replace(
            self,
            octets=self.octets[shift:],
            separators=self.separators[end:] - shift,
            last=self.last[count:] - end,
            field_counts=self.field_counts[count:],
            newlines=self.newlines[np.searchsorted(self.newlines, shift) :] - shift,
            violation=None,
        )


class Scanner:
    """Scans blocks that begin at the start of a record."""

    def __init__(self, dialect: Dialect) -> None:
        _keep_freed_memory()
        self._delimiter = ord(dialect.delimiter)
        self._quote = ord(dialect.quote) if dialect.quote else None
        self._line_end = ord(dialect.line_end)
        self._other_line_end = _CARRIAGE_RETURN if self._line_end == _LINE_FEED else _LINE_FEED
        after_quote = [self._delimiter, self._line_end, self._quote or self._delimiter]
        self._may_precede_opening = _table(after_quote)
        self._may_follow_closing = _table([*after_quote, _CARRIAGE_RETURN])

    def scan(self, block: bytes, length: int) -> Records:
        """The records in block[:length]; the block must go on for len(PADDING) more bytes."""
        octets = np.frombuffer(block, np.uint8)
        content = octets[:length]
        mask = content == self._delimiter
        line_ends = content == self._line_end
        mask |= line_ends
        has_quotes = self._quote is not None and block.find(self._quote, 0, length) >= 0
        if has_quotes:
            mask |= content == self._quote
        positions = np.flatnonzero(mask)
        kinds = octets.take(positions)
        quotes: Positions | None = None
        violations: list[int] = []
        if has_quotes:
            newlines = positions[kinds == self._line_end]
            is_quote = kinds == self._quote
            quotes = positions[is_quote]
            outside = _outside(is_quote)
            positions = positions[outside]
            kinds = kinds[outside]
            violations += self._broken_quotes(octets, quotes, length)
            last = np.flatnonzero(kinds == self._line_end)
        else:
            last = np.flatnonzero(kinds == self._line_end)
            newlines = positions[last]
        violations += self._lone_line_ends(block, octets, length, newlines, quotes)
        positions = positions[: int(last[-1]) + 1 if len(last) else 0]
        return Records(
            octets,
            positions,
            last,
            np.diff(last, prepend=-1),
            newlines,
            has_quotes,
            self._line_end == _LINE_FEED and block.find(_CARRIAGE_RETURN, 0, length) >= 0,
            min(violations) if violations else None,
        )

    def _broken_quotes(self, octets: Octets, quotes: Positions, length: int) -> list[int]:
        """The first opening quote inside a value and the first closing quote followed by text."""
        found: list[int] = []
        opening, closing = quotes[0::2], quotes[1::2]
        allowed = self._may_precede_opening.take(octets.take(opening - 1, mode="wrap"))
        if opening[0] == 0:
            allowed[0] = True
        if not allowed.all():
            found.append(int(opening[np.argmin(allowed)]))
        if len(closing):
            allowed = self._may_follow_closing.take(octets.take(closing + 1))
            if closing[-1] == length - 1:
                allowed[-1] = True
            if not allowed.all():
                found.append(int(closing[np.argmin(allowed)]))
        return found

    def _lone_line_ends(
        self, block: bytes, octets: Octets, length: int, newlines: Positions, quotes: Positions | None
    ) -> list[int]:
        """The first CR without LF outside quotes (or, where CR ends lines, the first LF)."""
        if block.find(self._other_line_end, 0, length) < 0:
            return []
        is_other = octets[:length] == self._other_line_end
        if self._line_end == _LINE_FEED:
            paired = int(np.count_nonzero(octets.take(newlines - 1, mode="wrap") == _CARRIAGE_RETURN))
            if paired == int(np.count_nonzero(is_other)):
                return []
        others = np.flatnonzero(is_other)
        if self._line_end == _LINE_FEED:
            others = others[octets.take(others + 1) != _LINE_FEED]
            others = others[others != length - 1]
        if quotes is not None:
            others = others[np.searchsorted(quotes, others) & 1 == 0]
        return [int(others[0])] if len(others) else []


def _table(allowed: list[int]) -> NDArray[np.bool_]:
    """A look-up table over byte values."""
    table = np.zeros(256, np.bool_)
    table[allowed] = True
    return table


def _outside(is_quote: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which marks stand outside quotes and are no quotes. Only few quoted values hold marks: those are cut out."""
    outside = np.logical_not(is_quote)
    quotes = np.flatnonzero(is_quote)
    if len(quotes) % 2:
        outside[quotes[-1] :] = False
        quotes = quotes[:-1]
    opening, closing = quotes[0::2], quotes[1::2]
    inside = closing - opening - 1
    filled = np.flatnonzero(inside)
    counts = inside[filled]
    first = np.cumsum(counts) - counts
    outside[np.repeat(opening[filled] + 1 - first, counts) + np.arange(counts.sum())] = False
    return outside


def _keep_freed_memory() -> None:
    """Make the allocator reuse freed arrays: half of the time would go into asking the system for fresh pages.

    glibc raises its threshold for handing memory back to the size of the largest block freed so far (32 MB at most).
    This block is never touched, so it costs nothing.
    """
    np.empty(16 << 20, np.uint8)
