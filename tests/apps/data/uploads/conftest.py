"""A steward signed in on a connection to the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_parts(settings: LazySettings, transactional_db: None) -> None:
    """Many parts and chunks of small files, and no long waits."""
    settings.UPLOAD_PART_BYTES = 4_000
    settings.UPLOAD_CHUNK_BYTES = 10_000
    settings.UPSTREAM_READ_SECONDS = 2.0
    settings.UPLOAD_INDEX_WAIT_SECONDS = 20


@pytest.fixture
def steward() -> User:
    """A person with the role that uploads."""
    return UserFactory(role="steward")


@pytest.fixture
def connection(sandbox: SandboxProcess, settings: LazySettings) -> Iterator[Connection]:
    """A connection to the sandbox, all faults off."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    sandbox.reset()
    yield ConnectionFactory(slug="halden", name="Halden", base_url=sandbox.url, secrets={"token": sandbox.token})
    sandbox.reset()


@pytest.fixture
def signed_in(client: Client, steward: User) -> Client:
    """A browser of the steward."""
    client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
    return client
