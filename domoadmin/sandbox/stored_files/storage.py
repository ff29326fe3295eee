"""Where the bytes of uploaded files lie, and how they are sent."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.stored_files.receiving import ReceivedFile, UploadSink, upload_sink

CHUNK = 512 * 1024


class FileStorage:
    """The files of one area, under random names; which of them belong to what stands in the store."""

    def __init__(self, directory: Path, known: Iterable[str]) -> None:
        self._directory = directory
        self._incoming = directory / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._sweep(set(known))

    def _sweep(self, known: set[str]) -> None:
        """Removes what a killed process left behind without acknowledging it."""
        for path in (*self._incoming.iterdir(), *self._directory.iterdir()):
            if path.is_file() and path.name not in known:
                path.unlink()

    def sink(self, request: Request, *, form_only: bool = False) -> UploadSink:
        """Where the body of an upload goes."""
        return upload_sink(request, self._incoming, form_only=form_only)

    def keep(self, received: ReceivedFile) -> str:
        """Gives a file that has arrived its lasting name."""
        name = received.path.name
        received.path.rename(self._directory / name)
        return name

    def copy(self, name: str) -> str:
        """A second name for the same bytes; each can be removed without the other."""
        other = secrets.token_hex(12)
        os.link(self._directory / name, self._directory / other)
        return other

    def remove(self, names: Iterable[str]) -> None:
        """Deletes files; downloads under way still end well."""
        for name in names:
            (self._directory / name).unlink(missing_ok=True)

    def beginning(self, name: str, size: int) -> bytes:
        """The first bytes of a file."""
        with (self._directory / name).open("rb") as file:
            return file.read(size)

    def open(self, name: str) -> BinaryIO:
        """The file, opened before its answer begins."""
        try:
            return (self._directory / name).open("rb")
        except OSError as error:
            raise ApiError(500, "The content of the file could not be read") from error


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


def download(content: bytes | BinaryIO, content_type: str, file_name: str) -> Response:
    """An answer that is the file itself."""
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\' else "_" for each in file_name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
    body = content if isinstance(content, bytes) else _chunks(content)
    # A header value from an upload must not bring line ends of its own.
    kind = "".join(each for each in content_type if each.isascii() and each.isprintable())
    return Response(200, body, kind, {"Content-Disposition": disposition})
