"""The local staging storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import FileSystemStorage

# Small enough to stay in the processor's cache between reading and sending, large enough for few system calls.
READ_BYTES = 256 * 1024


class StorageUnavailable(OSError):
    """A storage of another machine did not do what was asked; the message holds no key."""


class LocalStagingStorage(FileSystemStorage):
    """Files below one directory; a chunk sent again replaces the first one, as object storage does it."""

    def __init__(self, location: str) -> None:
        super().__init__(
            location=location,
            base_url=None,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
            allow_overwrite=True,
        )

    def read_range(self, name: str, offset: int, count: int) -> Iterator[bytes]:
        """Yield `count` bytes of a file from `offset` on, fewer where it ends before."""
        with self.open(name, "rb") as opened:
            opened.seek(offset)
            while count > 0 and (piece := opened.read(min(READ_BYTES, count))):
                count -= len(piece)
                yield piece

    def delete_directory(self, name: str) -> None:
        """Remove an empty directory; what is not empty or not there is left alone."""
        directory = Path(self.path(name))
        if directory.is_dir() and not any(directory.iterdir()):
            directory.rmdir()
