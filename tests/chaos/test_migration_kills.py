"""Migrations under attack: 500 datasources in waves, the worker killed ten times, a tenth of all calls going wrong.

What the sandbox says is the truth: each move took effect at most once, and the report says the same as its lists.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection as database

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from apps.migrations.federated.mapping import Reference
from apps.migrations.federated.outcomes import Attempt, Outcome
from apps.migrations.federated.settings import WaveSettings
from apps.migrations.federated.targets import find_target
from apps.migrations.federated.upstream import Check, read_candidates
from apps.migrations.federated.waves import create_wave
from apps.migrations.federated.ways import WAYS
from tests.chaos.prepared import Processes
from tests.chaos.stack import FAULTS, Requests
from tests.embedded import Embedded
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

LEASE_SECONDS = 1.0
SETTINGS = ("MIGRATION_SETTLE_SECONDS", "UPSTREAM_HOSTS", "UPSTREAM_READ_SECONDS", "UPSTREAM_RETRY_SECONDS")
WAY = WAYS["v1-v2"]
ACCOUNT = "3"
DATASOURCES, KILLS, AT_ONCE, WAVE_SIZE = 500, 10, 20, 100


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox of its own with thousands of federated datasources, whose moves take a tenth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOMOADMIN_SANDBOX_MOVE_PACE", "15")
        with SandboxProcess(tmp_path_factory.mktemp("migrations"), size="large") as process:
            yield process


@pytest.fixture
def connection(sandbox: SandboxProcess, settings: LazySettings, transactional_db: None) -> Iterator[Connection]:
    """A connection to it, and little patience with lost answers."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_RETRY_SECONDS = 0.05
    settings.MIGRATION_SETTLE_SECONDS = 2.0
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    sandbox.reset()
    yield ConnectionFactory.create(slug="halden", base_url=sandbox.url, secrets={"token": sandbox.token})
    sandbox.reset()


@pytest.fixture
def runners(connection: Connection, settings: LazySettings) -> Iterator[Processes]:
    """Runner processes with short leases; what is left of them is ended."""
    overrides = {name: getattr(settings, name) for name in SETTINGS}
    processes = Processes(str(database.settings_dict["NAME"]), LEASE_SECONDS, **overrides)
    yield processes
    processes.end_all()


@pytest.fixture
def person(transactional_db: None) -> User:
    """Who migrates."""
    return UserFactory.create(role="support")


def make_wave(connection: Connection, person: User, count: int, settings: WaveSettings) -> Job:
    """Queue a wave of so many datasources that can move."""
    client = connection.client()
    candidates = read_candidates(client, WAY, ACCOUNT)
    keys = [each.id for each in candidates.values() if each.check(WAY) == Check.CAN_MOVE][:count]
    assert len(keys) == count
    mappings = {key: Reference("HALDEN", "NULL", f"T_{number}") for number, key in enumerate(keys)}
    target = find_target(client, WAY, ACCOUNT)
    job = create_wave(
        connection, person, WAY, target, keys, candidates, settings=settings, mappings=mappings, reads_content=False
    )
    jobs.confirm(job, person, send=False)
    return job


def ended(job: Job) -> int:
    """Return how many datasources have an outcome."""
    return job.items.filter(finished_at__isnull=False).count()


def run_with_kills(job: Job, runners: Processes, kills: int, most: int, moments: random.Random) -> None:
    """Kill one runner after the other, each after some more outcomes; then let one come to an end."""
    for _ in range(kills):
        goal = ended(job) + moments.randint(1, most)
        process = runners.start(job.pk)
        wait_until(lambda goal=goal, process=process: ended(job) >= goal or not process.is_alive(), "outcomes")  # type: ignore[misc]
        process.kill()
        runners.end_of(process)
    assert runners.end_of(runners.start(job.pk)) == 0
    job.refresh_from_db()


def moved(path: str) -> str:
    """Return the datasource of a path."""
    return path.removeprefix("/api/query/migration/federated/v1/to/v2/").partition("/")[0]


def arrivals(seen: Requests) -> Counter[str]:
    """Return how often a move of each datasource arrived, those turned away at the door left out."""
    return Counter(
        moved(request["path"])
        for request in seen.by_id.values()
        if request["operation"] == WAY.operation and request["status"] != 429
    )


def test_500_in_waves_with_ten_kills(
    connection: Connection, sandbox: SandboxProcess, runners: Processes, person: User
) -> None:
    settings = WaveSettings(AT_ONCE, WAVE_SIZE, 1, None, stop_incomplete=0, stop_failures=0)
    job = make_wave(connection, person, DATASOURCES, settings)
    sandbox.control(match="federated_v1_v2", **FAULTS)
    with Requests(Embedded("", sandbox.url, sandbox.token)) as seen:
        run_with_kills(job, runners, KILLS, DATASOURCES // KILLS - 8, random.Random(5))
        sandbox.control()
        seen.read()
    attempts = {item.key: Attempt.of(item) for item in job.items.all()}
    by_outcome = Counter(each.outcome for each in attempts.values())
    assert len(attempts) == DATASOURCES == sum(by_outcome.values())
    told = {Outcome.COMPLETE, Outcome.INCOMPLETE, Outcome.ABORTED, Outcome.REFUSED, Outcome.UNKNOWN}
    assert set(by_outcome) <= told, by_outcome
    assert {Outcome.COMPLETE, Outcome.INCOMPLETE, Outcome.ABORTED} <= set(by_outcome)
    # Exactly once: no move arrived a second time, and each that took effect did so once.
    arrived = arrivals(seen)
    assert set(arrived.values()) == {1}
    effects = seen.effects(WAY.operation, moved)
    assert set(effects.values()) == {1}
    # A refusal that was cut off looks like an effect here; nothing that took effect was missed.
    assert sum(effects.values()) >= sandbox.stats()["effects"][WAY.operation]
    unmoved = {key for key in attempts if not effects[key]}
    assert {attempts[key].outcome for key in unmoved} <= {Outcome.UNKNOWN, Outcome.REFUSED}
    # The report says what the sandbox's own list says.
    listed = read_candidates(connection.client(), WAY, ACCOUNT)
    complete = {key for key, each in attempts.items() if each.outcome == Outcome.COMPLETE}
    assert {key for key in attempts if listed[key].migrated} == complete
    # Some answers were lost, and told by the candidates.
    assert any(each.settled_by for each in attempts.values())
    assert job.state == "partial"
    # Waves came one after the other.
    begun = {number: sorted(job.items.filter(stage=number).values_list("sent_at", flat=True)) for number in range(5)}
    finished = {
        number: max(job.items.filter(stage=number).values_list("finished_at", flat=True)) for number in range(5)
    }
    assert all(begun[number + 1][0] > finished[number] for number in range(4))


def test_what_stayed_unknown_is_done_once_more_only_when_a_person_asks(
    connection: Connection, sandbox: SandboxProcess, person: User, settings: LazySettings
) -> None:
    settings.MIGRATION_SETTLE_SECONDS = 0.0
    job = make_wave(connection, person, 12, WaveSettings(4, stop_incomplete=0, stop_failures=0))
    sandbox.control(match=WAY.operation, cut_before_effect=1.0)
    Runner(job.pk, patient=True).run()
    assert Job.objects.get(pk=job.pk).count_of("unknown") == 12
    sandbox.control()
    job.refresh_from_db()
    jobs.retry_unknown(job, person)
    assert sandbox.stats()["effects"].get(WAY.operation, 0) == 0, "asking alone sends nothing"
    from apps.jobs.settling import run_read_back

    run_read_back(job.pk, stop=lambda: False)
    again = Job.objects.get(retry_of=job)
    Runner(again.pk, patient=True).run()
    again.refresh_from_db()
    assert again.count_of("succeeded") + again.count_of("failed") == 12
    assert sandbox.stats()["effects"][WAY.operation] + again.items.filter(error_code="403").count() == 12


def test_the_stop_rule_stops_in_time_although_workers_die(
    connection: Connection, sandbox: SandboxProcess, runners: Processes, person: User
) -> None:
    at_once = 4
    job = make_wave(connection, person, 200, WaveSettings(at_once, stop_incomplete=2, stop_failures=8))
    run_with_kills(job, runners, 3, 3, random.Random(3))
    assert (job.state, "Halted by the stop rule" in job.message) == ("paused", True)
    attempts = [Attempt.of(item) for item in job.items.all()]
    by_outcome = Counter(each.outcome for each in attempts)
    assert by_outcome[Outcome.NOT_STARTED] > 100
    bad = job.items.filter(state__in=("failed", "unknown")).order_by("finished_at")
    incomplete = [item for item in bad if item.error_code == "INCOMPLETE" or item.state == "unknown"]
    tripped = min(
        (each[limit - 1].finished_at for each, limit in ((incomplete, 2), (list(bad), 8)) if len(each) >= limit),
    )
    # Only what was on its way with the one that tripped the rule may have been sent about then.
    assert job.items.filter(sent_at__gt=tripped).count() < at_once
    assert not job.items.filter(state="in_flight").exists()


def test_two_workers_together_move_no_more_at_once_than_the_wave_allows(
    connection: Connection, sandbox: SandboxProcess, runners: Processes, person: User, tmp_path: Path
) -> None:
    at_once = 3
    job = make_wave(connection, person, 40, WaveSettings(at_once, stop_incomplete=0, stop_failures=0))
    shot = tmp_path / "shot"
    started = [runners.start(job.pk, shot) for _ in range(2)]
    wait_until(lambda: len(list(tmp_path.glob("shot.*"))) == 2, "both runners ready")
    with Requests(Embedded("", sandbox.url, sandbox.token)) as seen:
        shot.touch()
        assert [runners.end_of(process) for process in started] == [0, 0]
        seen.read()
    times = list(job.items.values_list("sent_at", "finished_at"))
    assert len(times) == 40
    assert max(sum(1 for begun, over in times if begun <= at < over) for at, _ in times) <= at_once
    assert set(arrivals(seen).values()) == {1}
