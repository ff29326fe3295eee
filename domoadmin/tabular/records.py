"""Reading records as lists of text, in blocks that end at record borders."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.problems import RowCountMismatch
from domoadmin.tabular.scanner import PADDING, Scanner

if TYPE_CHECKING:
    from _csv import Reader

BLOCK_BYTES = 1 << 18
LONGEST_FIELD = 1 << 30

# csv refuses fields above 128 KB by default; the check has its own limit for whole records.
csv.field_size_limit(LONGEST_FIELD)


class BorderFinder:
    """Regroups chunks into blocks that end at a record border (the last one at the end of the input)."""

    def __init__(self, dialect: Dialect, block_bytes: int = BLOCK_BYTES) -> None:
        self._line_end = dialect.line_end.encode()
        self._quote = dialect.quote.encode() if dialect.quote else None
        self._block_bytes = block_bytes

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Blocks of about `block_bytes`, or of one record where that is longer."""
        pieces: list[bytes] = []
        size = 0
        wanted = self._block_bytes
        for chunk in chunks:
            for start in range(0, len(chunk), self._block_bytes):
                pieces.append(chunk[start : start + self._block_bytes])
                size += len(pieces[-1])
                if size < wanted:
                    continue
                content = b"".join(pieces)
                border = self._last_border(content)
                if border:
                    yield content[:border]
                pieces = [content[border:]]
                size = len(pieces[0])
                wanted = max(self._block_bytes, 2 * size)
        if size:
            yield b"".join(pieces)

    def _last_border(self, content: bytes) -> int:
        """Offset behind the last line end outside quotes; 0 when there is none."""
        if self._quote is None:
            return content.rfind(self._line_end) + 1
        border = content.rfind(self._line_end) + 1
        if not border or content.count(self._quote, 0, border) % 2 == 0:
            return border
        octets = np.frombuffer(content, np.uint8)
        line_ends = np.flatnonzero(octets == self._line_end[0])
        quotes = np.flatnonzero(octets == self._quote[0])
        outside = line_ends[np.searchsorted(quotes, line_ends) % 2 == 0]
        return int(outside[-1]) + 1 if len(outside) else 0


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A record with the physical line it begins in; blank lines are left out."""

    line: int
    values: list[str]


def lines_of(text: str, dialect: Dialect) -> Iterable[str]:
    """Physical lines, ends kept. (StringIO would turn LF into CR where CR ends lines.)"""
    if dialect.line_end == "\n":
        return io.StringIO(text, newline="\n")
    return [line + "\r" for line in text.removesuffix("\r").split("\r")] if text else []


def csv_reader(lines: Iterable[str], dialect: Dialect) -> Reader:
    """Python's reader with this dialect. An empty line gives an empty list."""
    if dialect.quote is None:
        return csv.reader(lines, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE, quotechar=None)
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, doublequote=True)


def read_rows(block: bytes, dialect: Dialect, width: int) -> Iterator[list[str]]:
    """The records of a block without blank lines; in a file of one column an empty line is an empty value."""
    reader = csv_reader(lines_of(block.decode(), dialect), dialect)
    if width == 1:
        return (row or [""] for row in reader)
    return filter(None, reader)


def read_placed(chunks: Iterable[bytes], dialect: Dialect, width: int, first_line: int = 1) -> Iterator[PlacedRecord]:
    """The records one by one with their physical lines. width 1 keeps empty lines as empty values."""
    line = first_line
    for block in BorderFinder(dialect).blocks(chunks):
        reader = csv_reader(lines_of(block.decode(), dialect), dialect)
        begin = line
        for row in reader:
            if row or width == 1:
                yield PlacedRecord(begin, row or [""])
            begin = line + reader.line_num
        line = begin


class RecordCounter:
    """Counts the records of a byte range by the scanner, block by block."""

    def __init__(self, dialect: Dialect, width: int) -> None:
        self._scanner = Scanner(dialect)
        self._line_end = dialect.line_end.encode()
        self._finder = BorderFinder(dialect)
        self._width = width

    def count(self, block: bytes) -> int:
        """Records in a block that ends at a record border; blank lines are none, unless there is one column only."""
        if not block.endswith(self._line_end):
            block += self._line_end
        records = self._scanner.scan(block + PADDING, len(block))
        if self._width == 1:
            return records.count
        single = np.flatnonzero(records.field_counts == 1)
        if not len(single):
            return records.count
        ends = records.ends
        starts = np.where(single > 0, ends[single - 1] + 1, 0)
        content = ends[single] - starts
        if records.has_returns:
            content -= (content == 1) & (records.octets.take(starts) == 13)
        return records.count - int(np.count_nonzero(content == 0))

    def count_all(self, chunks: Iterable[bytes]) -> int:
        """Records in a whole range."""
        return sum(map(self.count, self._finder.blocks(chunks)))


def count_records(chunks: Iterable[bytes], dialect: Dialect, width: int) -> int:
    """How many records a byte range holds that begins and ends at record borders. width: columns of the file."""
    return RecordCounter(dialect, width).count_all(chunks)


def counted(chunks: Iterable[bytes], dialect: Dialect, width: int, expected_rows: int) -> Iterator[bytes]:
    """Hand a byte range through unchanged, counting its records.

    Raises RowCountMismatch instead of handing out the last block when the number is not the expected one.
    """
    counter = RecordCounter(dialect, width)
    found = 0
    held: bytes | None = None
    for block in BorderFinder(dialect, 4 * BLOCK_BYTES).blocks(chunks):
        if held is not None:
            yield held
        found += counter.count(block)
        held = block
    if found != expected_rows:
        raise RowCountMismatch(expected_rows, found)
    if held is not None:
        yield held
