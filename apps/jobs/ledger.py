"""What the threads of a runner write, several items in one transaction: who writes takes along what others wait with.

Each thread still waits until its own write is committed, so the protocol's order holds: nothing is sent before it is
marked as sent, and nothing further is done before an outcome is stored. Only the number of transactions shrinks, the
more the busier the runner is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.jobs import protocol
from apps.jobs.models import Job, JobItem
from apps.jobs.settlement import Settlement

# More in one transaction would keep others from writing for too long.
MOST_AT_ONCE = 64


@dataclass(frozen=True)
class _Claim:
    job: Job
    count: int


@dataclass(frozen=True)
class _Sent:
    item: JobItem


@dataclass(frozen=True)
class _Settled:
    item: JobItem
    settlement: Settlement


@dataclass(frozen=True)
class _Entry:
    """What one thread wants written, and where it waits for the answer."""

    wish: _Claim | _Sent | _Settled
    answer: Future[Any] = field(default_factory=Future)


class Ledger:
    """Claims, marks and settles items for many threads."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self._clock = clock
        self._waiting: list[_Entry] = []
        self._adding = threading.Lock()
        self._writing = threading.Lock()

    def claim(self, job: Job, count: int) -> list[JobItem]:
        """Take a lease on each of the job's next items, at most `count`, and return them."""
        items: list[JobItem] = self._write(_Claim(job, count))
        return items

    def mark_sent(self, item: JobItem) -> bool:
        """Store that a request is about to leave; False when the lease is no longer held."""
        return bool(self._write(_Sent(item)))

    def settle(self, item: JobItem, settlement: Settlement) -> bool:
        """Let go of the item; False when the lease was lost."""
        return bool(self._write(_Settled(item, settlement)))

    def _write(self, wish: _Claim | _Sent | _Settled) -> Any:
        entry = _Entry(wish)
        with self._adding:
            self._waiting.append(entry)
        with self._writing:
            if not entry.answer.done():
                with self._adding:
                    entries, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                self._answer(entries)
        return entry.answer.result()

    def _answer(self, entries: Sequence[_Entry]) -> None:
        try:
            answers = self._written([entry.wish for entry in entries])
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits for it
            if len(entries) == 1:
                entries[0].answer.set_exception(error)
                return
            # One that can't be written must not take the others with it.
            for entry in entries:
                self._answer([entry])
            return
        for entry, answer in zip(entries, answers, strict=True):
            entry.answer.set_result(answer)

    def _written(self, wishes: Sequence[_Claim | _Sent | _Settled]) -> list[Any]:
        now = self._clock()
        settled = [wish for wish in wishes if isinstance(wish, _Settled)]
        sent = [wish for wish in wishes if isinstance(wish, _Sent)]
        claims = [wish for wish in wishes if isinstance(wish, _Claim)]
        with transaction.atomic():
            by_kind: dict[type, Any] = {
                _Settled: iter(protocol.settle_all([(each.item, each.settlement) for each in settled], now)),
                _Sent: iter(protocol.mark_all_sent([each.item for each in sent], now)),
                _Claim: (protocol.claim_all(each.job.pk, now, each.count, each.job) for each in claims),
            }
            return [next(by_kind[type(wish)]) for wish in wishes]
