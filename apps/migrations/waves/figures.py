"""The figures of a wave: outcomes, the strip, calls, what hangs on its datasources."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.addresses import with_parameters
from apps.jobs.models import Job, JobItem
from apps.migrations.federated.content import Content, summed
from apps.migrations.federated.outcomes import LOOKS, Attempt, Look, Outcome
from apps.migrations.federated.waves import Wave

# Blocks of more would be too thin to see; then parts of a bar stand for them.
MOST_BLOCKS = 600
_STRIP = {Outcome.NOT_STARTED: "is-none", Outcome.SKIPPED: "is-off"}
# What wants a person comes first.
ORDER = (
    Outcome.INCOMPLETE,
    Outcome.UNKNOWN,
    Outcome.IN_DOUBT,
    Outcome.ABORTED,
    Outcome.REFUSED,
    Outcome.NOT_SENT,
    Outcome.RUNNING,
    Outcome.NOT_STARTED,
    Outcome.SKIPPED,
    Outcome.REHEARSED,
    Outcome.COMPLETE,
)
_COUNTS = (Outcome.COMPLETE, Outcome.INCOMPLETE, Outcome.ABORTED, Outcome.UNKNOWN, Outcome.NOT_STARTED)


@dataclass(frozen=True)
class Count:
    """An outcome with its figure."""

    look: Look
    css: str
    count: int
    note: str
    url: str


class WaveFigures:
    """What is counted of a wave. parameters: those of the address."""

    def __init__(self, job: Job, connection: Connection, user: User, parameters: Mapping[str, str]) -> None:
        self.job, self.connection, self.user = job, connection, user
        self.wave = Wave(job)
        self.way, self.target, self.settings = self.wave.way, self.wave.target, self.wave.settings
        self.shows = parameters.get("show", "")
        self.number = parameters.get("page", "1")

    @property
    def url(self) -> str:
        """Return its address."""
        return reverse("migrations:wave", args=[self.connection.slug, self.job.pk])

    @property
    def rehearsed_url(self) -> str:
        """Return the address of the wave that this one rehearses; empty for none."""
        rehearsed = self.job.params.get("rehearses")
        return reverse("migrations:wave", args=[self.connection.slug, rehearsed]) if rehearsed else ""

    # Its datasources

    @cached_property
    def items(self) -> list[JobItem]:
        """Return all items in the order of the run."""
        found = list(self.job.items.order_by("stage", "position"))
        for item in found:
            item.job = self.job
        return found

    @cached_property
    def attempts(self) -> list[Attempt]:
        """Return what became of each."""
        return [Attempt.of(item) for item in self.items]

    @cached_property
    def counted(self) -> Counter[Outcome]:
        """Return how many came to each outcome."""
        return Counter(each.outcome for each in self.attempts)

    @property
    def total(self) -> int:
        """Return how many datasources it has, those that are skipped left out."""
        return len(self.items) - self.counted[Outcome.SKIPPED]

    @property
    def settled(self) -> int:
        """Return how many have an outcome."""
        waiting = (Outcome.NOT_STARTED, Outcome.RUNNING, Outcome.IN_DOUBT)
        return self.total - sum(self.counted[each] for each in waiting)

    @property
    def can_move(self) -> int:
        """Return how many are still to be started."""
        return self.counted[Outcome.NOT_STARTED] if not self.job.has_ended else 0

    @property
    def counts(self) -> list[Count]:
        """Return the figures below the strip."""
        shown = [each for each in ORDER if each not in _COUNTS and each != Outcome.SKIPPED and self.counted[each]]
        order = [*([Outcome.REHEARSED] if self.wave.rehearsal else _COUNTS), *shown]
        if self.wave.rehearsal:
            order = [Outcome.REHEARSED, Outcome.NOT_SENT, Outcome.NOT_STARTED]
        return [
            Count(
                LOOKS[each],
                _STRIP.get(each, LOOKS[each].css),
                self.counted[each],
                self._note(each),
                self._tab_url(each),
            )
            for each in dict.fromkeys(order)
        ]

    def _note(self, outcome: Outcome) -> str:
        if outcome == Outcome.COMPLETE:
            return summed(Content.of(each.content) for each in self.attempts if each.outcome == outcome).words
        if outcome == Outcome.NOT_STARTED and self.counted[outcome]:
            return "halted" if self.wave.halted else "not run" if self.job.has_ended else "to do"
        if not self.counted[outcome]:
            return "no doubts" if outcome == Outcome.UNKNOWN else "none"
        return LOOKS[outcome].note

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Return (class, words) of each block of the strip; nothing where there are too many."""
        if len(self.attempts) > MOST_BLOCKS:
            return []
        return [
            (
                _STRIP.get(each.outcome, each.look.css),
                each.look.word
                if each.outcome in (Outcome.COMPLETE, Outcome.NOT_STARTED)
                else f"{each.look.word}: {each.name}",
            )
            for each in self.attempts
            if each.outcome != Outcome.SKIPPED
        ]

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Return the parts of a bar in place of the strip."""
        return [(LOOKS[each].css, self.counted[each]) for each in ORDER if each != Outcome.NOT_STARTED]

    @property
    def calls(self) -> str:
        """Say how many calls were sent, answered, and are in doubt."""
        running, doubts = self.counted[Outcome.RUNNING], self.counted[Outcome.IN_DOUBT]
        lost = sum(1 for each in self.attempts if each.outcome == Outcome.UNKNOWN or each.settled_by) + doubts
        sent = sum(1 for item in self.items if item.intended_at is not None)
        flight = f"{running:,} on the way" if running else "none on the way"
        doubtful = self.counted[Outcome.UNKNOWN] + doubts
        doubt = f"{doubtful:,} in doubt" if doubtful else "none in doubt"
        noun = "call" if sent == 1 else "calls"
        return f"{sent:,} {noun} sent, {max(0, sent - running - lost):,} answered, {flight}, {doubt}."

    @property
    def next_names(self) -> str:
        """Name what comes next."""
        names = [each.name for each in self.attempts if each.outcome == Outcome.NOT_STARTED][:2]
        return " and ".join(names) if self.can_move else ""

    @property
    def median(self) -> float | None:
        """Return how long one took, in seconds."""
        seconds = [
            each.seconds for each in self.attempts if each.outcome == Outcome.COMPLETE and each.seconds is not None
        ]
        return statistics.median(seconds) if seconds else None

    @property
    def content(self) -> Content:
        """Return what hangs on all that is to move."""
        return summed(
            Content.of(each.content)
            for each in self.attempts
            if each.outcome not in (Outcome.SKIPPED, Outcome.COMPLETE)
        )

    @property
    def read_only(self) -> int:
        """Return how many the token may probably not change."""
        return sum(1 for row in self.attempts if row.content.get("writable") is False)

    def _tab_url(self, key: str) -> str:
        return with_parameters(self.url, {"show": str(key)}) + "#grid"
