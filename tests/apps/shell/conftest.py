"""Connections as the shell's pages show them."""

from __future__ import annotations

import pytest

from apps.connections.models import Connection
from tests.factories import ConnectionFactory


@pytest.fixture
def test_connection(db: None) -> Connection:
    """A Domo connection of the test environment, open to every role; its host is refused, so nothing leaves."""
    return ConnectionFactory.create(
        name="Halden test", slug="halden-test", environment="test", base_url="https://127.0.0.1:9"
    )


@pytest.fixture
def production(db: None) -> Connection:
    """A Domo connection of the production environment, for stewards (and admins)."""
    return ConnectionFactory.create(name="Halden Outdoor", slug="halden", environment="production", roles=["steward"])
