"""A kind of job that can run again, and a schedule of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.celery_tasks import plan, work
from apps.jobs.kinds import registered_temporarily
from apps.jobs.models import Job
from apps.schedules import changes
from apps.schedules.models import Schedule
from tests.apps.jobs.conftest import sent
from tests.apps.jobs.effects import EffectKind
from tests.apps.notifications.conftest import asked
from tests.factories import ConnectionFactory, UserFactory

__all__ = ["asked", "sent"]  # fixtures


class AgainKind(EffectKind):
    """Can run again from its params."""

    name = "test.again"
    title = "Again and again"
    can_run_again = True


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Register the kinds."""
    with registered_temporarily(AgainKind), registered_temporarily(EffectKind):
        yield


@pytest.fixture
def person(db: None) -> User:
    """A steward."""
    return UserFactory.create(role="steward", time_zone="Europe/Zurich")


@pytest.fixture
def connection(db: None) -> Connection:
    """A connection that all may use."""
    return ConnectionFactory.create()


@pytest.fixture
def job(person: User, connection: Connection, tmp_path: Path) -> Job:
    """A draft of the person's that can run again."""
    params = {"file": str(tmp_path / "effects"), "safety": "idempotent", "keys": ["a", "b"]}
    return service.create_job(
        "test.again", title="Certify 2 datasets", connection=connection, params=params, actor=person
    )


def new_schedule(job: Job, owner: User, **details: Any) -> Schedule:
    """Return a schedule of the job's work, hourly unless said otherwise."""
    fields: dict[str, Any] = {"name": "Nightly", "timing_kind": "interval", "every": 1, "unit": "hours"}
    return changes.create(Schedule(**{**fields, "time_zone": "Europe/Zurich", **details}), job, owner)


@pytest.fixture
def schedule(job: Job, person: User) -> Schedule:
    """An hourly schedule that is due now."""
    made = new_schedule(job, person)
    Schedule.objects.filter(pk=made.pk).update(
        counts_from=timezone.now() - timedelta(hours=1), next_run_at=timezone.now()
    )
    made.refresh_from_db()
    return made


def work_off(job: Job) -> Job:
    """Do what workers would: plan, confirm, run."""
    plan(str(job.pk))
    work(str(job.pk))
    job.refresh_from_db()
    return job
