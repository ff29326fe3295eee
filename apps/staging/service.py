"""Staging: take a file in by chunks, read any range of it back, remove it in time."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.staging.models import StagedChunk, StagedFile
from apps.staging.storage import READ_BYTES, LocalStagingStorage, StorageUnavailable

if TYPE_CHECKING:
    from apps.staging.s3 import S3StagingStorage

logger = logging.getLogger(__name__)

# A file that could not be removed is left for so long, or it would stand in the way of all others.
REMOVE_AGAIN = timedelta(minutes=10)


class StagingRefused(Exception):
    """A file or chunk that can't be taken; `status` is the HTTP status that says so."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class StorageFull(StagingRefused):
    """No room is left on the staging storage."""

    def __init__(self) -> None:
        super().__init__(
            "The staging storage is full: the file was not taken. Ask an administrator to free space, "
            "then go on; what has arrived is kept.",
            status=507,
        )


class FileChanged(Exception):
    """A file that is read in place is not what it was when it was taken."""


def storage() -> LocalStagingStorage | S3StagingStorage:
    """Return the storage that DOMOADMIN_STORAGE_URL names."""
    return cast("LocalStagingStorage | S3StagingStorage", storages["staging"])


def create_staged_file(name: str, size: int, owner: User | None, chunk_bytes: int | None = None) -> StagedFile:
    """Announce a file of `size` bytes. Raises StagingRefused when it is empty or over the limit.

    chunk_bytes: how much of it is held in memory at once, UPLOAD_CHUNK_BYTES unless told.
    """
    limit = settings.UPLOAD_MAX_BYTES
    shown = name.strip() or "file"
    if size <= 0:
        raise StagingRefused(f"{shown} is empty: it has no bytes. Choose a file with a header and rows.")
    if size > limit:
        raise StagingRefused(
            f"{shown} has {size / 1024**3:,.1f} GB; the limit is {limit / 1024**3:,.1f} GB. "
            "Split the file, or ask an administrator to raise DOMOADMIN_UPLOAD_MAX_BYTES.",
            status=413,
        )
    chunk = chunk_bytes or settings.UPLOAD_CHUNK_BYTES
    return StagedFile.objects.create(name=shown[-255:], size=size, chunk_bytes=chunk, owner=owner)


def write_chunk(file: StagedFile, number: int, content: bytes) -> None:
    """Store chunk `number` (from 1). The same chunk may come twice; raises StagingRefused if it does not fit."""
    if not 1 <= number <= file.chunk_count:
        raise StagingRefused(f"Chunk {number} does not exist: the file has {file.chunk_count}.")
    if len(content) != file.chunk_size(number):
        raise StagingRefused(
            f"Chunk {number} has {len(content):,} bytes; {file.chunk_size(number):,} were announced. Send it again."
        )
    name = file.chunk_name(number)
    try:
        storage().save(name, ContentFile(content))
    except StorageUnavailable as problem:
        raise StagingRefused(
            f"{problem.strerror}. Try again; what has arrived is kept. If it stays so, an administrator has to look "
            "at DOMOADMIN_STORAGE_URL.",
            status=503,
        ) from problem
    except OSError as problem:
        storage().delete(name)
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from problem
        raise
    StagedChunk.objects.get_or_create(file=file, number=number)


def missing_chunks(file: StagedFile) -> list[int]:
    """Return the numbers of the chunks that have not arrived."""
    arrived = set(file.chunks.values_list("number", flat=True))
    return [number for number in range(1, file.chunk_count + 1) if number not in arrived]


def complete(file: StagedFile) -> None:
    """Declare the file whole. Raises StagingRefused naming how many chunks are missing."""
    missing = missing_chunks(file)
    if missing:
        raise StagingRefused(f"{len(missing)} of {file.chunk_count} chunks are missing: the file did not arrive whole.")
    file.completed_at = timezone.now()
    file.save(update_fields=["completed_at"])


def stage_stream(
    stream: BinaryIO,
    name: str,
    size: int,
    owner: User | None,
    progress: Callable[[int], None] = lambda done: None,
    *,
    chunk_bytes: int | None = None,
) -> StagedFile:
    """Stage `size` bytes of an open binary file; reads one chunk at a time."""
    file = create_staged_file(name, size, owner, chunk_bytes)
    try:
        for number in range(1, file.chunk_count + 1):
            write_chunk(file, number, stream.read(file.chunk_size(number)))
            progress(min(size, number * file.chunk_bytes))
        complete(file)
    except BaseException:
        remove(file)
        raise
    return file


def stage_pieces(
    pieces: Iterable[bytes], name: str, owner: User | None, *, chunk_bytes: int | None = None
) -> StagedFile:
    """Stage bytes whose number is known only at the end, such as an unpacked file."""
    chunk = chunk_bytes or settings.UPLOAD_CHUNK_BYTES
    file = StagedFile.objects.create(name=name[-255:], size=0, chunk_bytes=chunk, owner=owner)
    pending = bytearray()
    number = 0

    def flush(count: int) -> None:
        nonlocal number
        number += 1
        file.size += count
        write_chunk(file, number, bytes(pending[:count]))
        del pending[:count]

    try:
        for piece in pieces:
            pending += piece
            while len(pending) >= file.chunk_bytes:
                flush(file.chunk_bytes)
            if file.size + len(pending) > settings.UPLOAD_MAX_BYTES:
                raise StagingRefused(
                    f"{name} is over the limit of {settings.UPLOAD_MAX_BYTES / 1024**3:,.1f} GB unpacked.", 413
                )
        if pending:
            flush(len(pending))
        file.completed_at = timezone.now()
        file.save(update_fields=["size", "completed_at"])
    except BaseException:
        remove(file)
        raise
    return file


def stage_in_place(path: Path, owner: User | None) -> StagedFile:
    """Take a file of this machine as it lies, without a copy: for work that is done in this very process.

    It is read only as long as it stays what it is now; the removal of the staged file leaves it alone.
    """
    path = path.resolve()
    with path.open("rb") as opened:
        stamp = _stamp(opened.fileno())
        file = create_staged_file(path.name, path.stat().st_size, owner)
    file.local_path, file.local_stamp, file.completed_at = str(path), stamp, timezone.now()
    file.save(update_fields=["local_path", "local_stamp", "completed_at"])
    return file


def _stamp(descriptor: int) -> str:
    found = os.fstat(descriptor)
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"


class StagedSource:
    """Random access to a staged file, as domoadmin.tabular wants it: `size`, `open` and `read_range`."""

    def __init__(self, file: StagedFile) -> None:
        self._file = file
        self.size = file.size

    def open(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes from `start` to the end, at most READ_BYTES at a time."""
        return self.read_range(start, self.size)

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of [start, end), at most READ_BYTES at a time."""
        end = min(end, self.size)
        if self._file.local_path:
            yield from self._read_in_place(start, end)
            return
        chunk_bytes = self._file.chunk_bytes
        while start < end:
            number = start // chunk_bytes + 1
            border = min(end, number * chunk_bytes)
            yield from self._read_chunk(number, start - (number - 1) * chunk_bytes, border - start)
            start = border

    def _read_in_place(self, start: int, end: int) -> Iterator[bytes]:
        path = Path(self._file.local_path)
        if not path.is_file():
            raise FileChanged(f"The file {self._file.name} is no longer where it was. Upload it again.")
        with path.open("rb", buffering=0) as opened:
            self._check_unchanged(opened.fileno())
            opened.seek(start)
            while start < end and (piece := opened.read(min(READ_BYTES, end - start))):
                start += len(piece)
                yield piece
            # Once more: what was read while somebody wrote to it is not what was checked.
            self._check_unchanged(opened.fileno())

    def _check_unchanged(self, descriptor: int) -> None:
        if _stamp(descriptor) != self._file.local_stamp:
            raise FileChanged(
                f"The file {self._file.name} has changed since it was taken. Upload it again when nobody writes to it."
            )

    def _read_chunk(self, number: int, offset: int, count: int) -> Iterator[bytes]:
        for piece in storage().read_range(self._file.chunk_name(number), offset, count):
            count -= len(piece)
            yield piece
        if count > 0:
            raise OSError(errno.EIO, f"Chunk {number} of the staged file {self._file.name} is shorter than it was.")


def keep(file: StagedFile, hours: float | None = None) -> None:
    """Keep the file for so many hours from now (UPLOAD_KEEP_HOURS unless told)."""
    file.expires_at = timezone.now() + timedelta(hours=settings.UPLOAD_KEEP_HOURS if hours is None else hours)
    file.save(update_fields=["expires_at"])


def keep_while_used(file: StagedFile) -> None:
    """Keep a file that work still reads for another hour, when less is left of its time."""
    if file.expires_at < timezone.now() + timedelta(hours=1):
        StagedFile.objects.filter(pk=file.pk).update(expires_at=timezone.now() + timedelta(hours=1))


def remove(file: StagedFile) -> None:
    """Remove the file's bytes, then its rows; a removal that is cut off is finished by the next one."""
    directory = str(file.id)
    if file.local_path:
        file.delete()
        return
    for number in range(1, max(file.chunk_count, 1) + 1):
        storage().delete(file.chunk_name(number))
    with transaction.atomic():
        file.delete()
    kept_in = storage()
    if isinstance(kept_in, LocalStagingStorage):
        kept_in.delete_directory(directory)


def remove_expired() -> int:
    """Remove files whose time has come, some hundreds at a time; return how many. One that fails is tried again."""
    removed = 0
    for file in list(StagedFile.objects.filter(expires_at__lt=timezone.now()).order_by("expires_at")[:500]):
        try:
            remove(file)
            removed += 1
        except Exception:
            # Whatever the storage's library raises: the other files are removed all the same.
            logger.exception("The staged file %s could not be removed", file.pk)
            StagedFile.objects.filter(pk=file.pk).update(expires_at=timezone.now() + REMOVE_AGAIN)
    return removed
