"""JSON without loss: numbers keep every digit that they were written with, and parts of a text can be lifted out."""

from __future__ import annotations

import json
import re
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")


class ExactNumber(float):
    """A number with a fraction or an exponent: a float to whoever computes, and the text that was written."""

    text: str

    def __new__(cls, text: str) -> ExactNumber:
        """Read a number of JSON."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_float=ExactNumber, parse_constant=_refuse_constant)


def loads(text: str) -> Any:
    """Read JSON; dumps() gives every number back as it was. Raises ValueError (JSONDecodeError), RecursionError."""
    return _DECODER.decode(text)


def dumps(value: Any, indent: int | None = None) -> str:
    """Write JSON with the numbers as they were read; `indent` as for json.dumps."""
    return _written(value, indent, "\n")


def _written(value: Any, indent: int | None, line: str) -> str:
    if isinstance(value, ExactNumber):
        return value.text
    if not isinstance(value, dict | list | tuple) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = line if indent is None else line + " " * indent
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(str(name), ensure_ascii=False)}: {_written(entry, indent, inner)}"
            for name, entry in value.items()
        ]
        opening, closing = "{", "}"
    else:
        parts = [_written(entry, indent, inner) for entry in value]
        opening, closing = "[", "]"
    if indent is None:
        return opening + ", ".join(parts) + closing
    return opening + inner + f",{inner}".join(parts) + line + closing


def members(text: str) -> dict[str, str]:
    """Return the members of a JSON object, each as the very text that stands there; the last of equal names counts.

    Raises ValueError (JSONDecodeError) for what isn't one JSON object, RecursionError for one nested too deeply.
    """
    found: dict[str, str] = {}
    at = _expect(text, _after_space(text, 0), "{")
    if text[at : at + 1] == "}":
        at = _after_space(text, at + 1)
    else:
        while True:
            if text[at : at + 1] != '"':
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
            name, end = _DECODER.raw_decode(text, at)
            start = _expect(text, _after_space(text, end), ":")
            _, end = _DECODER.raw_decode(text, start)
            found[name] = text[start:end]
            at = _after_space(text, end)
            if text[at : at + 1] == "}":
                at = _after_space(text, at + 1)
                break
            at = _expect(text, at, ",")
    if at != len(text):
        raise json.JSONDecodeError("Extra data", text, at)
    return found


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, character: str) -> int:
    """Return the place behind the character and the space after it."""
    if text[at : at + 1] != character:
        raise json.JSONDecodeError(f"Expecting '{character}'", text, at)
    return _after_space(text, at + 1)
