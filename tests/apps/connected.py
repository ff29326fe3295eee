"""What the tests of areas share: connections to upstreams that run, and no memory of earlier tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from apps.connections.models import Connection, Environment
from apps.jobs import messages
from tests.apps.data.bulk_support import Bulk
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream


@pytest.fixture(autouse=True)
def _fresh(settings: LazySettings) -> None:
    # The limiter counts per minute, and tests ask more often than people.
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    # Panels are asked for one by one; what a page begins by itself would be counted in the next test.
    settings.PAGE_LINGER_SECONDS = 0
    cache.clear()


def connection_to(settings: LazySettings, url: str, token: str) -> Connection:
    """Return a connection to an upstream of this machine."""
    settings.UPSTREAM_HOSTS = [*settings.UPSTREAM_HOSTS, urlsplit(url).netloc]
    return ConnectionFactory.create(
        name="Halden Outdoor", slug="halden", base_url=url, environment=Environment.SANDBOX, secrets={"token": token}
    )


@pytest.fixture
def halden(db: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Connection]:
    """A connection to the sandbox, without faults and with nothing counted before and after."""
    sandbox.reset()
    yield connection_to(settings, sandbox.url, sandbox.token)
    sandbox.reset()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A running server that answers what a test tells it to."""
    with Upstream() as running:
        yield running


@pytest.fixture
def other_hands(db: None, settings: LazySettings, upstream: Upstream) -> Connection:
    """A connection to the scripted server."""
    return connection_to(settings, upstream.url, "token-of-other-hands")


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages to workers go nowhere, without waiting for a broker that is not there."""

    class Broker:
        def send_task(self, task: str, arguments: list[str], **options: Any) -> None:
            pass

    monkeypatch.setattr(messages, "current_app", Broker())


@pytest.fixture
def bulk(transactional_db: None, no_broker: None, sandbox: SandboxProcess, halden: Connection) -> Bulk:
    """Bulk actions of a steward on the sandbox."""
    return Bulk(sandbox, halden, UserFactory.create(username="steward", role="steward"))
