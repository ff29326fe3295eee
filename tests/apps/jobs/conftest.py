"""People, a connection and the test kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import messages, service
from apps.jobs.kinds import NewItem, registered_temporarily
from apps.jobs.models import Job
from tests.apps.jobs.effects import AllOrNothingKind, EffectKind
from tests.factories import ConnectionFactory, UserFactory


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Register the test kinds."""
    with registered_temporarily(EffectKind), registered_temporarily(AllOrNothingKind):
        yield
    EffectKind.at_point = None


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str], float]]:
    """Collect what would go to the broker, at the border to Celery."""
    collected: list[tuple[str, list[str], float]] = []

    class Broker:
        def send_task(self, task: str, arguments: list[str], countdown: float | None, **options: Any) -> None:
            collected.append((task, arguments, countdown or 0.0))

    monkeypatch.setattr(messages, "current_app", Broker())
    return collected


@pytest.fixture
def person(db: None) -> User:
    """A steward."""
    return UserFactory.create(role="steward")


@pytest.fixture
def connection(db: None) -> Connection:
    """A connection that all may use."""
    return ConnectionFactory.create()


class JobMaker:
    """Makes queued or draft jobs of the test kinds."""

    def __init__(self, person: User, connection: Connection, file: Path) -> None:
        self.person, self.connection, self.file = person, connection, file

    def draft(
        self, *keys: str | NewItem, kind: str = "test.effects", safety: str = "idempotent", **details: Any
    ) -> Job:
        """Make a draft with an item for each key (a NewItem or its key), planned already."""
        items = [key if isinstance(key, NewItem) else NewItem(key=key, label=key, size=10) for key in keys]
        params = {"file": str(self.file), "safety": safety, **details.pop("params", {})}
        details.setdefault("actor", self.person)
        return service.create_job(
            kind, title="A test", connection=self.connection, params=params, items=items, **details
        )

    def queued(self, *keys: Any, **details: Any) -> Job:
        """Make a confirmed job."""
        job = self.draft(*keys, **details)
        service.confirm(job, self.person)
        return job


@pytest.fixture
def make(person: User, connection: Connection, tmp_path: Path) -> JobMaker:
    """Make jobs."""
    return JobMaker(person, connection, tmp_path / "effects")
