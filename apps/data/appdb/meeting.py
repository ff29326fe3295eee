"""Says of one document whether it meets a query, without asking the upstream.

For two ends: an upstream that knows no operator but the documented "$eq" is still searched by the others, and one that
quietly ignores a condition must not make a bulk delete take more than was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_ABSENT = object()


class CannotTell(Exception):
    """The query holds an operator that DomoAdmin doesn't know: `operator`."""

    def __init__(self, operator: str) -> None:
        super().__init__(f"DomoAdmin does not know the operator {operator}.")
        self.operator = operator


def meets(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    """Say whether the document, as the upstream wrote it, meets all conditions. Raises CannotTell."""
    # Each is looked at, so that an operator that is not known is found whatever the others say.
    held = [_entry(document, name, wanted) for name, wanted in query.items()]
    return all(held)


def can_tell(query: Mapping[str, Any]) -> str:
    """Return the operator because of which nothing can be told; empty when all are known."""
    try:
        meets({}, query)
    except CannotTell as problem:
        return problem.operator
    return ""


def value_at(value: Any, parts: tuple[str, ...]) -> Any:
    """Return the value under a path; None where there is none."""
    found = _at(value, parts)
    return None if found is _ABSENT else found


def _entry(document: Mapping[str, Any], name: str, wanted: Any) -> bool:
    if name in ("$and", "$or", "$nor"):
        if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
            raise CannotTell(name)
        held = [meets(document, each) for each in wanted]
        return all(held) if name == "$and" else any(held) == (name == "$or")
    if name.startswith("$"):
        raise CannotTell(name)
    value = _at(document, tuple(name.split(".")))
    if not isinstance(wanted, dict) or not any(key.startswith("$") for key in wanted):
        return _equal(value, wanted)
    held = [_operator(operator)(value, operand) for operator, operand in wanted.items()]
    return all(held)


def _operator(name: str) -> Callable[[Any, Any], bool]:
    try:
        return _OPERATORS[name]
    except KeyError:
        raise CannotTell(name) from None


def _at(value: Any, parts: tuple[str, ...]) -> Any:
    for place, part in enumerate(parts):
        if isinstance(value, Mapping):
            if part not in value:
                return _ABSENT
            value = value[part]
        elif isinstance(value, list):
            if part.isdecimal():
                if int(part) >= len(value):
                    return _ABSENT
                value = value[int(part)]
                continue
            # A name below a list means that of each of its elements.
            found = [each for each in (_at(entry, parts[place:]) for entry in value) if each is not _ABSENT]
            return found or _ABSENT
        else:
            return _ABSENT
    return value


def _candidates(value: Any) -> list[Any]:
    """A condition on a list holds for the list or for any of its elements."""
    return [value, *value] if isinstance(value, list) else [value]


def _same(left: Any, right: Any) -> bool:
    # To Python, not to JSON, 1 and true are the same.
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _equal(value: Any, wanted: Any) -> bool:
    if value is _ABSENT:
        return wanted is None
    return any(_same(each, wanted) for each in _candidates(value))


def _in(value: Any, wanted: Any) -> bool:
    return isinstance(wanted, list) and any(_equal(value, each) for each in wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(value: Any, wanted: Any) -> bool:
        def comparable(each: Any) -> bool:
            return (_is_number(each) and _is_number(wanted)) or (isinstance(each, str) and isinstance(wanted, str))

        return any(comparable(each) and holds(each, wanted) for each in _candidates(value))

    return compared


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": _equal,
    "$ne": lambda value, wanted: not _equal(value, wanted),
    "$gt": _ordered(lambda left, right: bool(left > right)),
    "$gte": _ordered(lambda left, right: bool(left >= right)),
    "$lt": _ordered(lambda left, right: bool(left < right)),
    "$lte": _ordered(lambda left, right: bool(left <= right)),
    "$in": _in,
    "$nin": lambda value, wanted: not _in(value, wanted),
}
