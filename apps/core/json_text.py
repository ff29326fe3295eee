"""JSON as people edit it: text with the place of a mistake, and what differs between two values."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

# So many lines that stay the same are shown around each change.
AROUND = 3
# Text and original travel together in one form, which Django takes up to 2.5 MB.
MOST_CHARACTERS = 500_000


class TextRefused(ValueError):
    """The text is no JSON object; the message says where and why. line and column count from 1; 0 when unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class DiffLine:
    """A line of a difference: "added", "removed", "same", or "gap" where lines are left out."""

    kind: str
    text: str

    @property
    def sign(self) -> str:
        """Return what stands before the line, so that colour is not all that tells it."""
        return {"added": "+", "removed": "−"}.get(self.kind, "")


def written(content: Any) -> str:
    """Write JSON as people read it, with its members in their order."""
    return json.dumps(content, ensure_ascii=False, indent=2)


def read_object(text: str, noun: str = "document") -> dict[str, Any]:
    """Read a JSON object; `noun` is what refusals call it. Raises TextRefused with line and column."""
    if len(text) > MOST_CHARACTERS:
        raise TextRefused(f"The text has more than {MOST_CHARACTERS:,} characters.")
    if not text.strip():
        raise TextRefused(f"There is no JSON yet. An empty {noun} is {{}}.", 1, 1)
    repeated: list[str] = []

    def members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                repeated.append(name)
            found[name] = value
        return found

    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        message = f"Line {error.lineno}, column {error.colno}: {_plain(error.msg, text[: error.pos])}."
        raise TextRefused(message, error.lineno, error.colno) from None
    except RecursionError:
        raise TextRefused("The JSON is nested too deeply.") from None
    except ValueError as error:
        raise TextRefused(f"{error}.") from None
    if repeated:
        raise TextRefused(f"The member “{repeated[0]}” stands twice in one object: only the last would count.")
    if not isinstance(value, dict):
        raise TextRefused(f"A {noun} is a JSON object: it begins with {{ and ends with }}.", 1, 1)
    return value


def difference(before: Any, after: Any) -> list[DiffLine]:
    """Return the lines that differ between two values, with some around them; nothing when they are the same."""
    old, new = written(before).split("\n"), written(after).split("\n")
    found: list[DiffLine] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if found or group[0][1] > 0:
            found.append(DiffLine("gap", ""))
        for kind, first, last, new_first, new_last in group:
            if kind == "equal":
                found += [DiffLine("same", line) for line in old[first:last]]
                continue
            found += [DiffLine("removed", line) for line in old[first:last]]
            found += [DiffLine("added", line) for line in new[new_first:new_last]]
    return found


def digest(value: Any) -> str:
    """Return a short text that differs when a value that is plain JSON does."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:24]


def _plain(message: str, before: str) -> str:
    """Say in plain words what Python's reader says; before is the text up to the mistake."""
    comma = "; perhaps the comma before it is one too many" if before.rstrip().endswith(",") else ""
    words = {
        "Expecting property name enclosed in double quotes": f"a name in double quotes was expected{comma}",
        "Expecting ',' delimiter": "a comma was expected",
        "Expecting ':' delimiter": "a colon was expected",
        "Expecting value": "a value was expected; text stands in double quotes",
        "Extra data": "the object has ended, and more follows",
        "Illegal trailing comma before end of object": "the last member has a comma behind it",
        "Illegal trailing comma before end of array": "the last element has a comma behind it",
        "Invalid control character at": "a line break or tab inside of a text; write \\n or \\t",
        "Unterminated string starting at": "the text that begins here has no closing quotes",
    }
    return words.get(message, message[:1].lower() + message[1:])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value; write null, or a number")
