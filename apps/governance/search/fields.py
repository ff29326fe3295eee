"""Every field of a hit, flat and in words, with the condition that finds others like it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.governance.search.conditions import Condition
from domoadmin.services.exact_json import ExactNumber
from domoadmin.services.times import read_time

LONGEST = 2_000
# Numbers that are likely to be times: milliseconds of the years 2001 to 2096.
TIMES = range(10**12, 4 * 10**12)


@dataclass(frozen=True)
class ToldField:
    """One field: its name (with dots for what lies inside), its value as text, and a condition that fits it."""

    name: str
    value: str
    kind: str
    condition: Condition | None
    at: datetime | None = None


def told_fields(raw: Mapping[str, Any]) -> list[ToldField]:
    """Return all fields of a hit in the order of their names."""
    return sorted(_flat("", raw), key=lambda field: field.name.casefold())


def _flat(before: str, raw: Mapping[str, Any]) -> Iterator[ToldField]:
    for key, value in raw.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _flat(f"{name}.", value)
        else:
            yield _field(name, value)


def _field(name: str, value: Any) -> ToldField:
    if value is None:
        return ToldField(name, "nothing", "null", Condition("missing", name))
    if isinstance(value, bool):
        word = str(value).lower()
        return ToldField(name, word, "boolean", Condition("boolean", name, (word,)))
    if isinstance(value, ExactNumber):
        value = value.text
    if isinstance(value, int | float):
        at = read_time(value) if isinstance(value, int) and value in TIMES else None
        return ToldField(name, str(value), "number", Condition("numeric", name, (str(value),), operator="EQ"), at)
    if isinstance(value, list):
        plain = [str(each) for each in value if isinstance(each, str)]
        shown = ", ".join(plain) if len(plain) == len(value) else json.dumps(value, default=str, ensure_ascii=False)
        return ToldField(name, shown[:LONGEST], "list", Condition("term", name, tuple(plain[:20])) if plain else None)
    text = str(value)
    fits = bool(text.strip()) and len(text) <= 300
    return ToldField(name, text[:LONGEST], "text", Condition("term", name, (text,)) if fits else None)
