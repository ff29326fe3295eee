"""Who looks at people, and the sandbox's people beside DomoAdmin."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.connections.models import Connection
from tests.apps.governance.users.support import People
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def admin(db: None) -> Client:
    """A signed-in admin."""
    return client_with_role("admin")


@pytest.fixture
def viewer(db: None) -> Client:
    """A signed-in viewer."""
    return client_with_role("viewer")


@pytest.fixture
def people(halden: Connection, sandbox: SandboxProcess) -> People:
    """The sandbox's people."""
    return People(sandbox, halden)
