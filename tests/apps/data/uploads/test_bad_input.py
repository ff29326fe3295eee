"""Files and datasets that can't be used: each has its own message, and nothing changes."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from apps.connections.models import Connection
from tests.apps.data.uploads.support import HEADER, count, create_dataset, csv_bytes, rows_of, start_upload, upload
from tests.sandbox_process import SandboxProcess

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def _zip(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def _broken_quote() -> bytes:
    lines = [",".join(HEADER), *[f"{number},2026-01-01,Somebody,1.5,fine" for number in range(2, 1_000_000)]]
    lines += ['1000000,2026-01-01,Somebody,1.5,"never closed', *["1,2026-01-01,Somebody,1.5,fine"] * 1000]
    return "\n".join(lines).encode()


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "only a header": (lambda: csv_bytes([]), "only a header"),
    "not text": (lambda: PNG, "looks like a PNG image"),
    "broken quote": (_broken_quote, 'Line 1,000,000, column "note": a quote is opened and never closed'),
    "ragged rows": (lambda: csv_bytes([*rows_of(5), ["6", "2026-01-01"]]), "another number of values"),
    "NUL byte": (lambda: csv_bytes(rows_of(5)) + b"7,2026-01-01,A\0B,1.5,x\n", "NUL byte"),
    "wrong encoding": (lambda: csv_bytes(rows_of(60)) + b"7,2026-01-01,M\xfcller,1.5,x\n", "valid UTF-8"),
    "zip bomb": (lambda: _zip(("a.csv", b"0" * 60_000_000)), "unpack"),
    "two files in a zip": (lambda: _zip(("a.csv", b"a\n1\n"), ("b.csv", b"a\n1\n")), "One CSV file only".lower()),
    "cut gzip": (lambda: gzip.compress(csv_bytes(rows_of(500)))[:-30], "cut off"),
    "no such columns": (lambda: csv_bytes([["1"]], ["else"]), "No column of the file has the name"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_sent_says_why_and_changes_nothing(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess, settings: LazySettings, name: str
) -> None:
    settings.UPLOAD_CHUNK_BYTES = 8_000_000
    make, message = FILES[name]
    dataset = create_dataset(sandbox)
    upload(signed_in, connection, dataset, csv_bytes(rows_of(3)))
    sandbox.reset()
    job = start_upload(signed_in, connection, dataset, make(), "orders.csv")
    page = signed_in.get(reverse("data:upload_check", args=[connection.slug, job.pk])).content.decode()
    text = page.replace("&quot;", '"').replace("&#x27;", "'")
    assert message.lower() in text.lower()
    if name != "ragged rows":
        assert job.state == "failed"
        assert "Nothing was sent" in page
    assert sandbox.stats()["uploads"] == {}
    assert count(sandbox, dataset) == 3


def test_an_empty_file_and_one_over_the_limit_are_refused_at_the_door(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess, settings: LazySettings
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    create = reverse("staging:create")
    empty = signed_in.post(create, {"name": "orders.csv", "size": 0})
    assert (empty.status_code, "orders.csv is empty" in empty.json()["message"]) == (400, True)
    large = signed_in.post(create, {"name": "orders.csv", "size": 1001})
    assert (large.status_code, "DOMOADMIN_UPLOAD_MAX_BYTES" in large.json()["message"]) == (413, True)


def test_without_script_the_form_sends_the_file_itself(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    url = reverse("data:upload_create", args=[connection.slug, dataset])
    nothing = signed_in.post(url)
    assert (nothing.status_code, "Choose a file first" in nothing.content.decode()) == (422, True)
    file = io.BytesIO(csv_bytes(rows_of(5)))
    file.name = "orders.csv"
    assert signed_in.post(url, {"file": file}).status_code == 302


def test_a_dataset_that_is_not_there_is_a_designed_page(signed_in: Client, connection: Connection) -> None:
    url = reverse("data:upload_create", args=[connection.slug, "00000000-0000-0000-0000-000000000000"])
    answer = signed_in.get(url)
    assert answer.status_code == 404
    assert "Request id" in answer.content.decode()


def test_a_dataset_that_may_not_be_written_says_so_before_any_file(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    with sandbox.client() as client:
        listed = client.get("/api/data/v3/datasources", params={"limit": 300, "part": "core,permission"}).json()
    sources = listed["dataSources"]
    read_only = [each["id"] for each in sources if "WRITE" not in each.get("permissions", "WRITE")]
    assert read_only, "the company has datasets that its admin may only read"
    page = signed_in.get(reverse("data:upload_create", args=[connection.slug, read_only[0]])).content.decode()
    assert "This token may not write to" in page
    assert 'type="file"' not in page


def test_a_staged_file_that_is_gone_is_told(signed_in: Client, connection: Connection, sandbox: SandboxProcess) -> None:
    dataset = create_dataset(sandbox)
    url = reverse("data:upload_create", args=[connection.slug, dataset])
    for staged in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        answer = signed_in.post(url, {"staged_file": staged})
        assert (answer.status_code, "choose it again" in answer.content.decode()) == (400, True)
