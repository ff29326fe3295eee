"""Forms with a file (multipart/form-data): streamed, of known length, made anew for each attempt."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping

from domoadmin.services.bodies import FileContent
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.request import StreamedBody

# What browsers write for a quote and line ends: some servers decode it, so that the name would come out differently.
_DECODED_BY_SOME = re.compile(r"%(22|0d|0a)", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(; ?[\w-]+=[\w!#$&^.+-]+)*")


def form_body(file_field: str, file: FileContent, fields: Mapping[str, str] | None = None) -> StreamedBody:
    """Return a form that holds the file and these texts; raises InvalidArguments for a name that can't be sent."""
    # 128 bits of chance: no content holds this line by accident, and nobody can guess it to plant one.
    boundary = f"DomoAdmin-{secrets.token_hex(16)}"
    head = _head(boundary, file_field, file)
    tail = _tail(boundary, fields or {})

    def chunks() -> Iterator[bytes]:
        yield head
        yield from file.content()
        yield tail

    length = None if file.length is None else len(head) + file.length + len(tail)
    return StreamedBody(chunks, length, f"multipart/form-data; boundary={boundary}")


def bare_body(file: FileContent) -> StreamedBody:
    """Return the bytes of the file as they are."""
    _check(file)
    return StreamedBody(file.content, file.length, file.content_type)


def _head(boundary: str, field: str, file: FileContent) -> bytes:
    _check(file)
    disposition = f'form-data; name="{_quoted(field)}"; filename="{_quoted(file.name)}"'
    return f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {file.content_type}\r\n\r\n".encode()


def _tail(boundary: str, fields: Mapping[str, str]) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    ]
    return ("\r\n" + "".join(parts) + f"--{boundary}--\r\n").encode()


def _quoted(name: str) -> str:
    """Return a name for a quoted string.

    Servers (Spring, which Domo runs on, and those in Python) read the backslash of RFC 2616; what browsers send in its
    place (%22) they would take literally.
    """
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _check(file: FileContent) -> None:
    """Refuse a name that a server would cut or that would break out of its header, and a type that is none."""
    if not file.name.strip() or file.name in (".", ".."):
        raise InvalidArguments("the file needs a name", argument="file")
    # Servers keep what follows the last separator: the file would get another name than was asked for.
    if any(character in "/\\" or ord(character) < 32 or ord(character) == 127 for character in file.name):
        raise InvalidArguments("the name of the file holds a slash or a control character", argument="file")
    if _DECODED_BY_SOME.search(file.name):
        raise InvalidArguments("the name of the file holds %22, %0D or %0A", argument="file")
    try:
        file.name.encode()
    except UnicodeEncodeError:  # a lone surrogate, as a file name in another encoding leaves behind
        raise InvalidArguments("the name of the file holds characters that can't be sent", argument="file") from None
    if not _MEDIA_TYPE.fullmatch(file.content_type):
        raise InvalidArguments(f"{file.content_type!r} is not a content type", argument="file")
