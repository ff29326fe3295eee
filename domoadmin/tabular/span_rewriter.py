"""Putting fields into another order by copying their bytes: for files that already are in Domo's format."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.scanner import PADDING, Positions, Scanner

LONGEST_BLOCK = 2 << 20


class SpanRewriter:
    """Rewrites blocks of records about four times as fast as reading and writing every value.

    Fields keep the quoting that they have in the file, so it must be in Domo's format, and the dataset must have more
    than one column (an empty value alone in its line needs quotes).
    """

    def __init__(self, dialect: Dialect, sources: tuple[int | None, ...], width: int) -> None:
        self._scanner = Scanner(dialect)
        self._delimiter = ord(dialect.delimiter)
        self._line_end = dialect.line_end.encode()
        self._width = width
        self._sources = np.array([0 if source is None else source for source in sources], np.int64)
        self._missing = np.flatnonzero([source is None for source in sources])

    @staticmethod
    def suits(dialect: Dialect, sources: tuple[int | None, ...]) -> bool:
        """Whether such a file can be rewritten this way."""
        return dialect.is_domo_format and len(sources) > 1

    def rewrite(self, block: bytes, edits: Mapping[int, frozenset[int] | None]) -> tuple[bytes, int, int]:
        """(CSV bytes, rows read, rows written) of a block that ends at a record border.

        edits: row of the block -> columns of the file to leave empty, or None to leave the row out.
        Raises ValueError for another row that has not as many fields as the file has columns.
        """
        if not block.endswith(self._line_end):
            block += self._line_end
        records = self._scanner.scan(block + PADDING, len(block))
        starts, lengths = records.fields()
        counts, first = records.field_counts, records.last - records.field_counts + 1
        rows = np.arange(records.count)
        if self._width > 1:
            rows = rows[(counts != 1) | (lengths[first] > 0)]
        rows_read = len(rows)
        kept = np.ones(rows_read, np.bool_)
        kept[[row for row, columns in edits.items() if columns is None]] = False
        rows = rows[kept]
        if not (counts[rows] == self._width).all():
            raise ValueError("A row has not as many fields as the file has columns.")
        fields = first[rows][:, np.newaxis] + self._sources
        lengths = lengths[fields]
        lengths[:, self._missing] = 0
        places = np.cumsum(kept) - 1
        for row, columns in edits.items():
            if columns is not None:
                lengths[places[row], np.isin(self._sources, list(columns))] = 0
        return self._copied(records.octets, starts[fields], lengths), rows_read, len(rows)

    def _copied(
        self, octets: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], starts: Positions, lengths: Positions
    ) -> bytes:
        """The spans one after the other, each with a delimiter or, at the end of its row, a line feed behind it."""
        if not starts.size:
            return b""
        sizes = lengths.ravel() + 1
        ends = np.cumsum(sizes)
        index = np.repeat(starts.ravel() - (ends - sizes), sizes)
        index += np.arange(int(ends[-1]))
        content = octets.take(index)
        content[ends - 1] = self._delimiter
        content[ends[starts.shape[1] - 1 :: starts.shape[1]] - 1] = ord("\n")
        return content.tobytes()
