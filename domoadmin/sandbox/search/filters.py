"""The documented filters over any collection of entries."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.search.text import Mask

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "LT": operator.lt,
    "LTE": operator.le,
    "EQ": operator.eq,
    "GT": operator.gt,
    "GTE": operator.ge,
}
BUCKET_DAYS = {"LAST_DAY": 1, "LAST_WEEK": 7, "LAST_MONTH": 30, "LAST_QUARTER": 91}
DAY_MS = 86_400_000


class Searchable(Protocol):
    """What filters need of a collection: values by field, text by field."""

    def __len__(self) -> int: ...
    def numbers(self, field: str) -> NDArray[Any] | None:
        """Values of a numeric or date field (epoch milliseconds), or None when there is no such field."""
        ...

    def equal(self, field: str, value: str) -> Mask | None:
        """Entries whose field has the value, or None when there is no such field."""
        ...

    def matching(self, field: str | None, text: str) -> Mask | None:
        """Entries whose field (None: any text) fits a text with wildcards."""
        ...

    def present(self, field: str) -> Mask | None:
        """Entries that have a value in the field."""
        ...


def filter_mask(entries: Searchable, filters: list[Any], now: int, any_of: bool = False) -> Mask:
    """Entries that pass all filters, or any of them; ApiError 400 for a filter that the document does not know."""
    masks = [_single(entries, each, now) for each in filters]
    if not masks:
        return np.full(len(entries), not any_of)
    combined = masks[0]
    for mask in masks[1:]:
        combined = combined | mask if any_of else combined & mask
    return combined


def _single(entries: Searchable, values: Any, now: int) -> Mask:
    if not isinstance(values, dict):
        raise ApiError(400, "A filter must be an object")
    kind = values.get("filterType")
    make = KINDS.get(str(kind))
    if make is None:
        raise ApiError(400, f"Unknown filterType {kind!r}")
    field = values.get("field")
    if not isinstance(field, str) or not field:
        raise ApiError(400, "A filter needs a field")
    mask = make(entries, field, values, now)
    if mask is None:
        mask = np.zeros(len(entries), dtype=np.bool_)
    return ~mask if values.get("not") is True else mask


def _term(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    if ("value" in values) == ("values" in values):
        raise ApiError(400, "A term filter needs either value or values")
    wanted = values["values"] if "values" in values else [values["value"]]
    if not isinstance(wanted, list):
        raise ApiError(400, "values must be a list")
    masks = [entries.equal(field, _text(each)) for each in wanted]
    known = [mask for mask in masks if mask is not None]
    return np.logical_or.reduce(known) if known else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wildcard(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    query = values.get("query", values.get("value"))
    if not isinstance(query, str):
        raise ApiError(400, "A wildcard filter needs a query")
    return entries.matching(field, query)


def _query_string(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    query = values.get("queryString")
    if not isinstance(query, str):
        raise ApiError(400, "A queryString filter needs a queryString")
    mask: Mask | None = None
    for word in query.split():
        found = entries.matching(field, f"*{word.strip('*')}*")
        mask = found if mask is None or found is None else mask & found
    return mask


def _date_bucket(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    days = BUCKET_DAYS.get(str(values.get("value")))
    if days is None:
        raise ApiError(400, f"value must be one of {', '.join(BUCKET_DAYS)}")
    numbers = entries.numbers(field)
    return None if numbers is None else np.asarray(numbers >= now - days * DAY_MS)


def _date_range(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    return _between(entries, field, _moment(values.get("from")), _moment(values.get("to")))


def _moment(value: Any) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    try:
        text = str(value)
        return float(text) if text.isdigit() else datetime.fromisoformat(text).timestamp() * 1000
    except ValueError as error:
        raise ApiError(400, "from and to must be timestamps") from error


def _range(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    for name in ("from", "to"):
        if not isinstance(values.get(name), int | float | None):
            raise ApiError(400, f"{name} must be a number")
    return _between(entries, field, values.get("from"), values.get("to"))


def _between(entries: Searchable, field: str, low: float | None, high: float | None) -> Mask | None:
    numbers = entries.numbers(field)
    if numbers is None:
        return None
    mask = np.ones(len(entries), dtype=np.bool_)
    if low is not None:
        mask &= numbers >= low
    if high is not None:
        mask &= numbers <= high
    return mask


def _numeric(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    compare = OPERATORS.get(str(values.get("operator")))
    if compare is None:
        raise ApiError(400, f"operator must be one of {', '.join(OPERATORS)}")
    number = values.get("longNumber", values.get("floatNumber"))
    if not isinstance(number, int | float):
        raise ApiError(400, "A numeric filter needs longNumber or floatNumber")
    numbers = entries.numbers(field)
    return None if numbers is None else np.asarray(compare(numbers, number))


def _boolean(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    if not isinstance(values.get("value"), bool):
        raise ApiError(400, "A boolean filter needs value true or false")
    return entries.equal(field, _text(values["value"]))


def _missing(entries: Searchable, field: str, values: dict[str, Any], now: int) -> Mask | None:
    present = entries.present(field)
    return np.ones(len(entries), dtype=np.bool_) if present is None else ~present


KINDS: dict[str, Callable[[Searchable, str, dict[str, Any], int], Mask | None]] = {
    "term": _term,
    "wildcard": _wildcard,
    "queryString": _query_string,
    "dateBucket": _date_bucket,
    "dateRange": _date_range,
    "numeric": _numeric,
    "range": _range,
    "boolean": _boolean,
    "missing": _missing,
}
