"""Fixtures of the service layer: a scripted upstream, and time that passes without waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.clock import Clock
from tests.services.redis_server import redis_url
from tests.services.upstream import Upstream

__all__ = ["TOKEN", "Connecting", "FakeTime", "redis_url"]

TOKEN = "secret-token-0123456789"


class FakeTime:
    """Time that stands still until something sleeps; remembers how long."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    @property
    def clock(self) -> Clock:
        """The clock to hand to the code under test; chance is always at its highest."""
        return Clock(monotonic=lambda: self.now, sleep=self._sleep, chance=lambda: 0.999999)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> FakeTime:
    """Time that doesn't pass by itself."""
    return FakeTime()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A running server that answers {} until told otherwise."""
    with Upstream() as running:
        yield running


Connecting = Callable[..., Client]


@pytest.fixture
def connecting(upstream: Upstream, time: FakeTime) -> Iterator[Connecting]:
    """Make clients of the upstream with any settings; they are closed at the end."""
    with ExitStack() as stack:

        def make(**changes: Any) -> Client:
            settings: dict[str, Any] = {
                "kind": "domo",
                "slug": "test",
                "base_url": upstream.url,
                "secrets": {"token": TOKEN, "api_key": "key-9876"},
                "clock": time.clock,
                **changes,
            }
            return stack.enter_context(connect(ConnectionSettings(**settings)))

        yield make


@pytest.fixture
def client(connecting: Connecting) -> Client:
    """A Domo client of the upstream."""
    return connecting()
