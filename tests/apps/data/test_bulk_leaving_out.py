"""Taking objects out of a preview, the reason for the trail, and the hands that hold or stop a job."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.models import Job
from apps.jobs.states import JobState
from tests.apps.data.bulk_support import Bulk, items_of
from tests.apps.data.support import datasets, text_of
from tests.clients import client_of, client_with_role

pytestmark = pytest.mark.django_db(transaction=True)

CAUTION = "were not updated for 90 days."
DAY = 86_400_000


@pytest.fixture
def steward(bulk: Bulk) -> Client:
    """The browser of the person that `bulk` acts as."""
    return client_of(bulk.person)


def stale_and_fresh(bulk: Bulk) -> tuple[list[str], list[str]]:
    """Return two datasets that nobody updated for 90 days and two new ones, none certified, all writable."""
    border = time.time() * 1000 - 95 * DAY
    found = [each for each in datasets(bulk.sandbox) if each["lastUpdated"] < border and not each.get("certification")]
    writable = [each["databaseId"] for each in found if bulk.certified(each["databaseId"]) is None]
    return writable[:2], bulk.datasets(2)


def leave_out(client: Client, job: Job, **what: object) -> None:
    """Press the button."""
    assert client.post(f"{job.get_absolute_url()}preview/leave-out/", what).status_code == 302
    job.refresh_from_db()


def test_what_one_looks_twice_at_can_be_left_out(bulk: Bulk, steward: Client) -> None:
    stale, fresh = stale_and_fresh(bulk)
    job = bulk.draft("certify", [*stale, *fresh])
    text = text_of(steward.get(job.get_absolute_url()))
    assert "Leave out 2" in text
    assert job.title == "Certify 4 datasets"
    leave_out(steward, job, caution=CAUTION)
    assert {key for key, item in items_of(job).items() if item.state == "pending"} == set(fresh)
    assert (job.title, job.counts) == ("Certify 2 datasets", {"pending": 2, "skipped": 2})
    text = text_of(steward.get(job.get_absolute_url()))
    assert "Leave out 2" not in text
    assert f"Left out by {bulk.person.display_name}: {CAUTION}" in text
    # The command that does the same reads the ids that are left.
    assert "--ids" in text
    assert text_of(steward.get(f"{job.get_absolute_url()}ids.txt")).split() == fresh
    service.run_inline(job)
    assert bulk.received()["certified_content.certify"] == 2


def test_one_object_is_left_out_and_planning_again_brings_it_back(bulk: Bulk, steward: Client) -> None:
    ids = bulk.datasets(3)
    job = bulk.draft("certify", ids)
    leave_out(steward, job, item=items_of(job)[ids[1]].pk)
    assert job.counts == {"pending": 2, "skipped": 1}
    steward.post(f"{job.get_absolute_url()}preview/plan-again/")
    job.refresh_from_db()
    assert service.plan_inline(job).counts == {"pending": 3}


@pytest.mark.parametrize("what", [{}, {"item": "x"}, {"item": 0}, {"caution": "are purple"}])
def test_what_is_not_in_the_plan_changes_nothing(bulk: Bulk, steward: Client, what: dict[str, object]) -> None:
    job = bulk.draft("certify", bulk.datasets(2))
    leave_out(steward, job, **what)
    assert job.counts == {"pending": 2}
    assert "Nothing was" in text_of(steward.get(job.get_absolute_url())) or what == {}


def test_only_who_may_run_it_may_leave_out(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    job = bulk.draft("certify", ids)
    other = client_with_role("steward")
    assert "Leave out" not in text_of(other.get(job.get_absolute_url()))
    what = {"item": items_of(job)[ids[0]].pk}
    assert other.post(f"{job.get_absolute_url()}preview/leave-out/", what).status_code == 403
    job.refresh_from_db()
    assert job.counts == {"pending": 2}


def test_the_reason_and_every_hand_stand_in_the_trail(bulk: Bulk, steward: Client) -> None:
    job = bulk.draft("certify", bulk.datasets(2))
    steward.post(f"{job.get_absolute_url()}confirm/", {"reason": "  Core tables,\n data council "})
    intent = AuditRecord.objects.get(job_id=job.pk, target_kind="job")
    assert (intent.outcome, intent.message) == ("intended", "Core tables, data council")
    admin = client_with_role("admin")
    for verb in ("pause", "resume", "cancel"):
        admin.post(f"{job.get_absolute_url()}{verb}/")
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    hands = AuditRecord.objects.filter(job_id=job.pk, operation__in=("jobs.pause", "jobs.resume", "jobs.cancel"))
    assert list(hands.order_by("pk").values_list("operation", "role")) == [
        ("jobs.pause", "admin"), ("jobs.resume", "admin"), ("jobs.cancel", "admin"),
    ]  # fmt: skip
    assert "Core tables, data council" in text_of(steward.get(job.get_absolute_url()))
