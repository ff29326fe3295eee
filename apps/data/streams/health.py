"""How a stream stands: failing, late, disabled, never run; by what Domo tells of it, and by its schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.data.streams.schedule import gap_of
from domoadmin.services.exact_json import dumps
from domoadmin.services.results.fields import mappings, text
from domoadmin.services.results.streams import Execution, Stream

BAD_STATES = ("ERROR", "FAILED", "FAILURE", "INVALID", "TIMEOUT", "TIMED_OUT")
ACTIVE_STATES = ("", "ACTIVE", "MANUAL", "ENABLED", "SCHEDULED")
LEAST_GRACE, MOST_GRACE = timedelta(minutes=15), timedelta(hours=6)
# (word, css class, icon) by how a stream stands, the most urgent first.
LOOKS: Mapping[str, tuple[str, str, str]] = {
    "failing": ("Failing", "is-bad", "circle-x"),
    "late": ("Late", "is-warn", "clock-exclamation"),
    "never": ("Never ran", "is-warn", "circle-dashed"),
    "disabled": ("Disabled", "is-off", "player-pause"),
    "running": ("Running", "is-run", "player-play"),
    "fine": ("In order", "is-ok", "check"),
}
URGENCY = {"failing": 8, "late": 4, "never": 2, "disabled": 1}


@dataclass(frozen=True)
class Problem:
    """What an execution says went wrong."""

    code: str
    message: str


@dataclass(frozen=True)
class Standing:
    """How a stream stands at one time."""

    failing: bool
    late: bool
    disabled: bool
    never: bool
    running: bool
    due: datetime | None

    @property
    def names(self) -> list[str]:
        """Return what it is, the most urgent first; "fine" when nothing is wrong."""
        return [name for name in LOOKS if getattr(self, name, False)] or ["fine"]

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return (word, css class, icon) of each."""
        return [LOOKS[name] for name in self.names]

    @property
    def urgency(self) -> int:
        """Return how much it wants a person; what fails comes before what is late."""
        return sum(URGENCY.get(name, 0) for name in self.names)


def standing_of(stream: Stream, now: datetime) -> Standing:
    """Judge a stream by its own answer."""
    last, good = stream.last_execution, stream.last_successful_execution
    running = is_running(stream)
    disabled = stream.schedule_state not in ACTIVE_STATES
    state = (last.state if last else "") or ("" if running else stream.state)
    due = due_after(stream, ended_at(good))
    return Standing(
        failing=state in BAD_STATES,
        late=not disabled and due is not None and due + grace_of(stream) < now,
        disabled=disabled,
        never=last is None and good is None and not running and not stream.state,
        running=running,
        due=due,
    )


def is_running(stream: Stream) -> bool:
    """Say whether a run is under way."""
    current = stream.current_execution
    return (current is not None and current.running) or stream.state == "ACTIVE"


def ended_at(execution: Execution | None) -> datetime | None:
    """Return when a run ended; where that isn't told, when it began."""
    return (execution.ended or execution.started) if execution else None


def due_after(stream: Stream, success: datetime | None) -> datetime | None:
    """Return until when the schedule wants the next success; None for one that wants none, or nobody knows."""
    gap = gap_of(schedule_text(stream), stream.schedule_expression)
    since = success or stream.modified or stream.created
    return since + gap if gap is not None and since is not None else None


def grace_of(stream: Stream) -> timedelta:
    """Return how much later than wanted isn't late yet: runs wait, and take their time."""
    gap = gap_of(schedule_text(stream), stream.schedule_expression) or timedelta()
    return min(max(gap / 2, LEAST_GRACE), MOST_GRACE)


def schedule_text(stream: Stream) -> str | None:
    """Return the schedule as it came: JSON in a text, or None where there is none."""
    found = stream.raw.get("advancedScheduleJson")
    if isinstance(found, dict):
        return dumps(found)
    return found if isinstance(found, str) else None


def problems_of(execution: Execution | None) -> list[Problem]:
    """Return what an execution says went wrong; the documents don't say what such an entry looks like."""
    if execution is None:
        return []
    raw = mappings(execution.raw, "errors")
    if len(raw) != len(execution.errors):
        return [Problem("", message) for message in execution.errors]
    return [
        Problem(text(entry, "code", "errorCode", "type"), message)
        for entry, message in zip(raw, execution.errors, strict=True)
    ]


def failing_since(history: Sequence[Execution]) -> datetime | None:
    """Return when the first of the failures since the last success began; history: newest first, or in any order."""
    since = None
    for execution in sorted(history, key=_started, reverse=True):
        if execution.state == "SUCCESS":
            break
        if execution.state in BAD_STATES and execution.started:
            since = execution.started
    return since


def _started(execution: Execution) -> float:
    return execution.started.timestamp() if execution.started else 0.0


def seconds_of(execution: Execution) -> float | None:
    """Return how long a run took."""
    if execution.started is None or execution.ended is None:
        return None
    return max(0.0, (execution.ended - execution.started).total_seconds())


def memory_of(execution: Execution) -> int | None:
    """Return the most memory that a run used, in bytes."""
    found: Any = execution.raw.get("peakMemoryUsedBytes")
    return int(found) if isinstance(found, int | float) else None
