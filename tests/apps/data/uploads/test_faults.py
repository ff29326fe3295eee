"""Uploads against an upstream that fails: nothing lost, nothing doubled, and the reason told."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.models import Job
from tests.apps.data.uploads.support import (
    count,
    create_dataset,
    csv_bytes,
    rows_of,
    send,
    send_and_run,
    start_upload,
    upload,
)
from tests.sandbox_process import SandboxProcess


def _commits(sandbox: SandboxProcess) -> list[tuple[int, int]]:
    uploads = sandbox.stats()["uploads"].values()
    return [(each["commits_received"], each["commits_effected"]) for each in uploads]


@pytest.mark.parametrize(
    "fault",
    [
        {"status_503": 1.0, "match": "/parts/", "count": 4},
        {"status_429": 1.0, "retry_after": 1, "match": "/parts/", "count": 2},
        {"cut_before_effect": 1.0, "match": "/parts/", "count": 3},
        {"cut_after_effect": 1.0, "match": "/parts/", "count": 3},
        {"html_maintenance": 1.0, "match": "/parts/", "count": 2},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_parts_are_sent_again_until_each_was_accepted(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess, fault: dict[str, Any]
) -> None:
    dataset = create_dataset(sandbox)
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(400)))
    sandbox.control(**fault)
    job = send_and_run(signed_in, job)
    assert (job.state, job.message) == ("succeeded", "")
    assert count(sandbox, dataset) == 400
    assert [effected for _, effected in _commits(sandbox)] == [1]


def test_a_commit_whose_answer_was_lost_is_read_back_and_not_sent_again(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(100)))
    sandbox.control(cut_after_effect=1.0, match="/commit", count=1)
    job = send_and_run(signed_in, job)
    assert (job.state, count(sandbox, dataset)) == ("succeeded", 100)
    assert _commits(sandbox) == [(1, 1)]
    assert job.items.get(key="commit").result["settled"]


def test_a_commit_that_never_arrived_is_sent_once_more_only_when_that_is_proven(
    signed_in: Client,
    connection: Connection,
    sandbox: SandboxProcess,
    settings: LazySettings,
) -> None:
    settings.UPLOAD_COMMIT_GRACE_SECONDS = 0.5
    settings.UPSTREAM_READ_SECONDS = 1.0
    dataset = create_dataset(sandbox)
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(100)))
    sandbox.control(cut_before_effect=1.0, match="/commit", count=1)
    job = send_and_run(signed_in, job)
    assert (job.state, count(sandbox, dataset)) == ("succeeded", 100)
    assert [effected for _, effected in _commits(sandbox)] == [1]
    outcomes = AuditRecord.objects.filter(operation="datasets.commit_upload").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["intended", "succeeded"]


def test_a_token_that_expires_midway_leaves_the_dataset_as_it_was(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    upload(signed_in, connection, dataset, csv_bytes(rows_of(10)))
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(400)))
    sandbox.control(token_mode="expired", match="/parts/(3|4)$")
    job = send_and_run(signed_in, job, action="REPLACE")
    assert job.state == "failed"
    failed = job.items.filter(state="failed").first()
    assert failed is not None
    assert failed.error_code == "401"
    assert failed.request_id
    page = signed_in.get(job.get_absolute_url()).content.decode()
    assert failed.request_id in page
    sandbox.control()
    assert count(sandbox, dataset) == 10
    again = jobs.retry(job, job.actor)
    again = jobs.run_inline(again)
    assert (again.state, count(sandbox, dataset)) == ("succeeded", 400)


def test_an_upstream_that_is_down_refuses_the_plan_and_keeps_the_file(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    sandbox.control(status_500=1.0, match=f"/schemas/latest|/query/v1/datasources/{dataset}/schema")
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(10)))
    assert job.state == "failed"
    assert "request id" in job.message
    sandbox.control()
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(10)))
    assert send_and_run(signed_in, job).state == "succeeded"


def test_a_difference_in_rows_is_a_failure_and_loud(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess, settings: LazySettings
) -> None:
    settings.UPLOAD_INDEX_WAIT_SECONDS = 1
    # Longer than a part is held up below, else it is sent again and again.
    settings.UPSTREAM_READ_SECONDS = 20
    dataset = create_dataset(sandbox)
    upload(signed_in, connection, dataset, csv_bytes(rows_of(10)))
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(50)))
    assert send(signed_in, job).status_code == 302
    with sandbox.client() as other:
        # Somebody else's upload stands ready: its commit falls between our look at the dataset and our own commit.
        base = f"/api/data/v3/datasources/{dataset}/uploads"
        upload_id = other.post(base, json={"action": None, "appendId": None}).json()["uploadId"]
        row = "9,2026-01-01,Else,1.0,meanwhile\n"
        other.put(f"{base}/{upload_id}/parts/1", content=row, headers={"Content-Type": "text/csv"})
        job.refresh_from_db()
        opened = False

        def meanwhile(current: Job) -> None:
            nonlocal opened
            if opened or not current.items.filter(key="open", state="succeeded").exists():
                return
            opened = True
            other.put(f"{base}/{upload_id}/commit", json={"action": "APPEND", "index": True})

        sandbox.control(latency_ms=2_000, match="/parts/")
        job = jobs.run_inline(job, on_progress=meanwhile)
    assert opened
    assert job.state == "failed"
    item = job.items.get(key="count")
    assert item.error_code == "rows-differ"
    assert "61, expected 60" in item.error_text
    page = signed_in.get(job.get_absolute_url()).content.decode()
    assert "They differ" in page


def test_pausing_and_cancelling_before_the_commit_changes_nothing(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    job = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(400)))
    assert send(signed_in, job).status_code == 302
    sandbox.control(latency_ms=1500, match="/parts/")

    def cancel(current: Job) -> None:
        if current.state == "running" and current.items.filter(stage=1, state="in_flight").exists():
            jobs.request_cancel(current, current.actor)

    job = jobs.run_inline(Job.objects.get(pk=job.pk), on_progress=cancel)
    assert job.state == "cancelled"
    assert _commits(sandbox) == [(0, 0)]
    sandbox.control()
    with sandbox.client() as client:
        assert client.get(f"/api/data/v3/datasources/{dataset}").json()["rowCount"] == 0


def test_a_second_upload_to_the_same_dataset_waits_for_the_first(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    first = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(5)))
    second = start_upload(signed_in, connection, dataset, csv_bytes(rows_of(6)))
    assert send(signed_in, first).status_code == 302
    refused = send(signed_in, second)
    assert refused.status_code == 422
    assert "still at work" in refused.content.decode()
