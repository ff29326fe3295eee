"""What the tests of the console share: a connection to the sandbox, one to a scripted server, the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.management import call_command

from apps.accounts.models import User
from apps.connections.models import Connection, Environment
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream

SECRET = "token-of-other-hands"


@pytest.fixture(autouse=True)
def _fresh(settings: LazySettings) -> None:
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()


def connection_to(settings: LazySettings, url: str, **fields: Any) -> Connection:
    """Return a connection to an upstream of this machine."""
    settings.UPSTREAM_HOSTS = [*settings.UPSTREAM_HOSTS, urlsplit(url).netloc]
    values = {"name": "Halden Outdoor", "slug": "halden", "environment": Environment.TEST, **fields}
    return ConnectionFactory.create(base_url=url, **values)


@pytest.fixture
def admin(db: None) -> User:
    """The person whom commands act as."""
    return UserFactory.create(role="admin", first_name="Ada", last_name="Winther")


@pytest.fixture
def halden(admin: User, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Connection]:
    """A test connection to the sandbox, without faults and with nothing counted before and after."""
    sandbox.reset()
    yield connection_to(settings, sandbox.url, secrets={"token": sandbox.token})
    sandbox.reset()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A running server that answers what a test tells it to."""
    with Upstream() as running:
        yield running


@pytest.fixture
def other_hands(admin: User, settings: LazySettings, upstream: Upstream) -> Connection:
    """A connection to the scripted server."""
    return connection_to(settings, upstream.url, secrets={"token": SECRET})


@dataclass(frozen=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as one JSON value."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The output as lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `manage.py call`; no secret and no stack trace may ever be said."""

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            call_command("call", *arguments)
        said = capsys.readouterr()
        for text in (said.out, said.err):
            assert "Traceback" not in text
            assert SECRET not in text
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


def dataset_of(sandbox: SandboxProcess) -> str:
    """Return the id of some dataset of the sandbox."""
    with sandbox.client() as client:
        found: list[dict[str, Any]] = client.get("/api/data/v3/datasources?limit=5").json()["dataSources"]
        return str(found[0]["id"])
