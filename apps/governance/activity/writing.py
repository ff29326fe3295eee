"""Entries to the bytes of a file: pieces that windows are read into side by side, and the file that they are put into.

A piece is packed on its way, so that four of them wait in a few megabytes; the file is made by unpacking one after the
other, never more than a part of one at a time.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC
from itertools import chain, islice
from typing import Any

from django.conf import settings

from apps.accounts.models import User
from apps.core.exact_csv import exact_pieces
from apps.core.exports import BYTE_ORDER_MARK, csv_lines
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.exact_json import dumps
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.times import epoch_milliseconds
from domoadmin.tabular.parquet_stream import StreamColumn, parquet_pieces

FORMATS = {"csv": "CSV", "jsonl": "JSON lines", "parquet": "Parquet"}
COLUMNS = (
    "time", "userId", "userName", "userType", "actionType", "objectType", "objectId", "objectName",
    "additionalComment", "eventText",
)  # fmt: skip
_LINES = 500
_READ = 256 * 1024
# Files of a gigabyte are a few hundred chunks of this; two of them are in memory.
_CHUNK = 4 * 1024 * 1024
_PLAIN = (str, int, bool, type(None))


class NotWhole(Exception):
    """The pieces are not what was put into them; the message says how."""


def time_text(entry: ActivityEntry) -> str:
    """Write an entry's time in UTC to the millisecond, as spreadsheets and programs both read it; "" for none."""
    if entry.time is None:
        return ""
    at = entry.time.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _cells(entry: ActivityEntry) -> list[str]:
    cells = (
        time_text(entry), entry.user_id, entry.user_name, entry.user_type, entry.action, entry.object_type,
        entry.object_id, entry.object_name, entry.comment, entry.event,
    )  # fmt: skip
    # Half a character, which JSON can hold and UTF-8 can't.
    return [cell if cell.isascii() else cell.encode("utf-8", "replace").decode() for cell in cells]


def _line(entry: ActivityEntry, ascii_only: bool) -> str:
    """Write all that came of an entry as a line of JSON, with its numbers as they were."""
    raw = dict(entry.raw)
    if ascii_only or all(isinstance(value, _PLAIN) for value in raw.values()):
        return json.dumps(raw, ensure_ascii=ascii_only)
    return dumps(raw)


def _json_lines(entries: Iterator[ActivityEntry]) -> Iterator[bytes]:
    while batch := list(islice(entries, _LINES)):
        try:
            yield b"".join(f"{_line(entry, ascii_only=False)}\n".encode() for entry in batch)
        except UnicodeEncodeError:
            # Half a character can only be escaped.
            yield b"".join(f"{_line(entry, ascii_only=True)}\n".encode() for entry in batch)


def _row_lines(entries: Iterator[ActivityEntry]) -> Iterator[bytes]:
    """Yield the values of each entry as a line of JSON, its time in milliseconds: what Parquet is made of."""
    while batch := list(islice(entries, _LINES)):
        rows = ([_milliseconds(entry), *(cell or None for cell in _cells(entry)[1:])] for entry in batch)
        yield b"".join(f"{json.dumps(row)}\n".encode() for row in rows)


def _milliseconds(entry: ActivityEntry) -> int | None:
    return None if entry.time is None else epoch_milliseconds(entry.time)


def piece_content(form: str, exact: bool, entries: Iterator[ActivityEntry]) -> Iterator[bytes]:
    """Yield a window's entries as they will stand in the file; for Parquet, the rows that it is made of."""
    if form == "jsonl":
        yield from _json_lines(entries)
    elif form == "parquet":
        yield from _row_lines(entries)
    elif exact:
        yield from exact_pieces([cell or None for cell in _cells(entry)] for entry in entries)
    else:
        lines = csv_lines(COLUMNS, map(_cells, entries))
        next(lines)  # the header stands once, in front of the file
        yield from (line.encode() for line in lines)


def header(form: str, exact: bool) -> bytes:
    """Return what stands in front of all pieces."""
    if form != "csv":
        return b""
    names = ",".join(COLUMNS)
    return f"{names}\n".encode() if exact else f"{BYTE_ORDER_MARK}{names}\r\n".encode()


class Packed:
    """Packs content on its way, and counts how long it was."""

    def __init__(self, content: Iterable[bytes]) -> None:
        self._content = content
        self.length = 0

    def __iter__(self) -> Iterator[bytes]:
        packer = zlib.compressobj(1)
        for part in self._content:
            self.length += len(part)
            if packed := packer.compress(part):
                yield packed
        yield packer.flush()


def unpacked(file: StagedFile) -> Iterator[bytes]:
    """Yield what was packed, a part at a time. Raises NotWhole for a piece that is cut off."""
    unpacker = zlib.decompressobj()
    for part in staging.StagedSource(file).open():
        while part:
            if content := unpacker.decompress(part, _READ):
                yield content
            part = unpacker.unconsumed_tail
    if rest := unpacker.flush():
        yield rest
    if not unpacker.eof:
        raise NotWhole(f"The piece {file.name} is cut off.")


def joined(pieces: Sequence[tuple[StagedFile, int]], check: Callable[[], None]) -> Iterator[bytes]:
    """Yield the pieces one after the other. Raises NotWhole when one is not as long as it was when it was written."""
    for file, length in pieces:
        found = 0
        for content in unpacked(file):
            found += len(content)
            yield content
            check()
        if found != length:
            raise NotWhole(f"The piece {file.name} has {found:,} bytes where {length:,} were written.")


def _rows_of(content: Iterable[bytes]) -> Iterator[list[Any]]:
    rest = b""
    for part in content:
        *lines, rest = (rest + part).split(b"\n")
        yield from map(json.loads, lines)


def write_file(
    form: str,
    exact: bool,
    pieces: Sequence[tuple[StagedFile, int]],
    name: str,
    owner: User | None,
    check: Callable[[], None],
) -> StagedFile:
    """Put pieces together and stage the file. Raises NotWhole, StagingRefused."""
    content = joined(pieces, check)
    if form == "parquet":
        columns = [StreamColumn(column, is_time=column == "time") for column in COLUMNS]
        content = parquet_pieces(columns, _rows_of(content))
    whole = chain([header(form, exact)], content)
    return staging.stage_pieces(whole, name, owner, chunk_bytes=min(_CHUNK, settings.UPLOAD_CHUNK_BYTES))
