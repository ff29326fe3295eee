"""Fixtures of the sandbox's own tests."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.clients import DatasetClient
from tests.sandbox_process import SandboxProcess, sandbox_of_one_file

__all__ = ["sandbox_of_one_file"]  # fixture


@pytest.fixture
def client(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    """A signed-in client; faults and counters are put back afterwards."""
    with sandbox.client() as client:
        yield client
    sandbox.reset()


@pytest.fixture
def dataset(client: httpx.Client) -> DatasetClient:
    """A new, empty dataset with a text, a whole number and a date."""
    return DatasetClient.create(client, {"name": "STRING", "amount": "LONG", "day": "DATE"})
