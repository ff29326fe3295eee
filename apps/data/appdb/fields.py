"""The fields that documents have, found by looking at them: columns to choose, names for conditions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from apps.data.appdb.conditions import CONTENT
from apps.data.appdb.meeting import value_at

# So many documents tell what fields there are; more would say little that is new.
SAMPLE = 500
MOST_FIELDS = 60
DEEPEST = 3
_ODD = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Field:
    """A field inside of the content, by the names that lead to it."""

    parts: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return the dotted name without "content."."""
        return ".".join(self.parts)

    @property
    def name(self) -> str:
        """Return the dotted name as a query takes it."""
        return f"{CONTENT}.{self.label}"

    @property
    def key(self) -> str:
        """Return a name for addresses, element ids and style sheets, without what is odd in the upstream's."""
        plain = _ODD.sub("-", self.label)[:40]
        if plain == self.label:
            return f"c-{plain}"
        return f"c-{plain}-{hashlib.sha256(self.label.encode()).hexdigest()[:6]}"

    def value(self, content: Mapping[str, Any]) -> Any:
        """Return the value in a document's content; None where there is none."""
        return value_at(content, self.parts)


def fields_of(contents: Iterable[Mapping[str, Any]]) -> list[Field]:
    """Return the fields of a sample, the outer ones first, in the order in which they appear."""
    found: dict[tuple[str, ...], None] = {}
    for content in islice(contents, SAMPLE):
        for parts in _leaves(content, ()):
            found.setdefault(parts)
    ordered = sorted(found, key=len)
    return [Field(parts) for parts in ordered[:MOST_FIELDS]]


def _leaves(value: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, entry in value.items():
        # A name with a dot in it could not be told from one below another.
        if not name or "." in name:
            continue
        parts = (*above, name)
        if isinstance(entry, Mapping) and entry and len(parts) < DEEPEST:
            yield from _leaves(entry, parts)
        else:
            yield parts


def in_words(value: Any) -> str:
    """Write a value for a cell: text as it is, everything else as JSON; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def sort_key(value: Any) -> tuple[int, float, str]:
    """Return what orders values of any sort: missing ones first, then numbers, then text."""
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, bool):
        return (1, float(value), "")
    if isinstance(value, int | float):
        return (2, float(value), "")
    return (3, 0.0, in_words(value).casefold())


def holds_words(document: Mapping[str, Any], words: str) -> bool:
    """Say whether each of the words stands in some value of the document, whatever its case."""
    text = " ".join(_texts(document)).casefold()
    return all(word in text for word in words.casefold().split())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif value is not None:
        yield in_words(value)
