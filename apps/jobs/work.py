"""What a kind sees while one item runs: its lease, its checkpoint, its counters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.jobs import protocol
from apps.jobs.events import tell
from apps.jobs.kinds import LeaseLost, StopRequested
from apps.jobs.ledger import Ledger
from apps.jobs.models import Job, JobItem
from apps.jobs.states import Level

if TYPE_CHECKING:
    from domoadmin.services.client import Client


# Held while the upstream is asked: what ItemWork.turn gives, or nothing.
Turn = Callable[[], AbstractContextManager[None]]


class JobContext:
    """What planning and running share: the job, its params, its client and its secrets."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @property
    def params(self) -> dict[str, Any]:
        """Return the job's params."""
        params: dict[str, Any] = self.job.params
        return params

    @cached_property
    def client(self) -> Client:
        """Return the client of the job's connection. Raises ConnectionGone when that was removed."""
        if self.job.connection is None:
            raise ConnectionGone(self.job.connection_slug)
        return self.job.connection.client()

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Return the job's sealed secrets in plain text; they are wiped when the job ends."""
        from apps.connections.sealing import unseal

        return unseal(self.job.sealed)


class ConnectionGone(Exception):
    """The job's connection was removed."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"The connection {slug!r} of this job no longer exists.")


class ItemWork(JobContext):
    """One claimed item. Used by the thread that runs it, counters also by others that the kind may start."""

    def __init__(
        self,
        item: JobItem,
        *,
        stop: Callable[[], bool],
        facts: Callable[[dict[str, Any]], None],
        ledger: Ledger | None = None,
        turns: AbstractContextManager[Any] | None = None,
    ) -> None:
        super().__init__(item.job)
        self._turns = turns or nullcontext()
        self.ledger = ledger or Ledger()
        self.item = item
        self.checkpoint: dict[str, Any] = dict(item.checkpoint)
        self._stop = stop
        self._facts = facts
        self._lock = threading.Lock()
        self._bytes = item.bytes_done
        self._rows = item.rows_done
        self._lease_until: float = time.monotonic() + settings.JOB_LEASE_SECONDS

    @property
    def payload(self) -> dict[str, Any]:
        """Return the item's payload."""
        payload: dict[str, Any] = self.item.payload
        return payload

    @property
    def lease_lost(self) -> bool:
        """Say whether the lease has run out or was taken: by our own clock, without asking the database."""
        return time.monotonic() >= self._lease_until

    def keep_lease(self, held: bool) -> None:
        """Note what the runner's heartbeat found about the lease."""
        self._lease_until = time.monotonic() + settings.JOB_LEASE_SECONDS if held else 0.0

    def stop_requested(self) -> bool:
        """Say whether the item should be let go of: the runner stops, or the lease is lost."""
        return self._stop() or self.lease_lost

    def check(self) -> None:
        """Raise LeaseLost or StopRequested if the item should be let go of."""
        if self.lease_lost:
            raise LeaseLost
        if self._stop():
            raise StopRequested

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one of the calls that the kind allows at once is free, and hold it. Raises LeaseLost."""
        with self._turns:
            if self.lease_lost:
                raise LeaseLost
            yield

    def about_to_send(self, admit: Callable[[], bool] | None = None) -> bool:
        """Store that a changing request leaves now, with the audit intent. Call it right before each such request.

        `admit` decides in the very transaction, so that what it counted still holds: False, and what it wrote is kept,
        but nothing may be sent. Raises LeaseLost when another runner has the item, StopRequested when this one is being
        stopped.
        """
        self.check()
        if admit is None:
            admitted, held = True, self.ledger.mark_sent(self.item)
        else:
            with transaction.atomic():
                admitted = admit()
                held = not admitted or protocol.mark_sent(self.item, timezone.now())
        if not held:
            self.keep_lease(False)
            raise LeaseLost
        if admitted:
            self.keep_lease(True)
        return admitted

    def save_checkpoint(self, changes: dict[str, Any], *, answered: bool = False) -> None:
        """Merge and store the checkpoint. `answered`: the request sent last is done, its answer is in the checkpoint.

        After an answered checkpoint a dead runner's item is simply called again. Raises LeaseLost.
        """
        self.checkpoint |= changes
        if not protocol.store_checkpoint(self.item, self.checkpoint, answered=answered):
            self.keep_lease(False)
            raise LeaseLost

    def progress(self, *, bytes: int = 0, rows: int = 0) -> None:
        """Add to the item's counters; written by the runner's heartbeat."""
        with self._lock:
            self._bytes += bytes
            self._rows += rows

    def restart_progress(self) -> None:
        """Set the item's counters to 0: its body is sent anew."""
        with self._lock:
            self._bytes = self._rows = 0

    def facts(self, **facts: Any) -> None:
        """Show plain JSON values beside the progress."""
        self._facts(facts)

    def counters(self) -> tuple[int, int]:
        """Return the bytes and rows counted so far."""
        with self._lock:
            return self._bytes, self._rows

    def event(self, text: str, level: str = Level.INFO) -> None:
        """Add a line to the job's events, tied to this item."""
        tell(self.job.pk, text, level, self.item.pk)
