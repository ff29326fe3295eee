"""Delimited files for property tests: tables of arbitrary text, well written, and bytes that break rules."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from hypothesis import strategies as st

from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect

CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "",
            "0",
            "-12",
            "+7",
            "12.50",
            ".5",
            "1e-5",
            "x",
            "2026-02-28",
            "2024-02-29",
            "2026-02-30",
            '"',
            ",",
            "a\nb",
        ]
    ),
    st.sampled_from(
        ["2026-11-18 09:30:00", "2026-11-18T09:30:00.123Z", "23:59:60", "\r\n", "\n", "é", "東京", "💶", "a\rb"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
TYPES = st.sampled_from(list(ColumnType))


@dataclass(frozen=True)
class Table:
    """Rows, how they are written, and the bytes."""

    header: list[str]
    rows: list[list[str]]
    dialect: Dialect
    types: list[ColumnType]
    content: bytes


@st.composite
def tables(draw: st.DrawFn, *, min_rows: int = 1) -> Table:
    """A table written by csv.writer, in any dialect with quotes."""
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=min_rows, max_size=12))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    quote = draw(st.sampled_from(['"', "'"]))
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    header = [f"c{index}" for index in range(width)]
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=delimiter,
        quotechar=quote,
        lineterminator="\r\n",
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    pieces = []
    for row in [header, *rows]:
        writer.writerow(row)
        pieces.append(text.getvalue().removesuffix("\r\n") + line_end)
        text.seek(0)
        text.truncate()
    content = "".join(pieces)
    if draw(st.booleans()):
        content = content.removesuffix(line_end)
    mark = draw(st.sampled_from(["", "\ufeff"]))
    types = draw(st.lists(TYPES, min_size=width, max_size=width))
    return Table(header, rows, Dialect(delimiter, quote), types, (mark + content).encode())


DAMAGED = st.lists(
    st.sampled_from(
        [b"a", b"1", b'"', b'"', b",", b",", b"\n", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3\xa9", b"\xe6"]
    ),
    max_size=40,
).map(b"".join)
