"""A steward on a connection to the sandbox."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from tests.apps.data.appdb.support import Collection
from tests.clients import client_of
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess

LOANS = (
    {"item": "Tent", "days": 3, "returned": False, "borrower": {"userId": "17"}},
    {"item": "Stove", "days": 12, "returned": True, "note": "<script>alert(1)</script>"},
    {"item": "Pack", "days": 30, "returned": False, "tags": ["late", "call"]},
)


@pytest.fixture
def person(halden: Connection) -> User:
    """A steward."""
    return UserFactory.create(username="steward", role="steward")


@pytest.fixture
def steward(person: User) -> Client:
    """The steward's browser."""
    return client_of(person)


@pytest.fixture
def loans(halden: Connection, sandbox: SandboxProcess) -> Collection:
    """A collection with three documents."""
    made = Collection(sandbox, *LOANS, schema={"columns": [{"type": "STRING", "name": "item"}]})
    sandbox.reset()
    return made
