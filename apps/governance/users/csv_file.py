"""Reads the CSV of people: each record with its line and fault, without stopping at the first one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from domoadmin.tabular.dialect import Encoding
from domoadmin.tabular.encoding import detect_encoding, looks_like

MOST_ROWS = 5_000
MOST_BYTES = 5 * 1024 * 1024
LONGEST_CELL = 2_000
DELIMITERS = (",", ";", "\t", "|")
_HEAD_BYTES = 64 * 1024
# What spreadsheets must not take for a formula is exported with ' in front.
_GUARDED = ("'=", "'+", "'-", "'@")


class FileRefused(ValueError):
    """The file as a whole can't be read; the message says why and what to do. Nothing was sent."""


@dataclass(frozen=True)
class Record:
    """A record of the file with the line it begins in, from 1. fault: why it can't be read as it stands."""

    line: int
    values: list[str]
    fault: str = ""


@dataclass(frozen=True)
class CsvFile:
    """The header and the records below it."""

    header: list[str]
    records: list[Record]
    delimiter: str

    @property
    def delimiter_word(self) -> str:
        """Return the delimiter in words."""
        return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[self.delimiter]


def read_csv(content: bytes, name: str = "The file") -> CsvFile:
    """Read a whole file. Raises FileRefused for what is no CSV in UTF-8, is empty, or has too many rows."""
    text = _decoded(content, name)
    lines = StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="\n").readlines()
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise FileRefused(f"{name} is empty. It needs the names of the columns, and below them a line for each person.")
    delimiter = _delimiter(lines[first])
    records = list(_records(lines[first:], first + 1, delimiter))
    header, rows = records[0], records[1:]
    if header.fault:
        raise FileRefused(f"Line {header.line}, the names of the columns: {header.fault}")
    if not rows:
        raise FileRefused(f"{name} has the names of the columns and nobody below them.")
    if len(rows) > MOST_ROWS:
        raise FileRefused(f"{name} has {len(rows):,} rows; the limit is {MOST_ROWS:,}. Split it, and import the parts.")
    names = _without_empty_columns([value.strip() for value in header.values], rows)
    return CsvFile(names, [_narrowed(record, len(header.values), len(names)) for record in rows], delimiter)


def _without_empty_columns(names: list[str], rows: list[Record]) -> list[str]:
    """Leave out columns at the end that have neither a name nor a value: spreadsheets like to add them."""
    width = len(names)
    while width > 1 and not names[width - 1] and not any(any(row.values[width - 1 :]) for row in rows):
        width -= 1
    return names[:width]


def _narrowed(record: Record, before: int, after: int) -> Record:
    if record.fault or len(record.values) != before or before == after:
        return record
    return Record(record.line, record.values[:after])


def _decoded(content: bytes, name: str) -> str:
    """Return the text; bytes that are not UTF-8 stay as surrogates, so that their rows can be named."""
    if len(content) > MOST_BYTES:
        raise FileRefused(
            f"{name} has {len(content) / 1024**2:,.1f} MB; the limit is {MOST_BYTES // 1024**2} MB. Split it."
        )
    head = content[:_HEAD_BYTES]
    kind = looks_like(head)
    if kind:
        raise FileRefused(f"{name} is no CSV: it looks like {kind}. Save it as “CSV UTF-8”.")
    encoding, _ = detect_encoding(head)
    if encoding in (Encoding.UTF_16_LE, Encoding.UTF_16_BE):
        raise FileRefused(f"{name} is in {encoding.label}, not in UTF-8. Save it as “CSV UTF-8”.")
    if b"\x00" in content:
        raise FileRefused(f"{name} holds NUL bytes, which no CSV has. Save it as “CSV UTF-8”.")
    return content.decode("utf-8-sig", errors="surrogateescape")


def _delimiter(header: str) -> str:
    """Return the delimiter by the first line, where names of columns seldom hold one."""
    counts = {each: header.count(each) for each in DELIMITERS}
    return max(DELIMITERS, key=lambda each: counts[each])


def _records(lines: list[str], first_line: int, delimiter: str) -> Iterator[Record]:
    """Yield the records. Where quoting is broken, the next line is taken for the next record."""
    start = 0
    while start < len(lines):
        reader = csv.reader(iter(lines[start:]), delimiter=delimiter, strict=True)
        begun = 0
        try:
            for values in reader:
                line = first_line + start + begun
                begun = reader.line_num
                if any(value.strip() for value in values):
                    yield _record(line, values)
        except csv.Error:
            fault = "A quotation mark opens here and is not closed, or stands inside a value without being doubled."
            yield Record(first_line + start + begun, [lines[start + begun].strip()[:LONGEST_CELL]], fault)
            start += begun + 1
        else:
            return


def _record(line: int, values: list[str]) -> Record:
    cleaned = [_plain(value) for value in values]
    for value in cleaned:
        if any("\udc80" <= letter <= "\udcff" for letter in value):
            shown = [_legible(each) for each in cleaned]
            return Record(line, shown, f"“{_legible(value)}” is not in UTF-8: save the file as “CSV UTF-8”.")
        if len(value) > LONGEST_CELL:
            shown = [each[:LONGEST_CELL] for each in cleaned]
            return Record(line, shown, f"A value has {len(value):,} letters; is a quotation mark missing?")
    return Record(line, cleaned)


def _plain(value: str) -> str:
    """Return a cell without spaces around it, and without the mark that our exports put before formulas."""
    value = value.strip()
    return value[1:] if value.startswith(_GUARDED) else value


def _legible(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
