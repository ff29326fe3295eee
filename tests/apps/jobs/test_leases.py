"""Leases one by one: who holds an item, who may settle it, and what cancelling does to what is in flight."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.audit.models import AuditRecord
from apps.jobs import protocol, service
from apps.jobs.endings import close
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.settlement import Settlement
from apps.jobs.starting import start
from apps.jobs.states import ItemState
from apps.jobs.takeover import take_over_expired
from tests.apps.jobs.conftest import JobMaker


@pytest.fixture
def claimed(make: JobMaker) -> JobItem:
    """A verifiable item that a runner has just claimed."""
    job = make.queued("a", "b", safety="verifiable")
    start(job.pk, timezone.now())
    item = protocol.claim(job.pk, timezone.now())
    assert item is not None
    return item


class TestLeases:
    def test_the_old_holder_can_not_settle_what_a_new_one_holds(self, claimed: JobItem) -> None:
        later = timezone.now() + timedelta(seconds=60)
        take_over_expired(later)
        again = protocol.claim(claimed.job_id, later)
        assert again is not None
        assert again.pk == claimed.pk
        assert not protocol.settle(claimed, Settlement(ItemState.SUCCEEDED), later)
        assert not protocol.store_checkpoint(claimed, {"old": True}, answered=False)
        assert protocol.settle(again, Settlement(ItemState.SUCCEEDED), later)
        assert JobItem.objects.get(pk=claimed.pk).checkpoint == {}

    def test_nothing_is_sent_once_the_lease_has_run_out_even_if_nobody_took_over(self, claimed: JobItem) -> None:
        later = timezone.now() + timedelta(seconds=60)
        assert not protocol.mark_sent(claimed, later)
        assert protocol.renew([claimed.lease_token], later) == set()  # type: ignore[list-item]

    def test_a_renewed_lease_is_not_taken_over(self, claimed: JobItem) -> None:
        item = JobItem.objects.get(pk=claimed.pk)
        assert item.lease_expires_at is not None
        almost = item.lease_expires_at - timedelta(seconds=1)
        assert protocol.renew([claimed.lease_token], almost) == {claimed.lease_token}  # type: ignore[list-item]
        assert take_over_expired(almost + timedelta(seconds=2)) == set()

    def test_a_lease_renewed_at_the_last_moment_is_left_alone(self, claimed: JobItem) -> None:
        """Between looking for expired leases and taking one over, its runner may have renewed it."""
        now = timezone.now()
        assert not protocol.settle(claimed, Settlement(ItemState.PENDING, is_loss=True), now, only_if_expired=True)
        assert JobItem.objects.get(pk=claimed.pk).state == "in_flight"

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks all rows at once.")
    def test_a_renewal_waits_for_nothing_that_is_being_written(self, claimed: JobItem) -> None:
        """It would hold the other rows meanwhile, and who writes may want those next."""
        other = protocol.claim(claimed.job_id, timezone.now())
        assert other is not None
        tokens = {token for item in (claimed, other) if (token := item.lease_token) is not None}
        before = JobItem.objects.get(pk=claimed.pk).lease_expires_at

        def renew() -> set[UUID]:
            try:
                return protocol.renew(tokens, timezone.now())
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as threads, transaction.atomic():
            JobItem.objects.filter(pk=other.pk).update(bytes_done=1)
            assert threads.submit(renew).result(10) == tokens, "Both are held"
        after = JobItem.objects.get(pk=claimed.pk).lease_expires_at
        assert None not in (before, after)
        assert after > before  # type: ignore[operator]

    @pytest.mark.parametrize("state", ["draft", "queued", "paused", "cancelling"])
    def test_nothing_is_claimed_unless_the_job_runs(self, claimed: JobItem, state: str) -> None:
        Job.objects.filter(pk=claimed.job_id).update(state=state)
        assert protocol.claim(claimed.job_id, timezone.now()) is None

    def test_a_later_stage_waits_for_what_is_in_flight(self, make: JobMaker) -> None:
        job = make.queued(NewItem("commit", stage=1), NewItem("part", stage=0))
        now = timezone.now()
        start(job.pk, now)
        part = protocol.claim(job.pk, now)
        assert part is not None
        assert part.key == "part"
        assert protocol.claim(job.pk, now) is None
        assert protocol.settle(part, Settlement(ItemState.SUCCEEDED), now)
        commit = protocol.claim(job.pk, now)
        assert commit is not None
        assert commit.key == "commit"

    def test_cancelling_still_reads_back_what_was_sent(self, make: JobMaker, claimed: JobItem) -> None:
        assert protocol.mark_sent(claimed, timezone.now())
        later = timezone.now() + timedelta(seconds=60)
        take_over_expired(later)
        job = Job.objects.get(pk=claimed.job_id)
        service.request_cancel(job, make.person)
        assert job.state == "cancelling"
        assert dict(job.items.values_list("key", "state")) == {"a": "pending", "b": "cancelled"}
        again = protocol.claim(job.pk, later)
        assert again is not None
        assert again.verify_first
        assert protocol.settle(again, Settlement(ItemState.SUCCEEDED), later)
        assert close(job.pk, later)
        assert Job.objects.get(pk=job.pk).state == "cancelled"

    def test_an_intent_that_is_cancelled_gets_its_outcome(self, make: JobMaker, claimed: JobItem) -> None:
        assert protocol.mark_sent(claimed, timezone.now())
        protocol.settle(claimed, Settlement(ItemState.PENDING, "429"), timezone.now())
        service.request_cancel(Job.objects.get(pk=claimed.job_id), make.person)
        outcomes = AuditRecord.objects.filter(operation="test.effects").order_by("pk").values_list("outcome", flat=True)
        assert list(outcomes) == ["intended", "cancelled"]
