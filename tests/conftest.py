"""Fixtures shared by the whole suite."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.contenttypes.management import create_contenttypes
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models.signals import post_migrate
from hypothesis import settings

from tests.sandbox_process import SandboxProcess

# Made to be slow, so that passwords can't be guessed; the tests sign in a hundred times with one that is known.
FAST_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"

# A change lands or not by the same examples each time; on a developer's machine every run looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("developer", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


def pytest_configure() -> None:
    """Shorten what only takes time: guarding passwords, the first wait before a failed call is made again, and the
    search for garbage in all that pytest holds, which takes a ninth of the whole run."""
    gc.set_threshold(100_000, 50, 100)
    django_settings.PASSWORD_HASHERS = [FAST_HASHER, *django_settings.PASSWORD_HASHERS]
    django_settings.UPSTREAM_RETRY_SECONDS = 0.02
    # Each client of a test would look through all static files, of which it asks for none or one.
    django_settings.WHITENOISE_AUTOREFRESH = True
    # Written again after each test that empties the database: a sixth of its time, for roles that are none of Django's.
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    _delete_instead_of_truncating()
    if os.environ.get("REDIS_URL"):
        _use_redis_alone(os.environ["REDIS_URL"], os.environ.get("PYTEST_XDIST_WORKER", "gw0"))


def _delete_instead_of_truncating() -> None:
    """Empty PostgreSQL's tables after a test by DELETE: truncating fifty nearly empty ones takes half a second."""
    truncating = DatabaseOperations.sql_flush

    def deleting(
        self: DatabaseOperations,
        style: Any,
        tables: Sequence[str],
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        if reset_sequences or not tables:
            return truncating(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        # All of them go, so neither their order nor what watches over single rows matters.
        deletions = [f"DELETE FROM {self.quote_name(table)}" for table in tables]
        return ["SET LOCAL session_replication_role = replica", *deletions]

    DatabaseOperations.sql_flush = deleting  # type: ignore[method-assign, assignment]


def _use_redis_alone(url: str, worker: str) -> None:
    # Tests that empty the cache empty its whole database: a worker beside them would lose what it just kept.
    own = f"{url.rpartition('/')[0]}/{1 + int(worker.removeprefix('gw'))}"
    os.environ["REDIS_URL"] = own
    django_settings.REDIS_URL = own
    django_settings.CELERY_BROKER_URL = own
    django_settings.CACHES["default"]["LOCATION"] = own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, so that it alone is run again on another one, and begin with what takes longest:
    at the end of a run on many processes none waits for the last of them."""
    items.sort(key=lambda item: not item.get_closest_marker("chaos"))
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("embedded"):
            continue
        if item.get_closest_marker("django_db") or "db" in fixtures or "transactional_db" in fixtures:
            item.add_marker("database")


@pytest.fixture(autouse=True)
def _clients_of_its_own() -> Iterator[None]:
    """Let go of the clients that the test made, and of their sockets: a process may have a thousand of them open."""
    yield
    clients = sys.modules.get("apps.connections.clients")
    if clients is not None:
        clients._clients.clear()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A small sandbox for the whole session (one per xdist worker): a new one has everything still to load."""
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process
