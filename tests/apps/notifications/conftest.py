"""Jobs that end, and what would go to the broker."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.notifications import mails
from tests.apps.jobs.conftest import kinds, make, sent
from tests.factories import ConnectionFactory, UserFactory

__all__ = ["kinds", "make", "sent"]  # fixtures


@pytest.fixture
def person(db: None) -> User:
    """A steward with an address."""
    return UserFactory.create(role="steward", email="nora@example.com")


@pytest.fixture
def connection(db: None) -> Connection:
    """A connection that all may use."""
    return ConnectionFactory.create()


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the mails that workers are asked for, at the border to Celery."""
    collected: list[int] = []

    class Broker:
        def send_task(self, task: str, arguments: list[int], **options: object) -> None:
            assert task == mails.MAIL
            collected.extend(arguments)

    monkeypatch.setattr(mails, "current_app", Broker())
    return collected
