"""Retrying what is unknown: read back first, done again only what surely did not happen, nothing unsafe."""

from __future__ import annotations

import pytest

from apps.jobs import service
from apps.jobs.celery_tasks import work
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.runner import Runner
from apps.jobs.settling import CannotReadBack
from tests.apps.jobs.conftest import JobMaker
from tests.apps.jobs.effects import effects
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def ended_unknown(make: JobMaker, *keys: str | NewItem, there: str = "", **details: object) -> Job:
    """Return an ended job whose items are all unknown; the effects of `there` are in the file."""
    job = make.queued(*keys, **details)
    Runner(job.pk, patient=True).run()
    make.file.write_text(there)
    JobItem.objects.filter(job=job).update(state="unknown", error_text="No answer came.")
    Job.objects.filter(pk=job.pk).update(state="partial", counts={"unknown": len(keys)})
    job.refresh_from_db()
    return job


def states(job: Job) -> dict[str, str]:
    return dict(job.items.values_list("key", "state"))


def test_only_what_did_not_happen_is_done_again(make: JobMaker) -> None:
    job = ended_unknown(make, "a", "b", "c", there="a\nc\n", safety="verifiable")
    assert service.retry_unknown(job, make.person)
    work(str(job.pk))
    assert states(job) == {"a": "succeeded", "b": "failed", "c": "succeeded"}
    again = job.retries.get()
    assert (states(again), again.state, again.source) == ({"b": "pending"}, "queued", "retry")
    work(str(again.pk))
    again.refresh_from_db()
    assert again.state == "succeeded"
    assert effects(make.file) == {"a": 1, "b": 1, "c": 1}
    work(str(job.pk))
    assert job.retries.count() == 1, "A second message must not retry a second time"


def test_earlier_failures_are_left_alone(make: JobMaker) -> None:
    job = ended_unknown(make, "a", "b", safety="verifiable")
    JobItem.objects.filter(job=job, key="a").update(state="failed", error_code="403", error_text="No")
    service.retry_unknown(job, make.person)
    work(str(job.pk))
    assert states(job.retries.get()) == {"b": "pending"}


def test_when_all_had_happened_there_is_no_new_job(make: JobMaker) -> None:
    job = ended_unknown(make, "a", there="a\n", safety="verifiable")
    service.retry_unknown(job, make.person)
    work(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.retries.count(), job.retry_unknown_by) == ("succeeded", 0, None)
    assert job.events.filter(text__contains="to be done again").exists()


def test_unsafe_items_stay_for_a_person(make: JobMaker) -> None:
    items = [NewItem("a", payload={"safety": "unsafe"}), NewItem("b")]
    job = ended_unknown(make, *items, safety="verifiable")
    service.retry_unknown(job, make.person)
    work(str(job.pk))
    assert states(job) == {"a": "unknown", "b": "failed"}
    assert states(job.retries.get()) == {"b": "pending"}
    job.refresh_from_db()
    assert (job.has_unknown, job.read_back_requested_at) == (True, None)


def test_refusals(make: JobMaker) -> None:
    unsafe = ended_unknown(make, "a", safety="unsafe")
    with pytest.raises(CannotReadBack):
        service.retry_unknown(unsafe, make.person)
    with pytest.raises(service.NotAllowed):
        service.retry_unknown(unsafe, UserFactory.create(role="steward"))
    with pytest.raises(service.NotReady):
        service.retry_unknown(make.queued("b"), make.person)
    with pytest.raises(service.NothingToRetry):
        service.retry_unknown(service.run_inline(make.queued("c")), make.person)


def test_one_who_may_no_longer_do_it_gets_no_new_job(make: JobMaker) -> None:
    job = ended_unknown(make, "a", safety="verifiable")
    service.retry_unknown(job, make.person)
    make.person.role = "viewer"
    make.person.save()
    work(str(job.pk))
    assert (states(job), job.retries.count()) == ({"a": "failed"}, 0)
    assert job.events.filter(text__contains="was not retried", level="warn").exists()
