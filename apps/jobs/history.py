"""Jobs and failures by day: the figures behind the charts of the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Sum, Value, When
from django.utils import timezone

from apps.core.drawing import Column
from apps.core.states import state_look
from apps.jobs.models import Job
from apps.jobs.states import JOB_ACTIVE, JobState

DAYS_SHOWN = 30
MOST_DAYS = 92
# A day is written below about so many columns.
LABELS = 6
# From the bottom of a column to its top; all that has not ended is one part.
OPEN = "open"
PARTS = (JobState.SUCCEEDED, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED, OPEN)


@dataclass
class Day:
    """What was started on one day of the person's calendar: jobs by outcome, and the items of them that failed."""

    day: date
    jobs: Counter[str] = field(default_factory=Counter)
    failed_items: int = 0

    @property
    def total(self) -> int:
        """Return how many jobs were started."""
        return self.jobs.total()

    @property
    def figures(self) -> list[int]:
        """Return the number of jobs of each part."""
        return [self.jobs[part] for part in PARTS]


class History:
    """The days from `first` to `last`, both included; one query."""

    def __init__(self, jobs: QuerySet[Job], first: date, last: date) -> None:
        self.days = days_of(jobs, first, last)

    def __bool__(self) -> bool:
        return any(day.total for day in self.days)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Return class and word of each part that occurs."""
        return [(_css(part), _word(part)) for part in PARTS if any(day.jobs[part] for day in self.days)]

    @property
    def words(self) -> list[str]:
        """Return the word of each part."""
        return [_word(part) for part in PARTS]

    @property
    def total(self) -> int:
        """Return how many jobs were started in all."""
        return sum(day.total for day in self.days)

    @property
    def failed_items(self) -> int:
        """Return how many of their items failed."""
        return sum(day.failed_items for day in self.days)

    @property
    def job_columns(self) -> list[Column]:
        """Return a column of jobs for each day."""
        return self._columns([[(_css(part), day.jobs[part]) for part in PARTS] for day in self.days])

    @property
    def failure_columns(self) -> list[Column]:
        """Return a column of failed items for each day."""
        return self._columns([[("is-bad", day.failed_items)] for day in self.days])

    @property
    def span(self) -> str:
        """Return the first and the last day in words."""
        return f"{_short(self.days[0].day)} to {_short(self.days[-1].day)} {self.days[-1].day.year}"

    def _columns(self, stacks: Sequence[Sequence[tuple[str, int]]]) -> list[Column]:
        step = max(1, -(-len(self.days) // LABELS))
        return [
            Column(_short(day.day), parts, has_label=number % step == 0)
            for number, (day, parts) in enumerate(zip(self.days, stacks, strict=True))
        ]


def range_of(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """Return the first and last day to show: those asked for, at most MOST_DAYS, else the last DAYS_SHOWN."""
    last = min(until or today, today)
    first = since or last - timedelta(days=DAYS_SHOWN - 1)
    return max(min(first, last), last - timedelta(days=MOST_DAYS - 1)), last


def start_of(day: date) -> datetime:
    """Return the first moment of a day in the zone of the person who asks."""
    return timezone.make_aware(datetime.combine(day, time.min))


def days_of(jobs: QuerySet[Job], first: date, last: date) -> list[Day]:
    """Return what was started on each day. One query, whose borders are those of the person's days in any zone."""
    days = [Day(first + timedelta(days=number)) for number in range((last - first).days + 1)]
    starts = [start_of(day.day) for day in days]
    rows: Any = (
        jobs.filter(created_at__gte=starts[0], created_at__lt=start_of(last + timedelta(days=1)))
        .order_by()
        .values("state", bucket=_number_of_day(starts, 0, len(starts) - 1))
        .annotate(jobs=Count("pk"), failed=Sum("failed_items"))
    )
    for row in rows:
        day = days[row["bucket"]]
        is_open = row["state"] in JOB_ACTIVE or row["state"] == JobState.DRAFT
        day.jobs[OPEN if is_open else row["state"]] += row["jobs"]
        day.failed_items += row["failed"]
    return days


def _number_of_day(starts: Sequence[datetime], first: int, last: int) -> Case | Value:
    """Return the expression of the number of a job's day, by halves: a few comparisons for each job, not thirty."""
    if first == last:
        return Value(first)
    middle = (first + last + 1) // 2
    return Case(
        When(created_at__gte=starts[middle], then=_number_of_day(starts, middle, last)),
        default=_number_of_day(starts, first, middle - 1),
        output_field=IntegerField(),
    )


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _css(part: str) -> str:
    return "is-run" if part == OPEN else state_look(part).css


def _word(part: str) -> str:
    return "Not ended" if part == OPEN else state_look(part).word
