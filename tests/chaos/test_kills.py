"""Real processes, real SIGKILL: each effect happens as often as its retry safety promises, and none is lost."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection as database
from pytest_django import Settings

from apps.jobs.models import Job
from tests.apps.jobs.conftest import JobMaker, connection, kinds, make, person, sent
from tests.apps.jobs.effects import effects
from tests.chaos.prepared import Processes
from tests.waiting import wait_until

__all__ = ["connection", "kinds", "make", "person", "sent"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

LEASE_SECONDS = 1.0


@pytest.fixture
def processes(settings: Settings) -> Iterator[Processes]:
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    started = Processes(str(database.settings_dict["NAME"]), LEASE_SECONDS)
    yield started
    started.end_all()


def run_until_ended(processes: Processes, job: Job, most_deaths: int) -> int:
    """Start one runner after the other, as a supervisor does, until one lives to the end; return the deaths."""
    for deaths in range(most_deaths + 1):
        code = processes.end_of(processes.start(job.pk))
        if code != -signal.SIGKILL:
            assert code == 0
            return deaths
    raise AssertionError(f"More than {most_deaths} deaths")


POINTS = ("claimed", "sent", "effect")


@pytest.mark.parametrize("safety", ["idempotent", "verifiable", "unsafe"])
def test_killed_at_each_point(make: JobMaker, processes: Processes, tmp_path: Path, safety: str) -> None:
    keys = [f"k{number}" for number in range(12)]
    # Far apart: of the two items that are at work at once, one may not take its neighbour's death.
    places = dict(zip(POINTS, ("k0", "k4", "k8"), strict=True))
    kill_at = {f"{point}:{key}": str(tmp_path / f"killed-{point}") for point, key in places.items()}
    job = make.queued(*keys, safety=safety, params={"kill_at": kill_at})
    deaths = run_until_ended(processes, job, most_deaths=4)
    job.refresh_from_db()
    times = effects(make.file)
    unknown = set(job.items.filter(state="unknown").values_list("key", flat=True))
    # On a busy machine two may stand at their points all the same: one dies for both, or the other never gets there.
    spared = {key for point, key in places.items() if not (tmp_path / f"killed-{point}").exists()}
    assert len(POINTS) - len(spared) - 1 <= deaths <= len(POINTS) - len(spared)
    assert spared <= (unknown if safety == "unsafe" else set())
    if safety == "unsafe":
        # Beside the item that killed, its neighbour in flight may have been sent as well.
        assert {places["sent"], places["effect"]} <= unknown
        assert max(times.values()) == 1
        assert set(keys) - unknown <= set(times)
        assert job.state == "partial"
    else:
        assert not unknown
        assert job.state == "succeeded"
        assert set(times) == set(keys)
    if safety == "verifiable":
        assert max(times.values()) == 1


def test_two_runners_never_run_an_item_twice(make: JobMaker, processes: Processes, tmp_path: Path) -> None:
    keys = [f"k{number}" for number in range(120)]
    job = make.queued(*keys, safety="unsafe")
    shot = tmp_path / "shot"
    runners = [processes.start(job.pk, shot) for _ in range(2)]
    wait_until(lambda: len(list(tmp_path.glob("shot.*"))) == 2, "both runners ready")
    shot.touch()
    assert [processes.end_of(runner) for runner in runners] == [0, 0]
    job.refresh_from_db()
    assert job.state == "succeeded"
    assert effects(make.file) == dict.fromkeys(keys, 1)
    assert set(job.items.values_list("attempts", flat=True)) == {1}
    workers = {result["by"] for result in job.items.values_list("result", flat=True)}
    assert len(workers) == 2, "both took part"


def test_killed_at_random_moments(make: JobMaker, processes: Processes) -> None:
    chance = random.Random(7)
    keys = [f"k{number}" for number in range(150)]
    job = make.queued(*keys, safety="verifiable")
    kills = 0
    while kills < 6:
        runner = processes.start(job.pk)
        goal = len(effects(make.file)) + chance.randint(1, 20)
        wait_until(lambda goal=goal: len(effects(make.file)) >= goal, f"{goal} effects", every=0.001)  # type: ignore[misc]
        runner.kill()
        processes.end_of(runner)
        kills += 1
    assert run_until_ended(processes, job, most_deaths=0) == 0
    job.refresh_from_db()
    assert job.state == "succeeded"
    assert effects(make.file) == dict.fromkeys(keys, 1)
    assert job.counts == {"succeeded": len(keys)}


def test_sigterm_gives_items_back_at_once(make: JobMaker, processes: Processes) -> None:
    keys = [f"k{number}" for number in range(4000)]
    job = make.queued(*keys, safety="unsafe")
    runner = processes.start(job.pk)
    wait_until(lambda: len(effects(make.file)) > 5, "some effects")
    os.kill(runner.pid or 0, signal.SIGTERM)
    assert processes.end_of(runner) == 0
    states = set(job.items.values_list("state", flat=True))
    assert states == {"pending", "succeeded"}
    assert job.items.filter(state="succeeded").count() == sum(effects(make.file).values())
