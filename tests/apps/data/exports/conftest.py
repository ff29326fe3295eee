"""A steward who exports, on the sandbox."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.exports import s3_running
from tests.apps.data.exports.support import Exports
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other quickly."""
    monkeypatch.setattr(s3_running, "FIRST_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(s3_running, "LONGEST_LOOK_SECONDS", 0.3)


@pytest.fixture
def steward(transactional_db: None) -> User:
    """A person with the role that exports."""
    return UserFactory.create(username="steward", role="steward")


@pytest.fixture
def exports(
    steward: User, no_broker: None, sandbox: SandboxProcess, halden: Connection, client: Client, settings: LazySettings
) -> Exports:
    """A signed-in browser, and jobs that run in this process."""
    settings.UPLOAD_CHUNK_BYTES = 1_000_000
    client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
    return Exports(sandbox, halden, steward, client)
