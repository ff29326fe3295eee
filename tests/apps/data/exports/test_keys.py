"""The AWS keys of an export: after the job they are nowhere, however it ended."""

from __future__ import annotations

import json
import logging
import os
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.exports import s3_running
from apps.jobs import messages, service
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from tests.apps.data.exports.support import KEYS, TARGET, Exports
from tests.apps.data.support import text_of
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = pytest.mark.django_db(transaction=True)


class RecordingBroker:
    """Stands where messages to workers go, and keeps them."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send_task(self, *arguments: Any, **options: Any) -> None:
        """Keep the message."""
        self.sent.append(json.dumps([arguments, options], default=str))


@pytest.fixture
def broker(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> RecordingBroker:
    """Messages to workers, kept."""
    broker = RecordingBroker()
    monkeypatch.setattr(messages, "current_app", broker)
    return broker


def forms_of(secret: str) -> tuple[str, ...]:
    """Return the ways in which a key could stand somewhere."""
    return secret, json.dumps(secret)[1:-1], b64encode(secret.encode()).decode().rstrip("=")


def everything_in_the_database() -> Iterator[tuple[str, str]]:
    """Yield each table with all that stands in it, as text."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            yield table, "\n".join(map(repr, cursor.fetchall()))


def everything_in_redis() -> Iterator[tuple[str, str]]:
    """Yield each key of the test's Redis with its value, whatever its sort; nothing without a Redis."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return
    import redis

    with redis.Redis.from_url(url) as server:
        for key in server.scan_iter():
            yield repr(key), repr(server.dump(key))
            if server.type(key) == b"string":
                yield repr(key), repr(server.get(key))


def places_with_keys(log: str, broker: RecordingBroker) -> list[str]:
    """Return where one of the keys stands."""
    places = [*everything_in_the_database(), *everything_in_redis(), ("log", log), ("broker", "\n".join(broker.sent))]
    wanted = [form for secret in KEYS.values() for form in forms_of(secret)]
    return [place for place, text in places if any(form in text for form in wanted)]


@pytest.mark.parametrize(("end", "bucket"), [("succeeded", ""), ("failed", "halden-legal-hold"), ("cancelled", "")])
def test_the_keys_are_nowhere_once_the_job_has_ended(
    exports: Exports,
    broker: RecordingBroker,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
    bucket: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    changes = {"bucket": bucket} if bucket else {}
    job = exports.job(exports.post_s3(exports.dataset(), **changes))
    assert job.sealed
    assert not any(secret in job.sealed for secret in KEYS.values())
    # Also while it waits they stand nowhere in plain text.
    assert places_with_keys(caplog.text, broker) == []
    if end == "cancelled":
        # Domo has started it: the next look is far away, so the runner leaves.
        monkeypatch.setattr(s3_running, "FIRST_LOOK_SECONDS", 300.0)
        Runner(job.pk).run()
        job.refresh_from_db()
        service.request_cancel(job, exports.person)
    else:
        service.run_inline(job)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.sealed) == (end, "")
    page = text_of(exports.browser.get(job.get_absolute_url()))
    assert ("goes on with it: nothing can stop it from here" in page) == (end == "cancelled")
    assert places_with_keys(caplog.text, broker) == []


def test_an_upstream_that_says_the_keys_does_not_bring_them_into_our_store(
    client: Client,
    steward: User,
    other_hands: Connection,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = RecordingBroker()
    monkeypatch.setattr(messages, "current_app", broker)
    asked_for: list[Any] = []

    def script(asked: Asked) -> Told:
        if "/schema" in asked.path:
            return told({"message": "Not Found", "toe": "T1"}, 404)
        if "/export/" not in asked.path:
            return told({"id": 12, "name": "Of other hands"})
        if asked.method == "POST":
            asked_for.append(asked.json)
            return told({"exportId": 7})
        if not asked_for:
            return told([])
        message = f"The AWS Access Key Id ({KEYS['access_key']}) does not exist"
        return told(
            [{"exportId": "7", "exportStatus": "FAILED", "message": message, "errorCode": "InvalidAccessKeyId"}]
        )

    upstream.script(script)
    client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(f"/c/{other_hands.slug}/data/datasets/12/export/s3/", {**TARGET, **KEYS})
    job = service.run_inline(Job.objects.get(pk=response.headers["Location"].rstrip("/").rpartition("/")[2]))
    assert (job.state, len(asked_for)) == ("failed", 1)
    assert "(•••) does not exist (InvalidAccessKeyId)" in job.message
    assert asked_for[0]["awsAccessKey"] == KEYS["access_key"]
    assert places_with_keys(caplog.text, broker) == []
