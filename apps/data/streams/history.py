"""The runs of a stream: its history, with what the stream itself says of its last ones, drawn and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from apps.core.formats import format_duration, format_number
from apps.data.datasets.side_by_side import answer_of, side_by_side
from apps.data.streams import health
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound
from domoadmin.services.results.fields import text
from domoadmin.services.results.streams import Execution, Stream

DRAWN = 40
_LOOKS = {
    "SUCCESS": ("Succeeded", "is-ok", "check"),
    "ACTIVE": ("Running", "is-run", "player-play"),
    "CANCELLED": ("Cancelled", "is-off", "ban"),
}


@dataclass(frozen=True)
class Run:
    """One execution as pages show it."""

    execution: Execution
    problems: list[health.Problem]

    @property
    def id(self) -> str:
        """Return its number."""
        return self.execution.id

    @property
    def request_id(self) -> str:
        """Return Domo's trace id of the run itself, where it is told: not that of the call that told of it."""
        return text(self.execution.raw, "toe")

    @property
    def failed(self) -> bool:
        """Say whether it failed."""
        return self.execution.state in health.BAD_STATES

    @property
    def look(self) -> tuple[str, str, str]:
        """Return (word, css class, icon) of its state."""
        if self.failed:
            return ("Failed", "is-bad", "circle-x")
        state = self.execution.state
        return _LOOKS.get(state, (state.replace("_", " ").capitalize() or "Not reported", "is-off", ""))

    @property
    def started(self) -> datetime | None:
        """Return when it began."""
        return self.execution.started

    @property
    def seconds(self) -> float | None:
        """Return how long it took."""
        return health.seconds_of(self.execution)

    @property
    def whole_seconds(self) -> str:
        """Return the same for a chart."""
        return "" if self.seconds is None else f"{self.seconds:.0f}"

    @property
    def megabytes(self) -> str:
        """Return its size for a chart."""
        size = self.execution.bytes_inserted
        return "" if size is None else f"{size / 1_000_000:.2f}"

    @property
    def memory(self) -> int | None:
        """Return the most memory that it used, in bytes."""
        return health.memory_of(self.execution)


@dataclass(frozen=True)
class History:
    """Runs, newest first."""

    runs: Sequence[Run]

    @classmethod
    def of(cls, executions: Sequence[Execution], stream: Stream) -> History:
        """Join the history with the last runs that the stream tells of: only there the documents show errors."""
        own = [stream.current_execution, stream.last_execution, stream.last_successful_execution]
        known = {each.id: each for each in own if each is not None and each.id}
        listed = {execution.id: execution for execution in executions if execution.id}
        runs = [_run(known.get(key), listed.get(key)) for key in {**listed, **known}]
        return cls(sorted(runs, key=_newest_first))

    @property
    def drawn(self) -> list[Run]:
        """Return the newest runs, oldest first, as a chart is read."""
        return [run for run in reversed(self.runs[:DRAWN]) if run.execution.state != "ACTIVE"]

    @property
    def failures(self) -> list[Run]:
        """Return those that failed."""
        return [run for run in self.runs if run.failed]

    @property
    def running(self) -> bool:
        """Say whether a run is under way, so that it is worth looking again soon."""
        return any(run.execution.state == "ACTIVE" for run in self.runs)

    @property
    def subtitle(self) -> str:
        """Return how many there are and how many failed."""
        if not self.runs:
            return "none yet"
        count = f"last {format_number(len(self.runs))}" if len(self.runs) > 1 else "1"
        return f"{count}, {format_number(len(self.failures))} failed" if self.failures else f"{count}, none failed"

    @property
    def usual(self) -> str:
        """Return what a run that succeeds usually loads, and in which time."""
        good = [run for run in self.runs if run.execution.state == "SUCCESS"]
        rows = [run.execution.rows_inserted for run in good if run.execution.rows_inserted is not None]
        seconds = [run.seconds for run in good if run.seconds is not None]
        if not rows or not seconds:
            return ""
        return f"Median {format_number(median(rows))} rows in {format_duration(round(median(seconds)))}"

    def run(self, execution_id: str) -> Run | None:
        """Return one run by its number."""
        return next((run for run in self.runs if run.id == execution_id), None)


def _run(own: Execution | None, listed: Execution | None) -> Run:
    # The stream's own record of a run has more fields; the history may be newer.
    best = own or listed
    assert best is not None  # noqa: S101 - each key came from one of them
    return Run(best, health.problems_of(own) or health.problems_of(listed))


def _newest_first(run: Run) -> tuple[float, float]:
    started = run.started.timestamp() if run.started else 0.0
    return (-started, -float(run.id) if run.id.isdecimal() else 0.0)


def read_with_history(client: Client, stream_id: str, seconds: float) -> tuple[Stream, Sequence[Execution]]:
    """Ask for a stream and its history at the same time; without the history where the upstream has no such call."""
    stream, executions = side_by_side(
        client, seconds, [lambda: client.streams.get(stream_id), lambda: client.streams.history(stream_id)]
    )
    found: Stream = answer_of(stream)
    if isinstance(executions, NotFound | BadRequest):
        return found, []
    listed: Sequence[Execution] = answer_of(executions)
    return found, listed
