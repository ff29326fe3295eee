"""Uploads to an upstream that knows only the API document: no index ids, no answers where none are shown."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.connections.models import Connection
from apps.data.uploads.jobs import describe
from apps.jobs import service as jobs
from apps.staging.models import StagedFile
from tests.apps.data.uploads.documents import DocumentsUpstream
from tests.apps.data.uploads.support import csv_bytes, upload
from tests.factories import ConnectionFactory
from tests.services.upstream import Upstream

CONTENT = csv_bytes(
    [[f"Friend {number}, the {number}th", "yes\nor no"] for number in range(400)], ["Friend", "Attending"]
)


@pytest.fixture
def server() -> Iterator[Upstream]:
    """A server without a script yet."""
    with Upstream() as running:
        yield running


@pytest.fixture
def other(server: Upstream, settings: LazySettings) -> Connection:
    """A connection to it."""
    settings.UPSTREAM_HOSTS = [urlsplit(server.url).netloc]
    return ConnectionFactory.create(slug="other", base_url=server.url)


def test_an_upload_succeeds_with_documented_answers_alone(
    signed_in: Client, other: Connection, server: Upstream
) -> None:
    upstream = DocumentsUpstream()
    server.script(upstream)
    job = upload(signed_in, other, upstream.dataset_id, CONTENT, action="REPLACE")
    assert (job.state, job.message) == ("succeeded", "")
    assert len(upstream.rows) == 400
    assert upstream.rows[7] == ["Friend 7, the 7th", "yes\nor no"]
    assert upstream.commits == [{"action": "REPLACE", "index": True}]
    sources = [piece["source"] for piece in job.items.get(key="count").result["account"]["evidence"]]
    assert sources == ["SQL count", "data version 3"]


def test_without_queries_and_versions_the_metadata_counts(
    signed_in: Client, other: Connection, server: Upstream
) -> None:
    upstream = DocumentsUpstream(versions=False, query=False)
    server.script(upstream)
    job = upload(signed_in, other, upstream.dataset_id, CONTENT)
    assert job.state == "succeeded"
    assert job.items.get(key="count").result["account"]["evidence"][0]["source"] == "dataset metadata"


def test_a_lost_commit_that_nothing_can_read_back_is_unknown(
    signed_in: Client, other: Connection, server: Upstream
) -> None:
    upstream = DocumentsUpstream(versions=False, lose=True)
    server.script(upstream)
    job = upload(signed_in, other, upstream.dataset_id, CONTENT)
    assert job.has_unknown
    assert jobs.exit_code(job) == 3
    assert len(upstream.commits) == 1
    assert "Look at the dataset in Domo" in job.items.get(key="commit").error_text
    page = signed_in.get(job.get_absolute_url()).content.decode()
    assert "Decide" in page


def test_a_commit_that_a_person_calls_done_is_indexed_and_counted_by_a_retry_and_never_sent_again(
    signed_in: Client, other: Connection, server: Upstream
) -> None:
    upstream = DocumentsUpstream(versions=False, lose=True)
    server.script(upstream)
    job = upload(signed_in, other, upstream.dataset_id, CONTENT)
    jobs.decide(job.items.get(key="commit"), job.actor, done=True, reason="Seen in Domo")
    job.refresh_from_db()
    assert "Retry" in signed_in.get(job.get_absolute_url()).content.decode()
    again = jobs.run_inline(jobs.retry(job, job.actor))
    assert (again.state, again.message) == ("succeeded", "")
    assert list(again.items.values_list("key", "state")) == [("index", "succeeded"), ("count", "succeeded")]
    assert len(upstream.commits) == 1
    assert len(upstream.rows) == 400
    facts = describe(again)
    assert (facts["rows_in_file"], facts["rows_sent"], facts["account"]["agrees"]) == (400, 400, True)
    assert [phase["key"] for phase in facts["phase_list"]] == ["index", "count"]
    assert not StagedFile.objects.filter(pk=job.params["staged_file"]).exists()
    page = signed_in.get(again.get_absolute_url()).content.decode()
    assert "All agree" in page


def test_a_lost_commit_is_read_back_by_the_documented_versions(
    signed_in: Client, other: Connection, server: Upstream
) -> None:
    upstream = DocumentsUpstream(lose=True)
    server.script(upstream)
    job = upload(signed_in, other, upstream.dataset_id, CONTENT)
    assert job.state == "succeeded"
    assert len(upstream.commits) == 1
