"""Roles of the sandbox, and the people who look at them."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from tests.apps.governance.roles.support import SandboxRoles
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def roles(halden: Connection, sandbox: SandboxProcess) -> SandboxRoles:
    """The sandbox's roles, as the sandbox itself tells them."""
    return SandboxRoles(sandbox)


@pytest.fixture
def person(halden: Connection) -> User:
    """An admin."""
    return UserFactory.create(username="ada", role="admin")


@pytest.fixture
def admin(person: User) -> Client:
    """The admin's browser."""
    return client_of(person)


@pytest.fixture
def viewer(halden: Connection) -> Client:
    """A viewer's browser."""
    return client_with_role("viewer")
