"""Filters and order of the two searches, as the document describes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from domoadmin.sandbox.errors import ApiError

Record = dict[str, Any]
Test = Callable[[Record], bool]
DATE_FIELDS = ("created", "updated")


def iso(moment: int) -> str:
    """Epoch milliseconds as the text of these answers."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _like(value: Any, wanted: Any) -> bool:
    pattern = ".*".join(re.escape(piece) for piece in str(wanted).split("%"))
    return re.search(pattern, str(value), re.IGNORECASE | re.DOTALL) is not None


def _order(value: Any, wanted: Any) -> int:
    """-1, 0 or 1; numbers by size, everything else as text."""
    try:
        left, right = float(value), float(wanted)
    except (TypeError, ValueError):
        return (str(value) > str(wanted)) - (str(value) < str(wanted))
    return (left > right) - (left < right)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "EQUALS": lambda value, wanted: _order(value, wanted) == 0,
    "IN": lambda value, wanted: _order(value, wanted) == 0,
    "GREATER_THAN": lambda value, wanted: _order(value, wanted) > 0,
    "LESS_THAN": lambda value, wanted: _order(value, wanted) < 0,
    "GREATER_THAN_OR_EQUAL": lambda value, wanted: _order(value, wanted) >= 0,
    "LESS_THAN_OR_EQUAL": lambda value, wanted: _order(value, wanted) <= 0,
    "LIKE": _like,
}


class Selection:
    """What a search body asks for. ApiError 400 names what is wrong with it."""

    def __init__(self, body: Record, fields: tuple[str, ...], first: str) -> None:
        self._fields = fields
        self._tests = [self._filter(each, place) for place, each in enumerate(_objects(body, "filters"))]
        self._tests += [self._date_filter(each, place) for place, each in enumerate(_objects(body, "dateFilters"))]
        self.sorts = [self._sort(each, place) for place, each in enumerate(_objects(body, "fieldSort"))]
        self.sorts = self.sorts or [(first, False)]

    def apply(self, records: list[Record]) -> list[Record]:
        """The records that match, in order; equal ones by id."""
        return self.sorted([record for record in records if all(test(record) for test in self._tests)])

    def sorted(self, records: list[Record]) -> list[Record]:
        """The records in order."""
        found = sorted(records, key=lambda record: str(record["id"]))
        for field, descending in reversed(self.sorts):
            found.sort(key=lambda record: _sort_key(record.get(field)), reverse=descending)
        return found

    def _field(self, entry: Record, where: str) -> str:
        field = entry.get("field")
        if field not in self._fields:
            raise ApiError(400, f"{where}.field must be one of {', '.join(self._fields)}")
        return str(field)

    def _filter(self, entry: Record, place: int) -> Test:
        where = f"filters[{place}]"
        field, operator, turned = self._field(entry, where), entry.get("operator", "EQUALS"), bool(entry.get("not"))
        if operator == "IS_NULL":
            return lambda record: (record.get(field) in (None, "")) != turned
        if operator not in COMPARISONS:
            raise ApiError(400, f"{where}.operator must be one of {', '.join([*COMPARISONS, 'IS_NULL'])}")
        compare, value = COMPARISONS[operator], entry.get("value")
        wanted = value if isinstance(value, list) else [value]
        if not wanted or None in wanted:
            raise ApiError(400, f"{where}.value is required")

        def test(record: Record) -> bool:
            found = record.get(field)
            return (found is not None and any(compare(found, each) for each in wanted)) != turned

        return test

    def _date_filter(self, entry: Record, place: int) -> Test:
        where = f"dateFilters[{place}]"
        field, turned = self._field(entry, where), bool(entry.get("not"))
        if field not in DATE_FIELDS:
            raise ApiError(400, f"{where}.field must be one of {', '.join(DATE_FIELDS)}")
        start, end = _moment(entry, "start", where), _moment(entry, "end", where)
        if start is None and end is None:
            raise ApiError(400, f"{where} needs start or end")

        def test(record: Record) -> bool:
            moment = datetime.fromisoformat(record[field])
            return ((start is None or start <= moment) and (end is None or moment <= end)) != turned

        return test

    def _sort(self, entry: Record, place: int) -> tuple[str, bool]:
        order = entry.get("order", "ASC")
        if order not in ("ASC", "DESC"):
            raise ApiError(400, f"fieldSort[{place}].order must be ASC or DESC")
        return self._field(entry, f"fieldSort[{place}]"), order == "DESC"


def _sort_key(value: Any) -> tuple[bool, float, str]:
    if isinstance(value, int | float):
        return value is None, float(value), ""
    return value is None, 0.0, str(value).casefold()


def _objects(body: Record, name: str) -> list[Record]:
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ApiError(400, f"{name} must be a list of objects")
    return value


def _moment(entry: Record, name: str, where: str) -> datetime | None:
    value = entry.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ApiError(400, f"{where}.{name} must be a time as ISO 8601 text") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
