"""Binary answers that are kept as files while they come."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass
class KeptFile:
    """Where a binary answer goes: made with its first byte, and under its own name only when it is whole."""

    path: Path
    finished: bool = False
    _stream: BinaryIO | None = None

    def write(self, chunk: bytes) -> None:
        """Add to the file."""
        if self._stream is None:
            self._stream = self._partial.open("wb")
        self._stream.write(chunk)

    @contextmanager
    def open(self) -> Iterator[KeptFile]:
        """Take the bytes of one call; what was not finished is removed."""
        try:
            yield self
        finally:
            if self._stream is not None and not self.finished:
                self._stream.close()
                self._partial.unlink(missing_ok=True)

    def finish(self, ending: str = "") -> None:
        """Give the file its name, with this ending (".png"); without a byte written there is no file."""
        if self._stream is not None:
            self._stream.close()
            partial, self.path = self._partial, self.path.with_name(f"{self.path.name}{ending}")
            partial.rename(self.path)
            self.finished = True

    @property
    def _partial(self) -> Path:
        return self.path.with_name(f"{self.path.name}.partial")


def extension_of(headers: Mapping[str, str]) -> str:
    """Return the ending of a file's name for the content type of an answer, with its dot; empty for an unknown one."""
    return mimetypes.guess_extension(headers.get("content-type", "").partition(";")[0].strip()) or ""
