"""How a migration of one datasource ended, read off its item: Domo's word, or ours where Domo said none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.dateparse import parse_datetime

from apps.core.formats import format_exact
from apps.jobs.models import JobItem
from apps.jobs.states import ItemState
from apps.migrations.federated.mapping import Reference
from domoadmin.services.results.migrations import Migration

# Codes of items that failed without a call.
VANISHED, COLLISION, NO_MAPPING, NOT_ALLOWED = "vanished", "collision", "mapping", "not_allowed"
NOT_SENT_CODES = (VANISHED, COLLISION, NO_MAPPING, NOT_ALLOWED)
BY_CANDIDATES = "candidates"


class Outcome(StrEnum):
    """What became of one datasource. The first three are Domo's words."""

    COMPLETE = "COMPLETE"
    INCOMPLETE = "INCOMPLETE"
    ABORTED = "ABORTED"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"
    RUNNING = "in_flight"
    NOT_STARTED = "not_started"
    SKIPPED = "skipped"
    REHEARSED = "rehearsed"


@dataclass(frozen=True)
class Look:
    """How an outcome is shown: state class, icon, word, whether it is solid."""

    css: str
    icon: str
    word: str
    note: str
    solid: bool = False


LOOKS: dict[Outcome, Look] = {
    Outcome.COMPLETE: Look("is-ok", "check", "COMPLETE", ""),
    Outcome.INCOMPLETE: Look("is-bad", "alert-triangle", "INCOMPLETE", "may be down", solid=True),
    Outcome.ABORTED: Look("is-warn", "ban", "ABORTED", "unchanged"),
    Outcome.UNKNOWN: Look("is-unknown", "question-mark", "Unknown", "a person decides"),
    Outcome.REFUSED: Look("is-warn", "circle-x", "Refused", "unchanged"),
    Outcome.NOT_SENT: Look("is-warn", "circle-minus", "Not sent", "unchanged"),
    Outcome.IN_DOUBT: Look("is-unknown", "search", "In doubt", "looked for"),
    Outcome.RUNNING: Look("is-run", "send", "Running", "content is down"),
    Outcome.NOT_STARTED: Look("is-off", "circle-dashed", "Not started", ""),
    Outcome.SKIPPED: Look("is-off", "circle-minus", "Skipped", "nothing to do"),
    Outcome.REHEARSED: Look("is-ok", "check", "Rehearsed", "nothing sent"),
}


def outcome_of(item: JobItem) -> Outcome:
    """Return what became of the item's datasource."""
    if item.state == ItemState.SUCCEEDED:
        return Outcome.REHEARSED if item.result.get("rehearsed") else Outcome.COMPLETE
    if item.state == ItemState.FAILED:
        if item.error_code in (Outcome.INCOMPLETE, Outcome.ABORTED):
            return Outcome(item.error_code)
        return Outcome.NOT_SENT if item.error_code in NOT_SENT_CODES else Outcome.REFUSED
    if item.state == ItemState.UNKNOWN:
        return Outcome.UNKNOWN
    if item.state == ItemState.SKIPPED:
        return Outcome.SKIPPED
    if item.verify_first:
        return Outcome.IN_DOUBT
    if item.state == ItemState.IN_FLIGHT and item.sent_at is not None:
        return Outcome.RUNNING
    return Outcome.NOT_STARTED


@dataclass(frozen=True)
class Attempt:
    """One attempt as the report shows it. Times are Domo's where it told them, else ours. settled_by: "candidates"
    where the answer was lost and the list of candidates told what happened."""

    key: str
    name: str
    outcome: Outcome
    message: str
    toe: str
    started: datetime | None
    ended: datetime | None
    reference: Reference
    before: str
    after: str
    wave: int
    settled_by: str
    content: dict[str, Any]

    @classmethod
    def of(cls, item: JobItem) -> Attempt:
        """Read an item."""
        told = item.checkpoint.get("outcome") or {}
        outcome = outcome_of(item)
        attempted = item.intended_at is not None
        return cls(
            key=item.key,
            name=item.label or item.key,
            outcome=outcome,
            message=told.get("message") or item.error_text,
            toe=told.get("toe") or (item.request_id if outcome != Outcome.REHEARSED else ""),
            started=_moment(told.get("started")) or (item.started_at if attempted else None),
            ended=_moment(told.get("ended")) or (item.finished_at if attempted else None),
            reference=Reference.of(item.payload.get("mapping")),
            before=str((item.before or {}).get("stands", "")),
            after=str((item.after or {}).get("stands", "")) if outcome == Outcome.COMPLETE else "",
            wave=item.stage + 1,
            settled_by=str(told.get("settled_by") or ""),
            content=item.payload.get("content") or {},
        )

    @property
    def look(self) -> Look:
        """Return how the outcome is shown."""
        return LOOKS[self.outcome]

    @property
    def times(self) -> list[str]:
        """Return start and end to the second, for what is printed."""
        return [format_exact(moment) for moment in (self.started, self.ended) if moment is not None]

    @property
    def seconds(self) -> float | None:
        """Return how long it took."""
        if self.started is None or self.ended is None:
            return None
        return max(0.0, (self.ended - self.started).total_seconds())

    @property
    def facts(self) -> dict[str, Any]:
        """Return it as plain JSON for the command line."""
        return {
            "datasource_id": self.key,
            "name": self.name,
            "state": str(self.outcome),
            "message": self.message,
            "toe": self.toe,
            "start": self.started.isoformat() if self.started else None,
            "end": self.ended.isoformat() if self.ended else None,
            "wave": self.wave,
            "before": self.before,
            "after": self.after,
            "settled_by": self.settled_by or None,
            **self.reference.params,
        }


def told_by(answer: Migration) -> dict[str, Any]:
    """Return what an answer tells, as an item keeps it."""
    return {
        "state": answer.state,
        "toe": answer.toe,
        "message": answer.error_message,
        "direction": answer.direction,
        "started": answer.started.isoformat() if answer.started else None,
        "ended": answer.ended.isoformat() if answer.ended else None,
    }


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
