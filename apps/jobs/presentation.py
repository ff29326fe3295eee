"""The figures and permissions of a job's page, so that templates compute and decide nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import User
from apps.core.addresses import with_parameters
from apps.core.states import state_look
from apps.jobs.access import may_control
from apps.jobs.item_list import Cause, causes_of
from apps.jobs.kinds import JobKind, NotUndoable, kind_of
from apps.jobs.models import Job, JobEvent
from apps.jobs.retrying import can_read_back
from apps.jobs.states import ITEM_ENDS, ItemState, JobState
from domoadmin.services.roles import Role

EVENTS_SHOWN = 50
FOLLOWERS_SHOWN = 10
# Unknown items that are looked at to tell whether any can be read back.
READ_BACK_LOOK = 50
POLL_SECONDS = 1

# In the order of the stacked bar and of the counts below it.
OUTCOMES = (
    ItemState.SUCCEEDED,
    ItemState.FAILED,
    ItemState.UNKNOWN,
    ItemState.IN_FLIGHT,
    ItemState.PENDING,
    ItemState.SKIPPED,
    ItemState.CANCELLED,
)
_WORDS = {ItemState.SUCCEEDED: "Done", ItemState.PENDING: "To do"}
_CSS = {ItemState.SUCCEEDED: "is-ok", ItemState.PENDING: "is-none"}


@dataclass(frozen=True)
class OutcomeCount:
    """How many items are in one state, and where they are listed."""

    state: str
    word: str
    css: str
    count: int
    url: str


class JobPage:
    """What the page of one job shows to one person."""

    def __init__(self, job: Job, user: User) -> None:
        self.job = job
        self.user = user

    @cached_property
    def kind(self) -> JobKind:
        """Return the job's kind."""
        return kind_of(self.job)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return what the kind tells about the job."""
        return self.kind.describe(self.job)

    # Progress

    @property
    def is_live(self) -> bool:
        """Say whether the page goes on asking."""
        return (self.job.is_active and self.job.state != JobState.PAUSED) or self.job.is_planning

    @property
    def poll_trigger(self) -> str:
        """Return htmx's trigger; empty when nothing more is to come."""
        if not (self.is_live or self.job.state == JobState.PAUSED or self.job.read_back_requested_at):
            return ""
        return f"every {POLL_SECONDS}s"

    @property
    def progress(self) -> dict[str, Any]:
        """Return what the runner or the planner wrote last."""
        written: dict[str, Any] = self.job.progress
        return written

    @cached_property
    def done(self) -> int:
        """Return how much is done, in bytes or items."""
        if "done" in self.progress:
            return int(self.progress["done"])
        return sum(self.job.count_of(state) for state in ITEM_ENDS)

    @cached_property
    def total(self) -> int:
        """Return how much there is, in bytes or items."""
        return int(self.progress.get("total") or (self.job.total if not self.job.is_planning else 0))

    @property
    def in_bytes(self) -> bool:
        """Say whether progress is measured in bytes."""
        return self.progress.get("unit") == "bytes"

    @property
    def percent(self) -> int | None:
        """Return the whole percent done; None when nobody can say. 100 only when all is done."""
        if not self.total:
            return 100 if self.job.state == JobState.SUCCEEDED else None
        return min(100 if self.done >= self.total else 99, int(100 * self.done / self.total))

    @property
    def settled(self) -> int:
        """Return how many items have ended."""
        return sum(self.job.count_of(state) for state in ITEM_ENDS)

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Return the parts of the stacked bar; the rest is to do."""
        return [(outcome.css, outcome.count) for outcome in self.outcomes if outcome.state != ItemState.SKIPPED]

    @property
    def parts_label(self) -> str:
        """Return the stacked bar in words."""
        return ", ".join(f"{each.count:,} {each.word.lower()}" for each in self.outcomes if each.count)

    @cached_property
    def outcomes(self) -> list[OutcomeCount]:
        """Return the counts by outcome, with links to the items."""
        url = reverse("jobs:show", args=[self.job.pk])
        return [
            OutcomeCount(
                state,
                _WORDS.get(state, state_look(state).word),
                _CSS.get(state, state_look(state).css),
                self.job.count_of(state),
                with_parameters(url, {"outcome": state.value}) + "#items",
            )
            for state in OUTCOMES
            if self.job.count_of(state) or state in OUTCOMES[:5]
        ]

    @property
    def announcement(self) -> str:
        """Return what is read aloud: changes of state and new failures, not each percent."""
        words = [state_look(self.job.state).word]
        words += [
            f"{self.job.count_of(state):,} {state.label.lower()}"
            for state in (ItemState.FAILED, ItemState.UNKNOWN)
            if self.job.count_of(state)
        ]
        return ", ".join(words)

    @cached_property
    def seen(self) -> str:
        """Return what a page that polls has seen: when it changes, the lists below are loaded again."""
        job = self.job
        marks = [job.state, int(job.planned_at is not None), self.failed, self.unknown]
        return "-".join(str(mark) for mark in marks)

    @cached_property
    def tag(self) -> str:
        """Return a short text that changes whenever the live part would look different."""
        shown = {name: value for name, value in self.progress.items() if name != "sample"}
        marks = [self.job.state, self.job.message, self.job.counts, shown, self.seen, self._controls]
        return hashlib.sha256(json.dumps(marks, sort_keys=True, default=str).encode()).hexdigest()[:20]

    # What the person may do now

    @cached_property
    def controls(self) -> bool:
        """Say whether the person may steer the job."""
        return may_control(self.job, self.user)

    @property
    def _controls(self) -> list[bool]:
        can = [self.can_confirm, self.can_pause, self.can_resume, self.can_cancel, self.can_retry]
        return [*can, self.can_undo, self.can_run_again]

    @property
    def can_confirm(self) -> bool:
        """Say whether to show the button that starts a planned draft."""
        job = self.job
        return self.controls and job.state == JobState.DRAFT and job.planned_at is not None

    @property
    def can_pause(self) -> bool:
        """Say whether to show the button."""
        return self.controls and self.job.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def can_resume(self) -> bool:
        """Say whether to show the button."""
        return self.controls and self.job.state == JobState.PAUSED and not self.kind.why_not_resume(self.job)

    @property
    def can_cancel(self) -> bool:
        """Say whether to show the button."""
        return self.controls and (
            self.job.state in (JobState.DRAFT, JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)
        )

    @property
    def can_retry(self) -> bool:
        """Say whether to show the button: something failed or was left undone for it, or nothing was done at all."""
        job = self.job
        ended_badly = job.state in (JobState.FAILED, JobState.PARTIAL, JobState.CANCELLED)
        if not (self.controls and ended_badly) or self.kind.why_not_retry(job):
            return False
        left = job.counts.get("cancelled", 0) if self.kind.stop_on_failure and not job.has_unknown else 0
        return self.failed + left > 0 or self.kind.retry_params(job) is not None

    @cached_property
    def can_undo(self) -> bool:
        """Say whether to show the button: whoever may do the same may undo it, also what somebody else did."""
        job = self.job
        if not (job.has_ended and job.count_of(ItemState.SUCCEEDED) and self.user.may(self.kind.role)):
            return False
        try:
            self.kind.undo_plan(job)
        except NotUndoable:
            return False
        return True

    @property
    def can_run_again(self) -> bool:
        """Say whether to show the button."""
        return self.job.has_ended and self.kind.can_run_again and self.user.may(self.kind.role)

    @property
    def can_schedule(self) -> bool:
        """Say whether to offer to put the same work on a schedule; an undo is made once."""
        kind, undoes = self.kind, "undo_of" in self.job.params.get("selection", {})
        again = kind.can_run_again and kind.can_be_scheduled and not undoes
        return again and self.job.connection is not None and self.user.may(kind.role)

    @cached_property
    def command_line(self) -> str:
        """Return the command that does the same; empty when there is none."""
        return self.kind.command_line(self.job)

    @property
    def failed(self) -> int:
        """Return how many items failed."""
        return self.job.count_of(ItemState.FAILED)

    @property
    def unknown(self) -> int:
        """Return how many outcomes nobody knows."""
        return self.job.count_of(ItemState.UNKNOWN)

    @property
    def can_read_back(self) -> bool:
        """Say whether a worker can read back what is unknown: only after the end."""
        return self.controls and self.job.has_ended and self.kind.can_verify

    @property
    def can_retry_unknown(self) -> bool:
        """Say whether what is unknown can be read back and then done again where it did not happen."""
        if not self.can_read_back or not self.unknown or self.kind.why_not_retry(self.job):
            return False
        return can_read_back(self.job, most=READ_BACK_LOOK)

    @property
    def shows_audit(self) -> bool:
        """Say whether to link to the audit records."""
        return self.user.may(Role.ADMIN)

    # Lists below

    @cached_property
    def followers(self) -> list[Job]:
        """Return the jobs that retried or undid this one, oldest first."""
        jobs = (
            Job.objects.filter(Q(retry_of=self.job) | Q(undo_of=self.job)) if self.job.has_ended else Job.objects.none()
        )
        return list(
            jobs.only("title", "state", "created_at", "retry_of", "undo_of").order_by("created_at")[:FOLLOWERS_SHOWN]
        )

    @cached_property
    def causes(self) -> list[Cause]:
        """Return the failed and unknown items grouped by the upstream's answer, most frequent first."""
        return causes_of(self.job) if self.failed or self.unknown else []

    @cached_property
    def events(self) -> list[JobEvent]:
        """Return the newest events, newest first."""
        return list(self.job.events.order_by("-at", "-pk")[:EVENTS_SHOWN])
