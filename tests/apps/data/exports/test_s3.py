"""One dataset to S3 against the sandbox: the form, the job, its page; refusals and doubts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.data.exports.s3_jobs import S3ExportKind
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.exports.support import BUCKET, KEYS, TARGET, Exports
from tests.apps.data.support import datasets, text_of
from tests.services.upstream import CUT, Asked, Told, Upstream, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(S3ExportKind, "back_off_seconds", 0.01)


def named(exports: Exports, name: str) -> dict[str, Any]:
    return next(each for each in datasets(exports.sandbox) if each["name"] == name)


def test_an_export_is_started_watched_and_reported_and_the_unchanged_one_comes_back(exports: Exports) -> None:
    key = named(exports, "FX rates daily")["databaseId"]
    rows = exports.ask("GET", f"/api/data/v3/datasources/{key}")["rowCount"]
    page = text_of(exports.browser.get(exports.url(f"datasets/{key}/export/s3/")))
    assert "eu-north-1 · Europe (Stockholm)" in page
    job = exports.run(exports.post_s3(key))
    assert job.state == "succeeded", job.message
    facts = S3ExportKind().describe(job)
    assert (facts["rows"], facts["files"], facts["unchanged"]) == (rows, 1, 0)
    assert facts["datasets"][0]["files"][0]["url"].startswith(f"s3://{BUCKET}/audit/FX-rates-daily/")
    shown = text_of(exports.browser.get(job.get_absolute_url()))
    assert f"{rows:,} rows" in shown
    again = exports.run(exports.post_s3(key))
    assert S3ExportKind().describe(again)["unchanged"] == 1
    assert "has not changed since an earlier export of 20" in text_of(exports.browser.get(again.get_absolute_url()))
    records = AuditRecord.objects.filter(operation="s3_export.create", target_id=key, job_id=job.pk)
    assert sorted(records.values_list("outcome", flat=True)) == ["intended", "succeeded"]
    assert "Export FX rates daily" in text_of(exports.browser.get(exports.url("exports/")))


def test_chosen_columns_are_sent_in_the_documented_form(exports: Exports) -> None:
    key = exports.dataset("Columns to S3", ["lane", "cost", "note"])
    job = exports.run(exports.post_s3(key, columns=["lane", "cost"]))
    assert (job.params["columns"], job.state) == (["lane", "cost"], "succeeded")
    refused = exports.post_s3(key, columns=["nope"])
    assert "The dataset has no column nope." in text_of(refused, 422)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"region": "us-east-1"}, "is not in the region us-east-1 (PermanentRedirect)"),
        ({"access_key": "ASIAEXPIRED4XN2P"}, "The provided token has expired. (ExpiredToken)"),
    ],
)
def test_what_aws_refuses_is_told_in_the_upstreams_words(exports: Exports, changes: Any, words: str) -> None:
    job = exports.run(exports.post_s3(exports.dataset(), **changes))
    assert job.state == "failed"
    assert words in job.message
    page = text_of(exports.browser.get(job.get_absolute_url()))
    assert "Export again" in page
    assert "Retry 1 failed" not in page
    with pytest.raises(service.NotReady, match="wiped"):
        service.retry(job, exports.person)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("bucket", "Halden_Exports", "small letters"),
        ("bucket", "s3://halden-outdoor-exports", "Only the bucket"),
        ("bucket", "192.168.0.1", "no IP address"),
        ("region", "eu-nowhere-9", "is no region of AWS"),
        ("pattern", "audit//{name}", "empty parts"),
        ("pattern", "audit/{month}", "{month} is not known"),
        ("pattern", "audit\\x", "AWS advises against it"),
        ("session_token", "", "they only work with their session token"),
        ("access_key", "ASIA TEST", "a space or a line break"),
        ("secret_key", "", "Type the secret access key"),
    ],
)
def test_bad_input_is_named_and_nothing_is_started(exports: Exports, field: str, value: str, sentence: str) -> None:
    response = exports.post_s3(exports.dataset(), **{field: value})
    page = text_of(response, 422)
    assert sentence in page
    assert "ASIAQZTESTKEY7W4XN2P" not in page
    assert "qz/Secret" not in page
    assert exports.started() == 0


def test_one_export_at_a_time_by_our_own_jobs_and_by_what_domo_says(exports: Exports) -> None:
    key = exports.dataset()
    waiting = exports.job(exports.post_s3(key))
    page = text_of(exports.post_s3(key), 422)
    assert "nothing was started" in page
    assert waiting.get_absolute_url() in page
    service.request_cancel(waiting, exports.person)
    exports.start_beside(key)
    exports.sandbox.reset()
    assert "started outside of DomoAdmin" in text_of(exports.post_s3(key), 422)
    assert exports.started() == 0


def test_an_export_that_somebody_starts_in_between_is_told_and_no_second_one_started(exports: Exports) -> None:
    key = exports.dataset()
    job = exports.job(exports.post_s3(key))
    exports.start_beside(key)
    exports.sandbox.reset()
    job = service.run_inline(job)
    assert (job.state, exports.started()) == ("failed", 0)
    assert "is under way already: export " in job.message


def test_an_answer_lost_after_the_start_is_read_back_and_not_sent_again(exports: Exports) -> None:
    job = exports.job(exports.post_s3(exports.dataset()))
    exports.sandbox.reset()
    exports.sandbox.control(match="s3_export.create", cut_after_effect=1.0)
    job = service.run_inline(job)
    assert (job.state, exports.started()) == ("succeeded", 1), job.message
    assert job.events.filter(text__contains="it was started once").exists()


def test_an_answer_lost_before_the_start_is_read_back_and_then_sent_again(exports: Exports) -> None:
    job = exports.job(exports.post_s3(exports.dataset()))
    exports.sandbox.control(match="s3_export.create", cut_before_effect=1.0, count=1)
    job = service.run_inline(job)
    assert job.state == "succeeded", job.message
    listed = exports.ask("GET", f"/api/query/v1/export/{job.params['selection']['ids'][0]}")
    assert len(listed) == 1


def test_a_viewer_may_not_export(exports: Exports) -> None:
    exports.person.role = "viewer"
    exports.person.save()
    assert exports.post_s3(exports.dataset()).status_code == 403


def test_where_nothing_was_listed_before_a_lost_start_is_found_once_it_is(
    client: Client, steward: User, other_hands: Connection, upstream: Upstream, no_broker: None
) -> None:
    started: list[Asked] = []

    def script(asked: Asked) -> Told:
        if "/schema" in asked.path or ("/export/" in asked.path and not started and asked.method == "GET"):
            return told({"message": "Not Found"}, 404)
        if asked.method == "POST":
            started.append(asked)
            return CUT
        if "/export/" in asked.path:
            return told([{"exportId": 9, "exportStatus": "success", "urlRowCountMap": {"s3://a/b.csv": "3"}}])
        return told({"id": "d1", "name": "Of other hands"})

    upstream.script(script)
    client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(f"/c/{other_hands.slug}/data/datasets/d1/export/s3/", {**TARGET, **KEYS})
    job = service.run_inline(Job.objects.get(pk=response.headers["Location"].rstrip("/").rpartition("/")[2]))
    assert (job.state, len(started)) == ("succeeded", 1), job.message
    assert S3ExportKind().describe(job)["rows"] == 3
