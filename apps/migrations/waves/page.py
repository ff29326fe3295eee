"""What the page of a wave shows to one person; templates compute and decide nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.core.addresses import with_parameters
from apps.core.object_pages import object_url
from apps.jobs.access import may_control
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState
from apps.migrations.federated import gate
from apps.migrations.federated.content import Content
from apps.migrations.federated.mapping import PARTS, Problem, by_key
from apps.migrations.federated.outcomes import LOOKS, Attempt, Outcome
from apps.migrations.federated.waves import attempts_on
from apps.migrations.waves.figures import ORDER, WaveFigures
from domoadmin.services.roles import Role

ROWS = 50
TO_CORRECT = "to_correct"


@dataclass(frozen=True)
class Row:
    """One datasource of the wave."""

    item: JobItem
    attempt: Attempt
    problems: list[Problem]
    url: str
    history_url: str
    editable: bool
    open: bool

    @property
    def content(self) -> Content:
        """Return what hangs on it."""
        return Content.of(self.attempt.content)

    @property
    def can_be_taken_back(self) -> bool:
        """Say whether its opposite can be sent: it is COMPLETE, or may be half done."""
        return self.attempt.outcome in (Outcome.COMPLETE, Outcome.INCOMPLETE, Outcome.UNKNOWN)

    @property
    def wrong(self) -> dict[str, bool]:
        """Return which parts of the mapping are wrong."""
        if self.problems and self.attempt.reference.empty:
            return dict.fromkeys(PARTS, True)
        return {problem.part: True for problem in self.problems}


@dataclass(frozen=True)
class Tab:
    """A filter of the rows, with its count."""

    key: str
    word: str
    count: int
    url: str
    current: bool


class WavePage(WaveFigures):
    """One wave as one person sees it."""

    # What it is

    @property
    def is_draft(self) -> bool:
        """Say whether nothing was started yet."""
        return self.job.state == JobState.DRAFT

    @property
    def is_live(self) -> bool:
        """Say whether the page goes on asking."""
        at_work = self.job.state in (JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING) or self.job.is_planning
        # What follows from it may put right what is loud here.
        return at_work or any(each.is_active and each.state != JobState.PAUSED for each in self.followers)

    @property
    def state(self) -> tuple[str, str, str]:
        """Return word, class and icon of its state."""
        if self.wave.halted:
            return "Halted by its stop rule", "is-warn", "player-pause"
        if self.is_draft:
            return ("Planning", "is-run", "") if self.job.is_planning else ("Nothing sent yet", "is-off", "eye")
        known = {
            JobState.QUEUED: ("Queued", "is-off", "clock"),
            JobState.RUNNING: ("Running", "is-run", "player-play"),
            JobState.PAUSED: ("Paused", "is-warn", "player-pause"),
            JobState.CANCELLING: ("Ending", "is-warn", "player-stop"),
            JobState.SUCCEEDED: ("Ended, all COMPLETE", "is-ok", "check"),
            JobState.CANCELLED: ("Ended early", "is-off", "ban"),
        }
        if self.wave.rehearsal and self.job.state == JobState.SUCCEEDED:
            return "Rehearsed, nothing sent", "is-ok", "check"
        return known.get(JobState(self.job.state), ("Ended, not all COMPLETE", "is-bad", "alert-triangle"))

    # What wants a person

    @cached_property
    def put_right(self) -> set[str]:
        """Return the datasources whose bad end was made good by a later attempt."""
        bad = {
            item.key: item.finished_at
            for item, each in zip(self.items, self.attempts, strict=True)
            if each.outcome in (Outcome.INCOMPLETE, Outcome.UNKNOWN)
        }
        if not bad:
            return set()
        later = attempts_on(self.connection).exclude(job=self.job).filter(key__in=bad, state=ItemState.SUCCEEDED)
        return {
            key
            for key, at in later.values_list("key", "finished_at")
            if at is not None and (ended := bad[key]) is not None and at > ended
        }

    @property
    def set_aside(self) -> dict[str, Any]:
        """Return what somebody set aside, with the reason."""
        found: dict[str, Any] = self.job.params.get("set_aside") or {}
        return found

    @cached_property
    def open_rows(self) -> list[Row]:
        """Return what ended INCOMPLETE or unknown and was not put right yet: its content may be down."""
        return [
            self._row(item, each)
            for item, each in zip(self.items, self.attempts, strict=True)
            if each.outcome in (Outcome.INCOMPLETE, Outcome.UNKNOWN) and item.key not in self.put_right
        ]

    @property
    def to_put_right(self) -> list[Row]:
        """Return those of them that nobody has set aside."""
        return [row for row in self.open_rows if row.item.key not in self.set_aside]

    @cached_property
    def followers(self) -> list[Job]:
        """Return the waves that follow from this one."""
        return [*self.job.retries.order_by("created_at"), *self.job.undos.order_by("created_at")][:20]

    # What the person may do

    @cached_property
    def may_work(self) -> bool:
        """Say whether the person may run migrations at all."""
        return self.user.may(Role.SUPPORT)

    @cached_property
    def controls(self) -> bool:
        """Say whether the person may steer this one."""
        return self.may_work and may_control(self.job, self.user)

    @property
    def can_edit(self) -> bool:
        """Say whether mapping and settings can be changed now."""
        return self.controls and self.job.state in (JobState.DRAFT, JobState.PAUSED) and not self.job.is_planning

    @property
    def can_go_on(self) -> bool:
        """Say whether it waits for a person and may go on."""
        return self.controls and self.job.state == JobState.PAUSED and self.can_move > 0

    @property
    def can_pause(self) -> bool:
        """Say whether it can be paused."""
        return self.controls and self.job.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def can_end(self) -> bool:
        """Say whether the rest can be dropped."""
        return self.controls and self.job.state in (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED, JobState.DRAFT)

    @property
    def can_reverse(self) -> int:
        """Return how many can be taken back."""
        standing_still = self.job.has_ended or self.job.state == JobState.PAUSED
        return self.counted[Outcome.COMPLETE] if self.may_work and standing_still else 0

    @property
    def can_retry(self) -> int:
        """Return how many can be tried again: they did not complete, or were not started."""
        if not (self.may_work and self.job.has_ended):
            return 0
        left = (Outcome.INCOMPLETE, Outcome.ABORTED, Outcome.REFUSED, Outcome.NOT_SENT, Outcome.NOT_STARTED)
        return sum(self.counted[each] for each in left)

    @property
    def can_read_back(self) -> bool:
        """Say whether the lists of candidates can be read once more for what is unknown."""
        return self.controls and self.job.has_ended and self.counted[Outcome.UNKNOWN] > 0

    @property
    def confirm_word(self) -> str:
        """Return what is typed before it starts, or ""."""
        return self.connection.slug if self.connection.is_production and not self.wave.rehearsal else ""

    # The table

    @cached_property
    def problems(self) -> dict[str, list[Problem]]:
        """Return what is wrong with the mapping, by datasource."""
        return by_key(self.wave.problems) if not self.job.has_ended else {}

    @property
    def blocking(self) -> int:
        """Return how many datasources must be corrected first."""
        return len({problem.key for problem in self.wave.blocking})

    @property
    def doubtful(self) -> bool:
        """Say whether something is marked that may be meant."""
        return any(problem.doubtful for found in self.problems.values() for problem in found)

    @property
    def unmapped(self) -> int:
        """Return how many have no mapping at all."""
        return sum(1 for each in self.wave.mapped if each.mapping.empty) if self.way.needs_mapping else 0

    @property
    def tabs(self) -> list[Tab]:
        """Return the filters of the rows."""
        base = with_parameters(self.url, {"show": None})
        tabs = [Tab("", "All", len(self.items), f"{base}#grid", not self.shows)]
        if self.problems:
            tabs.append(self._tab(TO_CORRECT, "To correct", len(self.problems)))
        tabs += [self._tab(each, LOOKS[each].word, self.counted[each]) for each in ORDER if self.counted[each]]
        return tabs

    def _tab(self, key: str, word: str, count: int) -> Tab:
        return Tab(str(key), word, count, self._tab_url(key), self.shows == str(key))

    @cached_property
    def page(self) -> Page[Row]:
        """Return the page of rows asked for: what wants a person first."""
        pairs = list(zip(self.items, self.attempts, strict=True))
        if self.shows == TO_CORRECT:
            pairs = [pair for pair in pairs if pair[0].key in self.problems]
        elif self.shows:
            pairs = [pair for pair in pairs if pair[1].outcome == self.shows]
        urgency = {outcome: place for place, outcome in enumerate(ORDER)}
        if not self.is_draft:
            pairs.sort(key=lambda pair: urgency[pair[1].outcome])
        pages: Paginator[Any] = Paginator(pairs, ROWS)
        shown = pages.get_page(self.number)
        # Only those that are shown are drawn: a wave may have thousands.
        return Page([self._row(*pair) for pair in shown.object_list], shown.number, pages)

    def _row(self, item: JobItem, attempt: Attempt) -> Row:
        editable = self.can_edit and self.way.needs_mapping and attempt.outcome == Outcome.NOT_STARTED
        return Row(
            item,
            attempt,
            self.problems.get(item.key, []),
            object_url(self.connection.slug, "dataset", item.key),
            reverse("migrations:datasource", args=[self.connection.slug, item.key]),
            editable,
            attempt.outcome in (Outcome.INCOMPLETE, Outcome.UNKNOWN) and item.key not in self.put_right,
        )

    @property
    def rows(self) -> list[Row]:
        """Return all rows in the order of the run."""
        return [self._row(item, each) for item, each in zip(self.items, self.attempts, strict=True)]

    def page_url(self, number: int) -> str:
        """Return the address of another page of rows."""
        return with_parameters(self.url, {"show": self.shows or None, "page": number}) + "#grid"

    @property
    def previous_url(self) -> str:
        """Return the address of the page before; empty on the first."""
        return self.page_url(self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        """Return the address of the page after; empty on the last."""
        return self.page_url(self.page.next_page_number()) if self.page.has_next() else ""

    # Clocks

    @property
    def window_words(self) -> str:
        """Say in which hours it runs, and whether they are now."""
        window = self.settings.window
        if window is None:
            return "any time"
        opening = window.opening(timezone.now())
        return f"{window}, {'closed now' if opening else 'open now'}"

    @property
    def halted_at(self) -> Any:
        """Return when the stop rule held it."""
        return parse_datetime(str(self.job.params.get("halted_at") or "")) if self.wave.halted else None

    @property
    def stopping(self) -> str:
        """Say that the stop rule holds it while answers are still out."""
        if self.job.state != JobState.RUNNING:
            return ""
        return gate.tally_of(self.job).trips(self.settings)

    @property
    def tag(self) -> str:
        """Return a short text that changes whenever the page would look different."""
        marks = [
            self.job.state,
            self.job.message,
            sorted((str(key), count) for key, count in self.counted.items()),
            sorted(self.put_right),
            [job.state for job in self.followers],
            self.job.params.get("halted"),
        ]
        return hashlib.sha256(json.dumps(marks, sort_keys=True, default=str).encode()).hexdigest()[:20]

    @property
    def command_line(self) -> str:
        """Return the command that does the same."""
        from apps.jobs.kinds import kind_of

        return kind_of(self.job).command_line(self.job)
