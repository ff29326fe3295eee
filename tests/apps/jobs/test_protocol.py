"""The protocol as a state machine: any order of claims, sends, deaths, takeovers, pauses and cancels.

Time is moved by hand. The upstream is a counter of effects.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
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
