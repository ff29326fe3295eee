"""CSV with the exact values, for programs: nothing is made safe for spreadsheets, and null differs from empty text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

PIECE_LINES = 2_000


def exact_cell(value: Any) -> str:
    """Write a value of CSV as it is: nothing at all for None, "" in quotes for empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    if not text:
        return '""'
    if '"' in text or "," in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def exact_pieces(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield lines with the exact values, many at once."""
    lines: list[str] = []
    for row in rows:
        # A line that is one empty value would be no line at all.
        lines.append(",".join(map(exact_cell, row)) or '""')
        if len(lines) >= PIECE_LINES:
            yield ("\n".join(lines) + "\n").encode()
            lines.clear()
    if lines:
        yield ("\n".join(lines) + "\n").encode()
