"""Bulk actions when answers are lost, workers die, objects change meanwhile or the upstream refuses."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.bulk.kind import BulkKind
from apps.jobs.models import Job, JobItem
from tests.apps.data.bulk_support import Bulk, items_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once."""
    monkeypatch.setattr(BulkKind, "back_off_seconds", 0.01)


def test_a_share_with_a_mail_whose_answer_is_lost_is_read_back_and_not_sent_again(bulk: Bulk) -> None:
    ids, person = bulk.datasets(1), bulk.somebody()
    draft = bulk.draft("share", ids, user=person, send_email=True)
    bulk.sandbox.control(match="datasets.share", cut_after_effect=1.0)
    job = service.run_inline(draft)
    assert job.counts == {"succeeded": 1}, job.message
    assert bulk.received()["datasets.share"] == 1
    assert items_of(job)[ids[0]].result["mail"] == "unknown"
    assert job.events.filter(text__contains="Whether the mail was sent is not known").exists()


def test_a_share_with_a_mail_that_is_not_there_is_for_a_person_to_decide(bulk: Bulk) -> None:
    ids, person = bulk.datasets(1), bulk.somebody()
    draft = bulk.draft("share", ids, user=person, send_email=True, message="Please look")
    bulk.sandbox.control(match="datasets.share", cut_before_effect=1.0)
    job = service.run_inline(draft)
    assert (job.state, job.counts) == ("partial", {"unknown": 1})
    assert service.exit_code(job) == 3
    assert bulk.received()["datasets.share"] == 1, "A share with a mail is never sent twice"
    assert "mail may have been sent" in items_of(job)[ids[0]].error_text


def test_a_share_without_a_mail_that_is_not_there_is_sent_again(bulk: Bulk) -> None:
    ids, person = bulk.datasets(1), bulk.somebody()
    draft = bulk.draft("share", ids, user=person)
    bulk.sandbox.control(match="datasets.share", cut_before_effect=1.0, count=1)
    job = service.run_inline(draft)
    assert job.counts == {"succeeded": 1}, job.message
    assert bulk.level(ids[0], person) == "CAN_VIEW"


def test_what_a_dead_worker_has_changed_counts_as_done_and_can_be_undone(bulk: Bulk) -> None:
    (key,) = bulk.datasets(1)
    draft = bulk.draft("certify", [key])
    service.confirm(draft, bulk.person, send=False)
    _die_after_sending(draft)
    bulk.certify(key)
    bulk.sandbox.reset()
    job = service.run_inline(Job.objects.get(pk=draft.pk))
    assert job.counts == {"succeeded": 1}, job.message
    assert bulk.effects() == {}, "It is there, so nothing is sent again"
    assert items_of(job)[key].before == {"certification": ""}
    assert bulk.undo(job).counts == {"succeeded": 1}
    assert bulk.certified(key) is None


def _die_after_sending(job: Job) -> None:
    past = timezone.now() - timedelta(seconds=5)
    Job.objects.filter(pk=job.pk).update(state="running", started_at=past)
    JobItem.objects.filter(job=job).update(
        state="in_flight", attempts=1, lease_token=uuid.uuid4(), lease_expires_at=past, sent_at=past, intended_at=past
    )


def test_an_object_that_meanwhile_has_the_wanted_state_is_skipped_and_not_undone(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    draft = bulk.draft("certify", ids)
    bulk.certify(ids[0])
    bulk.sandbox.reset()
    job = service.run_inline(draft)
    assert job.counts == {"succeeded": 1, "skipped": 1}
    assert items_of(job)[ids[0]].error_text == "Certified already. That changed since the preview."
    assert bulk.effects() == {"certified_content.certify": 1}
    assert bulk.undo(job).counts == {"succeeded": 1}
    assert bulk.certified(ids[0]) == "ACTIVE"


def test_a_level_that_changed_since_the_preview_is_told_and_given_back_by_the_undo(bulk: Bulk) -> None:
    (key,), person = bulk.datasets(1), bulk.somebody()
    draft = bulk.draft("share", [key], user=person, access_level="CO_OWNER")
    bulk.share(key, person, "CAN_EDIT")
    job = service.run_inline(draft)
    assert job.counts == {"succeeded": 1}
    event = job.events.get(text__contains="changed since the preview")
    assert "No access then, CAN_EDIT now" in event.text
    record = AuditRecord.objects.get(job_id=job.pk, operation="datasets.share", outcome="succeeded")
    assert record.before == {"access_level": "CAN_EDIT"}
    bulk.undo(job)
    assert bulk.level(key, person) == "CAN_EDIT"


def test_ids_that_are_not_there_are_skipped_with_the_reason(bulk: Bulk) -> None:
    ids = bulk.datasets(1)
    gone = str(uuid.uuid4())
    draft = bulk.draft("certify", [gone, "no/such\\id", *ids])
    assert draft.counts == {"skipped": 2, "pending": 1}, draft.message
    items = items_of(draft)
    assert items[gone].error_text.startswith("It is not there")
    assert items["no/such\\id"].error_text


def test_where_the_call_for_many_fails_each_is_read_by_itself(bulk: Bulk) -> None:
    ids = bulk.datasets(3)
    bulk.certify(ids[0])
    bulk.set_tags(ids[0], ["core"])
    bulk.sandbox.control(match="datasets.bulk_get", status_500=1.0)
    draft = bulk.draft("certify", ids)
    assert draft.counts == {"skipped": 1, "pending": 2}
    assert items_of(draft)[ids[1]].label == "Freight cost by lane 1"
    assert service.run_inline(draft).counts == {"skipped": 1, "succeeded": 2}
    assert bulk.draft("tag", ids, tags="core").counts == {"skipped": 1, "pending": 2}


def test_a_state_that_could_not_be_read_for_the_preview_is_read_before_the_call(bulk: Bulk) -> None:
    ids, person = bulk.datasets(2), bulk.somebody()
    bulk.share(ids[0], person, "CAN_VIEW")
    bulk.sandbox.control(match="datasets.list_permissions", status_500=1.0)
    draft = bulk.draft("share", ids, user=person)
    assert (draft.counts, draft.preview["unread"]) == ({"pending": 2}, 2)
    bulk.sandbox.reset()
    job = service.run_inline(draft)
    assert job.counts == {"skipped": 1, "succeeded": 1}
    assert items_of(job)[ids[0]].error_text == "They have this access already."
    assert items_of(job)[ids[1]].before == {"access_level": ""}


def test_a_refused_token_ends_the_plan_with_the_reason(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    bulk.sandbox.control(token_mode="expired")
    draft = bulk.draft("certify", ids)
    assert draft.state == "failed"
    assert "token" in draft.message


def test_what_failed_is_retried_alone(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    draft = bulk.draft("certify", ids)
    bulk.sandbox.control(match="certified_content.certify", token_mode="read_only")
    job = service.run_inline(draft)
    assert (job.state, job.counts) == ("failed", {"failed": 2})
    assert service.exit_code(job) == 1
    bulk.sandbox.reset()
    again = service.run_inline(service.retry(job, bulk.person, send=False))
    assert again.counts == {"succeeded": 2}
    assert bulk.undo(again).counts == {"succeeded": 2}
    assert [bulk.certified(key) for key in ids] == [None, None]


def test_run_again_plans_the_same_selection_anew(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    job = bulk.run("certify", ids)
    bulk.tell("DELETE", f"/api/tags/v3/DATA_SOURCE/{ids[1]}/system/CERTIFIED/state")
    again = service.run_inline(service.run_again(job, bulk.person))
    assert again.pk != job.pk
    assert again.counts == {"succeeded": 1, "skipped": 1}
