"""States read ahead of the items: one call for a hundred where the upstream can, so that looking again is cheap.

What was read ahead only ever confirms the preview. Where it differs, the object is read by itself right before its
call: that answer counts.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from apps.jobs.bulk.actions import UNTOLD
from apps.jobs.bulk.selection import MOST_RECORDS
from apps.jobs.states import ItemState
from domoadmin.services.errors import UpstreamError

if TYPE_CHECKING:
    from apps.jobs.bulk.actions import BulkAction
    from apps.jobs.work import ItemWork, Turn

AHEAD = MOST_RECORDS
# Early enough that none has to be read by itself while the next batch is on its way.
FEW = AHEAD // 2
FRESH_SECONDS = 5.0
_JOBS_KEPT = 8


class Lookahead:
    """What was read ahead for one job, in this process. Holds at most two batches."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: OrderedDict[str, tuple[Any, float]] = OrderedDict()
        self._reading = False
        self._read_to = -1
        self._useless = False

    def take(self, action: BulkAction, work: ItemWork, turn: Turn) -> tuple[bool, Any]:
        """Return (True, state) when the item's state was read a moment ago, else (False, None).

        turn: held while the upstream is asked; it does nothing for who holds one already.
        """
        if not action.reads_records or action.merges:
            return False, None
        if self._is_due(action, work):
            try:
                self._read(action, work, turn)
            finally:
                self._reading = False
        with self._lock:
            state, at = self._states.pop(work.item.key, (None, 0.0))
        return (True, state) if time.monotonic() - at <= FRESH_SECONDS else (False, None)

    def _is_due(self, action: BulkAction, work: ItemWork) -> bool:
        """One thread reads the next batch when few states are left; the others go on."""
        with self._lock:
            behind = work.item.position > self._read_to
            few = len(self._states) <= FEW
            if self._useless or self._reading or not (behind or few):
                return False
            self._reading = True
            return True

    def _read(self, action: BulkAction, work: ItemWork, turn: Turn) -> None:
        first = max(self._read_to, work.item.position - 1)
        ahead = work.job.items.filter(position__gt=first, state__in=(ItemState.PENDING, ItemState.IN_FLIGHT))
        rows = list(ahead.order_by("position").values_list("position", "key")[:AHEAD])
        if not rows:
            return
        settings = work.params["settings"]
        try:
            with turn():
                records = action.records(work.client, [key for _, key in rows], settings)
        except UpstreamError:
            # Each is read by itself then, and says what is wrong.
            records = {}
        told = {key: action.known(record, settings) for key, record in records.items()}
        states = {key: state for key, state in told.items() if state is not UNTOLD}
        now = time.monotonic()
        with self._lock:
            self._read_to = rows[-1][0]
            self._useless = not states
            self._states.update({key: (state, now) for key, state in states.items()})
            while len(self._states) > 2 * AHEAD:
                self._states.popitem(last=False)


_lock = threading.Lock()
_jobs: OrderedDict[uuid.UUID, Lookahead] = OrderedDict()


def of_job(job_id: uuid.UUID) -> Lookahead:
    """Return the job's; those of jobs that nobody worked on lately are forgotten."""
    with _lock:
        found = _jobs.setdefault(job_id, Lookahead())
        _jobs.move_to_end(job_id)
        while len(_jobs) > _JOBS_KEPT:
            _jobs.popitem(last=False)
        return found


def forget(job_id: uuid.UUID) -> None:
    """Drop what was read for a job."""
    with _lock:
        _jobs.pop(job_id, None)
