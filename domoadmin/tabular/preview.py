"""Reading a few records: the first ones, or those with a problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from domoadmin.tabular.block_reader import start_of_text
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.header import generated_names
from domoadmin.tabular.records import PlacedRecord, read_placed
from domoadmin.tabular.sources import ByteSource

LONGEST_CELL = 1_000
_READ_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A record: the physical line it begins in, and its values (cut at 1,000 characters)."""

    line: int
    values: tuple[str, ...]


def preview(source: ByteSource, dialect: Dialect, rows: int = 50) -> list[PreviewRow]:
    """The first rows of a file in UTF-8, header left out. Reads only the start; broken bytes show as �."""
    skipped = 1 if dialect.header else 0
    return [_row(record) for record in islice(_first_records(source, dialect), skipped, skipped + rows)]


def read_header(source: ByteSource, dialect: Dialect) -> tuple[str, ...]:
    """Column names of a file in UTF-8: from the header, or generated; empty for an empty file."""
    first = next(_first_records(source, dialect), None)
    if first is None:
        return ()
    if not dialect.header:
        return tuple(generated_names(len(first.values)))
    return tuple(value.strip() for value in first.values)


def read_record_at(source: ByteSource, dialect: Dialect, offset: int) -> tuple[str, ...]:
    """The values of the record that begins at an offset (of a BadValue or RaggedRow)."""
    records = read_placed(_replacing(_pieces(source, offset)), dialect, width=1)
    return next((_row(record).values for record in records), ())


def _first_records(source: ByteSource, dialect: Dialect) -> Iterator[PlacedRecord]:
    return read_placed(_replacing(_pieces(source, start_of_text(source))), dialect, width=0)


def _pieces(source: ByteSource, start: int) -> Iterator[bytes]:
    """Growing ranges, so that a look at the start reads little."""
    size, length = source.size, _READ_BYTES
    while start < size:
        yield b"".join(source.read_range(start, min(size, start + length)))
        start += length


def _replacing(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Valid UTF-8: invalid and NUL bytes replaced, so that a damaged file can be looked at."""
    rest = b""
    for chunk in chunks:
        content = rest + chunk
        border = content.rfind(b"\n") + 1 or content.rfind(b"\r") + 1
        rest = content[border:]
        yield _replaced(content[:border])
    yield _replaced(rest)


def _replaced(content: bytes) -> bytes:
    return content.decode("utf-8", "replace").replace("\0", "�").encode()


def _row(record: PlacedRecord) -> PreviewRow:
    return PreviewRow(record.line, tuple(value[:LONGEST_CELL] for value in record.values))
