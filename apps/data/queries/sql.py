"""What a person typed as SQL: is it one reading statement, and how many rows may it bring?

This only reads far enough to be sure of that; whether the SQL is right is for the upstream to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ROW_CAPS = (100, 1_000, 10_000)
_READING = {"SELECT", "WITH"}
# A WITH may also stand before these.
_WRITING = {"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"}

# Strings may double their quote or escape it; an unclosed one runs to the end, and the upstream will complain.
_TOKEN = re.compile(
    r"""
      (?P<space>\s+ | --[^\n]* | \#[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<quoted>'(?:[^'\\]|\\.|'')*(?:'|\Z) | "(?:[^"\\]|\\.|"")*(?:"|\Z) | `(?:[^`]|``)*(?:`|\Z))
    | (?P<word>[^\W\d]\w*)
    | (?P<number>\d+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class NotReadable(ValueError):
    """The SQL is not sent: it is empty, more than one statement, or no SELECT. The text says what to do."""


@dataclass(frozen=True)
class Token:
    """A piece of SQL that is neither space nor comment. depth counts the parentheses around it."""

    kind: str
    text: str
    start: int
    end: int
    depth: int


def tokens(sql: str) -> Iterator[Token]:
    """Yield the pieces of the SQL."""
    depth = 0
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "other"
        if kind == "space":
            continue
        text = match.group()
        if text == ")":
            depth = max(0, depth - 1)
        yield Token(kind, text, match.start(), match.end(), depth)
        if text == "(":
            depth += 1


def reading_statement(sql: str) -> str:
    """Return the SQL as one statement without its closing semicolon; raises NotReadable for anything but a SELECT."""
    found = list(tokens(sql))
    while found and found[-1].text == ";":
        found.pop()
    if not found:
        raise NotReadable("There is no SQL to run. Write a SELECT.")
    if any(token.text == ";" for token in found):
        raise NotReadable("This is more than one statement. Only one can be run at a time.")
    first = next((token for token in found if token.text != "("), found[0])
    writing = next((token for token in found if token.depth == 0 and token.text.upper() in _WRITING), None)
    if first.text.upper() not in _READING or (first.text.upper() == "WITH" and writing):
        first = writing or first
        word = first.text if first.kind == "word" else f"“{first.text[:20]}”"
        raise NotReadable(f"Only SELECT and WITH are sent: this page reads, it changes nothing. Yours says {word}.")
    return sql[: found[-1].end].strip()


def limited(sql: str, rows: int) -> str:
    """Return the statement so that it brings at most so many rows; a smaller LIMIT of its own stays."""
    limit = _own_limit(list(tokens(sql)))
    if limit is None:
        # A line of its own: the statement may end in a comment.
        return f"{sql}\nLIMIT {rows}"
    if int(limit.text) <= rows:
        return sql
    return f"{sql[: limit.start]}{rows}{sql[limit.end :]}"


def _own_limit(found: list[Token]) -> Token | None:
    """Return the number of a LIMIT that closes the statement: LIMIT n, LIMIT n OFFSET m, LIMIT m, n."""
    words = [position for position, token in enumerate(found) if token.depth == 0 and token.text.upper() == "LIMIT"]
    if not words:
        return None
    rest = found[words[-1] + 1 :]
    shape = " ".join("n" if token.kind == "number" else token.text.upper() for token in rest)
    positions = {"n": 0, "n OFFSET n": 0, "n , n": 2}
    return rest[positions[shape]] if shape in positions else None


def default_statement(dataset_id: str, rows: int = 100) -> str:
    """Return the SQL that shows the first rows of a dataset."""
    return f"SELECT * FROM {quoted_name(dataset_id)} LIMIT {rows}"  # noqa: S608 - a quoted name, typed by nobody


def quoted_name(name: str) -> str:
    """Return a name of a table or column in back quotes."""
    return "`" + name.replace("`", "``") + "`"
