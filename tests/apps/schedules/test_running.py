"""What is due runs once: on time, late, left out or stopped, and whoever must know is told."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.jobs.kinds import registered_temporarily
from apps.jobs.models import Job
from apps.notifications.models import Notification
from apps.schedules import celery_tasks, running
from apps.schedules.models import Schedule, ScheduleRun
from domoadmin.celery import app
from tests.apps.jobs.effects import EffectKind, effects
from tests.apps.schedules.conftest import new_schedule, work_off
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def due(schedule: Schedule) -> Schedule:
    """Let the schedule be due now."""
    schedule.refresh_from_db()
    Schedule.objects.filter(pk=schedule.pk).update(next_run_at=timezone.now())
    schedule.refresh_from_db()
    return schedule


def test_a_due_schedule_runs_its_work_once_with_its_owners_name(
    schedule: Schedule, person: User, sent: list[tuple[str, list[str], float]]
) -> None:
    celery_tasks.look()
    celery_tasks.look()  # a message that came twice
    run = ScheduleRun.objects.get()
    assert run.outcome == "started"
    assert run.job is not None
    assert (run.job.actor, run.job.source, run.job.kind) == (person, "schedule", "test.again")
    assert ("jobs.plan", [str(run.job.pk)], 0.0) in sent
    job = work_off(run.job)
    assert job.state == "succeeded"
    assert effects(Path(job.params["file"])) == {"a": 1, "b": 1}
    assert set(AuditRecord.objects.filter(job_id=job.pk).values_list("source", flat=True)) == {"schedule"}
    schedule.refresh_from_db()
    assert schedule.next_run_at is not None
    assert timedelta(0) < schedule.next_run_at - timezone.now() <= timedelta(hours=1)


def test_what_is_not_due_or_off_does_not_run(schedule: Schedule) -> None:
    Schedule.objects.update(next_run_at=timezone.now() + timedelta(minutes=1))
    celery_tasks.look()
    Schedule.objects.update(enabled=False, next_run_at=None)
    celery_tasks.look()
    assert not ScheduleRun.objects.exists()


def test_several_schedulers_at_once_run_it_once(schedule: Schedule) -> None:
    start = threading.Barrier(4)

    def look() -> None:
        try:
            start.wait()
            running.run_one(schedule.pk, timezone.now())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ScheduleRun.objects.count() == 1
    assert Job.objects.filter(source="schedule").count() == 1


def test_a_worker_that_dies_at_the_start_leaves_it_due(schedule: Schedule) -> None:
    with transaction.atomic():
        assert running.run_one(schedule.pk, timezone.now())
        transaction.set_rollback(True)
    assert not ScheduleRun.objects.exists()
    assert not Job.objects.filter(source="schedule").exists()
    celery_tasks.look()
    assert ScheduleRun.objects.get().outcome == "started"


def test_a_run_that_was_missed_runs_once_and_is_told(schedule: Schedule, person: User) -> None:
    now = timezone.now()
    Schedule.objects.update(counts_from=now - timedelta(hours=7), next_run_at=now - timedelta(hours=6))
    running.run_due(now)
    running.run_due(now)
    run = ScheduleRun.objects.get()
    assert (run.outcome, run.due_at, run.job is not None) == ("late", now - timedelta(hours=6), True)
    assert "scheduler was down" in run.message
    assert "not made up: 6" in run.message
    told = Notification.objects.get(person=person)
    assert (told.title, told.level) == ("Schedule Nightly ran late", "warn")
    schedule.refresh_from_db()
    assert schedule.next_run_at is not None
    assert schedule.next_run_at > now


def test_an_overlapping_run_is_left_out_and_told(schedule: Schedule, person: User) -> None:
    celery_tasks.look()
    first = ScheduleRun.objects.get()
    assert first.job is not None
    due(schedule)
    celery_tasks.look()
    second = ScheduleRun.objects.order_by("-due_at")[0]
    assert (second.outcome, second.job) == ("skipped", None)
    assert first.job.short_id in second.message
    assert Notification.objects.get(person=person).title == "Schedule Nightly was left out"
    work_off(first.job)
    due(schedule)
    celery_tasks.look()
    assert ScheduleRun.objects.order_by("-due_at")[0].outcome == "started"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("inactive", "can no longer sign in"),
        ("role", "no longer has the role steward"),
        ("roles of the connection", "may no longer use the connection"),
        ("connection", "no longer exists"),
        ("owner", "is gone"),
    ],
)
def test_it_stops_when_its_person_may_no_longer(
    schedule: Schedule, person: User, connection: Connection, change: str, reason: str
) -> None:
    admin = UserFactory.create(role="admin")
    if change == "inactive":
        User.objects.filter(pk=person.pk).update(is_active=False)
    elif change == "role":
        User.objects.filter(pk=person.pk).update(role="viewer")
    elif change == "roles of the connection":
        Connection.objects.filter(pk=connection.pk).update(roles=["admin"])
    elif change == "connection":
        connection.delete()
    else:
        person.delete()
    celery_tasks.look()
    celery_tasks.look()
    run = ScheduleRun.objects.get()
    assert (run.outcome, run.job) == ("stopped", None)
    assert reason in run.message
    schedule.refresh_from_db()
    assert (schedule.enabled, schedule.next_run_at, schedule.state) == (False, None, "stopped")
    assert reason in schedule.stopped_reason
    told = Notification.objects.get()
    assert told.person == (admin if change in ("inactive", "owner") else person)
    assert (told.level, told.title) == ("bad", "Schedule Nightly has stopped")
    assert AuditRecord.objects.get(operation="schedules.stop").message == run.message


def test_a_kind_that_is_gone_stops_it(schedule: Schedule) -> None:
    Schedule.objects.update(kind="test.never")
    celery_tasks.look()
    assert "test.never" in Schedule.objects.get().stopped_reason


def test_one_that_fails_does_not_keep_the_others(schedule: Schedule, job: Job, person: User) -> None:
    other = due(new_schedule(job, person, name="Other"))
    Schedule.objects.filter(pk=schedule.pk).update(timing_kind="cron", cron="0 6 * * *", time_zone="Nowhere/Land")
    celery_tasks.look()
    assert ScheduleRun.objects.get().schedule == other


def test_a_plan_that_is_refused_is_told(schedule: Schedule, person: User) -> None:
    class RefusingKind(EffectKind):
        name = "test.refusing"
        title = "Refusing"

        def plan(self, planning: object) -> None:
            from apps.jobs.kinds import PlanRefused

            raise PlanRefused("The search is down.")

    with registered_temporarily(RefusingKind):
        Schedule.objects.update(kind="test.refusing")
        celery_tasks.look()
        run = ScheduleRun.objects.get()
        assert run.job is not None
        assert work_off(run.job).state == "failed"
    told = Notification.objects.get(person=person)
    assert (told.level, "The search is down." in told.text) == ("bad", True)


def test_runs_are_kept_for_a_year(schedule: Schedule) -> None:
    celery_tasks.look()
    celery_tasks.clean()
    assert ScheduleRun.objects.count() == 1
    ScheduleRun.objects.update(due_at=timezone.now() - timedelta(days=366))
    celery_tasks.clean()
    assert not ScheduleRun.objects.exists()


def test_beat_knows_every_task_that_it_is_to_send() -> None:
    app.loader.import_default_modules()
    assert "DatabaseScheduler" in settings.CELERY_BEAT_SCHEDULER
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"schedules.look", "audit.seal", "notifications.sweep"} <= wanted
    assert wanted <= set(app.tasks)
