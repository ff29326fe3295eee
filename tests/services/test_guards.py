"""Addresses that are never called, text made fit to show, headers and bodies read and made."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.services.addresses import is_forbidden
from domoadmin.services.answers import read_retry_after
from domoadmin.services.bodies import compressed, counted, in_good_chunks
from domoadmin.services.errors import AnswerLost, Delivery, InvalidArguments, NotFound, UpstreamError
from domoadmin.services.exports import ExportedRows
from domoadmin.services.masking import Masker
from domoadmin.services.roles import Role, allows
from domoadmin.services.transport import OpenAnswer


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "2002:a9fe:a9fe::1",
        "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104 - looked at, not bound to
        "::",
        "224.0.0.1",
        "no address",
    ],
)
def test_addresses_that_are_never_called(address: str) -> None:
    assert is_forbidden(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "192.168.1.1", "::1", "8.8.8.8", "2606:4700::1111"])
def test_other_addresses_are_a_matter_of_the_allow_list(address: str) -> None:
    assert not is_forbidden(address)


@given(st.text(min_size=4, max_size=40), st.text(), st.text())
def test_no_secret_survives_masking(secret: str, before: str, after: str) -> None:
    mask = Masker([secret, "another-secret"])
    shown = mask(f"{before}{secret}{after} another-secret")
    assert "another-secret" not in shown
    assert secret not in shown or secret in f"{before}{after}•••" or secret in shown.replace("•••", "")
    assert "\n" not in mask.one_line(f"{before}\n{after}")
    assert len(mask.one_line(before * 300)) <= 500


def test_masking_finds_quoted_forms_and_leaves_short_ones() -> None:
    mask = Masker(['a b"c/d', "ab"])
    assert mask("a%20b%22c%2Fd") == "•••"
    assert mask('a b\\"c/d') == "•••"
    assert mask("about") == "about"
    assert Masker([])("anything") == "anything"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5),
        (" 1.5 ", 1.5),
        ("Sat, 21 Nov 2026 12:01:00 GMT", 60),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-3", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, datetime(2026, 11, 21, 12, tzinfo=UTC)) == seconds


@given(st.text())
def test_any_retry_after_gives_a_wait_or_nothing(value: str) -> None:
    found = read_retry_after(value)
    assert found is None or found >= 0


CHUNKS = st.lists(st.binary(max_size=40), max_size=30)


@given(CHUNKS, st.integers(1, 100))
def test_chunks_keep_their_bytes_and_gain_size(chunks: list[bytes], least: int) -> None:
    found = list(in_good_chunks(iter(chunks), least))
    assert b"".join(found) == b"".join(chunks)
    assert all(len(chunk) >= least for chunk in found[:-1])
    assert all(found)


@given(CHUNKS, st.integers(1, 6))
def test_compression_keeps_the_bytes(chunks: list[bytes], level: int) -> None:
    packed = b"".join(compressed(iter(chunks), level))
    assert zlib.decompress(packed, 31) == b"".join(chunks)


@given(CHUNKS, st.integers(-2, 2))
def test_a_counted_body_is_whole_or_stops_short(chunks: list[bytes], wrong_by: int) -> None:
    length = sum(map(len, chunks)) + wrong_by
    if length < 0:
        return
    sent = b""
    try:
        for chunk in counted(iter(chunks), length):
            sent += chunk
    except InvalidArguments:
        assert wrong_by
        assert len(sent) < length or length == 0
    else:
        assert not wrong_by
        assert sent == b"".join(chunks)


def exported(body: bytes, size: int, content_type: str = "application/json") -> ExportedRows:
    """Read a body that comes in pieces of this size."""
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    return ExportedRows(OpenAnswer(200, {"content-type": content_type}, iter(pieces)))


VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=8), st.integers(1, 50), st.booleans())
def test_rows_survive_any_cut_into_chunks(rows: list[list[object]], size: int, late_columns: bool) -> None:
    parts = {"columns": ["a", "b"], "rows": rows, "numRows": len(rows)}
    if late_columns:
        parts = {"numRows": 12345, "rows": rows, "columns": ["a", "b"]}
    export = exported(json.dumps(parts, indent=1).encode(), size)
    assert list(export.rows()) == rows
    assert export.columns == ("a", "b")
    assert export.announced_rows == (12345 if late_columns else len(rows))


@given(st.binary(max_size=60), st.integers(1, 10))
def test_any_bytes_end_in_rows_or_in_a_typed_error(body: bytes, size: int) -> None:
    with suppress(UpstreamError):  # which bytes are refused can't be known beforehand; nothing else may be raised
        list(exported(b'{"rows":[' + body, size).rows())


def test_errors_tell_people_and_machines() -> None:
    error = NotFound("no dataset d1", status=404, request_id="T1", operation_id="datasets.get_metadata")
    assert str(error) == "The upstream doesn't have this: no dataset d1"
    assert "T1" in repr(error)
    assert str(AnswerLost()).endswith("took effect.")
    assert AnswerLost().delivery is Delivery.UNKNOWN
    assert InvalidArguments("x", argument="y").argument == "y"


def test_roles_include_what_they_should() -> None:
    assert all(allows(Role.ADMIN, least) for least in Role)
    assert all(allows(held, Role.VIEWER) for held in Role)
    assert not allows(Role.STEWARD, Role.SUPPORT)
    assert not allows(Role.SUPPORT, Role.STEWARD)
    assert not allows(Role.VIEWER, Role.STEWARD)
