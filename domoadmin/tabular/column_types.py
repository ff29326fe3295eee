"""Domo's column types and the exact, one value at a time rules for their values."""

from __future__ import annotations

import re
from calendar import isleap
from enum import StrEnum
from functools import lru_cache


class ColumnType(StrEnum):
    """Types of dataset columns. Anything else is treated as STRING."""

    STRING = "STRING"
    LONG = "LONG"
    DECIMAL = "DECIMAL"
    DOUBLE = "DOUBLE"
    DATE = "DATE"
    DATETIME = "DATETIME"
    TIME = "TIME"

    @classmethod
    def of(cls, name: str | None) -> ColumnType:
        """The type of this name in any case; STRING when unknown."""
        try:
            return cls((name or "").upper())
        except ValueError:
            return cls.STRING

    @property
    def label(self) -> str:
        """Name for people, singular."""
        return _LABELS[self][0]

    @property
    def singular(self) -> str:
        """What one value is called: "1 value is not a decimal number"."""
        return _LABELS[self][3]

    @property
    def plural(self) -> str:
        """What its values are called: "37 values are not decimal numbers"."""
        return _LABELS[self][1]

    @property
    def expected(self) -> str:
        """The form that values must have, for a hint."""
        return _LABELS[self][2]


_LABELS = {
    ColumnType.STRING: ("Text", "texts", "any text", "a text"),
    ColumnType.LONG: ("Whole number", "whole numbers", "digits only, such as 1250", "a whole number"),
    ColumnType.DECIMAL: ("Decimal", "decimal numbers", "a number with a point, such as 12.50", "a decimal number"),
    ColumnType.DOUBLE: ("Floating point", "numbers", "a number with a point, such as 12.50 or 1.2e-5", "a number"),
    ColumnType.DATE: ("Date", "dates", "YYYY-MM-DD, such as 2026-11-18", "a date"),
    ColumnType.DATETIME: (
        "Date and time",
        "dates with time",
        "YYYY-MM-DD HH:MM:SS, such as 2026-11-18 09:30:00",
        "a date with time",
    ),
    ColumnType.TIME: ("Time", "times", "HH:MM:SS, such as 09:30:00", "a time"),
}

_LONG = re.compile(rb"[+-]?[0-9]+\Z")
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
_DATE = re.compile(rb"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_CLOCK = rb"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
_TIME = re.compile(_CLOCK + rb"\Z")
_ZONED_TIME = re.compile(rb"[T ]" + _CLOCK + rb"(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?\Z")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LONGEST_NUMBER = 400


def is_valid(column_type: ColumnType, value: bytes) -> bool:
    """Whether a value, unquoted and in UTF-8, can stand in a column of this type. Empty always can."""
    if not value or column_type is ColumnType.STRING:
        return True
    if len(value) > _LONGEST_NUMBER:
        return False
    return _is_valid(column_type, value)


@lru_cache(maxsize=8192)
def _is_valid(column_type: ColumnType, value: bytes) -> bool:
    match column_type:
        case ColumnType.LONG:
            return bool(_LONG.match(value)) and -(2**63) <= int(value) < 2**63
        case ColumnType.DECIMAL | ColumnType.DOUBLE:
            return bool(_NUMBER.match(value))
        case ColumnType.DATE:
            return _is_date(value)
        case ColumnType.DATETIME:
            return _is_date(value[:10]) and (len(value) == 10 or bool(_ZONED_TIME.match(value[10:])))
        case ColumnType.TIME:
            return bool(_TIME.match(value))
        case _:
            return True


def _is_date(value: bytes) -> bool:
    found = _DATE.match(value)
    if not found:
        return False
    year, month, day = (int(group) for group in found.groups())
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    return (month, day) != (2, 29) or isleap(year)
