"""A real bulk action on a schedule: each run finds anew what it applies to, and does it in the sandbox."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import AuditRecord
from apps.audit.verifying import verify
from apps.jobs.bulk import Selection
from apps.jobs.models import Job
from apps.notifications.models import Notification
from apps.schedules import running
from apps.schedules.changes import selection_words
from apps.schedules.models import Schedule, ScheduleRun
from tests.apps.connected import _fresh, bulk, halden, no_broker
from tests.apps.data.bulk_support import Bulk
from tests.apps.schedules.conftest import new_schedule, work_off

__all__ = ["_fresh", "bulk", "halden", "no_broker"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def run_now(schedule: Schedule) -> Job:
    """Let it be due, and do what the scheduler and workers would."""
    Schedule.objects.filter(pk=schedule.pk).update(next_run_at=timezone.now())
    running.run_due(timezone.now())
    job = ScheduleRun.objects.order_by("-due_at")[0].job
    assert job is not None
    return work_off(job)


def test_each_run_finds_anew_and_leaves_alone_what_is_done(bulk: Bulk, client: Client) -> None:
    bulk.datasets(2, "Zephyr pallet movements")
    preview = bulk.create("certify", Selection(query={"q": "Zephyr pallet"}))
    client.force_login(bulk.person)
    assert reverse("schedules:create", args=[preview.pk]) in client.get(preview.get_absolute_url()).content.decode()
    schedule = new_schedule(preview, bulk.person)
    assert schedule.title == "Certify datasets"
    assert "Zephyr pallet" in selection_words(schedule)

    first = run_now(schedule)
    assert (first.state, first.counts, first.source) == ("succeeded", {"succeeded": 2}, "schedule")
    bulk.datasets(1, "Zephyr pallet returns")
    second = run_now(schedule)
    assert (second.state, second.counts) == ("succeeded", {"succeeded": 1, "skipped": 2})
    titles = Notification.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["Certify 2 datasets succeeded", "Certify 1 dataset succeeded"]

    changes = AuditRecord.objects.filter(outcome="succeeded", target_kind="dataset")
    assert {(record.source, record.actor_name) for record in changes} == {("schedule", bulk.person.display_name)}
    assert changes.count() == 3
    assert verify().ok


def test_an_undo_is_not_offered(bulk: Bulk, client: Client) -> None:
    done = bulk.run("certify", bulk.datasets(1))
    undone = bulk.undo(done)
    client.force_login(bulk.person)
    assert "Schedule</a>" in client.get(done.get_absolute_url()).content.decode()
    assert "Schedule</a>" not in client.get(undone.get_absolute_url()).content.decode()
    assert client.post(reverse("schedules:create", args=[undone.pk]), {}).status_code == 422
