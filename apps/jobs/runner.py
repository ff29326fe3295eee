"""Runs a job's items side by side until nothing is left, the slice is over or the process is to stop.

Used by the Celery worker and, without any worker, by commands (inline.py). Who holds which item is in the database
alone; two runners on one job, or the same message twice, do no harm.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.models import Min
from django.utils import timezone

from apps.audit import chain
from apps.jobs import progress, protocol
from apps.jobs.endings import close
from apps.jobs.kinds import kind_of
from apps.jobs.ledger import Ledger
from apps.jobs.models import Job, JobItem
from apps.jobs.pulse import Pulse
from apps.jobs.running import given_back, run_claimed
from apps.jobs.starting import start
from apps.jobs.states import ITEM_OPEN, ItemState, JobState
from apps.jobs.takeover import take_over_expired
from apps.jobs.work import ItemWork

PAGES_KEPT_KB = 500
# A thread with nothing to do looks again after this long, or when another one settles an item.
IDLE_SECONDS = 0.5
# So many items are claimed at once as are begun within this time: a pause or cancel waits no longer for them.
AHEAD_SECONDS = 0.25
# A worker waits this long for an item that must not be tried yet; for longer a later message looks again.
SHORT_WAIT_SECONDS = 2.0


class Left(StrEnum):
    """How a runner left the job."""

    ENDED = "ended"
    SLICE_OVER = "slice_over"
    WAITING = "waiting"
    STOPPED = "stopped"
    NOTHING_TO_DO = "nothing_to_do"


@dataclass(frozen=True)
class Report:
    """How a runner left the job, and when someone should look again (seconds; None: nobody needs to)."""

    left: Left
    look_again_in: float | None = None


class Runner:
    """One run over one job. `patient`: stays until the job has ended or is paused, whatever it takes."""

    def __init__(
        self,
        job_id: uuid.UUID,
        *,
        stop: Callable[[], bool] = lambda: False,
        patient: bool = False,
        on_progress: Callable[[Job], None] | None = None,
    ) -> None:
        self.job_id = job_id
        self._stop = stop
        self._patient = patient
        self._on_progress = on_progress
        self._slice_ends = float("inf") if patient else time.monotonic() + settings.JOB_SLICE_SECONDS
        self._works: dict[uuid.UUID, ItemWork] = {}
        self._changed = threading.Condition()
        self._ledger = Ledger()
        self._taking = threading.Lock()
        self._ahead: deque[JobItem] = deque()
        self._claimed_at = 0.0
        self._threads = 0
        self._turns = threading.Semaphore(0)
        # How long the last item took: not known to be quick at first.
        self._item_seconds = float("inf")
        self._facts: dict[str, Any] = {}
        self._errors: list[BaseException] = []
        self._renewed = time.monotonic()
        self._took_over = time.monotonic()
        self._seen = 0.0

    def run(self) -> Report:
        """Work on the job and say how it was left."""
        take_over_expired(timezone.now(), self.job_id)
        job = start(self.job_id, timezone.now())
        if job is None:
            return Report(Left.NOTHING_TO_DO)
        at_once, threads = self._thread_count(job)
        self._threads, self._turns = threads, threading.Semaphore(at_once)
        if threads:
            beat_seconds = min(progress.FLUSH_SECONDS, settings.JOB_LEASE_SECONDS / 4)
            with Pulse(self._beat, beat_seconds):
                self._run_threads(job, threads)
                self._give_back_ahead()
            progress.flush(self.job_id, timezone.now(), self._facts, at_once=True)
            chain.seal_quietly()
        close(self.job_id, timezone.now())
        if self._errors:
            raise self._errors[0]
        return self._report()

    def _thread_count(self, job: Job) -> tuple[int, int]:
        """Return how many calls and how many threads side by side: what the kind allows, less what others hold."""
        open_items = job.items.filter(state__in=ITEM_OPEN).count()
        kind = kind_of(job)
        concurrency = kind.concurrency_of(job)
        if not self._patient:
            concurrency -= job.items.filter(state=ItemState.IN_FLIGHT).count()
        at_once = max(0, min(concurrency, open_items))
        return at_once, min(at_once + kind.spare_threads, open_items) if at_once else 0

    def _run_threads(self, job: Job, count: int) -> None:
        threads = [
            threading.Thread(target=self._thread, args=(job,), name=f"job-item-{number}") for number in range(count)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            # With a time-out, so that a signal's handler gets its turn in the main thread.
            while thread.is_alive():
                thread.join(0.2)
                if self._stop():
                    self._wake_all()

    def _thread(self, job: Job) -> None:
        try:
            _keep_little_in_memory()
            self._work_until_done(job)
        except BaseException as error:  # noqa: BLE001 - raised again by run(), in the thread that asked
            self._errors.append(error)
        finally:
            connections.close_all()

    def _work_until_done(self, job: Job) -> None:
        while not self._is_over():
            item = self._next_item(job)
            if item is not None:
                self._run_item(item)
            elif not self._worth_waiting():
                return

    def _next_item(self, job: Job) -> JobItem | None:
        with self._taking:
            if time.monotonic() - self._claimed_at > AHEAD_SECONDS:
                # Meanwhile the job may have been paused or cancelled, which only a claim finds out.
                self._give_back_ahead()
            if not self._ahead:
                self._ahead.extend(self._ledger.claim(job, self._claims_at_once(job)))
                self._claimed_at = time.monotonic()
            return self._ahead.popleft() if self._ahead else None

    def _claims_at_once(self, job: Job) -> int:
        """Return how many items all threads together begin within a moment; one where a failure stops the others."""
        if kind_of(job).stop_on_failure:
            return 1
        rounds = int(AHEAD_SECONDS / 2 / max(self._item_seconds, AHEAD_SECONDS / 10))
        return self._threads * rounds or 1

    def _give_back_ahead(self) -> None:
        """Let go of what was claimed ahead and not begun."""
        while self._ahead:
            item = self._ahead.popleft()
            work = ItemWork(item, stop=self._stop, facts=self._facts.update)
            self._ledger.settle(item, given_back(work, kind_of(item.job), timezone.now()))

    def _is_over(self) -> bool:
        return self._stop() or bool(self._errors) or time.monotonic() >= self._slice_ends

    def _run_item(self, item: JobItem) -> None:
        token = item.lease_token
        if token is None:
            raise RuntimeError("A claimed item has a lease.")
        work = ItemWork(item, stop=self._stop, facts=self._facts.update, ledger=self._ledger, turns=self._turns)
        self._works[token] = work
        begun = time.monotonic()
        try:
            run_claimed(work)
        finally:
            self._item_seconds = time.monotonic() - begun
            del self._works[token]
            self._wake_all()

    def _worth_waiting(self) -> bool:
        """Wait for a change if there may be something to do soon; False when this thread can go."""
        job = Job.objects.filter(pk=self.job_id).values("state").first()
        if job is None or job["state"] not in (JobState.RUNNING, JobState.CANCELLING):
            return False
        now = timezone.now()
        open_items = JobItem.objects.filter(job_id=self.job_id, state__in=ITEM_OPEN)
        if not open_items.exists():
            return False
        # Items of later stages wait for those in flight, whose end wakes this thread.
        first = protocol.next_stage(self.job_id).aggregate(at=Min("available_at"))["at"]
        wait = max(0.0, (first - now).total_seconds()) if first is not None else IDLE_SECONDS
        mine_in_flight = bool(self._works)
        soon = first is not None and wait <= SHORT_WAIT_SECONDS
        if not (self._patient or mine_in_flight or soon):
            return False
        if self._patient and not mine_in_flight:
            take_over_expired(now, self.job_id)
        with self._changed:
            self._changed.wait(min(max(wait, 0.01), IDLE_SECONDS))
        return True

    def _wake_all(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _beat(self) -> None:
        """Renew the leases in time and write counters and progress when there is something new."""
        works = dict(self._works)
        now = timezone.now()
        third = settings.JOB_LEASE_SECONDS / 3
        if works and time.monotonic() - self._renewed >= third:
            held = protocol.renew(list(works), now)
            for token, work in works.items():
                # Settled in between is not lost.
                if token in self._works:
                    work.keep_lease(token in held)
            self._renewed = time.monotonic()
        for token, work in works.items():
            self._store_counters(token, work)
        if self._patient and time.monotonic() - self._took_over >= settings.JOB_LEASE_SECONDS:
            # No sweeper stands behind this runner, and its threads may be too busy to look.
            self._took_over = time.monotonic()
            if take_over_expired(now, self.job_id):
                self._wake_all()
        self._seen = time.monotonic()
        chain.seal_now_and_then()
        job = progress.flush(self.job_id, now, dict(self._facts))
        if job is not None and self._on_progress is not None:
            self._on_progress(job)

    @staticmethod
    def _store_counters(token: uuid.UUID, work: ItemWork) -> None:
        done, rows = work.counters()
        if (done, rows) != (work.item.bytes_done, work.item.rows_done):
            JobItem.objects.filter(lease_token=token, state=ItemState.IN_FLIGHT).update(bytes_done=done, rows_done=rows)
            work.item.bytes_done, work.item.rows_done = done, rows

    def _report(self) -> Report:
        job = Job.objects.only("state").get(pk=self.job_id)
        if job.has_ended:
            return Report(Left.ENDED)
        if self._stop():
            return Report(Left.STOPPED)
        if job.state not in (JobState.RUNNING, JobState.CANCELLING):
            return Report(Left.NOTHING_TO_DO)
        now = timezone.now()
        if not self._threads:
            # All that may be in flight is held by others. If they are dead, it can be taken over soon.
            return Report(Left.WAITING, self._seconds_until_a_lease_ends(now))
        if protocol.claimable(self.job_id, now).exists():
            return Report(Left.SLICE_OVER, 0.0)
        pending = JobItem.objects.filter(job_id=self.job_id, state=ItemState.PENDING, available_at__gt=now)
        first = pending.aggregate(at=Min("available_at"))["at"]
        if first is None:
            return Report(Left.NOTHING_TO_DO)
        return Report(Left.WAITING, max(0.0, (first - now).total_seconds()))

    def _seconds_until_a_lease_ends(self, now: datetime) -> float | None:
        held = JobItem.objects.filter(job_id=self.job_id, state=ItemState.IN_FLIGHT)
        first = held.aggregate(at=Min("lease_expires_at"))["at"]
        return None if first is None else max(IDLE_SECONDS, (first - now).total_seconds())


def _keep_little_in_memory() -> None:
    """Each thread's connection to SQLite would keep 2 MB of pages; a dozen threads that read single rows need less."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{PAGES_KEPT_KB}")
