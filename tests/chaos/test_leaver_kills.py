"""600 things of one person, the worker killed three times: each ends with exactly the new one, and comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection as database

from apps.connections.models import Connection
from apps.governance.leavers.settings import Choices
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.models import Job
from tests.apps.connected import connection_to
from tests.apps.governance.leavers.support import Leaver, after_hand_over, as_recorded, as_told
from tests.chaos.prepared import Processes
from tests.clients import client_of
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

LEASE_SECONDS = 1.0
# Short, since what may be on its way is read back only after the time that a request may last.
SETTINGS = {"UPSTREAM_CONNECT_SECONDS": 1.0, "UPSTREAM_READ_SECONDS": 3.0, "UPSTREAM_SEARCH_PER_MINUTE": 100_000}
MOST_WAIT = 60
THINGS = 600


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox of its own, whose people lose a lot."""
    with SandboxProcess(tmp_path_factory.mktemp("leavers")) as process:
        yield process


@pytest.fixture
def connection(settings: LazySettings, sandbox: SandboxProcess, no_broker: None) -> Connection:
    """A connection to it, without a broker: the runners are asked by hand."""
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    cache.clear()
    return connection_to(settings, sandbox.url, sandbox.token)


@pytest.fixture
def processes(connection: Connection, settings: LazySettings) -> Iterator[Processes]:
    """Runner processes with short leases."""
    overrides = {**SETTINGS, "UPSTREAM_HOSTS": settings.UPSTREAM_HOSTS, "REDIS_URL": ""}
    started = Processes(str(database.settings_dict["NAME"]), LEASE_SECONDS, **overrides)
    yield started
    started.end_all()


def give_all_kinds(leaver: Leaver) -> None:
    """Give 600 things of all kinds; as many datasets as it takes."""
    leaver.give_cards(60)
    leaver.give_pages(20)
    leaver.give_groups(25, 25)
    leaver.give_alerts(60, 25)
    leaver.give_reports(15, 10)
    leaver.give_tasks(25)
    leaver.give_queues(3)
    leaver.give_beast_modes(25)
    leaver.give_file_grants(15)
    leaver.give_filesets(1)
    leaver.give_accounts(5)
    leaver.give_dataflows(5)
    leaver.give_datasets(THINGS - sum(map(len, leaver.given.values())))


def done(job: Job) -> int:
    """Count what has succeeded."""
    return int(job.items.filter(state="succeeded").count())


def run_with_kills(processes: Processes, job: Job, kills: int) -> Job:
    """Start one runner after the other, killed with SIGKILL in the middle, then one that lives to the end."""
    for number in range(1, kills + 1):
        runner = processes.start(job.pk)
        goal = job.total * number // (kills + 1)
        wait_until(lambda goal=goal: done(job) >= goal, f"{goal} items", seconds=MOST_WAIT)  # type: ignore[misc]
        runner.kill()
        processes.end_of(runner)
        assert done(job) < job.total, "killed in the middle"
    assert processes.end_of(processes.start(job.pk)) == 0
    job.refresh_from_db()
    return job


def test_a_worker_killed_three_times_leaves_each_thing_with_exactly_the_new_owner(
    connection: Connection, sandbox: SandboxProcess, processes: Processes
) -> None:
    client, person = sandbox.client(), UserFactory.create(username="admin", role="admin")
    leaver, to = Leaver.create(client, "Hanna Leaver"), Leaver.create(client, "Priya Stays").id
    give_all_kinds(leaver)
    before = leaver.holders()
    assert len(before) == THINGS
    assert len(leaver.given) == 16
    settings = Choices(leaver.id, to).as_settings()
    job = service.plan_inline(create_bulk_job("hand-over", connection, Selection(query={}), settings, person))
    assert {item.key for item in job.items.filter(state="pending")} == set(before)
    service.confirm(job, person, send=False)

    run_with_kills(processes, job, kills=3)
    assert (job.state, job.counts["succeeded"]) == ("succeeded", THINGS)
    assert leaver.holders() == after_hand_over(before, leaver.id, to)

    record = client_of(person).get(f"/c/halden/governance/leavers/records/{job.pk}/record.json")
    rows = json.loads(b"".join(record.streaming_content))["things"]  # type: ignore[attr-defined]
    recorded = {key: held for key, held in as_recorded(rows).items() if key in before}
    assert recorded == as_told(leaver.holders(), leaver.id, to)

    undo = service.plan_inline(service.undo(job, person))
    assert undo.count_of("pending") == THINGS
    service.confirm(undo, person, send=False)
    run_with_kills(processes, undo, kills=1)
    assert (undo.state, undo.counts) == ("succeeded", {"succeeded": THINGS})
    assert leaver.holders() == before
