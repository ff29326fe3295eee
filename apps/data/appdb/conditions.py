"""Conditions of a query: what a person builds, the JSON that AppDB takes, and back.

Only "$eq" is in Domo's document. The others are sent as well, since public clients use them; reading.py does without
an upstream that refuses them, and checks every document that comes back (meeting.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

EQUAL = "$eq"
# Operator -> how it reads.
OPERATORS: Mapping[str, str] = {
    EQUAL: "is",
    "$ne": "is not",
    "$gt": "is greater than",
    "$gte": "is at least",
    "$lt": "is less than",
    "$lte": "is at most",
    "$in": "is one of",
    "$nin": "is none of",
}
LISTS = ("$in", "$nin")
TEXT, NUMBER, BOOLEAN, EMPTY, JSON = "text", "number", "boolean", "empty", "json"
TYPES: Mapping[str, str] = {
    TEXT: "Text",
    NUMBER: "Number",
    BOOLEAN: "True or false",
    EMPTY: "Null",
    JSON: "JSON",
}
CONTENT = "content"
# What AppDB keeps of a document beside its content, as public clients show it.
OUTER = ("id", "owner", "createdBy", "createdOn", "updatedOn", "updatedBy", "syncRequired")


class ConditionRefused(ValueError):
    """What was typed is no condition; the message names the field and what would do."""


@dataclass(frozen=True)
class Condition:
    """One field, one operator, one value (any JSON)."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True)
class ConditionRow:
    """A condition as the form holds it: all text."""

    field: str = ""
    operator: str = EQUAL
    type: str = TEXT
    value: str = ""

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was typed into it."""
        return not self.field.strip() and not self.value


def build(conditions: Iterable[Condition]) -> dict[str, Any]:
    """Return the query that asks for all conditions. Raises ConditionRefused where one would replace another."""
    query: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        entry = query.setdefault(condition.field, {})
        if condition.operator in entry:
            word = OPERATORS[condition.operator]
            raise ConditionRefused(f"{condition.field}: “{word}” stands twice. Keep one, or use “is one of”.")
        entry[condition.operator] = condition.value
    return query


def conditions_of(query: Mapping[str, Any]) -> list[Condition] | None:
    """Return the conditions that make this query; None where the builder can't show it."""
    found: list[Condition] = []
    for name, entry in query.items():
        if not name or name.startswith("$") or name != name.strip():
            return None
        if not isinstance(entry, Mapping):
            found.append(Condition(name, EQUAL, entry))
            continue
        if not entry or any(operator not in OPERATORS for operator in entry):
            return None
        found += [Condition(name, operator, value) for operator, value in entry.items()]
    return found


def condition_of(row: ConditionRow) -> Condition:
    """Read a row of the form. Raises ConditionRefused naming its field."""
    name = full_name(row.field)
    if not name:
        raise ConditionRefused(f"“{row.value}” stands beside no field. Name the field, or empty the value.")
    if name.startswith("$"):
        raise ConditionRefused(f"{name}: a field’s name can’t begin with $. Use the JSON query for {name}.")
    if row.operator not in OPERATORS:
        raise ConditionRefused(f"{name}: there is no operator “{row.operator}”. Choose one from the list.")
    if row.type not in TYPES:
        raise ConditionRefused(f"{name}: there is no type “{row.type}”. Choose one from the list.")
    read = _list_of if row.operator in LISTS else _value_of
    return Condition(name, row.operator, read(name, row.type, row.value))


def row_of(condition: Condition) -> ConditionRow:
    """Return the row of the form that is read as this condition."""
    value = condition.value
    if condition.operator in LISTS:
        kind, text = JSON, in_json(value)
    elif isinstance(value, bool):
        kind, text = BOOLEAN, "true" if value else "false"
    elif isinstance(value, int | float):
        kind, text = NUMBER, in_json(value)
    elif isinstance(value, str):
        kind, text = TEXT, value
    elif value is None:
        kind, text = EMPTY, ""
    else:
        kind, text = JSON, in_json(value)
    return ConditionRow(condition.field, condition.operator, kind, text)


def read_query(text: str) -> dict[str, Any]:
    """Read a query written as JSON. Raises ConditionRefused with the place of the mistake."""
    try:
        query = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ConditionRefused(f"The JSON query can’t be read at {where}: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        raise ConditionRefused(f"The JSON query can’t be read: {error}.") from None
    if not isinstance(query, dict):
        example = '{"content.status": {"$eq": "open"}}'
        raise ConditionRefused(f"The JSON query has to be an object, such as {example}.")
    return query


def full_name(name: str) -> str:
    """Return the dotted name as AppDB takes it: a bare "status" is meant inside of the content."""
    name = name.strip()
    first = name.partition(".")[0]
    if not name or first == CONTENT or first in OUTER or name.startswith("$"):
        return name
    return f"{CONTENT}.{name}"


def describe(query: Mapping[str, Any]) -> str:
    """Return a query in words."""
    conditions = conditions_of(query)
    if conditions is None:
        return in_json(query)
    return ", ".join(
        f"{shown_name(each.field)} {OPERATORS[each.operator]} {in_json(each.value)}" for each in conditions
    )


def shown_name(name: str) -> str:
    """Return a field's name as people know it, without "content."."""
    return name.removeprefix(f"{CONTENT}.") or name


def in_json(value: Any) -> str:
    """Write a value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False)


def _value_of(name: str, kind: str, text: str) -> Any:
    if kind == TEXT:
        return text
    if kind == EMPTY:
        return None
    if kind == BOOLEAN:
        word = text.strip().lower()
        if word not in ("true", "false"):
            raise ConditionRefused(f"{name}: “{text}” is neither true nor false.")
        return word == "true"
    value = _json_of(name, text, "a number, such as 12.5" if kind == NUMBER else "JSON")
    if kind == NUMBER and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ConditionRefused(f"{name}: “{text}” is not a number, such as 12.5. Choose another type, or mend it.")
    return value


def _list_of(name: str, kind: str, text: str) -> list[Any]:
    """Read the values of "is one of": a JSON list, or values between commas."""
    if text.lstrip().startswith("["):
        values = _json_of(name, text, "a JSON list")
        if isinstance(values, list):
            return values
    if kind == JSON:
        raise ConditionRefused(f"{name}: write a JSON list, such as [1, 2].")
    parts: Sequence[str] = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise ConditionRefused(f"{name}: give at least one value, with commas between them.")
    return [_value_of(name, kind, part) for part in parts]


def _json_of(name: str, text: str, wanted: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ConditionRefused(f"{name}: “{text}” is not {wanted}. Choose another type, or mend it.") from None


def _refuse_constant(name: str) -> NoReturn:
    # Python reads NaN and Infinity, JSON has neither.
    raise ValueError(f"{name} is no JSON value")
