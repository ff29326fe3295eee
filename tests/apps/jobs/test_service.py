"""Drafts, planning, retry, the sweeper, messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.jobs import celery_tasks, service
from apps.jobs.access import NotAllowed
from apps.jobs.kinds import NewItem, UnknownKind, all_kinds, get_kind, register_kind
from apps.jobs.models import Job, JobEvent, JobItem
from apps.jobs.planning import claim_plan, run_plan
from apps.jobs.progress import rate_of
from apps.jobs.sweeper import sweep
from tests.apps.jobs.conftest import JobMaker
from tests.apps.jobs.effects import EffectKind, Killed, effects
from tests.factories import UserFactory

Sent = list[tuple[str, list[str], float]]
pytestmark = pytest.mark.django_db(transaction=True)


def to_plan(make: JobMaker, *keys: str, **details: Any) -> Job:
    params = {"file": str(make.file), "safety": "idempotent", "keys": list(keys), **details}
    return service.create_job(
        "test.effects", title="A plan", connection=make.connection, params=params, actor=make.person
    )


class TestCreating:
    def test_a_job_is_a_draft_with_its_items(self, make: JobMaker) -> None:
        job = make.draft("a", NewItem("b", skip="There already"), secrets={"token": "s3cret"})
        assert (job.state, job.total, job.counts, job.bytes_total) == ("draft", 2, {"pending": 1, "skipped": 1}, 10)
        assert "s3cret" not in job.sealed
        assert job.sealed

    def test_secrets_are_wiped_at_the_end(self, make: JobMaker) -> None:
        job = make.queued("a", secrets={"token": "s3cret"})
        job = service.run_inline(job)
        assert (job.state, job.sealed) == ("succeeded", "")

    def test_who_may_not_gets_no_job(self, make: JobMaker) -> None:
        with pytest.raises(NotAllowed, match="no longer has the role steward"):
            make.draft("a", actor=UserFactory.create(role="viewer"))
        assert not Job.objects.exists()

    def test_only_owner_and_admin_confirm(self, make: JobMaker) -> None:
        job = make.draft("a")
        with pytest.raises(NotAllowed):
            service.confirm(job, UserFactory.create(role="steward"))
        service.confirm(job, UserFactory.create(role="admin"))
        with pytest.raises(service.NotReady, match="queued already"):
            service.confirm(job, make.person)

    def test_messages_hold_only_ids(self, make: JobMaker, sent: Sent) -> None:
        job = make.queued("a")
        assert sent == [("jobs.work", [str(job.pk)], 0.0)]

    def test_kinds_are_registered_once(self) -> None:
        class Other(EffectKind):
            pass

        with pytest.raises(ValueError, match="Two kinds"):
            register_kind(Other)
        with pytest.raises(UnknownKind):
            get_kind("no.such.kind")
        assert "test.effects" in [kind.name for kind in all_kinds()]

    def test_events_are_only_added(self, make: JobMaker) -> None:
        make.queued("a")
        event = JobEvent.objects.first()
        assert event is not None
        with pytest.raises(TypeError):
            event.save()


class TestPlanning:
    def test_in_a_worker(self, make: JobMaker, sent: Sent) -> None:
        job = to_plan(make, "a", "!b", "c")
        with pytest.raises(service.NotReady):
            service.confirm(job, make.person)
        service.start_planning(job)
        assert job.is_planning
        assert sent[-1][0] == "jobs.plan"
        celery_tasks.plan(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.counts, job.preview) == ("draft", {"pending": 2, "skipped": 1}, {"found": 3})
        assert not job.is_planning
        assert effects(make.file) == {}

    def test_confirmed_in_advance(self, make: JobMaker, sent: Sent) -> None:
        job = to_plan(make, "a")
        service.start_planning(job, confirm=True)
        celery_tasks.plan(str(job.pk))
        job.refresh_from_db()
        assert job.state == "queued"
        assert sent[-1][0] == "jobs.work"
        celery_tasks.work(str(job.pk))
        job.refresh_from_db()
        assert job.state == "succeeded"

    def test_a_dead_planner_is_followed_by_one_from_scratch(
        self, make: JobMaker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = to_plan(make, "a", "b")
        service.start_planning(job)

        def die(point: str, key: str) -> None:
            if (point, key) == ("plan", "b"):
                raise Killed

        monkeypatch.setattr(EffectKind, "at_point", staticmethod(die))
        with pytest.raises(Killed):
            run_plan(job.pk, stop=lambda: False)
        assert job.items.count() == 1
        assert not run_plan(job.pk, stop=lambda: False), "the lease still holds"
        monkeypatch.setattr(EffectKind, "at_point", None)
        Job.objects.filter(pk=job.pk).update(planning_expires_at=timezone.now())
        assert run_plan(job.pk, stop=lambda: False)
        job.refresh_from_db()
        assert (job.total, job.planning_losses) == (2, 1)

    def test_a_plan_that_kills_its_workers_is_given_up(self, make: JobMaker) -> None:
        job = to_plan(make, "a")
        service.start_planning(job)
        assert claim_plan(job.pk, timezone.now())
        Job.objects.filter(pk=job.pk).update(planning_expires_at=timezone.now(), planning_losses=4)
        run_plan(job.pk, stop=lambda: False)
        job.refresh_from_db()
        assert job.state == "failed"
        assert "died 5 times" in job.message

    def test_refused(self, make: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
        def plan(self: EffectKind, planning: Any) -> None:
            planning.refuse("Line 3 has 4 fields, expected 5.", line=3)

        monkeypatch.setattr(EffectKind, "plan", plan)
        job = service.plan_inline(to_plan(make, "a"))
        assert (job.state, job.message, job.preview) == ("failed", "Line 3 has 4 fields, expected 5.", {"line": 3})

    def test_cancelling_a_draft_stops_its_planner(self, make: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
        job = to_plan(make, "a", "b")

        def cancel(point: str, key: str) -> None:
            if (point, key) == ("plan", "b"):
                service.request_cancel(job, make.person)

        monkeypatch.setattr(EffectKind, "at_point", staticmethod(cancel))
        job = service.plan_inline(job)
        assert job.state == "cancelled"
        assert set(job.items.values_list("state", flat=True)) == {"cancelled"}

    def test_inline_from_plan_to_end(self, make: JobMaker) -> None:
        job = service.run_inline(to_plan(make, "a", "b", "!c"))
        assert (job.state, job.counts) == ("succeeded", {"succeeded": 2, "skipped": 1})


class TestRetry:
    def test_failed_items_only(self, make: JobMaker, sent: Sent) -> None:
        job = service.run_inline(make.queued("a", "b", params={"fails": "a"}))
        with pytest.raises(NotAllowed):
            service.retry(job, UserFactory.create(role="steward"))
        again = service.retry(job, make.person)
        assert (again.retry_of, again.source, again.state) == (job, "retry", "queued")
        assert list(again.items.values_list("key", flat=True)) == ["a"]
        assert sent[-1] == ("jobs.work", [str(again.pk)], 0.0)

    def test_nothing_failed(self, make: JobMaker) -> None:
        job = service.run_inline(make.queued("a"))
        with pytest.raises(service.NothingToRetry):
            service.retry(job, make.person)

    def test_not_before_the_end(self, make: JobMaker) -> None:
        with pytest.raises(service.NotReady):
            service.retry(make.queued("a"), make.person)

    def test_a_kind_may_plan_anew(self, make: JobMaker, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
        job = to_plan(make, "a", fails="a")
        job = service.run_inline(job)
        monkeypatch.setattr(EffectKind, "retry_params", lambda self, job: {**job.params, "fails": ""})
        again = service.retry(job, make.person)
        assert sent[-1] == ("jobs.plan", [str(again.pk)], 0.0)
        celery_tasks.plan(str(again.pk))
        celery_tasks.work(str(again.pk))
        again.refresh_from_db()
        assert again.state == "succeeded"


class TestSweeper:
    @staticmethod
    def later(seconds: float = 60.0) -> Any:
        return timezone.now() + timedelta(seconds=seconds)

    def test_lost_messages_are_sent_again(self, make: JobMaker, sent: Sent) -> None:
        job, planned = make.queued("a"), to_plan(make, "b")
        service.start_planning(planned)
        sent.clear()
        sweep(timezone.now())
        assert sent == []
        sweep(self.later())
        assert sorted(sent) == [("jobs.plan", [str(planned.pk)], 0.0), ("jobs.work", [str(job.pk)], 0.0)]

    def test_what_dead_runners_left(self, make: JobMaker, sent: Sent) -> None:
        job = make.queued("a", "b")
        now = timezone.now()
        Job.objects.filter(pk=job.pk).update(state="running", started_at=now, runner_seen_at=now)
        JobItem.objects.filter(job=job).update(
            state="in_flight", attempts=1, lease_token="0d1e1b0e-0000-4000-8000-000000000000", lease_expires_at=now
        )
        sent.clear()
        sweep(self.later())
        assert set(job.items.values_list("state", "losses")) == {("pending", 1)}
        assert sent == [("jobs.work", [str(job.pk)], 0.0)]

    def test_a_job_whose_runner_died_before_closing_is_closed(self, make: JobMaker) -> None:
        job = make.queued("a")
        now = timezone.now()
        Job.objects.filter(pk=job.pk).update(state="running", started_at=now)
        JobItem.objects.filter(job=job).update(state="succeeded", finished_at=now)
        sweep(self.later())
        job.refresh_from_db()
        assert job.state == "succeeded"

    def test_a_living_runner_is_left_alone(self, make: JobMaker, sent: Sent) -> None:
        job = make.queued("a")
        sent.clear()
        later = self.later()
        Job.objects.filter(pk=job.pk).update(state="running", started_at=later, runner_seen_at=later)
        sweep(later)
        assert sent == []

    def test_old_drafts_are_dropped(self, make: JobMaker) -> None:
        job = make.draft("a")
        sweep(self.later(23 * 3600))
        job.refresh_from_db()
        assert job.state == "draft"
        sweep(self.later(25 * 3600))
        job.refresh_from_db()
        assert (job.state, job.message) == ("cancelled", "Not confirmed within 24 hours.")

    def test_a_hook_that_failed_is_called_again(self, make: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
        called: list[str] = []

        def finished(self: EffectKind, job: Job) -> None:
            called.append(job.state)
            if len(called) == 1:
                raise OSError("disk")

        monkeypatch.setattr(EffectKind, "finished", finished)
        job = service.run_inline(make.queued("a"))
        assert (job.state, job.afterwards_at) == ("succeeded", None)
        sweep(self.later())
        job.refresh_from_db()
        assert called == ["succeeded", "succeeded"]
        assert job.afterwards_at is not None


class TestWorkerMessages:
    def test_the_next_slice_is_asked_for(self, make: JobMaker, sent: Sent, settings: Settings) -> None:
        settings.JOB_SLICE_SECONDS = 0.0
        job = make.queued("a")
        sent.clear()
        celery_tasks.work(str(job.pk))
        assert sent == [("jobs.work", [str(job.pk)], 0.0)]

    def test_doubled_late_and_wrong_messages_do_no_harm(self, make: JobMaker) -> None:
        job = make.queued("a")
        for _ in range(3):
            celery_tasks.work(str(job.pk))
            celery_tasks.plan(str(job.pk))
        celery_tasks.work("00000000-0000-4000-8000-000000000000")
        assert effects(make.file) == {"a": 1}
        assert AuditRecord.objects.filter(operation="jobs.test.effects").count() == 2

    def test_tasks_are_registered_by_name(self) -> None:
        from domoadmin.celery import app

        app.loader.import_default_modules()
        assert {"jobs.work", "jobs.plan", "jobs.sweep", "jobs.clean"} <= set(app.tasks)

    def test_a_restarted_worker_looks_around(self, sent: Sent, settings: Settings) -> None:
        celery_tasks.look_around()
        assert [(task, delay) for task, _, delay in sent] == [
            ("jobs.sweep", 0.0),
            ("jobs.sweep", settings.JOB_LEASE_SECONDS + 1),
        ]


def test_rate_is_calm_and_follows() -> None:
    now = timezone.now()
    rate, sample = rate_of({}, 0, now)
    assert rate == 0
    for second in range(1, 30):
        rate, sample = rate_of(sample, second * 100, now + timedelta(seconds=second))
    assert 99 <= rate <= 101
    rate, _ = rate_of(sample, 2900, now + timedelta(seconds=30))
    assert 70 <= rate < 90


def test_the_actor_may_go_and_the_job_says_so(make: JobMaker, person: User, connection: Connection) -> None:
    job = make.queued("a")
    person.delete()
    celery_tasks.work(str(job.pk))
    job.refresh_from_db()
    assert job.state == "failed"
    assert "can no longer sign in" in job.message
