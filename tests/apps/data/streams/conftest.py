"""Streams of the sandbox, and the people who look at them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from tests.apps.data.streams.support import Streams
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def streams(halden: Connection, sandbox: SandboxProcess) -> Streams:
    """The sandbox's streams, as the sandbox itself tells them."""
    return Streams(sandbox, halden)


@pytest.fixture
def person(halden: Connection) -> User:
    """A steward."""
    return UserFactory.create(role="steward")


@pytest.fixture
def steward(person: User) -> Client:
    """The steward's browser."""
    return client_of(person)


@pytest.fixture
def viewer(halden: Connection) -> Client:
    """A viewer's browser."""
    return client_with_role("viewer")


@pytest.fixture
def made(streams: Streams) -> dict[str, Any]:
    """A stream that only this test uses."""
    return streams.create()
