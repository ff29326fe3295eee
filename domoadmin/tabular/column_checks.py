"""Vectorised value checks: eight bytes of every value of a column at once, as one 64 bit number each.

The fast rules never call a bad value good. What they can't decide is decided one by one by column_types.is_valid.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.scanner import Octets, Positions

Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]


def _word(*octets: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes(octets), "little"))


_HIGH = np.uint64(0x8080808080808080)
_LOW7 = np.uint64(0x7F7F7F7F7F7F7F7F)
_ZEROS = np.uint64(0x3030303030303030)
_POINTS = np.uint64(0x2E2E2E2E2E2E2E2E)
_ABOVE_NINE = np.uint64(0x7676767676767676)
_LOWER = np.uint64(0x2020202020202020)
_EXPONENTS = np.uint64(0x6565656565656565)
_FIRST_BYTES = np.array([(1 << (8 * count)) - 1 for count in range(9)], np.uint64)
_NIBBLE = np.uint64(0x0F)
_TEN = np.uint64(10)
_LONGEST_FAST = 24


class BlockValues:
    """Reads the values of one block as 64 bit words. The block must have at least 32 bytes after its last value."""

    def __init__(self, octets: Octets) -> None:
        self.octets = octets
        self.words = np.ndarray((len(octets) - 7,), np.dtype("<u8"), octets, 0, (1,))

    def word(self, starts: Positions, offset: int = 0) -> Words:
        """The eight bytes from each start + offset."""
        return self.words[starts + offset if offset else starts]


def undecided(column_type: ColumnType, values: BlockValues, starts: Positions, lengths: Positions) -> Flags | None:
    """Flags of the values that the fast rules do not accept; None when the type accepts everything."""
    rule = _RULES.get(column_type)
    if rule is None:
        return None
    accepted: Flags = rule(values, starts, lengths)
    accepted |= lengths == 0
    return np.logical_not(accepted, out=accepted)


def _without_sign(values: BlockValues, starts: Positions, lengths: Positions) -> tuple[Positions, Positions]:
    first = values.octets.take(starts)
    signed = first == ord("-")
    signed |= first == ord("+")
    signed &= lengths > 0
    return starts + signed, lengths - signed


def _not_digits(words: Words) -> Words:
    """The high bit of each byte that is not 0-9."""
    words = words ^ _ZEROS
    return (((words & _LOW7) + _ABOVE_NINE) | words) & _HIGH


def _equals(words: Words, pattern: np.uint64) -> Words:
    """The high bit of each byte that equals the pattern's byte."""
    words = words ^ pattern
    return ~(((words & _LOW7) + _LOW7) | words) & _HIGH


def _first_bytes(lengths: Positions) -> Words:
    return _FIRST_BYTES.take(lengths, mode="clip")


def _long(values: BlockValues, starts: Positions, lengths: Positions) -> Flags:
    starts, lengths = _without_sign(values, starts, lengths)
    accepted: Flags = (_not_digits(values.word(starts)) & _first_bytes(lengths)) == 0
    accepted &= (lengths >= 1) & (lengths <= 18)
    for offset in (8, 16):
        longer = np.flatnonzero(accepted & (lengths > offset))
        if not len(longer):
            break
        rest = _not_digits(values.word(starts[longer], offset)) & _first_bytes(lengths[longer] - offset)
        accepted[longer] = rest == 0
    return accepted


def _number(values: BlockValues, starts: Positions, lengths: Positions) -> Flags:
    starts, lengths = _without_sign(values, starts, lengths)
    words = values.word(starts)
    visible = _first_bytes(lengths)
    others = _not_digits(words) & visible
    points = _equals(words, _POINTS) & visible
    accepted: Flags = (others == points) & ((others & (others - np.uint64(1))) == 0)
    accepted &= (lengths - (others != 0) >= 1) & (lengths <= _LONGEST_FAST)
    for offset in (8, 16):
        longer = np.flatnonzero(accepted & (lengths > offset))
        if not len(longer):
            break
        words = values.word(starts[longer], offset)
        visible = _first_bytes(lengths[longer] - offset)
        rest = _not_digits(words) & visible
        points = _equals(words, _POINTS) & visible
        seen = others[longer]
        accepted[longer] = (rest == points) & ((rest & (rest - np.uint64(1))) == 0) & ((rest == 0) | (seen == 0))
        others[longer] = seen | rest
    return accepted


_YEAR_PATTERN = _word(*b"0000-00-")
_YEAR_MASK = _word(0xF0, 0xF0, 0xF0, 0xF0, 0xFF, 0xF0, 0xF0, 0xFF)
_YEAR_SIX = _word(6, 6, 6, 6, 0, 6, 6, 0)
_DAY_PATTERN = _word(*b"00-00-00")
_DAY_MASK = _word(0xF0, 0xF0, 0xFF, 0xF0, 0xF0, 0xFF, 0xF0, 0xF0)
_DAY_SIX = _word(6, 6, 0, 6, 6, 0, 6, 6)
_CLOCK_PATTERN = _word(*b"00:00:00")
_OFFSET_PATTERN = _word(0, *b"00:00", 0, 0)
_OFFSET_MASK = _word(0, 0xF0, 0xF0, 0xFF, 0xF0, 0xF0, 0, 0)
_OFFSET_SIX = _word(0, 6, 6, 0, 6, 6, 0, 0)


def _calendar() -> Flags:
    """For month * 100 + day: whether that day exists in every year."""
    table = np.zeros(10_000, np.bool_)
    for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
        table[month * 100 + 1 : month * 100 + days + 1] = True
    return table


_CALENDAR = _calendar()


def _two_digits(words: Words, octet: int) -> NDArray[np.int64]:
    """The number written by two digit bytes from `octet`; the words must be XORed with "0" there."""
    tens = (words >> np.uint64(8 * octet)) & _NIBBLE
    return (tens * _TEN + ((words >> np.uint64(8 * octet + 8)) & _NIBBLE)).view(np.int64)


def _dates(values: BlockValues, starts: Positions) -> Flags:
    """Whether the ten bytes from each start are a date; 29 February is left to the exact rule."""
    year = values.word(starts) ^ _YEAR_PATTERN
    accepted: Flags = (((year + _YEAR_SIX) | year) & _YEAR_MASK) == 0
    day = values.word(starts, 2) ^ _DAY_PATTERN
    accepted &= (((day + _DAY_SIX) | day) & _DAY_MASK) == 0
    accepted &= _CALENDAR.take(_two_digits(day, 3) * 100 + _two_digits(day, 6), mode="clip")
    return accepted


def _clocks(values: BlockValues, starts: Positions) -> Flags:
    """Whether the eight bytes from each start are HH:MM:SS."""
    clock = values.word(starts) ^ _CLOCK_PATTERN
    accepted: Flags = (((clock + _DAY_SIX) | clock) & _DAY_MASK) == 0
    accepted &= _two_digits(clock, 0) < 24
    accepted &= _two_digits(clock, 3) < 60
    accepted &= _two_digits(clock, 6) < 60
    return accepted


def _fractions(values: BlockValues, starts: Positions, lengths: Positions, zone: bool) -> Flags:
    """Whether what follows the seconds is nothing, `.` and up to seven digits, or (with zone) also a Z at the end."""
    words = values.word(starts)
    shorter = lengths
    if zone:
        last = values.octets.take(starts + lengths - 1)
        shorter = lengths - ((lengths > 0) & (last == ord("Z")))
    others = _not_digits(words) & _first_bytes(shorter)
    accepted: Flags = (others == 0x80) & ((words & np.uint64(0xFF)) == ord(".")) & (shorter >= 2) & (shorter <= 8)
    accepted |= shorter == 0
    if zone:
        accepted |= _offsets(words) & (lengths == 6)
    return accepted


def _offsets(words: Words) -> Flags:
    """Whether the first six bytes are a time zone offset such as +02:00."""
    offset = words ^ _OFFSET_PATTERN
    accepted: Flags = (((offset + _OFFSET_SIX) | offset) & _OFFSET_MASK) == 0
    sign = words & np.uint64(0xFF)
    accepted &= (sign == ord("+")) | (sign == ord("-"))
    accepted &= _two_digits(offset, 1) < 24
    accepted &= _two_digits(offset, 4) < 60
    return accepted


def _date(values: BlockValues, starts: Positions, lengths: Positions) -> Flags:
    accepted: Flags = _dates(values, starts)
    accepted &= lengths == 10
    return accepted


def _time(values: BlockValues, starts: Positions, lengths: Positions) -> Flags:
    accepted: Flags = _clocks(values, starts)
    accepted &= lengths >= 8
    longer = np.flatnonzero(accepted & (lengths > 8))
    if len(longer):
        accepted[longer] = _fractions(values, starts[longer] + 8, lengths[longer] - 8, zone=False)
    return accepted


def _datetime(values: BlockValues, starts: Positions, lengths: Positions) -> Flags:
    accepted: Flags = _dates(values, starts)
    timed = np.flatnonzero(accepted & (lengths != 10))
    if not len(timed):
        accepted &= lengths == 10
        return accepted
    start, length = starts[timed], lengths[timed]
    good = _clocks(values, start + 11)
    separator = values.octets.take(start + 10)
    good &= ((separator == ord(" ")) | (separator == ord("T"))) & (length >= 19)
    longer = np.flatnonzero(good & (length > 19))
    if len(longer):
        good[longer] = _fractions(values, start[longer] + 19, length[longer] - 19, zone=True)
    accepted[timed] = good
    return accepted


_RULES: dict[ColumnType, Callable[[BlockValues, Positions, Positions], Flags]] = {
    ColumnType.LONG: _long,
    ColumnType.DECIMAL: _number,
    ColumnType.DOUBLE: _number,
    ColumnType.DATE: _date,
    ColumnType.DATETIME: _datetime,
    ColumnType.TIME: _time,
}
