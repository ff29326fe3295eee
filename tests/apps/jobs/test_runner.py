"""The runner to the end of a job: every crash point, both ways to fail, stages, flags, many threads."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.audit.models import AuditRecord
from apps.jobs import protocol, service
from apps.jobs.kinds import ComeBack, NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.runner import Left, Runner
from apps.jobs.starting import start
from apps.jobs.takeover import take_over_expired
from domoadmin.services.errors import AnswerLost, ConnectionFailed, Forbidden, RateLimited, ServerFailed
from tests.apps.jobs.conftest import JobMaker
from tests.apps.jobs.effects import EffectKind, Killed, effects

pytestmark = pytest.mark.django_db(transaction=True)


class Strike:
    """Raises at a point of an item, the first `times` times."""

    def __init__(self, point: str, key: str, error: BaseException, times: int = 1) -> None:
        self.point, self.key, self.error, self.left = point, key, error, times
        self.passed: Counter[str] = Counter()

    def __call__(self, point: str, key: str) -> None:
        self.passed[f"{point}:{key}"] += 1
        if (point, key) == (self.point, self.key) and self.left:
            self.left -= 1
            raise self.error


@pytest.fixture
def strike_at(monkeypatch: pytest.MonkeyPatch) -> type[Strike]:
    """Put a strike into the test kind."""

    class Placed(Strike):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[arg-type]
            monkeypatch.setattr(EffectKind, "at_point", staticmethod(self))

    return Placed


def run_to_end(job: Job) -> Job:
    Runner(job.pk, patient=True).run()
    job.refresh_from_db()
    return job


def expire_leases(job: Job) -> None:
    """Let the lease time pass, as if the dead runner's time were over."""
    past = timezone.now() - timedelta(seconds=1)
    JobItem.objects.filter(job=job, state="in_flight").update(lease_expires_at=past)


def test_all_items_succeed(make: JobMaker) -> None:
    job = run_to_end(make.queued(*(f"k{number}" for number in range(20))))
    assert job.state == "succeeded"
    assert job.counts == {"succeeded": 20}
    assert (job.progress["done"], job.progress["total"], job.progress["rows"]) == (200, 200, 20)
    assert effects(make.file) == Counter({f"k{number}": 1 for number in range(20)})
    assert job.afterwards_at is not None
    assert job.sealed == ""


def test_audit_has_intent_and_outcome_of_job_and_items(make: JobMaker) -> None:
    job = run_to_end(make.queued("a"))
    rows = list(AuditRecord.objects.filter(job_id=job.pk).order_by("pk").values_list("operation", "outcome"))
    assert rows == [
        ("jobs.test.effects", "intended"),
        ("test.effects", "intended"),
        ("test.effects", "succeeded"),
        ("jobs.test.effects", "succeeded"),
    ]
    done = AuditRecord.objects.get(operation="test.effects", outcome="succeeded")
    assert (done.request_id, done.after, done.actor_name) == ("TOE-a", {"done": True}, job.actor_name)
    assert AuditRecord.objects.filter(correlation=done.correlation).count() == 2


SURVIVES = {
    # safety, point of death -> how often the effect happens in the end, and the state of the item
    ("idempotent", "claimed"): (1, "succeeded"),
    ("idempotent", "sent"): (1, "succeeded"),
    ("idempotent", "effect"): (2, "succeeded"),
    ("verifiable", "claimed"): (1, "succeeded"),
    ("verifiable", "sent"): (1, "succeeded"),
    ("verifiable", "effect"): (1, "succeeded"),
    ("unsafe", "claimed"): (1, "succeeded"),
    ("unsafe", "sent"): (0, "unknown"),
    ("unsafe", "effect"): (1, "unknown"),
}


@pytest.mark.parametrize(("safety", "point"), SURVIVES)
def test_death_at_each_point(make: JobMaker, strike_at: type[Strike], safety: str, point: str) -> None:
    strike_at(point, "a", Killed())
    job = make.queued("a", "b", safety=safety)
    with pytest.raises(Killed):
        Runner(job.pk).run()
    expire_leases(job)
    job = run_to_end(job)
    times, state = SURVIVES[safety, point]
    assert effects(make.file)["a"] == times
    assert effects(make.file)["b"] == 1
    assert job.items.get(key="a").state == state
    assert job.state == ("partial" if state == "unknown" else "succeeded")
    assert job.has_unknown == (state == "unknown")
    assert service.exit_code(job) == (3 if state == "unknown" else 0)


def test_death_while_reading_back(make: JobMaker, strike_at: type[Strike]) -> None:
    strike_at("effect", "a", Killed())
    job = make.queued("a", safety="verifiable")
    with pytest.raises(Killed):
        Runner(job.pk).run()
    expire_leases(job)
    strike_at("verify", "a", Killed())
    with pytest.raises(Killed):
        Runner(job.pk, patient=True).run()
    expire_leases(job)
    job = run_to_end(job)
    item = job.items.get()
    assert (item.state, item.losses, item.result) == ("succeeded", 2, {"read_back": True})
    assert effects(make.file)["a"] == 1


def test_a_sent_verifiable_item_is_not_read_back_too_early(make: JobMaker, settings: Settings) -> None:
    job = make.queued("a", safety="verifiable")
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(state="running", started_at=now)
    JobItem.objects.filter(job=job).update(
        state="in_flight",
        attempts=1,
        lease_token="0d1e1b0e-0000-4000-8000-000000000000",
        lease_expires_at=now,
        sent_at=now,
    )
    EffectKind.request_seconds = 300.0
    try:
        take_over_expired(now + timedelta(seconds=1))
    finally:
        EffectKind.request_seconds = 0.05
    item = job.items.get()
    assert (item.state, item.verify_first) == ("pending", True)
    assert item.available_at == now + timedelta(seconds=300)


REQUEST_FAILURES = [
    # error, point, safety -> state, effects, calls of run_item
    (ConnectionFailed("refused"), "sent", "unsafe", "succeeded", 1),
    (RateLimited("slow down", status=429, retry_after=0.02), "sent", "unsafe", "succeeded", 1),
    (ServerFailed("busy", status=503), "sent", "unsafe", "succeeded", 1),
    (ServerFailed("boom", status=500), "effect", "idempotent", "succeeded", 2),
    (ServerFailed("boom", status=500), "effect", "verifiable", "succeeded", 1),
    (ServerFailed("boom", status=500), "effect", "unsafe", "unknown", 1),
    (AnswerLost("cut"), "effect", "idempotent", "succeeded", 2),
    (AnswerLost("cut"), "effect", "verifiable", "succeeded", 1),
    (AnswerLost("cut"), "sent", "verifiable", "succeeded", 1),
    (AnswerLost("cut"), "effect", "unsafe", "unknown", 1),
    (AnswerLost("cut"), "claimed", "unsafe", "succeeded", 1),
    (Forbidden("no", status=403, request_id="TOE-9"), "sent", "idempotent", "failed", 0),
]


@pytest.mark.parametrize(("error", "point", "safety", "state", "times"), REQUEST_FAILURES)
def test_upstream_failures(
    make: JobMaker, strike_at: type[Strike], error: Exception, point: str, safety: str, state: str, times: int
) -> None:
    strike_at(point, "a", error)
    job = run_to_end(make.queued("a", safety=safety))
    item = job.items.get()
    assert (item.state, effects(make.file)["a"]) == (state, times)
    if state == "failed":
        assert (item.error_code, item.request_id, "no" in item.error_text) == ("403", "TOE-9", True)
        assert job.state == "failed"


def test_gives_up_after_all_tries(make: JobMaker, strike_at: type[Strike]) -> None:
    strike = strike_at("sent", "a", ConnectionFailed("refused"), times=99)
    job = run_to_end(make.queued("a"))
    item = job.items.get()
    assert (item.state, item.attempts, strike.passed["sent:a"]) == ("failed", 5, 5)
    assert "gave up after 5 tries" in item.error_text


def test_reading_back_that_never_answers_ends_unknown(make: JobMaker, strike_at: type[Strike]) -> None:
    class Both(strike_at):  # type: ignore[valid-type, misc]
        def __call__(self, point: str, key: str) -> None:
            if point in ("effect", "verify"):
                raise AnswerLost("cut")

    Both("", "", Killed())
    job = run_to_end(make.queued("a", safety="verifiable"))
    assert (job.items.get().state, job.state, effects(make.file)["a"]) == ("unknown", "partial", 1)


def test_a_mistake_of_ours_fails_the_item_and_names_no_secret(make: JobMaker) -> None:
    job = run_to_end(make.queued("a", "b", params={"fails": "a"}))
    item = job.items.get(key="a")
    assert (item.state, item.error_code) == ("failed", "internal")
    assert "AssertionError" in item.error_text
    assert "fails by a mistake" not in item.error_text
    assert job.state == "partial"


def test_stages_run_one_after_the_other_and_a_failure_stops_the_rest(make: JobMaker) -> None:
    job = make.queued(
        NewItem("part", stage=0),
        NewItem("bad", stage=0, payload={"fails": True}),
        NewItem("later", stage=0),
        NewItem("commit", stage=1),
        kind="test.all_or_nothing",
    )
    job = run_to_end(job)
    states = dict(job.items.values_list("key", "state"))
    assert states == {"part": "succeeded", "bad": "failed", "later": "cancelled", "commit": "cancelled"}
    assert job.state == "failed"
    assert job.message == "bad: The upstream said no"


def test_come_back_costs_no_try_and_keeps_the_checkpoint(make: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []
    original = EffectKind.run_item

    def run_item(self: EffectKind, work: object) -> object:
        seen.append(dict(work.checkpoint))  # type: ignore[attr-defined]
        if len(seen) < 8:
            raise ComeBack(0.001, {"round": len(seen)})
        return original(self, work)  # type: ignore[arg-type]

    monkeypatch.setattr(EffectKind, "run_item", run_item)
    job = run_to_end(make.queued("a"))
    item = job.items.get()
    assert (item.state, item.attempts, seen[-1]) == ("succeeded", 1, {"round": 7})


def test_an_impatient_runner_leaves_what_must_wait(make: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_item(self: EffectKind, work: object) -> object:
        raise ComeBack(30)

    monkeypatch.setattr(EffectKind, "run_item", run_item)
    job = make.queued("a")
    report = Runner(job.pk).run()
    assert report.left == Left.WAITING
    assert report.look_again_in is not None
    assert 25 < report.look_again_in <= 30


def test_a_runner_that_finds_all_in_flight_looks_again_when_the_first_lease_ends(
    make: JobMaker, settings: Settings
) -> None:
    settings.JOB_LEASE_SECONDS = 20.0
    job = make.queued("a", "b", "c")
    start(job.pk, timezone.now())
    assert len(protocol.claim_all(job.pk, timezone.now(), EffectKind.concurrency)) == 2
    report = Runner(job.pk).run()
    assert report.left == Left.WAITING
    assert report.look_again_in is not None
    assert 15 < report.look_again_in <= 20
    assert effects(make.file) == Counter()


def test_a_slice_ends_and_says_so(make: JobMaker, settings: Settings) -> None:
    settings.JOB_SLICE_SECONDS = 0.0
    job = make.queued("a", "b")
    assert Runner(job.pk).run().left == Left.SLICE_OVER
    assert effects(make.file) == Counter()


def test_stopping_gives_items_back(make: JobMaker, strike_at: type[Strike]) -> None:
    stopped: list[bool] = []

    class Stopping(strike_at):  # type: ignore[valid-type, misc]
        def __call__(self, point: str, key: str) -> None:
            if point == "claimed":
                stopped.append(True)

    Stopping("", "", Killed())
    job = make.queued("a", "b", "c")
    assert Runner(job.pk, stop=lambda: bool(stopped)).run().left == Left.STOPPED
    assert set(job.items.values_list("state", "attempts")) == {("pending", 0)}
    assert effects(make.file) == Counter()


def test_pausing_and_cancelling_between_items(make: JobMaker, strike_at: type[Strike]) -> None:
    job = make.queued("a", "b", "c", kind="test.all_or_nothing")

    class Pausing(strike_at):  # type: ignore[valid-type, misc]
        def __call__(self, point: str, key: str) -> None:
            if (point, key) == ("effect", "a"):
                service.request_pause(job, make.person)

    Pausing("", "", Killed())
    Runner(job.pk).run()
    job.refresh_from_db()
    assert (job.state, effects(make.file)) == ("paused", Counter({"a": 1}))

    class Cancelling(strike_at):  # type: ignore[valid-type, misc]
        def __call__(self, point: str, key: str) -> None:
            if (point, key) == ("effect", "b"):
                service.request_cancel(job, make.person)

    Cancelling("", "", Killed())
    service.request_resume(job, make.person)
    job = run_to_end(job)
    assert (job.state, effects(make.file)) == ("cancelled", Counter({"a": 1, "b": 1}))
    assert dict(job.items.values_list("key", "state"))["c"] == "cancelled"


def test_a_lost_lease_stops_before_sending_and_settles_nothing(make: JobMaker, strike_at: type[Strike]) -> None:
    job = make.queued("a")

    class Stealing(strike_at):  # type: ignore[valid-type, misc]
        def __call__(self, point: str, key: str) -> None:
            if point == "claimed":
                expire_leases(job)
                take_over_expired(timezone.now())
                Job.objects.filter(pk=job.pk).update(state="paused")

    Stealing("", "", Killed())
    Runner(job.pk).run()
    item = job.items.get()
    assert (item.state, item.losses, effects(make.file)) == ("pending", 1, Counter())
    assert job.events.filter(text__contains="was lost").exists()


@pytest.mark.parametrize("change", ["inactive", "role", "connection"])
def test_the_person_is_checked_again_when_the_job_starts(make: JobMaker, change: str) -> None:
    job = make.queued("a")
    if change == "inactive":
        make.person.is_active = False
    elif change == "role":
        make.person.role = "viewer"
    else:
        make.connection.roles = ["support"]
    make.person.save()
    make.connection.save()
    job = run_to_end(job)
    assert job.state == "failed"
    assert job.message
    assert dict(job.items.values_list("key", "state")) == {"a": "cancelled"}
    assert effects(make.file) == Counter()
