"""Datasets in the sandbox to upload to, and uploads through the public doors."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.models import Job
from tests.sandbox_process import SandboxProcess

COLUMNS = [
    ("order_id", "LONG"),
    ("placed_on", "DATE"),
    ("customer", "STRING"),
    ("amount", "DECIMAL"),
    ("note", "STRING"),
]
HEADER = [name for name, _ in COLUMNS]


def rows_of(count: int, start: int = 1) -> list[list[str]]:
    """Rows that fit COLUMNS, with quoted line breaks, unicode, doubled quotes and empty values among them."""
    notes = ["", "two\nlines", 'said "fine"', "naïve, 東京", "plain"]
    return [
        [str(number), f"2026-03-{number % 28 + 1:02d}", f"Customer {number % 97}", f"{number}.50", notes[number % 5]]
        for number in range(start, start + count)
    ]


def csv_bytes(rows: Sequence[Sequence[str]], header: Sequence[str] | None = HEADER, **options: Any) -> bytes:
    """Write rows as CSV; options go to csv.writer."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n", **options)
    if header is not None:
        writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def create_dataset(sandbox: SandboxProcess, name: str = "Orders", columns: Sequence[tuple[str, str]] = COLUMNS) -> str:
    """Create an empty dataset with these columns and return its id."""
    schema = {"columns": [{"type": kind, "name": column} for column, kind in columns]}
    body = {"userDefinedType": "api", "dataSourceName": name, "schema": schema}
    with sandbox.client() as client:
        answer = client.post("/api/data/v2/datasources", json=body)
        answer.raise_for_status()
        content = answer.json()
    source = content.get("dataSource", content)
    return str(source.get("dataSourceId") or source.get("id"))


def sql(sandbox: SandboxProcess, dataset_id: str, statement: str) -> list[list[Any]]:
    """Ask the sandbox itself; {table} stands for the dataset."""
    with sandbox.client() as client:
        statement = statement.format(table=f"`{dataset_id}`")
        answer = client.post(f"/api/query/v1/execute/export/{dataset_id}", json={"sql": statement})
        answer.raise_for_status()
        rows: list[list[Any]] = answer.json()["rows"]
    return rows


def count(sandbox: SandboxProcess, dataset_id: str) -> int:
    """Count the dataset's rows in the sandbox."""
    return int(sql(sandbox, dataset_id, "SELECT COUNT(*) FROM {table}")[0][0])


def stage(client: Client, content: bytes, name: str) -> str:
    """Stage a file as the page's script does; returns its id."""
    answer = client.post(reverse("staging:create"), {"name": name, "size": len(content)})
    assert answer.status_code == 201, answer.content
    staged = answer.json()
    size = staged["chunk_bytes"]
    for number in staged["missing"]:
        url = reverse("staging:chunk", args=[staged["id"], number])
        piece = content[(number - 1) * size : number * size]
        assert client.put(url, piece, content_type="application/octet-stream").status_code == 204
    return str(staged["id"])


def start_upload(
    client: Client, connection: Connection, dataset_id: str, content: bytes, name: str = "orders.csv"
) -> Job:
    """Stage a file, start its upload and let it be checked in this process; returns the draft (or the refused job)."""
    url = reverse("data:upload_create", args=[connection.slug, dataset_id])
    answer = client.post(url, {"staged_file": stage(client, content, name)})
    assert answer.status_code == 302, answer.content
    return jobs.plan_inline(Job.objects.get(pk=UUID(answer["Location"].rstrip("/").rsplit("/", 1)[1])))


def send(client: Client, job: Job, **values: str) -> Any:
    """Confirm a checked upload by its form; returns the answer."""
    assert job.connection is not None
    url = reverse("data:upload_send", args=[job.connection.slug, job.pk])
    return client.post(url, {"action": "APPEND", "index": "on", **values})


def send_and_run(client: Client, job: Job, **values: str) -> Job:
    """Confirm a checked upload and run it to its end in this process."""
    answer = send(client, job, **values)
    assert answer.status_code == 302, answer.content.decode()
    return jobs.run_inline(Job.objects.get(pk=job.pk))


def upload(client: Client, connection: Connection, dataset_id: str, content: bytes, **values: str) -> Job:
    """Do a whole upload; returns the ended job."""
    return send_and_run(client, start_upload(client, connection, dataset_id, content), **values)
