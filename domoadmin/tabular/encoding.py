"""Which encoding a text has, whether it is text at all, and turning it into UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from domoadmin.tabular.dialect import Encoding
from domoadmin.tabular.problems import Refused, place

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, Encoding.UTF_8),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16_LE),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16_BE),
)
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"{\\rtf", "a rich text document"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CONTROL_SHARE = 0.02
_PRINTABLE_MAGIC = (b"BZh", b"ORC", b"GIF8", b"PAR1")


def looks_like(head: bytes) -> str | None:
    """What a file is when it is not text ("a PNG image"), by its first bytes; None when it may be text."""
    for magic, name in _MAGIC:
        if head.startswith(magic) and not (magic in _PRINTABLE_MAGIC and not _has_controls(head)):
            return name
    return None


def refuse_binary(head: bytes, encoding: Encoding) -> None:
    """Raise Refused when the start of a file is not text."""
    kind = looks_like(head)
    if kind is None and encoding in (Encoding.UTF_8, Encoding.WINDOWS_1252) and _has_controls(head):
        kind = "a binary file"
    if kind is not None:
        raise Refused("not_text", f"This is not text: it looks like {kind}. Choose a CSV file.")


def _has_controls(head: bytes) -> bool:
    return len(_CONTROL.findall(head)) > max(1, _CONTROL_SHARE * len(head))


def detect_encoding(head: bytes) -> tuple[Encoding, bool]:
    """The encoding of a text by its start, and whether it begins with a byte order mark."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding, True
    if (wide := _detect_utf_16(head)) is not None:
        return wide, False
    try:
        codecs.utf_8_decode(head, "strict", False)
    except UnicodeDecodeError:
        return _mostly_utf_8(head), False
    return Encoding.UTF_8, False


def _detect_utf_16(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: in text with any ASCII, most NUL bytes stand on one side."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < max(2, len(head) // 10) or 10 * min(even, odd) > max(even, odd):
        return None
    encoding = Encoding.UTF_16_LE if odd > even else Encoding.UTF_16_BE
    try:
        codecs.getincrementaldecoder(encoding.value)().decode(head)
    except UnicodeDecodeError:
        return None
    return encoding


def _mostly_utf_8(head: bytes) -> Encoding:
    """UTF-8 with a few broken bytes, or Windows-1252."""
    sequences = _MULTI_BYTE.findall(head)
    strange = sum(byte >= 0x80 for byte in head) - sum(map(len, sequences))
    return Encoding.UTF_8 if len(sequences) > 10 * strange else Encoding.WINDOWS_1252


def to_utf_8(chunks: Iterable[bytes], encoding: Encoding) -> Iterator[bytes]:
    """The text in UTF-8 without byte order mark.

    Raises Refused("wrong_encoding") with the line and byte offset of the first byte that is not valid. UTF-8 itself
    is checked too.
    """
    decoder = codecs.getincrementaldecoder(encoding.value)()
    line, offset, begun = 1, 0, False
    for chunk, final in _with_final(chunks):
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            valid = error.object[: error.start].decode(encoding.value, "replace")
            raise _wrong_byte(encoding, line + valid.count("\n"), offset - waiting + error.start) from error
        line += text.count("\n")
        offset += len(chunk)
        if text:
            yield (text if begun else text.removeprefix("\ufeff")).encode()
            begun = True


def _wrong_byte(encoding: Encoding, line: int, offset: int) -> Refused:
    return Refused(
        "wrong_encoding",
        f"{place(line)}the byte at offset {offset:,} is not valid {encoding.label}. Correct the encoding, or export "
        "the file as UTF-8.",
        line,
    )


def _with_final(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each chunk, and at the end an empty one that is final."""
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def head_in_utf_8(head: bytes, encoding: Encoding) -> bytes:
    """The start of a file for detection: UTF-8, no mark, broken bytes replaced, a cut character left out."""
    decoder = codecs.getincrementaldecoder(encoding.value)("replace")
    return decoder.decode(head).removeprefix("\ufeff").encode("utf-8", "replace")
