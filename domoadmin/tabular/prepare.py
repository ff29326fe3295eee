"""From a file as it was given (packed, any encoding) to plain UTF-8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domoadmin.tabular.containers import Container, UnpackLimits, read_start, unpack, zip_member
from domoadmin.tabular.dialect import Encoding
from domoadmin.tabular.encoding import detect_encoding, head_in_utf_8, refuse_binary, to_utf_8
from domoadmin.tabular.problems import Refused
from domoadmin.tabular.sources import ByteSource

HEAD_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the start of a file shows. head: its first 256 KB, unpacked, in UTF-8 without byte order mark."""

    container: Container
    encoding: Encoding
    byte_order_mark: bool
    head: bytes
    head_is_whole: bool
    member_name: str | None

    @property
    def needs_preparing(self) -> bool:
        """Whether the file must be written anew as plain UTF-8 before it can be checked."""
        return self.container is not Container.PLAIN or self.encoding is not Encoding.UTF_8


def inspect_source(source: ByteSource, encoding: Encoding | None = None) -> Inspection:
    """Look at the start of a file; `encoding` overrules the detection.

    Raises Refused: empty_file, not_text, zip_*, gzip_*, nested_archive.
    """
    container, head = read_start(source, HEAD_BYTES)
    found, mark = detect_encoding(head)
    if encoding is not None and encoding is not found:
        found, mark = encoding, False
    refuse_binary(head, found)
    text = head_in_utf_8(head, found)
    whole = len(head) < HEAD_BYTES
    if whole and not text.strip(b"\r\n\t ;,|"):
        raise Refused("empty_file", "The file is empty. Choose a file that has rows.")
    member = zip_member(source) if container is Container.ZIP else None
    return Inspection(container, found, mark, text, whole, member)


def prepared_chunks(
    source: ByteSource,
    inspection: Inspection,
    limits: UnpackLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """The whole file unpacked, in UTF-8 without byte order mark. progress is told the bytes of the source read so far.

    Raises Refused as inspect_source() does, and: archive_bomb, too_large, wrong_encoding (with the line).
    """
    return to_utf_8(unpack(source, inspection.container, limits, progress), inspection.encoding)
