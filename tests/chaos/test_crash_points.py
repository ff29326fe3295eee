"""A process dies at each step of the protocol in turn; what comes after brings each item to an end that it may have."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection as database
from django.utils import timezone

from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.bulk import Selection
from apps.jobs.kinds import registered_temporarily
from apps.jobs.models import Job
from apps.jobs.states import ITEM_ENDS
from tests.apps.data.bulk_support import Bulk
from tests.chaos.calls import CallKind
from tests.chaos.crash_points import ITEM_POINTS, JOB_POINTS, PLAN_POINTS, RECOVERY_POINTS
from tests.chaos.prepared import Processes
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

LEASE_SECONDS = 0.5
# Short, since what may be on its way is read back only after the time that a request may last.
SETTINGS = {
    "UPSTREAM_CONNECT_SECONDS": 0.2,
    "UPSTREAM_READ_SECONDS": 0.3,
    "UPSTREAM_SEARCH_PER_MINUTE": 100_000,
}
READ, IDEMPOTENT, VERIFIABLE, MAILING, UNSAFE = "READ", "IDEMPOTENT", "VERIFIABLE", "VERIFIABLE with mails", "UNSAFE"
OPERATIONS = {
    READ: "datasets.get_metadata",
    IDEMPOTENT: "certified_content.certify",
    VERIFIABLE: "datasets.share",
    MAILING: "datasets.share",
    UNSAFE: "datasets.share",
}


@pytest.fixture
def processes(bulk: Bulk, settings: LazySettings) -> Iterator[Processes]:
    """Runner processes with short leases."""
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    overrides = {**SETTINGS, "UPSTREAM_HOSTS": settings.UPSTREAM_HOSTS, "REDIS_URL": ""}
    started = Processes(str(database.settings_dict["NAME"]), LEASE_SECONDS, **overrides)
    yield started
    started.end_all()


def draft_of(bulk: Bulk, safety: str, count: int = 6) -> Job:
    """Make a draft, not planned yet, whose items have this retry safety; forgets what the sandbox counted."""
    ids, person = bulk.datasets(count), bulk.somebody()
    bulk.sandbox.reset()
    if safety == IDEMPOTENT:
        return bulk.create("certify", Selection(ids=tuple(ids)))
    if safety in (VERIFIABLE, MAILING):
        options = {"user": person, "access_level": "CAN_VIEW", "send_email": safety == MAILING}
        return bulk.create("share", Selection(ids=tuple(ids)), **options)
    entry = {"id": person, "type": "USER", "accessLevel": "CAN_VIEW"}
    arguments = {} if safety == READ else {"permissions": [entry], "send_email": True}
    params = {"ids": ids, "operation": OPERATIONS[safety], "safety": safety.lower(), "arguments": arguments}
    with registered_temporarily(CallKind):
        return service.create_job(
            "test.calls", title="Calls", connection=bulk.connection, params=params, actor=bulk.person
        )


def run_with_deaths(processes: Processes, job: Job, *deaths: tuple[str, Path]) -> Job:
    """Start one process after the other, each to die at its point, then one that lives to the end; return the job."""
    with registered_temporarily(CallKind):
        for point in deaths:
            assert processes.end_of(processes.start(job.pk, dies=point)) == -signal.SIGKILL, f"No death at {point[0]}"
        # Who comes too early has nothing to do; the sweeper asks once the dead one's lease has run out.
        wait_until(lambda: not plan_is_held(job), "the lease of the plan to run out")
        assert processes.end_of(processes.start(job.pk)) == 0
        job.refresh_from_db()
    return job


def plan_is_held(job: Job) -> bool:
    """Say whether a planner, dead or alive, holds the job's plan."""
    return Job.objects.filter(pk=job.pk, planning_expires_at__gt=timezone.now()).exists()


def check_invariants(bulk: Bulk, job: Job, safety: str) -> None:
    """Check what holds wherever a process died."""
    items = {item.key: item for item in job.items.all()}
    assert len(items) == 6
    assert job.has_ended, job.state
    assert all(item.state in ITEM_ENDS for item in items.values())
    assert job.counts == dict(Counter(item.state for item in items.values())), "The page counts what the rows say"
    unknown = {key for key, item in items.items() if item.state == "unknown"}
    if safety in (READ, IDEMPOTENT, VERIFIABLE):
        assert job.state == "succeeded", dict(Counter(item.state for item in items.values()))
    else:
        assert {item.state for item in items.values()} <= {"succeeded", "unknown"}
        assert all(items[key].sent_at is not None or items[key].intended_at is not None for key in unknown)
    check_upstream(bulk, job, safety, set(items), unknown)
    check_audit(job, safety, set(items), unknown)


def check_upstream(bulk: Bulk, job: Job, safety: str, keys: set[str], unknown: set[str]) -> None:
    """Compare with what the sandbox received: nothing twice that may not be, nothing missing that counts as done."""
    calls = Counter(
        key
        for request in bulk.sandbox.log(2000)
        if request["operation"] == OPERATIONS[safety]
        for key in keys
        if key in request["path"]
    )
    assert keys - unknown <= set(calls)
    if safety in (VERIFIABLE, MAILING, UNSAFE):
        assert max(calls.values()) == 1, "Received twice"
        assert bulk.effects()[OPERATIONS[safety]] == len(calls)


def check_audit(job: Job, safety: str, keys: set[str], unknown: set[str]) -> None:
    """Each change has one intent and one outcome, which is the item's."""
    rows = AuditRecord.objects.filter(job_id=job.pk).exclude(target_kind="job").values_list("target_id", "outcome")
    expected = Counter() if safety == READ else Counter((key, "intended") for key in keys)
    if safety != READ:
        expected += Counter((key, "unknown" if key in unknown else "succeeded") for key in keys)
    assert Counter(rows) == expected
    outcomes = AuditRecord.objects.filter(job_id=job.pk, target_kind="job").values_list("outcome", flat=True)
    assert len(outcomes) == 2, "One intent and one end of the job"


@pytest.mark.parametrize(
    ("point", "safety"),
    [
        (point, safety)
        for point, border in ITEM_POINTS.items()
        for safety in (READ, IDEMPOTENT, VERIFIABLE, MAILING, UNSAFE)
        if (safety != READ or border.reads) and (safety != MAILING or border.sending)
    ],
)
def test_death_at_a_step_of_an_item(bulk: Bulk, processes: Processes, tmp_path: Path, point: str, safety: str) -> None:
    job = confirmed(bulk, draft_of(bulk, safety))
    job = run_with_deaths(processes, job, (point, tmp_path / "died"))
    check_invariants(bulk, job, safety)


def confirmed(bulk: Bulk, job: Job) -> Job:
    """Plan and confirm in this process."""
    with registered_temporarily(CallKind):
        job = service.plan_inline(job)
        service.confirm(job, bulk.person)
    return job


@pytest.mark.parametrize("safety", [VERIFIABLE, UNSAFE])
@pytest.mark.parametrize("point", JOB_POINTS)
def test_death_at_a_step_of_the_job(bulk: Bulk, processes: Processes, tmp_path: Path, point: str, safety: str) -> None:
    job = confirmed(bulk, draft_of(bulk, safety))
    job = run_with_deaths(processes, job, (point, tmp_path / "died"))
    check_invariants(bulk, job, safety)


@pytest.mark.parametrize("point", PLAN_POINTS)
def test_death_while_it_is_planned(bulk: Bulk, processes: Processes, tmp_path: Path, point: str) -> None:
    job = draft_of(bulk, VERIFIABLE)
    service.start_planning(job, confirm=True)
    job = run_with_deaths(processes, job, (point, tmp_path / "died"))
    check_invariants(bulk, job, VERIFIABLE)


@pytest.mark.parametrize("safety", [VERIFIABLE, MAILING])
@pytest.mark.parametrize("point", RECOVERY_POINTS)
def test_death_of_the_one_that_makes_good(
    bulk: Bulk, processes: Processes, tmp_path: Path, point: str, safety: str
) -> None:
    job = confirmed(bulk, draft_of(bulk, safety))
    first = ("after it is sent, before the answer", tmp_path / "first")
    job = run_with_deaths(processes, job, first, (point, tmp_path / "second"))
    check_invariants(bulk, job, safety)
