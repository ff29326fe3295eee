"""Unpacking gzip and zip while streaming; bombs, nested and damaged archives are refused."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from domoadmin.tabular.problems import MEGABYTE, Refused, megabytes
from domoadmin.tabular.sources import CHUNK_BYTES, ByteSource, SeekableSource, read_head

DIRECTORY_READ_LIMIT = CHUNK_BYTES + (1 << 17)
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_GZIP_WINDOW = 31
_ENCRYPTED = 1


class Container(StrEnum):
    """How a file is packed."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Bounds against archive bombs: bytes unpacked, and unpacked to packed bytes behind the first `ratio_after`."""

    unpacked_bytes: int = 64_000 * MEGABYTE
    ratio: int = 200
    ratio_after: int = 10 * MEGABYTE


def detect_container(head: bytes) -> Container:
    """By the first four bytes."""
    if head.startswith(_GZIP_MAGIC):
        return Container.GZIP
    return Container.ZIP if head.startswith(_ZIP_MAGIC) else Container.PLAIN


def unpack(
    source: ByteSource,
    container: Container,
    limits: UnpackLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """The unpacked bytes in chunks of up to 1 MB. progress is told the packed bytes read so far.

    Raises Refused: zip_*, gzip_*, archive_bomb, too_large, nested_archive.
    """
    limits = limits or UnpackLimits()
    match container:
        case Container.PLAIN:
            pieces = _plain(source)
        case Container.GZIP:
            pieces = _gunzip(source)
        case Container.ZIP:
            pieces = _unzip(source)
    return _guarded(pieces, container, limits, progress)


def _guarded(
    pieces: Iterable[tuple[bytes, int]],
    container: Container,
    limits: UnpackLimits,
    progress: Callable[[int], None] | None,
) -> Iterator[bytes]:
    """Refuse what grows too much."""
    unpacked = 0
    for content, packed in pieces:
        if not unpacked and container is not Container.PLAIN and detect_container(content) is not Container.PLAIN:
            raise Refused("nested_archive", "The archive holds another archive. Pack the CSV file itself.")
        unpacked += len(content)
        if unpacked > limits.unpacked_bytes:
            raise Refused("too_large", f"The file is larger than {megabytes(limits.unpacked_bytes)} when unpacked.")
        if unpacked > limits.ratio_after and unpacked > limits.ratio * max(packed, 1):
            raise Refused(
                "archive_bomb",
                f"The archive unpacks to more than {limits.ratio} times its size, as archive bombs do. "
                "Send the file unpacked if it really is a table.",
            )
        if progress is not None:
            progress(packed)
        if content:
            yield content


def _plain(source: ByteSource) -> Iterator[tuple[bytes, int]]:
    read = 0
    for chunk in source.open():
        read += len(chunk)
        yield chunk, read


def _gunzip(source: ByteSource) -> Iterator[tuple[bytes, int]]:
    """(unpacked piece, packed bytes taken); members one after the other, zeros behind the last are padding."""
    decoder = None
    read = 0
    for chunk in source.open():
        pending = chunk
        while pending:
            if decoder is None:
                pending = pending.lstrip(b"\0")
                if not pending:
                    break
                decoder = zlib.decompressobj(_GZIP_WINDOW)
            content = _inflate(decoder, pending)
            pending = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            yield content, read + len(chunk) - len(pending)
            if decoder.eof:
                decoder = None
        read += len(chunk)
    while decoder is not None and not decoder.eof:
        if not (content := _inflate(decoder, b"")):
            raise Refused("gzip_truncated", "The gzip file ends too early: it was cut off. Copy it again.")
        yield content, read


def _inflate(decoder: zlib._Decompress, packed: bytes) -> bytes:
    try:
        return decoder.decompress(packed, CHUNK_BYTES)
    except zlib.error as error:
        raise Refused("gzip_damaged", "The gzip file is damaged. Pack or copy it again.") from error


def zip_member(source: ByteSource) -> str:
    """Name of the one file in a zip archive. Raises Refused as unpack() does."""
    with _open_zip(source) as archive:
        return _only_member(archive).filename


def _open_zip(source: ByteSource) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(SeekableSource(source, DIRECTORY_READ_LIMIT))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged_zip() from error


def _damaged_zip() -> Refused:
    return Refused("zip_damaged", "The zip archive is damaged or was cut off. Pack or copy it again.")


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        raise Refused("not_text", "This is not text: it looks like an Excel workbook. Save it as CSV and choose that.")
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and member.filename.rsplit("/", 1)[-1] != ".DS_Store"
    ]
    if len(members) != 1:
        count = f"{len(members):,} files" if members else "no file"
        raise Refused("zip_members", f"The zip archive holds {count}. Pack one CSV file only.")
    member = members[0]
    if member.flag_bits & _ENCRYPTED:
        raise Refused("zip_encrypted", "The zip archive has a password. Pack the file without one.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(
            "zip_method", "The zip archive uses an unusual compression. Pack it with the usual one (deflate)."
        )
    return member


def _unzip(source: ByteSource) -> Iterator[tuple[bytes, int]]:
    with _open_zip(source) as archive:
        member = _only_member(archive)
        packed = archive.fp
        try:
            with archive.open(member) as file:
                while content := file.read(CHUNK_BYTES):
                    yield content, packed.tell() - member.header_offset if packed else 0
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise _damaged_zip() from error


def read_start(source: ByteSource, length: int) -> tuple[Container, bytes]:
    """How the file is packed, and at most `length` unpacked bytes of its start."""
    container = detect_container(read_head(source, 4))
    pieces: list[bytes] = []
    size = 0
    chunks = unpack(source, container)
    while size < length and (chunk := next(chunks, None)) is not None:
        pieces.append(chunk)
        size += len(chunk)
    return container, b"".join(pieces)[:length]
