"""Staging in a bucket of any storage that speaks S3."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from apps.staging.storage import READ_BYTES, StorageUnavailable


class S3StagingStorage(S3Storage):
    """Chunks as objects of their own; ranges are asked for, so that nothing is fetched that is not read."""

    def read_range(self, name: str, offset: int, count: int) -> Iterator[bytes]:
        """Yield `count` bytes of an object from `offset` on, fewer where it ends before. Raises StorageUnavailable."""
        with _told("read"):
            key = self._normalize_name(name)
            answer = self.bucket.Object(key).get(Range=f"bytes={offset}-{offset + count - 1}")
            yield from answer["Body"].iter_chunks(READ_BYTES)

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        """Store an object. Raises StorageUnavailable."""
        with _told("written"):
            saved: str = super().save(name, content, max_length)
            return saved

    def delete(self, name: str) -> None:
        """Remove an object, if it is there. Raises StorageUnavailable."""
        with _told("deleted"):
            super().delete(name)


@contextmanager
def _told(done: str) -> Iterator[None]:
    try:
        yield
    except ClientError as problem:
        _raise(done, problem.response.get("Error", {}).get("Code", "an error"))
    except BotoCoreError as problem:
        _raise(done, type(problem).__name__)


def _raise(done: str, reason: str) -> NoReturn:
    raise StorageUnavailable(errno.EIO, f"The staging storage could not be {done}: {reason}") from None
