"""The protocol as a state machine: any order of claims, sends, deaths, takeovers, pauses and cancels.

Time is moved by hand. The upstream is a counter of effects.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import DataObject, data, lists, sampled_from

from apps.audit.models import AuditRecord
from apps.jobs import protocol, service
from apps.jobs.endings import close
from apps.jobs.failures import Tries, after_error, after_loss, is_doubtful, wait_before
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.running import given_back
from apps.jobs.settlement import Settlement
from apps.jobs.starting import start
from apps.jobs.states import ItemState
from apps.jobs.takeover import take_over_expired
from apps.jobs.work import ItemWork
from domoadmin.services.errors import AnswerLost, ConnectionFailed, NotFound, RateLimited, ServerFailed
from domoadmin.services.operations import RetrySafety
from tests.apps.jobs.conftest import JobMaker
from tests.apps.jobs.effects import EffectKind

# Hypothesis likes the first: most runs should go on for long.
seldom = sampled_from([False, False, False, False, False, False, True])
SAFETIES = ["idempotent", "verifiable", "unsafe"]


@dataclass
class Claim:
    """What a runner, dead or alive, believes to hold."""

    item: JobItem
    sent: bool = False


def machine_of(make: JobMaker) -> type[RuleBasedStateMachine]:
    """Return the machine, working on jobs of this maker."""

    class Protocol(RuleBasedStateMachine):
        @initialize(safeties=lists(sampled_from(SAFETIES), min_size=1, max_size=4))
        def a_job(self, safeties: list[str]) -> None:
            items = [NewItem(f"k{number}", payload={"safety": safety}) for number, safety in enumerate(safeties)]
            self.job = make.queued(*items)
            self.safeties = {item.key: item.payload["safety"] for item in items}
            self.now: datetime = timezone.now()
            self.effects: Counter[str] = Counter()
            self.claims: list[Claim] = []
            start(self.job.pk, self.now)

        def state(self) -> str:
            return Job.objects.values_list("state", flat=True).get(pk=self.job.pk)

        def item(self, claim: Claim) -> JobItem:
            return JobItem.objects.get(pk=claim.item.pk)

        def holds(self, claim: Claim) -> bool:
            return self.item(claim).lease_token == claim.item.lease_token

        @rule()
        def claim(self) -> None:
            item = protocol.claim(self.job.pk, self.now)
            if item is not None:
                assert self.state() in ("running", "cancelling")
                assert not any(self.holds(each) for each in self.claims if each.item.pk == item.pk)
                self.claims.append(Claim(item))

        @precondition(lambda self: self.claims)
        @rule(source=data(), takes_effect=sampled_from([True, False]))
        def send(self, source: DataObject, takes_effect: bool) -> None:
            """A runner sends if the lease allows; the answer comes, or is lost after the effect or before it."""
            claim = source.draw(sampled_from(self.claims))
            if claim.item.verify_first or claim.sent:
                return
            expires = self.item(claim).lease_expires_at
            allowed = protocol.mark_sent(claim.item, self.now)
            assert allowed == (expires is not None and self.holds(claim) and expires > self.now)
            if allowed:
                claim.sent = True
                if takes_effect:
                    self.effects[claim.item.key] += 1

        @precondition(lambda self: self.claims)
        @rule(source=data())
        def settle(self, source: DataObject) -> None:
            """A runner tells what came of it, honestly; one that lost its lease changes nothing."""
            claim = source.draw(sampled_from(self.claims))
            before = self.item(claim)
            held = before.lease_token == claim.item.lease_token
            done = bool(self.effects[claim.item.key])
            if claim.item.verify_first:
                settlement = Settlement(ItemState.SUCCEEDED if done else ItemState.PENDING, available_at=self.now)
            elif not claim.sent:
                settlement = given_back(
                    ItemWork(claim.item, stop=bool, facts=lambda facts: None), EffectKind(), self.now
                )
            else:
                settlement = Settlement(ItemState.SUCCEEDED if done else ItemState.FAILED)
            assert protocol.settle(claim.item, settlement, self.now) == held
            self.claims.remove(claim)
            if not held:
                assert self.item(claim).state == before.state

        @precondition(lambda self: self.claims)
        @rule(source=data())
        def beat(self, source: DataObject) -> None:
            claim = source.draw(sampled_from(self.claims))
            expires = self.item(claim).lease_expires_at
            token = claim.item.lease_token
            assert token is not None
            held = token in protocol.renew([token], self.now)
            assert held == (self.holds(claim) and expires is not None and expires > self.now)

        @precondition(lambda self: self.claims)
        @rule(source=data())
        def die(self, source: DataObject) -> None:
            self.claims.remove(source.draw(sampled_from(self.claims)))

        @rule(seconds=sampled_from([0.1, 30.0, 200.0]))
        def time_passes(self, seconds: float) -> None:
            self.now += timedelta(seconds=seconds)

        @rule()
        def take_over(self) -> None:
            take_over_expired(self.now, self.job.pk)

        @rule(really=seldom)
        def pause_or_resume(self, really: bool) -> None:
            self.job.refresh_from_db()
            if not really and self.job.state == "running":
                return
            if self.job.state == "running":
                service.request_pause(self.job, make.person)
            elif self.job.state == "paused":
                service.request_resume(self.job, make.person)

        @rule(really=seldom)
        def cancel(self, really: bool) -> None:
            self.job.refresh_from_db()
            if really and self.job.state in ("running", "paused"):
                service.request_cancel(self.job, make.person)

        @rule()
        def try_to_close(self) -> None:
            if close(self.job.pk, self.now):
                assert not self.job.items.filter(state__in=("pending", "in_flight")).exists()

        @invariant()
        def nothing_is_done_twice(self) -> None:
            for key, times in self.effects.items():
                if self.safeties[key] in ("verifiable", "unsafe"):
                    assert times <= 1, key

        @invariant()
        def nothing_is_lost(self) -> None:
            if not hasattr(self, "job"):
                return
            for item in self.job.items.all():
                effect = self.effects[item.key]
                if item.state == "succeeded":
                    assert effect, item.key
                if item.state == "pending" and not item.verify_first and item.payload["safety"] != "idempotent":
                    assert not effect, item.key
                if item.state == "cancelled":
                    assert not effect or item.payload["safety"] == "idempotent", item.key
            if self.state() == "succeeded":
                assert set(self.job.items.values_list("state", flat=True)) == {"succeeded"}

        def teardown(self) -> None:
            """Whatever happened, runners that live on bring the job to an end."""
            if not hasattr(self, "job"):
                return
            self.claims.clear()
            self.job.refresh_from_db()
            if self.job.state == "paused":
                service.request_resume(self.job, make.person)
            for _ in range(40):
                self.now += timedelta(seconds=30)
                take_over_expired(self.now, self.job.pk)
                while (item := protocol.claim(self.job.pk, self.now)) is not None:
                    claim = Claim(item)
                    self.claims.append(claim)
                    if not item.verify_first:
                        assert protocol.mark_sent(item, self.now)
                        self.effects[item.key] += 1
                        assert protocol.settle(item, Settlement(ItemState.SUCCEEDED), self.now)
                    else:
                        done = ItemState.SUCCEEDED if self.effects[item.key] else ItemState.PENDING
                        assert protocol.settle(item, Settlement(done, available_at=self.now), self.now)
                    self.nothing_is_done_twice()
                    self.nothing_is_lost()
                close(self.job.pk, self.now)
                self.job.refresh_from_db()
                if self.job.has_ended:
                    return
            raise AssertionError(f"The job did not end: {self.job.state}")

    return Protocol


def test_any_order_of_events_keeps_the_promises(make: JobMaker) -> None:
    run_state_machine_as_test(
        machine_of(make),
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


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


class TestConstraints:
    """The database itself refuses what the protocol must never write."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"state": "in_flight"},
            {"lease_token": "0d1e1b0e-0000-4000-8000-000000000000", "lease_expires_at": timezone.now()},
            {"state": "succeeded"},
            {"finished_at": timezone.now()},
        ],
    )
    def test_items(self, make: JobMaker, wrong: dict[str, object]) -> None:
        job = make.queued("a")
        with pytest.raises(IntegrityError), transaction.atomic():
            JobItem.objects.filter(job=job).update(**wrong)

    def test_a_job_that_ended_has_its_time(self, make: JobMaker) -> None:
        job = make.queued("a")
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(state="failed")

    def test_one_active_job_per_key(self, make: JobMaker) -> None:
        make.queued("a", dedupe_key="dataset 1")
        with pytest.raises(service.AlreadyActive):
            make.draft("a", dedupe_key="dataset 1")
        other = make.draft("a", dedupe_key="dataset 2")
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=other.pk).update(state="queued", dedupe_key=f"{make.connection.slug}:dataset 1")

    def test_two_drafts_of_one_key_and_only_one_is_confirmed(self, make: JobMaker) -> None:
        first, second = make.draft("a", dedupe_key="x"), make.draft("a", dedupe_key="x")
        service.confirm(first, make.person)
        with pytest.raises(service.AlreadyActive) as refusal:
            service.confirm(second, make.person)
        assert refusal.value.job == first
        assert first.short_id in str(refusal.value)


class TestVerdicts:
    """The decision after a failure, over all that can come together."""

    @pytest.mark.parametrize("safety", list(RetrySafety))
    @pytest.mark.parametrize("sent", [True, False])
    def test_what_was_not_processed_is_tried_again_whatever_it_is(self, safety: RetrySafety, sent: bool) -> None:
        tries = Tries(1, 5, 1.0)
        for error in (ConnectionFailed("no"), RateLimited(status=429), ServerFailed(status=503)):
            assert after_error(error, safety, sent=sent, tries=tries).next == "again"

    @pytest.mark.parametrize(
        ("safety", "expected"),
        [("read", "again"), ("idempotent", "again"), ("verifiable", "verify"), ("unsafe", "unknown")],
    )
    def test_a_lost_answer_and_a_lost_runner_are_judged_alike(self, safety: str, expected: str) -> None:
        kind = RetrySafety(safety)
        assert after_error(AnswerLost(), kind, sent=True, tries=Tries(1, 5, 1.0)).next == expected
        assert after_loss(kind, sent=True, verifying=False, losses=0).next == expected
        assert after_loss(kind, sent=False, verifying=False, losses=0).next == "again"

    def test_a_clear_no_is_final(self) -> None:
        for safety in RetrySafety:
            assert after_error(NotFound(status=404), safety, sent=True, tries=Tries(1, 5, 1.0)).next == "fail"
        assert not is_doubtful(NotFound(status=404))

    def test_waiting_doubles_and_honours_retry_after(self) -> None:
        assert all(0.5 <= wait_before(1, 1.0) <= 1.0 for _ in range(20))
        assert all(4.0 <= wait_before(4, 1.0) <= 8.0 for _ in range(20))
        assert wait_before(30, 1.0) <= 60.0
        assert wait_before(1, 1.0, retry_after=33.0) == 33.0
