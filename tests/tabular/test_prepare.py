"""Packed files, encodings, and guessing how a file is written."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.tabular.containers import Container, UnpackLimits
from domoadmin.tabular.detection import detect_dialect
from domoadmin.tabular.dialect import Dialect, Encoding
from domoadmin.tabular.encoding import to_utf_8
from domoadmin.tabular.prepare import Inspection, inspect_source, prepared_chunks
from domoadmin.tabular.preview import PreviewRow, preview, read_header, read_record_at
from domoadmin.tabular.problems import Refused
from domoadmin.tabular.sources import BytesSource

CSV = "id,city\n1,Göteborg\n2,Zürich\n3,東京\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            # A fixed time: the bytes are part of test names, which all workers have to agree on.
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return buffer.getvalue()


def prepared(content: bytes, limits: UnpackLimits | None = None, chunk_bytes: int = 7) -> bytes:
    """The file as plain UTF-8."""
    source = BytesSource(content, chunk_bytes)
    return b"".join(prepared_chunks(source, inspect_source(source), limits))


def refusal(content: bytes, limits: UnpackLimits | None = None) -> Refused:
    """Why a file is refused."""
    with pytest.raises(Refused) as caught:
        prepared(content, limits, chunk_bytes=1 << 16)
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        b"\xfe\xff" + CSV.encode("utf-16-be"),
        CSV.encode("utf-16-le"),
        CSV.encode("utf-16-be"),
        gzip.compress(CSV.encode(), mtime=0),
        gzip.compress(CSV[:10].encode(), mtime=0) + gzip.compress(CSV[10:].encode(), mtime=0) + bytes(20),
        gzip.compress(CSV.encode("utf-16"), mtime=0),
        zipped({"folder/": b"", "folder/sales.csv": CSV.encode(), "__MACOSX/._sales.csv": b"x"}),
        zipped({"sales.csv": CSV.encode("utf-8-sig")}, zipfile.ZIP_STORED),
    ],
)
def test_all_shapes_come_to_the_same_text(content: bytes) -> None:
    assert prepared(content) == CSV.encode()


def test_windows_1252_is_the_last_resort() -> None:
    content = "id;city\n1;Göteborg – €5\n".encode("cp1252")
    inspection = inspect_source(BytesSource(content))
    assert (inspection.encoding, inspection.needs_preparing) == (Encoding.WINDOWS_1252, True)
    assert prepared(content) == "id;city\n1;Göteborg – €5\n".encode()


def test_the_encoding_can_be_corrected() -> None:
    source = BytesSource("a\nGöteborg\n".encode("cp1252"))
    inspection = inspect_source(source, Encoding.UTF_8)
    assert inspection.encoding is Encoding.UTF_8
    with pytest.raises(Refused, match="Line 2: the byte at offset 3 is not valid UTF-8"):
        list(prepared_chunks(source, inspection))


def test_one_broken_byte_does_not_make_utf_8_something_else() -> None:
    content = CSV.encode() * 20 + b"4,\xff\n"
    assert inspect_source(BytesSource(content)).encoding is Encoding.UTF_8


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(1, 9), st.sampled_from(list(Encoding))
)
def test_any_text_survives_any_chunks(text: str, chunk_bytes: int, encoding: Encoding) -> None:
    content = text.encode(encoding.value, "ignore")
    expected = content.decode(encoding.value).removeprefix("\ufeff")
    assert b"".join(to_utf_8(BytesSource(content, chunk_bytes).open(), encoding)).decode() == expected


def test_wrong_bytes_are_placed() -> None:
    cut = "id\nx\n".encode("utf-16-le") + b"\x00\xd8"
    with pytest.raises(Refused, match=r"Line 3: the byte at offset 10 is not valid UTF-16 \(little endian\)"):
        list(to_utf_8(BytesSource(cut, 3).open(), Encoding.UTF_16_LE))
    with pytest.raises(Refused, match="Line 1: the byte at offset 1 is not valid Windows-1252"):
        list(to_utf_8([b"a\x81"], Encoding.WINDOWS_1252))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "a PNG image"),
        (b"%PDF-1.7\n" + bytes(100), "a PDF document"),
        (b"PAR1" + bytes(100), "a Parquet file"),
        (zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "an Excel workbook"),
        (bytes(range(256)) * 10, "a binary file"),
        (gzip.compress(PNG, mtime=0), "a PNG image"),
    ],
)
def test_what_is_not_text(content: bytes, kind: str) -> None:
    refused = refusal(content)
    assert refused.code == "not_text"
    assert f"looks like {kind}" in refused.message


def encrypted_zip() -> bytes:
    """A zip whose member says that it has a password."""
    content = bytearray(zipped({"a.csv": b"a\n1\n"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n\r\n", "empty_file"),
        (gzip.compress(b"", mtime=0), "empty_file"),
        (gzip.compress(CSV.encode() * 100, mtime=0)[:-20], "gzip_truncated"),
        (gzip.compress(CSV.encode(), mtime=0)[:-4], "gzip_truncated"),
        (gzip.compress(CSV.encode(), mtime=0) + b"garbage", "gzip_damaged"),
        (b"\x1f\x8b\x08" + bytes(40), "gzip_damaged"),
        (zipped({"a.csv": b"a", "b.csv": b"b"}), "zip_members"),
        (zipped({"folder/": b""}), "zip_members"),
        (zipped({"a.csv": CSV.encode()})[:-30], "zip_damaged"),
        (encrypted_zip(), "zip_encrypted"),
        (zipped({"a.csv": CSV.encode()}, zipfile.ZIP_LZMA), "zip_method"),
        (zipped({f"{index}.csv": b"" for index in range(50_000)}), "zip_directory"),
        (gzip.compress(gzip.compress(CSV.encode(), mtime=0), mtime=0), "nested_archive"),
        (zipped({"a.zip": zipped({"a.csv": CSV.encode()})}), "nested_archive"),
        (gzip.compress(b"1,2,3\n" * 10_000_000, 9, mtime=0), "archive_bomb"),
        (zipped({"a.csv": b"1,2,3\n" * 10_000_000}), "archive_bomb"),
    ],
)
def test_bad_archives_have_their_own_message(content: bytes, code: str) -> None:
    refused = refusal(content)
    assert refused.code == code
    assert len(refused.message) < 150


def test_unpacked_size_is_limited() -> None:
    refused = refusal(gzip.compress(CSV.encode() * 100, mtime=0), UnpackLimits(unpacked_bytes=1_000))
    assert refused.message == "The file is larger than 1,000 bytes when unpacked."


def test_damage_inside_a_zip() -> None:
    content = bytearray(zipped({"a.csv": CSV.encode() * 50}, zipfile.ZIP_STORED))
    content[200] ^= 0xFF
    assert refusal(bytes(content)).code == "zip_damaged"


def detected(text: str, *known: str) -> Dialect:
    """The dialect that is guessed for a text."""
    content = text.encode()
    inspection = Inspection(Container.PLAIN, Encoding.UTF_8, False, content, True, None)
    return detect_dialect(inspection, known)


@pytest.mark.parametrize(
    ("text", "delimiter", "quote", "header"),
    [
        ("a,b\n1,2\n", ",", '"', True),
        ("a;b\n1,5;2\n2,5;3\n", ";", '"', True),
        ("a\tb\nx, y\tz\nx\tz, z\n", "\t", '"', True),
        ("a|b|c\n1|2|3\n", "|", '"', True),
        ("a,b\n1,'x,y'\n2,'z'\n3,'it''s'\n", ",", "'", True),
        ('a,b\n1,"x\n;;;;\n;;;"\n2,"y;y"\n', ",", '"', True),
        ('size,name\n5" pipe,x\n6" pipe,y\n', ",", None, True),
        ("1,2026-01-01\n2,2026-01-02\n", ",", '"', False),
        ("name\nJohn\nJane\n", ",", '"', True),
        ("year,2023,2024\nx,1,2\n", ",", '"', True),
        ("x,x\ny,z\n", ",", '"', False),
        ("a,b\rx,y\r", ",", '"', True),
    ],
)
def test_dialects_are_guessed(text: str, delimiter: str, quote: str | None, header: bool) -> None:
    dialect = detected(text)
    assert (dialect.delimiter, dialect.quote, dialect.header) == (delimiter, quote, header)
    assert Dialect.from_json(dialect.as_json()) == dialect


def test_a_cut_sample_is_enough() -> None:
    content = b'a;b\n1;"x, y, z\nmore"\n' * 20_000
    inspection = inspect_source(BytesSource(content))
    assert not inspection.head_is_whole
    assert detect_dialect(inspection).delimiter == ";"


def test_known_columns_make_a_header() -> None:
    assert detected("2023,1\n1,2\n", "2023", "1").header


@pytest.mark.parametrize("value", [("", '"'), (",", ","), ("é", '"'), ("\n", '"')])
def test_impossible_dialects(value: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="must be one ASCII character"):
        Dialect(*value)


def test_preview_reads_only_the_start() -> None:
    content = b'\xef\xbb\xbfid,note\n1,"two\nlines"\n\n2,x\xff\n' + b"3,y\n" * 1_000_000
    source = BytesSource(content)
    assert preview(source, Dialect(), 2) == [PreviewRow(2, ("1", "two\nlines")), PreviewRow(5, ("2", "x�"))]
    assert read_header(source, Dialect()) == ("id", "note")
    assert read_header(source, Dialect(header=False)) == ("Column 1", "Column 2")
    assert read_record_at(source, Dialect(), content.index(b"2,x")) == ("2", "x�")
    assert read_header(BytesSource(b""), Dialect()) == ()
