"""What changed from before to after, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# More than this nobody reads as a table; the JSON below it has all.
MOST = 200
_NOTHING = object()


@dataclass(frozen=True)
class Difference:
    """One field: its path, and its values in words; None where it was not there."""

    path: str
    before: str | None
    after: str | None

    @property
    def word(self) -> str:
        """Say what happened to it."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def differences(before: Any, after: Any) -> list[Difference]:
    """Return the fields that differ, at any depth; nothing where one of the two was not kept."""
    if before is None or after is None:
        return []
    found = []
    for difference in _walk("", before, after):
        found.append(difference)
        if len(found) == MOST:
            break
    return found


def _walk(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            below = f"{path}.{name}" if path else str(name)
            yield from _walk(below, before.get(name, _NOTHING), after.get(name, _NOTHING))
    elif isinstance(before, list) and isinstance(after, list) and _are_plain(before) and _are_plain(after):
        kept = [entry for entry in before if entry in after]
        for entry in before:
            if entry not in kept:
                yield Difference(path, _text(entry), None)
        for entry in after:
            if entry not in kept:
                yield Difference(path, None, _text(entry))
        if before != after and sorted(map(_text, before)) == sorted(map(_text, after)):
            yield Difference(path, _text(before), _text(after))
    elif before is _NOTHING or after is _NOTHING or _text(before) != _text(after):
        yield Difference(
            path,
            None if before is _NOTHING else _text(before),
            None if after is _NOTHING else _text(after),
        )


def _are_plain(entries: list[Any]) -> bool:
    """A list of plain values is a set to a person: tags, ids, roles."""
    return all(isinstance(entry, str | int | float | bool) for entry in entries)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
