"""The phases of an upload with their times, read off the job's items."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from apps.core.formats import format_bytes, format_number
from apps.core.states import state_look
from apps.jobs.models import Job, JobItem

NAMES = {0: "Open", 1: "Send", 2: "Commit", 3: "Index", 4: "Compare the row counts"}
KEYS = {0: "open", 1: "send", 2: "commit", 3: "index", 4: "count"}


@dataclass(frozen=True)
class Phase:
    """One phase: its words, state and seconds (None while it has not begun)."""

    key: str
    name: str
    state: str
    detail: str
    seconds: float | None

    def as_json(self) -> dict[str, Any]:
        """Return plain values, with the look of the state."""
        look = state_look(self.state)
        return {**asdict(self), "css": look.css, "icon": look.icon or "circle"}


def _state(items: list[JobItem]) -> str:
    states = {item.state for item in items}
    for state in ("failed", "unknown", "in_flight", "cancelled"):
        if state in states:
            return state
    if states == {"succeeded"}:
        return "succeeded"
    return "in_flight" if "succeeded" in states else "pending"


def _span(items: list[JobItem]) -> float | None:
    starts: list[datetime] = [item.started_at for item in items if item.started_at]
    ends: list[datetime] = [item.finished_at for item in items if item.finished_at]
    if not starts or len(ends) < len(items):
        return None
    return round((max(ends) - min(starts)).total_seconds(), 3)


def _detail(stage: int, items: list[JobItem]) -> str:
    if stage == 1:
        done = [item for item in items if item.state == "succeeded"]
        size = sum(item.size for item in items)
        return f"{format_number(len(done))} of {format_number(len(items))} parts, {format_bytes(size)}"
    first = items[0]
    if first.error_text and first.state in ("failed", "unknown"):
        return first.error_text
    if stage == 2 and first.result.get("settled"):
        return f"settled by data version {first.result.get('version')}"
    return ""


def phases_of(job: Job) -> list[Phase]:
    """Return the check and the phases of the job in their order."""
    seconds = job.preview.get("check_seconds")
    checked = "succeeded" if job.planned_at else "failed" if job.state == "failed" else "in_flight"
    rows = job.preview.get("rows_in_file")
    detail = f"{format_number(rows)} rows" if rows is not None else job.message
    check = Phase("check", "Check the file", checked, detail, seconds)
    by_stage: dict[int, list[JobItem]] = {}
    for item in job.items.order_by("stage", "position").defer("payload"):
        by_stage.setdefault(item.stage, []).append(item)
    # A retry of what comes after the commit reads no file.
    phases = [] if by_stage and 0 not in by_stage else [check]
    for stage, items in sorted(by_stage.items()):
        phases.append(Phase(KEYS[stage], NAMES[stage], _state(items), _detail(stage, items), _span(items)))
    return phases


def seconds_of(job: Job) -> dict[str, float | None]:
    """Return the seconds of each phase by its key: check, open, send, commit, index, count."""
    return {phase.key: phase.seconds for phase in phases_of(job)}
