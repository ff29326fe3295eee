"""Reading a source in blocks of a chosen size."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from domoadmin.tabular.sources import ByteSource, read_head


def start_of_text(source: ByteSource) -> int:
    """Offset behind the byte order mark of a file in UTF-8: 3 or 0."""
    mark = codecs.BOM_UTF8
    return len(mark) if read_head(source, len(mark)) == mark else 0


class BlockReader:
    """Reads a source in blocks, and ends an unfinished last line."""

    def __init__(self, chunks: Iterator[bytes], line_end: bytes) -> None:
        self._chunks = chunks
        self._line_end = line_end
        self._rest = b""
        self._missing_end = b""
        self.bytes_received = 0
        self.ended = False

    def read(self, before: bytes, size: int) -> bytes:
        """`before` and about `size` more bytes (all of them only at the end of the file)."""
        pieces = [before, self._rest[:size]]
        self._rest = self._rest[size:]
        room = size - len(pieces[1])
        while room > 0 and not self.ended:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
                pieces.append(self._missing_end)
                break
            pieces.append(chunk[:room])
            self._rest = chunk[room:]
            room -= len(pieces[-1])
            if chunk:
                self.bytes_received += len(chunk)
                self._missing_end = b"" if chunk.endswith(self._line_end) else self._line_end
        return b"".join(pieces)
