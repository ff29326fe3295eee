"""Reading JSON lines: each a document with its number or, where it is none, the reason. Memory holds one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.data.appdb.json_text import MOST_CHARACTERS, TextRefused, read_object

# A line as the export writes it has the content under this name; a plain line is the content.
WRAPPED = "content"
_OUTER = frozenset(
    {
        "id",
        "datastoreId",
        "collectionId",
        "syncRequired",
        "owner",
        "createdBy",
        "createdOn",
        "updatedOn",
        "updatedBy",
        "content",
    }
)


@dataclass(frozen=True)
class Line:
    """One line that is not empty: its number from 1, the document's id where it has one, its content; or a problem."""

    number: int
    content: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    problem: str = ""


def read_lines(pieces: Iterable[bytes]) -> Iterator[Line]:
    """Read documents from the bytes of a file; empty lines are passed over and counted."""
    for number, raw, whole in _raw_lines(pieces):
        if not whole:
            yield Line(number, problem=f"The line has more than {MOST_CHARACTERS:,} characters.")
            continue
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Line(number, problem=f"Byte {error.start + 1} is no UTF-8. Save the file in UTF-8.")
            continue
        if number == 1:
            text = text.removeprefix("\ufeff")
        if text.strip():
            yield _line(number, text)


def _line(number: int, text: str) -> Line:
    try:
        value = read_object(text)
    except TextRefused as problem:
        # There is one line: only the column tells where.
        words = str(problem).removeprefix(f"Line 1, column {problem.column}: ")
        where = f"Column {problem.column}: " if words != str(problem) else ""
        return Line(number, problem=f"{where}{words}")
    content = value.get(WRAPPED)
    if isinstance(content, dict) and value.keys() <= _OUTER:
        identifier = value.get("id")
        if identifier is None or identifier == "":
            return Line(number, content)
        if isinstance(identifier, bool) or not isinstance(identifier, str | int):
            return Line(number, problem="The id is neither text nor a whole number.")
        return Line(number, content, str(identifier))
    return Line(number, value)


def _raw_lines(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (number, bytes without the line's end, whether they are all of it); what is too long isn't held."""
    most = 4 * MOST_CHARACTERS
    number, pending, whole = 1, bytearray(), True
    for piece in pieces:
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            pending += piece[start:end]
            yield number, bytes(pending[:most]).rstrip(b"\r"), whole and len(pending) <= most
            number, pending, whole, start = number + 1, bytearray(), True, end + 1
        pending += piece[start:]
        if len(pending) > most:
            pending, whole = bytearray(), False
    if pending or not whole:
        yield number, bytes(pending), whole
