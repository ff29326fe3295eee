"""Where the bytes of a file come from: a local file, or anything else with a size and random access."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from domoadmin.tabular.problems import Refused

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_BYTES = 1 << 20


class ByteSource(Protocol):
    """A file that can be read from any offset, any number of times. Chunks may have any size; about 1 MB is good."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    def open(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` to the end."""

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes [start, end)."""


class LocalFileSource:
    """A file on this machine."""

    def __init__(self, path: str | Path, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.path = Path(path)
        self.chunk_bytes = chunk_bytes

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.path.stat().st_size

    def open(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` to the end."""
        return self.read_range(start, self.size)

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes [start, end)."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(start)
            while start < end and (chunk := file.read(min(self.chunk_bytes, end - start))):
                start += len(chunk)
                yield chunk


class BytesSource:
    """Bytes in memory, handed out in chunks of a chosen size."""

    def __init__(self, content: bytes, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.content = content
        self.chunk_bytes = chunk_bytes

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.content)

    def open(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` to the end."""
        return self.read_range(start, self.size)

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes [start, end)."""
        for at in range(start, end, self.chunk_bytes):
            yield self.content[at : min(at + self.chunk_bytes, end)]


def read_head(source: ByteSource, length: int, start: int = 0) -> bytes:
    """At most `length` bytes from `start`."""
    return b"".join(source.read_range(start, min(source.size, start + length)))


class SeekableSource(io.RawIOBase):
    """A source as a seekable binary file, for zipfile. One read of more than `read_limit` bytes is refused."""

    def __init__(self, source: ByteSource, read_limit: int) -> None:
        self._source = source
        self._size = source.size
        self._position = 0
        self._read_limit = read_limit

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Offset of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to an offset, as file objects do."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("negative offset")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        wanted = self._size - self._position if size is None or size < 0 else size
        wanted = max(0, min(wanted, self._size - self._position))
        if wanted > self._read_limit:
            raise Refused("zip_directory", "The zip archive holds too many files. Pack one CSV file only.")
        content = b"".join(self._source.read_range(self._position, self._position + wanted))
        self._position += len(content)
        return content

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill `buffer`; the number of bytes read."""
        view = memoryview(buffer).cast("B")
        content = self.read(len(view))
        view[: len(content)] = content
        return len(content)
