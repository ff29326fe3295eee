"""Sinks for uploaded files: a bare body, or the file inside a form. The bytes go to disk and are hashed on the way."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.http.multipart import MultipartReader, PartHead, PartWriter, TextWriter, boundary_of

FILE_FIELD = "file"
UNTYPED = "application/octet-stream"
NO_FILE = f"{FILE_FIELD} is required: the request holds no file"


@dataclass(frozen=True)
class ReceivedFile:
    """A file that has arrived whole, still under its temporary name. `took` in milliseconds, hashes in hex."""

    path: Path
    name: str
    content_type: str
    size: int
    md5: str
    sha256: str
    took: int
    fields: dict[str, str] = field(default_factory=dict)


class FileWriter:
    """Writes to a new file and hashes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha256 = hashlib.sha256()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)

    def write(self, data: memoryview | bytes) -> None:
        """ApiError 507 when the disk is full."""
        self.md5.update(data)
        self.sha256.update(data)
        self.size += len(data)
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise ApiError(507, f"The file could not be stored: {error.strerror}") from error

    def close(self) -> None:
        """Ends writing; may be called again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class UploadSink(ABC):
    """What both kinds of upload have in common."""

    def __init__(self, directory: Path) -> None:
        self.failure: ApiError | None = None
        self._directory = directory
        self._began = time.monotonic()
        self._writer: FileWriter | None = None
        self._name, self._content_type = "", UNTYPED

    def _open(self, name: str, content_type: str) -> FileWriter:
        self._name, self._content_type = name, content_type
        self._writer = FileWriter(self._directory / secrets.token_hex(12))
        return self._writer

    @abstractmethod
    def _take(self, data: memoryview) -> None:
        """Takes the next bytes; ApiError when they can't be a part of an upload."""

    def write(self, data: memoryview) -> None:
        if self.failure is None:
            try:
                self._take(data)
            except ApiError as error:
                self.failure = error

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def abandon(self) -> None:
        self.close()
        if self._writer is not None:
            self._writer.path.unlink(missing_ok=True)

    def received(self) -> ReceivedFile:
        """The file; ApiError 400 when none came."""
        writer = self._writer
        if writer is None:
            raise ApiError(400, NO_FILE)
        took = round((time.monotonic() - self._began) * 1000)
        return ReceivedFile(
            path=writer.path,
            name=self._name,
            content_type=self._content_type,
            size=writer.size,
            md5=writer.md5.hexdigest().upper(),
            sha256=writer.sha256.hexdigest().upper(),
            took=took,
            fields=self._fields(),
        )

    def _fields(self) -> dict[str, str]:
        return {}


class BareFileSink(UploadSink):
    """The body is the file."""

    def __init__(self, directory: Path, content_type: str) -> None:
        super().__init__(directory)
        self._file = self._open("", content_type)

    def _take(self, data: memoryview) -> None:
        self._file.write(data)


class FormSink(UploadSink):
    """The body is a form: its file goes to disk, its other fields stay in memory."""

    def __init__(self, directory: Path, boundary: str) -> None:
        super().__init__(directory)
        self._texts: dict[str, TextWriter] = {}
        self._reader = MultipartReader(boundary, self._begin)

    def _begin(self, part: PartHead) -> PartWriter:
        # A browser gives a JSON field that was made as a Blob a file name as well: the field's name decides.
        if part.name == FILE_FIELD:
            if self._writer is not None:
                raise ApiError(400, "The request holds more than one file")
            return self._open(bare_name(part.file_name or ""), part.content_type or UNTYPED)
        return self._texts.setdefault(part.name, TextWriter())

    def _take(self, data: memoryview) -> None:
        self._reader.feed(data)

    def close(self) -> None:
        super().close()
        if self.failure is None and not self._reader.done:
            self.failure = ApiError(400, "The multipart body ends too early")

    def _fields(self) -> dict[str, str]:
        return {name: writer.text for name, writer in self._texts.items()}


def upload_sink(request: Request, directory: Path, *, form_only: bool = False) -> UploadSink:
    """The sink for an upload; ApiError when the body can't be one."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiError(415, "Content-Encoding is not supported: the bytes sent are the file")
    content_type = request.headers.get("content-type", "")
    boundary = boundary_of(content_type)
    if boundary is not None:
        return FormSink(directory, boundary)
    if form_only or content_type.lower().startswith("multipart/"):
        raise ApiError(415, "Content-Type must be multipart/form-data with a boundary")
    if not request.content_length and not request.chunked:
        raise ApiError(400, NO_FILE)
    return BareFileSink(directory, content_type.partition(";")[0].strip() or UNTYPED)


def bare_name(file_name: str) -> str:
    """A file name without the directories that some clients send along, and without control characters."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable()).strip()
