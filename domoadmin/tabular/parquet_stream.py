"""Parquet written as a stream: rows in, bytes out, one row group in memory and no file on the way.

For tables of texts and times that have no need of DuckDB (`parquet.py`), which takes 80 MB before it writes a byte.
What is written: version 1 data pages, PLAIN values, GZIP; the footer in Thrift's compact protocol. Numbers in the
comments are the field ids and enumerations of parquet.thrift.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

ROWS_IN_GROUP = 5_000
_MAGIC = b"PAR1"
_INT64, _BYTE_ARRAY = 2, 6
_OPTIONAL, _PLAIN, _RLE, _GZIP = 1, 0, 3, 2
_UTF8, _TIMESTAMP_MILLIS = 0, 9
_I32, _I64, _BINARY, _LIST, _STRUCT, _TRUE = 5, 6, 8, 9, 12, 1
_LENGTH, _LONG = struct.Struct("<I").pack, struct.Struct("<q").pack


@dataclass(frozen=True)
class StreamColumn:
    """A column of texts, or of moments in epoch milliseconds (UTC). Every value may be None."""

    name: str
    is_time: bool = False

    @property
    def type(self) -> int:
        """Return the physical type."""
        return _INT64 if self.is_time else _BYTE_ARRAY


def parquet_pieces(columns: Sequence[StreamColumn], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a Parquet file of the rows, each with a text, an int or None for every column."""
    yield _MAGIC
    offset, total = len(_MAGIC), 0
    groups: list[bytes] = []
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_IN_GROUP)):
        chunks, size = [], 0
        for column, values in zip(columns, zip(*batch, strict=True), strict=True):
            page, uncompressed = _page(column, values)
            chunks.append(_chunk(column, len(batch), offset, uncompressed, len(page)))
            offset, size = offset + len(page), size + uncompressed
            yield page
        # 1 columns, 2 total_byte_size, 3 num_rows
        groups.append(_fields((1, _LIST, _list(_STRUCT, chunks)), (2, _I64, _zigzag(size)), _i64(3, len(batch))))
        total += len(batch)
    footer = _footer(columns, total, groups)
    yield footer + _LENGTH(len(footer)) + _MAGIC


def _page(column: StreamColumn, values: Sequence[Any]) -> tuple[bytes, int]:
    """Return a column's only page of a row group with its header, and how long that is uncompressed."""
    levels = _levels(values)
    present = [value for value in values if value is not None]
    if column.is_time:
        plain = b"".join(map(_LONG, present))
    else:
        texts = [text.encode() for text in present]
        plain = b"".join(part for text in texts for part in (_LENGTH(len(text)), text))
    content = _LENGTH(len(levels)) + levels + plain
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(content) + packer.flush()
    # 1 num_values, 2 encoding, 3 definition_level_encoding, 4 repetition_level_encoding
    data = _fields(_i32(1, len(values)), _i32(2, _PLAIN), _i32(3, _RLE), _i32(4, _RLE))
    # 1 type (0: data page), 2 uncompressed_page_size, 3 compressed_page_size, 5 data_page_header
    header = _fields(_i32(1, 0), _i32(2, len(content)), _i32(3, len(packed)), (5, _STRUCT, data))
    return header + packed, len(header) + len(content)


def _levels(values: Sequence[Any]) -> bytes:
    """Return which values are there: runs of 1 and of 0, none of them packed in bits."""
    runs = ((there, sum(1 for _ in run)) for there, run in groupby(value is not None for value in values))
    return b"".join(_varint(count << 1) + bytes([there]) for there, count in runs)


def _chunk(column: StreamColumn, count: int, offset: int, uncompressed: int, compressed: int) -> bytes:
    # 1 type, 2 encodings, 3 path_in_schema, 4 codec, 5 num_values, 6 and 7 the sizes, 9 data_page_offset
    details = _fields(
        _i32(1, column.type),
        (2, _LIST, _list(_I32, [_zigzag(_PLAIN), _zigzag(_RLE)])),
        (3, _LIST, _list(_BINARY, [_binary(column.name)])),
        _i32(4, _GZIP),
        _i64(5, count),
        _i64(6, uncompressed),
        _i64(7, compressed),
        _i64(9, offset),
    )
    # 2 file_offset, 3 meta_data
    return _fields(_i64(2, offset), (3, _STRUCT, details))


def _footer(columns: Sequence[StreamColumn], total: int, groups: Sequence[bytes]) -> bytes:
    # 4 name, 5 num_children
    root = _fields((4, _BINARY, _binary("schema")), _i32(5, len(columns)))
    schema = [root, *map(_schema_element, columns)]
    # 1 version, 2 schema, 3 num_rows, 4 row_groups, 6 created_by
    return _fields(
        _i32(1, 1),
        (2, _LIST, _list(_STRUCT, schema)),
        _i64(3, total),
        (4, _LIST, _list(_STRUCT, groups)),
        (6, _BINARY, _binary("DomoAdmin")),
    )


def _schema_element(column: StreamColumn) -> bytes:
    if column.is_time:
        # TimestampType: 1 isAdjustedToUTC, 2 unit (1: milliseconds)
        unit = _fields((1, _STRUCT, _fields()))
        logical = _fields((8, _STRUCT, _fields((1, _TRUE, b""), (2, _STRUCT, unit))))
    else:
        logical = _fields((1, _STRUCT, _fields()))
    # 1 type, 3 repetition_type, 4 name, 6 converted_type, 10 logicalType
    return _fields(
        _i32(1, column.type),
        _i32(3, _OPTIONAL),
        (4, _BINARY, _binary(column.name)),
        _i32(6, _TIMESTAMP_MILLIS if column.is_time else _UTF8),
        (10, _STRUCT, logical),
    )


# Thrift's compact protocol


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _zigzag(number: int) -> bytes:
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _binary(text: str) -> bytes:
    content = text.encode()
    return _varint(len(content)) + content


def _list(kind: int, members: Sequence[bytes]) -> bytes:
    count = len(members)
    head = bytes([count << 4 | kind]) if count < 15 else bytes([0xF0 | kind]) + _varint(count)
    return head + b"".join(members)


def _i32(number: int, value: int) -> tuple[int, int, bytes]:
    return number, _I32, _zigzag(value)


def _i64(number: int, value: int) -> tuple[int, int, bytes]:
    return number, _I64, _zigzag(value)


def _fields(*given: tuple[int, int, bytes]) -> bytes:
    """Write a struct: its fields as (id, type, content), by rising ids that lie less than 16 apart."""
    found, before = bytearray(), 0
    for number, kind, content in given:
        found.append((number - before) << 4 | kind)
        found += content
        before = number
    found.append(0)
    return bytes(found)
