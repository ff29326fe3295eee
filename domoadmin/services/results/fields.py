"""Reading fields of an answer by any of the names and shapes in use; what is absent or odd becomes None."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from domoadmin.services.times import read_time

Raw: TypeAlias = Mapping[str, Any]
_NUMBERS = (int, float)  # a tuple, since a union would be built anew at each call


def _present(raw: Raw, names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        value: Any = raw.get(name)
        if value is None and "." in name:
            value = raw
            for step in name.split("."):
                # dict, not Mapping: JSON gives no other, and its check is several times faster on this hot path.
                value = value.get(step) if isinstance(value, dict) else None
        if value is not None and value != "":
            yield value


def text(raw: Raw, *names: str) -> str:
    """Return the first of these fields as text (dots reach into objects); empty when there is none."""
    for value in _present(raw, names):
        if isinstance(value, str):
            return value
        if isinstance(value, _NUMBERS):
            return str(value).lower() if isinstance(value, bool) else str(value)
    return ""


def identifier(raw: Raw, *names: str) -> str:
    """Return an id as text, whether it came as number or text; empty when there is none."""
    for value in _present(raw, names):
        if isinstance(value, bool):
            continue
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, str | int):
            return str(value).strip()
    return ""


def wire_number(value: str | int) -> str | int:
    """Return an id as a number where the document shows a number; what isn't one stays as it is."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


def number(raw: Raw, *names: str) -> int | None:
    """Return a whole number, also from text or from a decimal; None when there is none."""
    for value in _present(raw, names):
        if isinstance(value, bool):
            continue
        if isinstance(value, int):
            return value
        try:
            parsed = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(parsed):
            return int(value) if isinstance(value, str) and value.strip().lstrip("-").isdecimal() else int(parsed)
    return None


def flag(raw: Raw, *names: str) -> bool | None:
    """Return true or false, also from the texts "true" and "false"; None when it isn't said."""
    for value in _present(raw, names):
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
    return None


def moment(raw: Raw, *names: str) -> datetime | None:
    """Return a time as an aware datetime, from any form in use; None when there is none."""
    for value in _present(raw, names):
        found = read_time(value)
        if found is not None:
            return found
    return None


def texts(raw: Raw, *names: str) -> tuple[str, ...]:
    """Return a list of texts; objects in it give their names, and a text that holds JSON is read: tags come so."""
    for value in _present(raw, names):
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(value, list):
            parts = (text(item, "name", "displayName", "id") if isinstance(item, Mapping) else item for item in value)
            return tuple(str(part) for part in parts if isinstance(part, str | int) and part != "")
    return ()


def mapping(raw: Raw, *names: str) -> Raw:
    """Return an object; empty when there is none."""
    return next((value for value in _present(raw, names) if isinstance(value, Mapping)), {})


def mappings(raw: Raw, *names: str) -> list[Raw]:
    """Return a list of objects, without what is no object; empty when there is none."""
    found = next((value for value in _present(raw, names) if isinstance(value, list)), [])
    return [value for value in found if isinstance(value, Mapping)]
