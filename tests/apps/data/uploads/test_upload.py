"""An upload from the file to the rows in the dataset, against the sandbox over real HTTP."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from apps.connections.models import Connection
from apps.staging.models import StagedFile
from tests.apps.data.uploads.support import (
    COLUMNS,
    HEADER,
    count,
    create_dataset,
    csv_bytes,
    rows_of,
    send,
    send_and_run,
    sql,
    start_upload,
    upload,
)
from tests.sandbox_process import SandboxProcess


def test_rows_arrive_in_many_parts_with_one_commit(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    rows = rows_of(2_000)
    job = upload(signed_in, connection, dataset, csv_bytes(rows), action="REPLACE")
    assert (job.state, job.message) == ("succeeded", "")
    found = sql(sandbox, dataset, "SELECT order_id, placed_on, customer, amount, note FROM {table} ORDER BY order_id")
    assert [str(row[0]) for row in found] == [row[0] for row in rows]
    assert [row[4] or "" for row in found] == [row[4] for row in rows]
    assert job.items.filter(key__startswith="part-").count() > 20
    uploads = list(sandbox.stats()["uploads"].values())
    assert [(each["commits_received"], each["commits_effected"]) for each in uploads] == [(1, 1)]
    assert {part["accepted"] for part in uploads[0]["parts"].values()} == {1}
    page = signed_in.get(job.get_absolute_url()).content.decode()
    assert "All agree" in page
    assert "2,000" in page


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("orders.csv.gz", gzip.compress),
        ("orders.zip", lambda content: _zipped(content)),
        ("utf16.csv", lambda content: content.decode().encode("utf-16")),
        ("bom.csv", lambda content: b"\xef\xbb\xbf" + content),
        ("windows.csv", lambda content: content.replace("東京".encode(), b"T").decode().encode("cp1252")),
        ("semicolon.csv", lambda content: csv_bytes(rows_of(50), delimiter=";")),
        ("crlf.csv", lambda content: content.replace(b"\n", b"\r\n")),
    ],
)
def test_packed_and_differently_encoded_files_arrive_whole(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess, name: str, pack: object
) -> None:
    dataset = create_dataset(sandbox)
    job = start_upload(signed_in, connection, dataset, pack(csv_bytes(rows_of(50))), name)  # type: ignore[operator]
    job = send_and_run(signed_in, job)
    assert (job.state, job.message) == ("succeeded", "")
    assert count(sandbox, dataset) == 50
    assert sql(sandbox, dataset, "SELECT COUNT(*) FROM {table} WHERE note LIKE 'naïve%'") == [[10]]


def test_a_connection_may_compress_what_it_sends(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    connection.gzip = True
    connection.save()
    dataset = create_dataset(sandbox)
    content = csv_bytes(rows_of(1_000))
    job = upload(signed_in, connection, dataset, content)
    assert (job.state, count(sandbox, dataset)) == ("succeeded", 1_000)
    parts = next(iter(sandbox.stats()["uploads"].values()))["parts"]
    assert len(parts) == job.items.filter(key__startswith="part-").count()


def _zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", content)
    return buffer.getvalue()


def test_append_adds_and_replace_replaces(signed_in: Client, connection: Connection, sandbox: SandboxProcess) -> None:
    dataset = create_dataset(sandbox)
    upload(signed_in, connection, dataset, csv_bytes(rows_of(30)), action="REPLACE")
    job = upload(signed_in, connection, dataset, csv_bytes(rows_of(20, start=31)))
    assert (job.state, count(sandbox, dataset)) == ("succeeded", 50)
    job = upload(signed_in, connection, dataset, csv_bytes(rows_of(7)), action="REPLACE")
    assert (job.state, count(sandbox, dataset)) == ("succeeded", 7)


def test_columns_are_put_in_order_and_missing_ones_stay_empty(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    rows = [[row[3], "extra", row[0], row[2]] for row in rows_of(40)]
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows, ["amount", "unasked", "order_id", "customer"]))
    page = signed_in.get(reverse("data:upload_check", args=[connection.slug, job.pk])).content.decode()
    assert "another order" in page
    assert "Only in the file: unasked" in page
    assert "Only in the dataset: placed_on, note" in page
    job = send_and_run(signed_in, job)
    assert job.state == "succeeded"
    assert sql(sandbox, dataset, "SELECT amount, customer, note FROM {table} WHERE order_id = 3") == [
        [pytest.approx(3.5), "Customer 3", ""]
    ]


def test_rows_that_do_not_fit_are_decided_by_a_person(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    rows = rows_of(300)
    rows[9][3] = "12,50 EUR"
    rows[200][1] = "soon"
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows))
    check = reverse("data:upload_check", args=[connection.slug, job.pk])
    page = signed_in.get(check).content.decode()
    assert "1 value is not a decimal number" in page
    assert "12,50 EUR" in page
    refused = send(signed_in, job)
    assert refused.status_code == 422
    assert "2 rows can’t be sent as they are" in refused.content.decode()
    job = send_and_run(signed_in, job, decision="set_aside")
    assert (job.state, count(sandbox, dataset)) == ("succeeded", 298)
    page = signed_in.get(job.get_absolute_url()).content.decode()
    assert "298" in page
    problems = signed_in.get(reverse("data:upload_problems", args=[connection.slug, job.pk]))
    text = b"".join(problems.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "12,50 EUR" in text
    assert "soon" in text
    assert len(text.splitlines()) >= 3


def test_values_that_do_not_fit_can_be_sent_as_empty(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    rows = rows_of(100)
    rows[49][3] = "free"
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows))
    job = send_and_run(signed_in, job, decision="empty")
    assert (job.state, count(sandbox, dataset)) == ("succeeded", 100)
    assert sql(sandbox, dataset, "SELECT amount FROM {table} WHERE order_id = 50") == [[None]]


def test_what_was_detected_can_be_corrected_and_columns_chosen(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    content = csv_bytes(rows_of(25), ["a", "b", "c", "d", "e"])
    job = start_upload(signed_in, connection, dataset, content)
    assert job.state == "failed"
    assert "No column of the file has the name of a column of the dataset" in job.message
    correct = reverse("data:upload_correct", args=[connection.slug, job.pk])
    answer = signed_in.post(correct, {"match": "position", "header": "yes"})
    from apps.jobs import service as jobs
    from apps.jobs.models import Job

    again = jobs.plan_inline(Job.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[1]))
    assert [column["how"] for column in again.preview["columns"]] == ["position"] * len(COLUMNS)
    assert (send_and_run(signed_in, again).state, count(sandbox, dataset)) == ("succeeded", 25)


def test_without_index_the_data_version_is_compared(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(60)))
    answer = signed_in.post(reverse("data:upload_send", args=[connection.slug, job.pk]), {"action": "REPLACE"})
    assert answer.status_code == 302
    from apps.jobs import service as jobs
    from apps.jobs.models import Job

    job = jobs.run_inline(Job.objects.get(pk=job.pk))
    assert job.state == "succeeded"
    assert not job.items.filter(key="index").exists()
    account = job.items.get(key="count").result["account"]
    assert account["agrees"]
    assert account["evidence"][0]["source"].startswith("data version")


def test_the_staged_file_is_gone_after_a_success_and_kept_after_a_failure(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    upload(signed_in, connection, dataset, csv_bytes(rows_of(5)))
    assert not StagedFile.objects.exists()
    job = start_upload(signed_in, connection, dataset, csv_bytes([]))
    assert job.state == "failed"
    assert StagedFile.objects.filter(pk=job.params["staged_file"]).exists()


def test_replacing_on_production_wants_the_slug(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    connection.environment = "production"
    connection.save()
    dataset = create_dataset(sandbox)
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(5)))
    refused = send(signed_in, job, action="REPLACE")
    assert refused.status_code == 422
    assert "type halden to confirm" in refused.content.decode()
    assert sandbox.stats()["uploads"] == {}
    assert send_and_run(signed_in, job, action="REPLACE", confirmation="halden").state == "succeeded"


def test_a_viewer_may_not_upload(client: Client, connection: Connection, sandbox: SandboxProcess) -> None:
    from tests.factories import UserFactory

    client.force_login(UserFactory(role="viewer"), backend="django.contrib.auth.backends.ModelBackend")
    dataset = create_dataset(sandbox)
    url = reverse("data:upload_create", args=[connection.slug, dataset])
    assert client.get(url).status_code == 403
    assert client.post(url, {"staged_file": "x"}).status_code == 403
    assert client.post(reverse("staging:create"), {"name": "a.csv", "size": 5}).status_code == 403


def test_hostile_texts_are_escaped(signed_in: Client, connection: Connection, sandbox: SandboxProcess) -> None:
    dataset = create_dataset(sandbox, name="<script>alert(1)</script>")
    rows = rows_of(3)
    rows[0][2] = "<img src=x onerror=alert(1)>"
    header = [*HEADER, "<b>bold</b>"]
    job = start_upload(signed_in, connection, dataset, csv_bytes([[*row, "x"] for row in rows], header), "<i>.csv")
    page = signed_in.get(reverse("data:upload_check", args=[connection.slug, job.pk])).content.decode()
    for text in ("<script>alert(1)", "<img src=x", "<b>bold", "<i>.csv"):
        assert text not in page
