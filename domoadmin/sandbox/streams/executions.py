"""The runs of a generated stream before any client came: each is made from its number when it is asked for."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from domoadmin.sandbox.company.connectors import TIMED_OUT, Schedule, failure_of, schedule_of, update_method
from domoadmin.sandbox.company.datasets import DatasetTable
from domoadmin.sandbox.errors import LETTERS

GOLDEN = 2_654_435_761
MOST_EXECUTIONS = 34_000
MOST_FAILURES = 4
BYTES_PER_ROW = 147
LONGEST_SECONDS = 2_700
SUCCESS, ERROR, ACTIVE, CANCELLED = "SUCCESS", "ERROR", "ACTIVE", "CANCELLED"


class Execution(NamedTuple):
    """One run. Times in epoch milliseconds; `ended` is None while it runs."""

    number: int
    state: str
    started: int
    ended: int | None
    rows: int
    run_type: str
    method: str
    started_by: str | None = None
    errors: tuple[dict[str, Any], ...] = ()
    cancelled_by: str | None = None

    @property
    def bytes(self) -> int:
        return self.rows * BYTES_PER_ROW


class PastExecutions:
    """The runs of one generated dataset's stream, the newest first by place.

    `now`: those of a schedule that is kept have gone on since the company was made; they brought the same rows again.
    """

    def __init__(self, table: DatasetTable, index: int, anchor: int, now: int) -> None:
        self._table, self._index, self._anchor = table, index, anchor
        self.schedule: Schedule = schedule_of(table, index, anchor)
        self._updated = int(table.updated[index])
        self._failures = 1 + index % MOST_FAILURES if table.failed[index] else 0
        self.method = update_method(table, index)
        kept = self.schedule.kind != "MANUAL" and self.schedule.state == "ACTIVE" and not self.schedule.late
        if kept and not self._failures:
            self._updated += max(0, now - self._updated) // self.schedule.interval * self.schedule.interval
        age = self._updated - int(table.created[index])
        self.count = min(MOST_EXECUTIONS, 1 + age // self.schedule.interval) + self._failures

    def at(self, place: int) -> Execution:
        """The run at a place; the first ones of a dataset whose load fails are those failures."""
        if place < self._failures:
            return self._failed(place)
        return self._loaded(self.count - place, place - self._failures)

    def _failed(self, place: int) -> Execution:
        """The failures since the last good load lie between it and the time the company was made."""
        number = self.count - place
        gap = max(1, self._anchor - self._updated)
        step = min(self.schedule.interval, gap // (self._failures + 1))
        started = self._updated + (self._failures - place) * step
        ended = min(started + 1_000 * (9 + number % 50), self._anchor)
        errors = (failure_of(self._table, self._index, self._index),)
        return Execution(number, ERROR, started, ended, 0, self._run_type(number), self.method, errors=errors)

    def _loaded(self, number: int, behind: int) -> Execution:
        draw = (self._index * 7_919 + number * GOLDEN) % 4_294_967_296
        rows = int(self._table.rows[self._index])
        rows = max(0, rows - rows * behind // 1_500) if self.method == "REPLACE" else rows // 90 + draw % 97
        seconds = min(LONGEST_SECONDS, 6 + draw % 41 + rows // 60_000)
        ended = self._updated - behind * self.schedule.interval
        if behind and draw % 17 == 3:
            # a run that came late
            ended += self.schedule.interval * (2 + draw % 4) // 10
        if behind and draw % 29 == 7:
            problem = failure_of(self._table, self._index, number)
            started = ended - (311_000 if problem["code"] == TIMED_OUT else 11_000)
            run_type = self._run_type(number)
            return Execution(number, ERROR, started, ended, 0, run_type, self.method, errors=(problem,))
        return Execution(number, SUCCESS, ended - seconds * 1_000, ended, rows, self._run_type(number), self.method)

    def _run_type(self, number: int) -> str:
        return "MANUAL" if self.schedule.kind == "MANUAL" or number == 1 else "AUTOMATED"


def stable_toe(stream: int, number: int) -> str:
    """The trace id of a run; the same one each time."""
    digest = hashlib.sha256(f"{stream}:{number}".encode()).digest()
    letters = [LETTERS[byte % len(LETTERS)] for byte in digest[:20]]
    return "".join(letters[:10]) + "-" + "".join(letters[10:15]) + "-" + "".join(letters[15:])
