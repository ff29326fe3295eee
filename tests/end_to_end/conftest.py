"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domoadmin.services.client import Client, ConnectionSettings, connect
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox for the tests of one file: what they find depends on what was changed before."""
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def domo(sandbox: SandboxProcess) -> Iterator[Client]:
    """A Domo client of the sandbox; faults and counters are put back afterwards."""
    settings = ConnectionSettings(kind="domo", slug="sandbox", base_url=sandbox.url, secrets={"token": sandbox.token})
    with connect(settings) as client:
        yield client
    sandbox.reset()
