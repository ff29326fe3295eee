"""Conditions of document queries, in the operators of the product (those of MongoDB)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from domoadmin.sandbox.errors import ApiError

Record = Mapping[str, Any]
Test = Callable[[Record], bool]
ABSENT = object()


def condition(body: Any) -> Test:
    """A test of records from a query body; ApiError 400 for an operator that does not exist."""
    if not isinstance(body, dict):
        raise ApiError(400, "A query is an object of conditions")
    tests = [_entry(name, wanted) for name, wanted in body.items()]
    return lambda record: all(test(record) for test in tests)


def _entry(name: str, wanted: Any) -> Test:
    if name in ("$and", "$or", "$nor"):
        if not isinstance(wanted, list) or not wanted:
            raise ApiError(400, f"{name} takes a list of conditions")
        tests = [condition(each) for each in wanted]
        if name == "$and":
            return lambda record: all(test(record) for test in tests)
        return lambda record: any(test(record) for test in tests) == (name == "$or")
    if name.startswith("$"):
        raise ApiError(400, f"Operator {name} is not known")
    test = _field_test(wanted)
    return lambda record: test(value_at(record, name))


def _field_test(wanted: Any) -> Callable[[Any], bool]:
    """The test of one value: plain values mean equality, several operators must all hold."""
    if not isinstance(wanted, dict) or not any(str(key).startswith("$") for key in wanted):
        return lambda value: _equal(value, wanted)
    tests = [_operator(name, operand, wanted) for name, operand in wanted.items() if name != "$options"]
    return lambda value: all(test(value) for test in tests)


def _operator(name: str, operand: Any, whole: Record) -> Callable[[Any], bool]:
    if name == "$not":
        test = _field_test(operand)
        return lambda value: not test(value)
    if name == "$exists":
        return lambda value: (value is not ABSENT) == bool(operand)
    if name == "$regex":
        return _pattern(operand, str(whole.get("$options", "")))
    if name in LISTS:
        if not isinstance(operand, list):
            raise ApiError(400, f"{name} takes a list")
        return lambda value: LISTS[name](value, operand)
    if name in COMPARISONS:
        return lambda value: COMPARISONS[name](value, operand)
    raise ApiError(400, f"Operator {name} is not known")


def _pattern(operand: Any, options: str) -> Callable[[Any], bool]:
    try:
        pattern = re.compile(str(operand), re.IGNORECASE if "i" in options else 0)
    except re.error as error:
        raise ApiError(400, f"$regex is not a regular expression: {error}") from error
    return lambda value: any(isinstance(each, str) and pattern.search(each) is not None for each in _each(value))


def _each(value: Any) -> list[Any]:
    """A value, and when it is a list its elements as well: a condition on a list holds for any of them."""
    return [value, *value] if isinstance(value, list) else [value]


def _same(left: Any, right: Any) -> bool:
    # 1 and True are equal to Python, not to JSON.
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _equal(value: Any, wanted: Any) -> bool:
    if wanted is None and value is ABSENT:
        return True
    return any(_same(each, wanted) for each in _each(value))


def _ordered(value: Any, wanted: Any, holds: Callable[[Any, Any], bool]) -> bool:
    def comparable(each: Any) -> bool:
        numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (each, wanted))
        return numbers or (isinstance(each, str) and isinstance(wanted, str))

    return any(comparable(each) and holds(each, wanted) for each in _each(value))


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": _equal,
    "$ne": lambda value, wanted: not _equal(value, wanted),
    "$gt": lambda value, wanted: _ordered(value, wanted, lambda left, right: bool(left > right)),
    "$gte": lambda value, wanted: _ordered(value, wanted, lambda left, right: bool(left >= right)),
    "$lt": lambda value, wanted: _ordered(value, wanted, lambda left, right: bool(left < right)),
    "$lte": lambda value, wanted: _ordered(value, wanted, lambda left, right: bool(left <= right)),
    "$size": lambda value, wanted: isinstance(value, list) and len(value) == wanted,
}
LISTS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "$in": lambda value, wanted: any(_equal(value, each) for each in wanted),
    "$nin": lambda value, wanted: not any(_equal(value, each) for each in wanted),
    "$all": lambda value, wanted: all(_equal(value, each) for each in wanted),
}


def value_at(record: Any, name: str) -> Any:
    """The value under a dotted name; ABSENT when there is none. Digits select elements of a list."""
    value = record
    for part in name.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, list):
            found = [each[part] for each in value if isinstance(each, Mapping) and part in each]
            if not found:
                return ABSENT
            value = found
        else:
            return ABSENT
    return value
