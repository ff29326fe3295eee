"""Guessing delimiter, quoting, line end and header from the start of a file. The caller may correct all of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from domoadmin.tabular.column_types import ColumnType, is_valid
from domoadmin.tabular.dialect import DELIMITERS, QUOTES, Dialect
from domoadmin.tabular.prepare import Inspection
from domoadmin.tabular.record_machine import RecordMachine

SAMPLE_RECORDS = 500
_VALUE_TYPES = (ColumnType.DECIMAL, ColumnType.DATETIME, ColumnType.TIME)


def detect_dialect(inspection: Inspection, known_columns: Sequence[str] = ()) -> Dialect:
    """The dialect of a file. known_columns: names in the dataset, which make a header certain."""
    sample = inspection.head
    line_end = _line_end(sample)
    base = Dialect(line_end=line_end, encoding=inspection.encoding, byte_order_mark=inspection.byte_order_mark)
    candidates = [
        replace(base, delimiter=delimiter, quote=quote)
        for quote in _quote_candidates(sample, line_end)
        for delimiter in DELIMITERS
    ]
    readings = [(dialect, *sample_rows(sample, dialect, inspection.head_is_whole)) for dialect in candidates]
    dialect, rows, _ = max(readings, key=lambda reading: (reading[2], *_consistency(reading[1])))
    return replace(dialect, header=has_header(rows, known_columns))


def _line_end(sample: bytes) -> str:
    return "\r" if b"\n" not in sample and b"\r" in sample else "\n"


def _quote_candidates(sample: bytes, line_end: str) -> list[str | None]:
    """The double quote first; the single one only where it stands on both ends of values; then none."""
    edge = re.escape(b",;\t|" + line_end.encode())
    both_ends = re.compile(rb"(?:^|[" + edge + rb"])'(?:[^']|'')*'(?=[" + edge + rb"\r]|$)")
    candidates: list[str | None] = [QUOTES[0]]
    if len(both_ends.findall(sample)) > 1:
        candidates.append(QUOTES[1])
    candidates.append(None)
    has_double = re.search(rb"(?:^|[" + edge + rb'])"', sample) is not None
    return candidates if has_double or len(candidates) == 2 else [QUOTES[1], QUOTES[0], None]


def sample_rows(sample: bytes, dialect: Dialect, is_whole: bool) -> tuple[list[list[str]], bool]:
    """The first records without blank lines and without one cut at the end; False when quoting is broken."""
    content = (
        sample if not is_whole or sample.endswith(dialect.line_end.encode()) else sample + dialect.line_end.encode()
    )
    rows: list[list[str]] = []
    position = 0
    while position < len(content) and len(rows) < SAMPLE_RECORDS:
        machine = RecordMachine(dialect)
        position = machine.feed(content, position, len(content))
        if not machine.finished:
            # An open quote up to the end of a cut sample says nothing, if there were records before it.
            return rows, machine.violation is None and bool(rows) and not is_whole
        if not machine.is_blank:
            rows.append([field.head.decode("utf-8", "replace") for field in machine.fields])
    return rows, True


def _consistency(rows: list[list[str]]) -> tuple[float, ...]:
    """How much a split looks like a table: several columns, most rows alike, then more columns."""
    if not rows:
        return (0.0, 0.0, 0.0)
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    if width == 1:
        return (0.0, 1.0, 1.0)
    share = count / len(rows)
    return (1.0 if share > 0.5 or len(rows) < 3 else 0.0, round(share, 2), float(width))


def has_header(rows: list[list[str]], known_columns: Sequence[str] = ()) -> bool:
    """Whether the first row holds names: known ones, or words over columns of numbers and dates.

    In doubt yes: a table of texts only nearly always has a header.
    """
    if not rows:
        return True
    first = [value.strip() for value in rows[0]]
    known = {name.strip().casefold() for name in known_columns}
    if known and 2 * sum(value.casefold() in known for value in first) >= len(first):
        return True
    if any(_is_value(value) for value in first):
        return False
    filled = [value for value in first if value]
    return bool(filled) and len(set(filled)) == len(filled)


def _is_value(text: str) -> bool:
    """Whether a text is a number, date or time, not a name. A year such as 2024 can head a column."""
    content = text.encode()
    if not content or re.fullmatch(rb"(?:19|20)[0-9]{2}", content):
        return False
    return any(is_valid(kind, content) for kind in _VALUE_TYPES)
