"""An upload whose runner is killed again and again still ends with every row, each part settled, and one commit."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connection as database
from django.utils import timezone

from apps.connections.models import Connection
from apps.jobs.models import Job
from apps.jobs.takeover import take_over_expired
from tests.apps.data.uploads.support import count, create_dataset, csv_bytes, rows_of, send, start_upload
from tests.chaos.prepared import Processes
from tests.clients import client_of
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

LEASE_SECONDS = 0.6
# What the tests change, and the runners must see.
SETTINGS = (
    "STORAGES",
    "UPLOAD_COMMIT_GRACE_SECONDS",
    "UPLOAD_PART_BYTES",
    "UPSTREAM_HOSTS",
    "UPSTREAM_READ_SECONDS",
    "UPSTREAM_RETRY_SECONDS",
)
ROWS = 3_000
KILLS = 10


@pytest.fixture
def connection(sandbox: SandboxProcess, settings: LazySettings, transactional_db: None) -> Iterator[Connection]:
    """A connection to a sandbox that takes its time."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPLOAD_PART_BYTES = 4_000
    settings.UPSTREAM_READ_SECONDS = 2.0
    settings.UPLOAD_COMMIT_GRACE_SECONDS = 0.5
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


def _settled(job_id: uuid.UUID) -> int:
    return Job.objects.get(pk=job_id).items.filter(state="succeeded").count()


def _run_until(job_id: uuid.UUID, settled: int, runners: Processes) -> None:
    """Start a runner and kill it once so many items are settled."""
    process = runners.start(job_id)
    wait_until(lambda: _settled(job_id) >= settled or not process.is_alive(), "progress")
    process.kill()
    runners.end_of(process)


def _run_with_kills(job: Job, runners: Processes, moments: random.Random) -> None:
    """Kill the runner after a random number of further settled items, ten times; then let one end the job."""
    for _ in range(KILLS):
        _run_until(job.pk, _settled(job.pk) + moments.randint(0, 3), runners)
        wait_until(lambda: not job.items.filter(lease_expires_at__gt=timezone.now()).exists(), "leases run out")
        take_over_expired(timezone.now(), job.pk)
    assert runners.end_of(runners.start(job.pk)) == 0
    job.refresh_from_db()


@pytest.mark.parametrize("seed", [1, 2])
def test_ten_kills_lose_no_row_and_commit_once(
    connection: Connection, sandbox: SandboxProcess, runners: Processes, seed: int
) -> None:
    steward = UserFactory.create(role="steward")
    client = client_of(steward)
    dataset = create_dataset(sandbox)
    job = start_upload(client, connection, dataset, csv_bytes(rows_of(ROWS)))
    assert send(client, job).status_code == 302
    sandbox.control(latency_ms=60, jitter_ms=60, match="/parts/|/commit|/indexes")
    _run_with_kills(job, runners, random.Random(seed))
    assert (job.state, job.message) == ("succeeded", "")
    uploads = list(sandbox.stats()["uploads"].values())
    assert sum(each["commits_effected"] for each in uploads) == 1
    assert sum(each["commits_received"] for each in uploads) == 1
    assert count(sandbox, dataset) == ROWS
    # A part that was accepted and settled is not sent again; only those in flight at a kill are.
    sent = sum(part["accepted"] for each in uploads for part in each["parts"].values())
    parts = job.items.filter(key__startswith="part-").count()
    assert parts <= sent <= parts + KILLS * 4


@pytest.mark.parametrize("fault", ["cut_after_effect", "timeout_after_effect"])
def test_a_kill_while_the_commit_is_out_is_settled_by_reading_back(
    connection: Connection, sandbox: SandboxProcess, runners: Processes, fault: str
) -> None:
    client = client_of(UserFactory.create(role="steward"))
    dataset = create_dataset(sandbox)
    job = start_upload(client, connection, dataset, csv_bytes(rows_of(100)))
    assert send(client, job).status_code == 302
    sandbox.control(**{fault: 1.0}, latency_ms=300, match="/commit", count=1)
    process = runners.start(job.pk)
    wait_until(lambda: job.items.get(key="commit").sent_at is not None, "the commit to leave")
    process.kill()
    runners.end_of(process)
    wait_until(lambda: not job.items.filter(lease_expires_at__gt=timezone.now()).exists(), "leases run out")
    assert runners.end_of(runners.start(job.pk)) == 0
    job.refresh_from_db()
    assert job.state == "succeeded"
    assert count(sandbox, dataset) == 100
    assert [each["commits_effected"] for each in sandbox.stats()["uploads"].values()] == [1]
