"""Hand-overs on the sandbox, run in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.leavers.settings import Choices
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.models import Job
from tests.apps.governance.leavers.support import Leaver
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess


@dataclass
class HandOvers:
    """Plans and runs hand-overs of an admin. `to` is who gets things."""

    sandbox: SandboxProcess
    connection: Connection
    person: User
    to: str

    def leaver(self) -> Leaver:
        """Make a new person."""
        return Leaver.create(self.sandbox.client())

    def create(self, user: str, others: dict[str, str] | None = None, **query: Any) -> Job:
        """Make a draft that is not planned yet."""
        settings = Choices(user, self.to, others or {}).as_settings()
        selection = Selection(query={name: str(value) for name, value in query.items()})
        return create_bulk_job("hand-over", self.connection, selection, settings, self.person)

    def plan(self, user: str, others: dict[str, str] | None = None, **query: Any) -> Job:
        """Make a planned draft."""
        return service.plan_inline(self.create(user, others, **query))

    def run(self, user: str, others: dict[str, str] | None = None, **query: Any) -> Job:
        """Plan and run."""
        return service.run_inline(self.plan(user, others, **query))


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox of their own: these tests take things from people whom other tests look at."""
    with SandboxProcess(tmp_path_factory.mktemp("leavers")) as process:
        yield process


@pytest.fixture
def hand_overs(transactional_db: None, no_broker: None, sandbox: SandboxProcess, halden: Connection) -> HandOvers:
    """Hand-overs of an admin on the sandbox, to a new person."""
    to = Leaver.create(sandbox.client(), "Priya Stays").id
    return HandOvers(sandbox, halden, UserFactory.create(username="admin", role="admin"), to)
