"""Whether the parts of the installation answer: for admins in sentences, for monitors as JSON."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import celery
import django
import redis
from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from apps.core.access import role_required
from apps.core.formats import format_bytes, format_duration
from apps.jobs.models import Job
from apps.jobs.states import JobState
from domoadmin.services.roles import Role

WORKER_ANSWERS_IN_SECONDS = 1.0
REDIS_ANSWERS_IN_SECONDS = 2.0
WAITS_TOO_LONG = timedelta(minutes=2)
LITTLE_SPACE_BYTES = 2 * 1000**3


@dataclass(frozen=True)
class Check:
    """One part: its name, whether it works (is-ok, is-warn, is-bad) and a plain sentence."""

    name: str
    css: str
    sentence: str

    @property
    def icon(self) -> str:
        """Return the icon of the outcome."""
        return {"is-ok": "circle-check", "is-warn": "alert-triangle"}.get(self.css, "circle-x")

    @property
    def word(self) -> str:
        """Return the outcome in a word."""
        return {"is-ok": "Works", "is-warn": "To know"}.get(self.css, "Failed")


def database_answers() -> str:
    """Return the database's version as it reports it. Raises DatabaseError."""
    question = "SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version"
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def redis_answers() -> str:
    """Return Redis' version. Raises redis.RedisError, also when no address is set."""
    if not settings.REDIS_URL:
        raise redis.ConnectionError("no REDIS_URL is set")
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_ANSWERS_IN_SECONDS,
        socket_connect_timeout=REDIS_ANSWERS_IN_SECONDS,
    )
    try:
        return str(client.info("server")["redis_version"])
    finally:
        client.close()


def _timed(ask: Callable[[], str]) -> tuple[str, float]:
    began = perf_counter()
    answer = ask()
    return answer, perf_counter() - began


def check_database() -> Check:
    """Ask the database for its version."""
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)
    try:
        version, seconds = _timed(database_answers)
    except DatabaseError as error:
        return Check("Database", "is-bad", f"{kind} does not answer: {type(error).__name__}.")
    return Check("Database", "is-ok", f"{kind} {version.split()[0]} answers in {format_duration(seconds)}.")


def check_redis() -> Check:
    """Ask Redis for its version."""
    try:
        version, seconds = _timed(redis_answers)
    except redis.RedisError as error:
        reason = f"Redis does not answer: {type(error).__name__}."
        return Check("Redis", "is-bad", f"{reason} New jobs wait in the database until it does.")
    return Check("Redis", "is-ok", f"Redis {version} answers in {format_duration(seconds)}.")


def check_workers() -> Check:
    """Ask the workers to answer within a second, and look for jobs that nobody takes."""
    waiting = Job.objects.filter(state=JobState.QUEUED, queued_at__lt=timezone.now() - WAITS_TOO_LONG).count()
    try:
        answers = current_app.control.ping(timeout=WORKER_ANSWERS_IN_SECONDS) or []
    except (KombuError, redis.RedisError, OSError) as error:
        return Check("Workers", "is-bad", f"Nobody can be asked while Redis is down: {type(error).__name__}.")
    if not answers and waiting:
        return Check("Workers", "is-bad", f"No worker answers and {waiting:,} jobs wait. Start one.")
    if not answers:
        sentence = "No worker answered within a second. A busy one answers late; no job waits."
        return Check("Workers", "is-warn", sentence)
    count = len(answers)
    sentence = f"{count} worker{'s' if count > 1 else ''} answer{'' if count > 1 else 's'}."
    if waiting:
        return Check("Workers", "is-warn", f"{sentence} {waiting:,} jobs have waited for over two minutes.")
    return Check("Workers", "is-ok", sentence)


def check_storage() -> Check:
    """Look at the space for staged files; a remote store only says where it is."""
    storage = storages["staging"]
    location = getattr(storage, "location", "")
    if not hasattr(storage, "base_location"):
        bucket = getattr(storage, "bucket_name", "")
        return Check("Storage", "is-ok", f"Staged files go to the bucket {bucket}.")
    place = Path(location)
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    sentence = f"Staged files go to {location}; {format_bytes(free)} are free."
    return Check("Storage", "is-warn" if free < LITTLE_SPACE_BYTES else "is-ok", sentence)


@require_safe
@never_cache
@role_required(Role.ADMIN, "see the status page")
def status(request: HttpRequest) -> HttpResponse:
    """Show each part with a sentence, and the versions that run."""
    checks = [check_database(), check_redis(), check_workers(), check_storage()]
    versions = [
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("Celery", celery.__version__),
        ("System", platform.platform(terse=True)),
        ("Shape", "embedded" if settings.EMBEDDED else "production"),
    ]
    context = {"checks": checks, "versions": versions, "asked": timezone.now()}
    return render(request, "shell/status.html", context)


@require_safe
@never_cache
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database and Redis answer, else 503; says no more than which of them does not."""
    parts: dict[str, str] = {}
    try:
        database_answers()
        parts["database"] = "ok"
    except DatabaseError:
        parts["database"] = "failed"
    try:
        redis_answers()
        parts["redis"] = "ok"
    except redis.RedisError:
        parts["redis"] = "failed"
    healthy = all(answer == "ok" for answer in parts.values())
    return JsonResponse({"healthy": healthy, **parts}, status=200 if healthy else 503)
