"""Connections to the Domain API: of the sandbox, and of other hands; people who look at its domains."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from tests.apps.governance.domains.support import OtherHands, Sandbox, connect
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream


@pytest.fixture
def domains(db: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Connection]:
    """The sandbox's Domain API, as its owner sees it."""
    sandbox.reset()
    yield connect(settings, sandbox.url, sandbox.token)
    sandbox.reset()


@pytest.fixture
def told(domains: Connection, sandbox: SandboxProcess) -> Iterator[Sandbox]:
    """The sandbox itself; what is made through it is removed afterwards."""
    told = Sandbox(sandbox)
    yield told
    told.clean_up()


@pytest.fixture
def hands(db: None, settings: LazySettings, upstream: Upstream) -> OtherHands:
    """A Domain API strictly by its document."""
    connect(settings, upstream.url, "token-of-other-hands")
    return OtherHands(upstream)


@pytest.fixture
def person(db: None) -> User:
    """An admin."""
    return UserFactory.create(role="admin", first_name="Ada", last_name="Winther")


@pytest.fixture
def admin(person: User) -> Client:
    """The admin's browser."""
    return client_of(person)


@pytest.fixture
def viewer(db: None) -> Client:
    """A viewer's browser."""
    return client_with_role("viewer")
