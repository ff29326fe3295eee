"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domoadmin.services.client import Client, ConnectionSettings, connect
from tests.sandbox_process import SandboxProcess, sandbox_of_one_file

__all__ = ["sandbox_of_one_file"]  # fixture


@pytest.fixture
def domo(sandbox: SandboxProcess) -> Iterator[Client]:
    """A Domo client of the sandbox; faults and counters are put back afterwards."""
    settings = ConnectionSettings(kind="domo", slug="sandbox", base_url=sandbox.url, secrets={"token": sandbox.token})
    with connect(settings) as client:
        yield client
    sandbox.reset()
