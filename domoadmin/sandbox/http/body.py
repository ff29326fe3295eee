"""Where the bytes of a request body go: memory, a file, or nowhere; and how chunked bodies are taken apart."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from domoadmin.sandbox.errors import ApiError

if TYPE_CHECKING:
    from zlib import _Decompress as Unpack

MEMORY_LIMIT = 64 * 1024 * 1024
GZIP_WINDOW = 16 + zlib.MAX_WBITS
GZIP_OUTPUT = 4 * 1024 * 1024


class Sink(Protocol):
    """Takes the body piece by piece. A failure is kept until the end, so that the whole body is read."""

    failure: ApiError | None

    def write(self, data: memoryview) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class MemorySink:
    """Keeps a small body in memory; too large a body is a 413."""

    def __init__(self) -> None:
        self.failure: ApiError | None = None
        self._pieces = bytearray()

    def write(self, data: memoryview) -> None:
        if len(self._pieces) + len(data) > MEMORY_LIMIT:
            self.failure = ApiError(413, "Request body is too large")
        else:
            self._pieces += data

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        self._pieces.clear()

    @property
    def content(self) -> bytes:
        return bytes(self._pieces)


class NullSink:
    """Reads a body away whose request is refused anyway."""

    def __init__(self, failure: ApiError | None = None) -> None:
        self.failure = failure

    def write(self, data: memoryview) -> None:
        pass

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class FileSink:
    """Writes a body to a file as it arrives, unpacked when it is gzip. `size` is in unpacked bytes."""

    def __init__(self, path: Path, gzipped: bool) -> None:
        self.failure: ApiError | None = None
        self.path = path
        self.size = 0
        self._unpack = zlib.decompressobj(GZIP_WINDOW) if gzipped else None
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)

    def write(self, data: memoryview) -> None:
        if self.failure is not None:
            return
        try:
            if self._unpack is None:
                self._store(data)
            else:
                self._unpack = self._inflate(self._unpack, data)
        except OSError as error:
            self.failure = ApiError(507, f"The part could not be stored: {error.strerror}")

    def _store(self, data: memoryview) -> None:
        while data:
            written = os.write(self._file, data)
            self.size += written
            data = data[written:]

    def _inflate(self, unpack: Unpack, data: memoryview | bytes) -> Unpack:
        while data:
            if unpack.eof:  # a gzip file may hold several members
                unpack = zlib.decompressobj(GZIP_WINDOW)
            try:
                self._store(memoryview(unpack.decompress(data, GZIP_OUTPUT)))
            except zlib.error:
                self.failure = ApiError(400, "The gzip content of the part could not be read")
                break
            data = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        return unpack

    def close(self) -> None:
        if self._unpack is not None and self.failure is None and not self._unpack.eof:
            self.failure = ApiError(400, "The gzip content of the part ends too early")
        self._release()

    def abandon(self) -> None:
        self._release()
        self.path.unlink(missing_ok=True)

    def _release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class LengthBody:
    """Takes exactly `length` bytes off the stream."""

    def __init__(self, sink: Sink, length: int) -> None:
        self._sink = sink
        self._left = length

    @property
    def done(self) -> bool:
        return self._left == 0

    def feed(self, data: memoryview) -> int:
        """Gives the number of bytes taken."""
        taken = min(self._left, len(data))
        self._sink.write(data[:taken])
        self._left -= taken
        return taken


class ChunkedBody:
    """Takes a body with Transfer-Encoding chunked off the stream; raises ValueError when it is malformed."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._line = bytearray()
        self._left = 0
        self._reading = "size"
        self.done = False

    def feed(self, data: memoryview) -> int:
        """Gives the number of bytes taken."""
        start = len(data)
        while data and not self.done:
            if self._reading == "data":
                taken = min(self._left, len(data))
                self._sink.write(data[:taken])
                self._left -= taken
                data = data[taken:]
                if self._left == 0:
                    self._reading = "end"
            else:
                data = self._feed_line(data)
        return start - len(data)

    def _feed_line(self, data: memoryview) -> memoryview:
        window = bytes(data[:4096])
        end = window.find(b"\n")
        if end < 0:
            self._line += window
            if len(self._line) > 8192:
                raise ValueError("chunk header is too long")
            return data[len(window) :]
        self._line += window[: end + 1]
        line = bytes(self._line).strip()
        self._line.clear()
        self._take_line(line)
        return data[end + 1 :]

    def _take_line(self, line: bytes) -> None:
        if self._reading == "size":
            self._left = int(line.split(b";")[0], 16)
            self._reading = "data" if self._left else "trailer"
        elif self._reading == "end":
            self._reading = "size"
        elif not line:
            self.done = True
