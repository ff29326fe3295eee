"""Bodies on their way out: chunks of a good size, compressed where the connection says so, counted."""

from __future__ import annotations

import mimetypes
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from domoadmin.services.errors import InvalidArguments
from domoadmin.services.request import BodyFactory

# Each chunk costs a walk through three libraries and a system call: below 256 KB that shows, above 1 MB it no longer
# matters (bench/transport.py).
_LEAST_CHUNK = 256 * 1024
# Levels 1 and 2 pack CSV at twice the speed of level 4 and three times that of 6, for about a tenth more bytes
# (bench/transport.py).
GZIP_LEVEL = 1


@dataclass(frozen=True)
class FileContent:
    """A file to send: its name, its bytes made anew for each attempt, their number (None: not known), its type."""

    name: str
    content: BodyFactory = field(repr=False)
    length: int | None
    content_type: str = "application/octet-stream"

    @classmethod
    def from_path(cls, path: Path, name: str = "") -> Self:
        """Return a file on this machine; raises InvalidArguments naming the file when it can't be read."""

        def chunks() -> Iterator[bytes]:
            with path.open("rb") as opened:
                while chunk := opened.read(_LEAST_CHUNK):
                    yield chunk

        try:
            with path.open("rb"):
                length = path.stat().st_size
        except OSError as error:
            raise InvalidArguments(f"{path} can't be read: {error.strerror}", argument="file") from None
        found = name or path.name
        return cls(found, chunks, length, mimetypes.guess_type(found)[0] or "application/octet-stream")

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Self:
        """Return bytes in memory as a file."""
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return cls(name, lambda: iter([data]), len(data), content_type)


def in_good_chunks(chunks: Iterator[bytes], least: int = _LEAST_CHUNK) -> Iterator[bytes]:
    """Yield the same bytes with small chunks joined; large ones pass as they are, without a copy."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        if not waiting and len(chunk) >= least:
            yield chunk
            continue
        waiting.append(chunk)
        size += len(chunk)
        if size >= least:
            yield b"".join(waiting)
            waiting.clear()
            size = 0
    if size:
        yield b"".join(waiting)


def compressed(chunks: Iterator[bytes], level: int = GZIP_LEVEL) -> Iterator[bytes]:
    """Yield the gzip form of the bytes, as one member."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    for chunk in chunks:
        packed = packer.compress(chunk)
        if packed:
            yield packed
    yield packer.flush()


def counted(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    """Yield the same bytes; raises InvalidArguments when they aren't as many as announced.

    Each chunk is held back until the next one is there, so that a body that turns out wrong never went out whole.
    """
    seen = 0
    held = b""
    for chunk in chunks:
        if not chunk:
            continue
        seen += len(chunk)
        if seen > length:
            break
        if held:
            yield held
        held = chunk
    if seen != length:
        what = "more bytes than the" if seen > length else f"{seen:,} bytes, not the"
        raise InvalidArguments(f"the body has {what} {length:,} announced", argument="length")
    if held:
        yield held
