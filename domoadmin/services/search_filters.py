"""Filters of the search, one function per filterType of the document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from domoadmin.services.times import epoch_milliseconds

Filter: TypeAlias = dict[str, Any]


# What each kind of filter needs besides its field; a tuple names alternatives of which exactly one stands.
_NEEDED: dict[str, tuple[str | tuple[str, str], ...]] = {
    "term": (("value", "values"),),
    "wildcard": ("query",),
    "queryString": ("queryString",),
    "dateBucket": ("value",),
    "dateRange": (),
    "numeric": (("longNumber", "floatNumber"), "operator"),
    "range": (),
    "boolean": ("value",),
    "missing": (),
}
# The others can't be negated by themselves, only as a not_filter.
NEGATABLE = frozenset(("term", "dateRange", "numeric", "missing"))


def problem_with_filter(sent: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a filter by the document, or None; kinds and keys beyond it are free."""
    kind = sent.get("filterType")
    if not isinstance(kind, str):
        return "each filter needs a filterType"
    if kind not in _NEEDED:
        return None
    if not sent.get("field"):
        return f"a {kind} filter needs a field"
    for name in _NEEDED[kind]:
        if isinstance(name, tuple):
            if sum(each in sent for each in name) != 1:
                return f"a {kind} filter needs either {name[0]} or {name[1]}"
        elif name not in sent:
            return f"a {kind} filter needs {name}"
    if sent.get("not") and kind not in NEGATABLE:
        return f"a {kind} filter can't be negated: send it as a not_filter"
    return None


def term(field: str, *values: str, negated: bool = False) -> Filter:
    """Match one of these exact values; `value` is sent for one and `values` for several, never both."""
    what: Filter = {"value": values[0]} if len(values) == 1 else {"values": list(values)}
    return {"filterType": "term", "field": field, **what} | _negation(negated)


def wildcard(field: str, query: str) -> Filter:
    """Match a pattern with * as wildcard."""
    return {"filterType": "wildcard", "field": field, "query": query}


def query_string(field: str, query: str) -> Filter:
    """Match a query string."""
    return {"filterType": "queryString", "field": field, "queryString": query}


def date_bucket(field: str, value: Literal["LAST_DAY", "LAST_WEEK", "LAST_MONTH", "LAST_QUARTER"]) -> Filter:
    """Match a period that ends now."""
    return {"filterType": "dateBucket", "field": field, "value": value}


def date_range(field: str, start: datetime | None = None, end: datetime | None = None, negated: bool = False) -> Filter:
    """Match a span of time, open where a bound is None; the format isn't documented, epoch milliseconds are sent."""
    bounds = {"from": start, "to": end}
    sent = {name: epoch_milliseconds(moment) for name, moment in bounds.items() if moment is not None}
    return {"filterType": "dateRange", "field": field, **sent} | _negation(negated)


def numeric(
    field: str, operator: Literal["LT", "LTE", "EQ", "GT", "GTE"], value: int | float, negated: bool = False
) -> Filter:
    """Compare a number; there is no operator for "not equal": negate EQ."""
    kind = "longNumber" if isinstance(value, int) else "floatNumber"
    return {"filterType": "numeric", "field": field, kind: value, "operator": operator} | _negation(negated)


def number_range(field: str, least: float | None = None, most: float | None = None) -> Filter:
    """Match numbers between two bounds, open where one is None."""
    bounds = {"from": least, "to": most}
    sent = {name: bound for name, bound in bounds.items() if bound is not None}
    return {"filterType": "range", "field": field, **sent}


def boolean(field: str, value: bool) -> Filter:
    """Match true or false."""
    return {"filterType": "boolean", "field": field, "value": value}


def missing(field: str, negated: bool = False) -> Filter:
    """Match by whether the field is there; the document describes it as "match if it exists", against its name."""
    return {"filterType": "missing", "field": field} | _negation(negated)


def _negation(negated: bool) -> Filter:
    # false is the default upstream: left out, as the examples do.
    return {"not": True} if negated else {}
