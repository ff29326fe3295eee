"""What several threads write in one transaction: each gets its own answer, and none suffers for another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditRecord
from apps.jobs import protocol
from apps.jobs.ledger import Ledger
from apps.jobs.models import Job, JobItem
from apps.jobs.settlement import Settlement
from apps.jobs.starting import start
from apps.jobs.states import ItemState
from tests.apps.jobs.conftest import JobMaker

pytestmark = pytest.mark.django_db(transaction=True)

DONE = Settlement(ItemState.SUCCEEDED)


def running(make: JobMaker, count: int, **details: Any) -> Job:
    """Make a job that has been started."""
    job = make.queued(*(f"k{number}" for number in range(count)), **details)
    started = start(job.pk, timezone.now())
    assert started is not None
    return started


def settle_at_once(ledger: Ledger, settled: list[tuple[JobItem, Settlement]]) -> list[Any]:
    """Settle in as many threads, all of which wait while another one writes; return answers or errors in order."""
    together = threading.Barrier(len(settled))

    def settle(item: JobItem, settlement: Settlement) -> Any:
        try:
            together.wait()
            return ledger.settle(item, settlement)
        except Exception as error:  # noqa: BLE001 - what a thread got is what the test asks
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(settled)) as threads:
        return list(threads.map(lambda each: settle(*each), settled))


def states(job: Job) -> dict[str, str]:
    return dict(job.items.values_list("key", "state"))


def test_each_gets_its_own_answer_when_one_has_lost_its_lease(make: JobMaker) -> None:
    job, ledger = running(make, 4), Ledger()
    items = ledger.claim(job, 4)
    JobItem.objects.filter(pk=items[1].pk).update(lease_token="0d1e1b0e-0000-4000-8000-000000000000")
    assert settle_at_once(ledger, [(item, DONE) for item in items]) == [True, False, True, True]
    assert states(job) == {"k0": "succeeded", "k1": "in_flight", "k2": "succeeded", "k3": "succeeded"}
    outcomes = AuditRecord.objects.filter(outcome="succeeded", operation="test.effects")
    assert sorted(outcomes.values_list("target_id", flat=True)) == ["k0", "k2", "k3"]


def test_together_they_are_written_as_one_by_one(make: JobMaker) -> None:
    job = running(make, 4)
    now = timezone.now()
    items = protocol.claim_all(job.pk, now, 4, job)
    failed, again = Settlement(ItemState.FAILED, "No", "403"), Settlement(ItemState.PENDING, available_at=now)
    late = timedelta(seconds=1)
    settled = [(items[0], DONE), (items[1], failed), (items[2], again), (items[3], DONE)]
    assert protocol.settle_all(settled, now + late) == [True] * 4
    assert states(job) == {"k0": "succeeded", "k1": "failed", "k2": "pending", "k3": "succeeded"}
    assert set(job.items.filter(state="succeeded").values_list("finished_at", flat=True)) == {now + late}


def test_nothing_is_written_when_one_of_those_written_together_was_lost(make: JobMaker) -> None:
    job = running(make, 3)
    items = protocol.claim_all(job.pk, timezone.now(), 3, job)
    JobItem.objects.filter(pk=items[1].pk).update(lease_token="0d1e1b0e-0000-4000-8000-000000000000")
    for write in (
        protocol.mark_all_sent,
        lambda all_of_them, now: protocol.settle_all([(i, DONE) for i in items], now),
    ):
        with pytest.raises(protocol.SomeLost):
            write(items, timezone.now())
    assert set(states(job).values()) == {"in_flight"}
    assert not AuditRecord.objects.filter(operation="test.effects").exists()
    assert not job.items.filter(sent_at__isnull=False).exists()


def test_one_that_can_not_be_written_does_not_take_the_others_with_it(make: JobMaker) -> None:
    job, ledger = running(make, 3), Ledger()
    items = ledger.claim(job, 3)
    unwritable = Settlement(ItemState.SUCCEEDED, result={"what": object()})
    answers = settle_at_once(ledger, [(items[0], DONE), (items[1], unwritable), (items[2], DONE)])
    assert (answers[0], answers[2]) == (True, True)
    assert isinstance(answers[1], TypeError)
    assert states(job) == {"k0": "succeeded", "k1": "in_flight", "k2": "succeeded"}


def test_what_many_items_cost_does_not_grow_with_them(make: JobMaker) -> None:
    job = running(make, 40)
    counts = []
    for count in (4, 32):
        with CaptureQueriesContext(database) as asked:
            items = protocol.claim_all(job.pk, timezone.now(), count, job)
            protocol.mark_all_sent(items, timezone.now())
            protocol.settle_all([(item, DONE) for item in items], timezone.now())
        assert len(items) == count
        counts.append(len(asked))
    assert counts[0] == counts[1]
