"""What the commands of areas share: exit codes, refusals, whom and where they act for, waiting for a worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from apps.accounts.models import User
from apps.connections.addresses import AddressRefused
from apps.connections.models import Connection
from apps.connections.sealing import Unsealable
from apps.jobs.access import NotAllowed
from apps.jobs.models import Job
from apps.jobs.terminal import ProgressLine
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

DONE, FAILED, WRONG_USAGE, UNKNOWN = 0, 1, 2, 3
PATIENCE_SECONDS = 15.0


class Refusal(Exception):
    """The command can't go on; the message says why, `code` is its exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def guarded(command: str, errors: Any, run: Callable[[], int]) -> int:
    """Run a command and return its exit code; a refusal or a failing upstream is written to `errors` in one line."""
    try:
        return run()
    except Refusal as refusal:
        errors.write(f"{command}: {refusal}")
        return refusal.code
    except UpstreamError as problem:
        request = f" (request id {problem.request_id})" if problem.request_id else ""
        errors.write(f"{command}: {problem}{request}")
    except (Unsealable, AddressRefused, NotAllowed) as problem:
        errors.write(f"{command}: {problem}")
    return FAILED


class Waiting:
    """Shows a job's progress, and says it once when no worker takes it."""

    def __init__(self, shown: ProgressLine, stream: Any, command: str) -> None:
        self._shown = shown
        self._stream = stream
        self._command = command
        self._since = time.monotonic()
        self._said = False

    def __call__(self, job: Job) -> None:
        """Show where the job stands."""
        self._shown.job(job)
        waits = job.planning_token is None and job.started_at is None and not job.has_ended
        if waits and not self._said and time.monotonic() - self._since > PATIENCE_SECONDS:
            self._said = True
            self._stream.write(
                f"{self._command}: no worker has taken the job yet; is one running? It waits, and so does the job."
            )


def domo_connection_named(name: str, thing: str = "datasets") -> Connection:
    """Return the Domo connection of this name or slug. Raises Refusal naming the option, and what others lack."""
    found = Connection.objects.filter(slug=name).first() or Connection.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(Connection.objects.filter(kind="domo").values_list("slug", flat=True)) or "none yet"
        raise Refusal(f"--connection: there is no connection {name!r}. Known: {known}.", WRONG_USAGE)
    if found.kind != "domo":
        raise Refusal(f"--connection: {found.name} is not a Domo connection: it has no {thing}.", WRONG_USAGE)
    return found


def actor_named(username: str | None) -> User:
    """Return the person of this name, without one the first active admin. Raises Refusal."""
    if username is None:
        admin = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").first()
        if admin is None:
            raise Refusal("there is no active admin to act as: make one first, or name a person with --user.")
        return admin
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise Refusal(f"--user: nobody active is called {username!r}.", WRONG_USAGE)
    return found
