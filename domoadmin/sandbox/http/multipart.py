"""Takes a multipart/form-data body apart while it arrives, so that a large file in it never lies in memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from domoadmin.sandbox.errors import ApiError

HEAD_LIMIT = 16 * 1024
TEXT_LIMIT = 1024 * 1024
BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))', re.IGNORECASE)
PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')


class PartWriter(Protocol):
    """Takes the bytes of one part."""

    def write(self, data: bytes) -> None: ...


@dataclass(frozen=True)
class PartHead:
    """The headers of a part. `file_name` is None for a plain field."""

    name: str
    file_name: str | None
    content_type: str | None


class TextWriter:
    """Keeps a plain field in memory; ApiError 413 when it is too long for one."""

    def __init__(self) -> None:
        self._content = bytearray()

    def write(self, data: bytes) -> None:
        if len(self._content) + len(data) > TEXT_LIMIT:
            raise ApiError(413, "A form field is too large")
        self._content += data

    @property
    def text(self) -> str:
        return self._content.decode("utf-8", "replace")


def boundary_of(content_type: str) -> str | None:
    """The boundary of a multipart/form-data content type; None when it is another type or has none."""
    if not content_type.lower().startswith("multipart/form-data"):
        return None
    found = BOUNDARY.search(content_type)
    return (found.group(1) or found.group(2)) if found else None


class MultipartReader:
    """Fed piece by piece; asks `begin` for a writer when a part's headers are there. ApiError for a malformed body."""

    def __init__(self, boundary: str, begin: Callable[[PartHead], PartWriter]) -> None:
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        self._begin = begin
        # The first delimiter may stand at the very beginning, where no line ends before it.
        self._held = bytearray(b"\r\n")
        self._writer: PartWriter | None = None
        self._step: Callable[[], bool] = self._read_content
        self.done = False

    def feed(self, data: memoryview) -> None:
        """Takes the next bytes."""
        if self.done:
            return
        self._held += data
        while not self.done and self._step():
            pass

    def _read_content(self) -> bool:
        """Up to the next delimiter: the content of a part, or what stands before the first one."""
        place = self._held.find(self._delimiter)
        # The beginning of a delimiter may lie at the end of what has come so far.
        sure = place if place >= 0 else len(self._held) - len(self._delimiter) + 1
        if sure > 0:
            if self._writer is not None:
                self._writer.write(bytes(self._held[:sure]))
            del self._held[:sure]
        if place < 0:
            return False
        del self._held[: len(self._delimiter)]
        self._writer = None
        self._step = self._read_line_end
        return True

    def _read_line_end(self) -> bool:
        """After a delimiter: two hyphens end the body, else the rest of the line is padding."""
        if len(self._held) < 2:
            return False
        if self._held.startswith(b"--"):
            self.done = True
            return False
        end = self._held.find(b"\r\n")
        if end < 0:
            self._refuse_long_head()
            return False
        if bytes(self._held[:end]).strip(b" \t"):
            raise ApiError(400, "The multipart body is malformed after a boundary")
        del self._held[:end]
        self._step = self._read_head
        return True

    def _read_head(self) -> bool:
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            self._refuse_long_head()
            return False
        lines = bytes(self._held[:end]).decode("utf-8", "replace").split("\r\n")
        del self._held[: end + 4]
        self._writer = self._begin(_part_head(lines))
        self._step = self._read_content
        return True

    def _refuse_long_head(self) -> None:
        if len(self._held) > HEAD_LIMIT:
            raise ApiError(400, "The headers of a multipart part are too long")


def _part_head(lines: list[str]) -> PartHead:
    headers = {
        name.strip().lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon
    }
    values: dict[str, str] = {}
    for found in PARAMETER.finditer(headers.get("content-disposition", "")):
        name, quoted, bare = found.groups()
        values[name.lower()] = _unescaped(quoted) if quoted is not None else bare
    if "name" not in values:
        raise ApiError(400, "A multipart part has no name")
    extended = values.get("filename*", "")
    file_name = unquote(extended.split("'", 2)[-1]) if extended.count("'") >= 2 else values.get("filename")
    return PartHead(values["name"], file_name, headers.get("content-type"))


def _unescaped(text: str) -> str:
    """Quotes and line ends come with a backslash from some clients and percent-encoded from browsers."""
    text = re.sub(r'\\(["\\])', r"\1", text)
    for code, character in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        text = text.replace(code, character)
    return text
