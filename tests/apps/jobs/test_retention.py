"""Retention: old jobs go with all that hangs on them, in batches, and nothing else does; staged files go on time."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.audit.models import AuditRecord
from apps.jobs import retention, service
from apps.jobs.celery_tasks import clean
from apps.jobs.kinds import registered_temporarily
from apps.jobs.models import Job, JobEvent, JobItem
from apps.jobs.sweeper import sweep
from apps.staging import service as staging
from apps.staging.models import StagedFile
from tests.apps.jobs.conftest import JobMaker
from tests.apps.jobs.effects import EffectKind

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def thirty_days(settings: Settings) -> None:
    settings.JOB_RETENTION_DAYS = 30


def test_a_kind_may_keep_its_history_for_ever(make: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EffectKind, "kept_for_ever", True)
    job = ended(make, 4000)
    assert retention.purge(timezone.now()) == 0
    monkeypatch.setattr(EffectKind, "kept_for_ever", False)
    assert retention.purge(timezone.now()) == 1
    assert not Job.objects.filter(pk=job.pk).exists()


def ended(make: JobMaker, days: float, *keys: str) -> Job:
    job = service.run_inline(make.queued(*(keys or ("a", "b"))))
    at = timezone.now() - timedelta(days=days)
    Job.objects.filter(pk=job.pk).update(created_at=at, started_at=at, finished_at=at)
    return job


class TestPurge:
    def test_old_jobs_go_with_items_and_events_the_audit_trail_stays(self, make: JobMaker) -> None:
        old, new = ended(make, 31), ended(make, 29)
        records = AuditRecord.objects.filter(job_id=old.pk).count()
        assert records > 0
        clean()
        assert list(Job.objects.values_list("pk", flat=True)) == [new.pk]
        assert not JobItem.objects.filter(job_id=old.pk).exists()
        assert not JobEvent.objects.filter(job_id=old.pk).exists()
        assert new.items.count() == 2
        assert AuditRecord.objects.filter(job_id=old.pk).count() == records

    def test_what_has_not_ended_or_is_unknown_stays(self, make: JobMaker) -> None:
        waiting = make.queued("a")
        Job.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(days=400))
        unknown = ended(make, 400)
        Job.objects.filter(pk=unknown.pk).update(state="partial", counts={"unknown": 1, "succeeded": 1})
        assert retention.purge(timezone.now()) == 0
        Job.objects.filter(pk=unknown.pk).update(counts={"succeeded": 2})
        assert retention.purge(timezone.now()) == 1

    def test_none_keeps_them_for_ever(self, make: JobMaker, settings: Settings) -> None:
        settings.JOB_RETENTION_DAYS = 0
        ended(make, 4_000)
        assert retention.purge(timezone.now()) == 0

    def test_a_retry_outlives_its_original(self, make: JobMaker) -> None:
        old = ended(make, 31)
        again = make.draft("c", retry_of=old)
        assert retention.purge(timezone.now()) == 1
        again.refresh_from_db()
        assert again.retry_of is None

    def test_no_statement_removes_more_than_a_batch(self, make: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "BATCH", 10)
        ended(make, 31, *(f"k{n}" for n in range(35)))
        with CaptureQueriesContext(connection) as queries:
            assert retention.purge(timezone.now()) == 1
        deletions = [query["sql"] for query in queries if query["sql"].startswith('DELETE FROM "jobs_jobitem"')]
        assert len(deletions) == 4

    def test_time_that_runs_out_is_made_up_for_later(self, make: JobMaker) -> None:
        old = ended(make, 31)
        assert retention.purge(timezone.now(), seconds=0) == 0
        assert old.items.count() == 2
        assert retention.purge(timezone.now()) == 1


class FileKind(EffectKind):
    """Reads a staged file."""

    name = "test.file"
    title = "With a file"

    def keep_files(self, job: Job) -> None:
        for file in StagedFile.objects.filter(pk=job.params["staged_file"]):
            staging.keep_while_used(file)


class TestFiles:
    @pytest.fixture(autouse=True)
    def storage(self, settings: Settings, tmp_path: Path) -> None:
        settings.STORAGES = {
            **settings.STORAGES,
            "staging": {
                "BACKEND": "apps.staging.storage.LocalStagingStorage",
                "OPTIONS": {"location": str(tmp_path / "staged")},
            },
        }

    def test_they_go_when_their_time_has_come_unless_a_job_reads_them(self, make: JobMaker) -> None:
        read, left = (staging.stage_stream(io.BytesIO(b"12345"), name, 5, make.person) for name in ("read", "left"))
        StagedFile.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        with registered_temporarily(FileKind):
            job = make.queued("a", kind="test.file", params={"staged_file": str(read.pk)})
            service.request_pause(job, make.person)
            sweep(timezone.now())
            assert list(StagedFile.objects.values_list("pk", flat=True)) == [read.pk]
            service.request_cancel(job, make.person)
            StagedFile.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
            sweep(timezone.now())
        assert not StagedFile.objects.exists()
        assert left.pk != read.pk

    def test_one_that_cannot_be_removed_stands_in_no_ones_way(
        self, make: JobMaker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad, good = (staging.stage_stream(io.BytesIO(b"12345"), name, 5, make.person) for name in ("bad", "good"))
        StagedFile.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        delete = staging.LocalStagingStorage.delete

        def refuse(self: staging.LocalStagingStorage, name: str) -> None:
            if name.startswith(str(bad.pk)):
                raise PermissionError(name)
            delete(self, name)

        monkeypatch.setattr(staging.LocalStagingStorage, "delete", refuse)
        assert staging.remove_expired() == 1
        assert not StagedFile.objects.filter(pk=good.pk).exists()
        assert StagedFile.objects.get(pk=bad.pk).expires_at > timezone.now()


def test_the_page_says_how_long_jobs_are_kept(make: JobMaker, settings: Settings) -> None:
    from django.test import Client

    client = Client()
    client.force_login(make.person)
    assert "kept for 30 days" in client.get("/jobs/").content.decode()
    settings.JOB_RETENTION_DAYS = 0
    assert "kept for" not in client.get("/jobs/").content.decode()
