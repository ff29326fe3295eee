"""All rows of a statement by a job: the file, its progress, what is left of a killed worker, and failures."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.models import Job
from apps.staging import service as staging
from apps.staging.models import StagedFile
from tests.apps.data.support import csv_rows, datasets, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import JSON, Told, Upstream, told

SQL = "SELECT 1 AS one"

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def steward(transactional_db: None, settings: LazySettings) -> Client:
    """A steward; files are staged in many chunks."""
    settings.UPLOAD_CHUNK_BYTES = 10_000
    return client_with_role("steward")


def start(client: Client, dataset_id: str, sql: str) -> Job:
    """Ask for a file as the console does."""
    answer = client.post(reverse("data:dataset_query_job", args=["halden", dataset_id]), {"sql": sql})
    assert answer.status_code == 302, answer.content
    return Job.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[1])


def test_a_job_writes_every_row_and_hands_the_file_out(
    steward: Client, halden: Connection, sandbox: SandboxProcess
) -> None:
    found = next(each for each in datasets(sandbox) if 2_000 < each["rowCount"] < 50_000)
    job = start(steward, found["databaseId"], f"SELECT '=1+1' AS f, 'a\nb' AS t FROM `{found['databaseId']}`")
    # A worker that was killed has left half a file.
    half = StagedFile.objects.create(name=f"query-{job.pk}.csv", size=0, chunk_bytes=10_000)
    job = jobs.run_inline(job)
    assert job.state == "succeeded"
    file = StagedFile.objects.get()
    assert file.pk != half.pk
    item = job.items.get()
    assert (item.rows_done, item.bytes_done) == (found["rowCount"], file.size)
    page = text_of(steward.get(job.get_absolute_url()))
    link = reverse("data:query_job_file", args=["halden", job.pk])
    assert link in page
    response = steward.get(link)
    assert response.headers["Content-Length"] == str(file.size)
    rows = csv_rows(text_of(response))
    assert rows[:2] == [["f", "t"], ["'=1+1", "a\nb"]]
    assert len(rows) == found["rowCount"] + 1
    # It changes nothing upstream: the trail holds the job alone, as intent and outcome.
    assert set(AuditRecord.objects.values_list("target_kind", flat=True)) <= {"dataset", "user"}
    text_of(client_with_role("viewer").get(link), 403)
    staging.remove(file)
    assert "was removed" in text_of(steward.get(job.get_absolute_url()))
    text_of(steward.get(link), 404)


def test_a_file_that_can_not_be_says_why_and_is_begun_anew(
    steward: Client, other_hands: Connection, upstream: Upstream
) -> None:
    upstream.answers(told({"message": "Column nope is unknown"}, 400))
    job = jobs.run_inline(start(steward, "d1", SQL))
    assert job.state == "failed"
    page = text_of(steward.get(job.get_absolute_url()))
    assert "Column nope is unknown" in page
    assert "No file was written" in page
    upstream.answers(
        Told(200, b'{"columns":["a"],"rows":[[1],[2', JSON), told({"columns": ["a"], "rows": [[1], [2]], "numRows": 2})
    )
    assert job.actor is not None
    cut = jobs.run_inline(jobs.retry(job, job.actor, send=False))
    assert cut.state == "failed"
    assert not StagedFile.objects.exists()
    again = jobs.run_inline(jobs.retry(cut, job.actor, send=False))
    assert again.state == "succeeded"
    assert StagedFile.objects.count() == 1


def test_what_does_not_read_starts_no_job(steward: Client, other_hands: Connection, upstream: Upstream) -> None:
    upstream.answers(told({"id": "d1", "name": "Sales"}))
    url = reverse("data:dataset_query_job", args=["halden", "d1"])
    text = text_of(steward.post(url, {"sql": "DROP TABLE x"}), 422)
    assert "Not sent" in text
    assert "DROP TABLE x" in text
    assert steward.get(url).status_code == 405
    assert not Job.objects.exists()
    text_of(client_with_role("viewer").post(url, {"sql": SQL}), 403)
