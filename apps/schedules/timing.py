"""When a schedule is due: cron times in a person's zone, or every so often."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from celery.schedules import ParseException, crontab

FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
# A leap day that falls on one weekday comes back within 28 years; what doesn't in 40 never does.
LONGEST_DAYS = 40 * 366
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=366)
# Of more occurrences that were missed nobody wants the number.
MOST_COUNTED = 1_000


class TimingRefused(ValueError):
    """What was written is no time to run at; the message says why."""


class Timing(Protocol):
    """Something that is due now and then."""

    def after(self, moment: datetime) -> datetime:
        """Return the first time it is due after the moment."""
        ...


@dataclass(frozen=True)
class Cron:
    """Five fields, minute to weekday, on the clock of a zone.

    A time that the clock skips in spring is due when it has jumped; one that it shows twice in autumn is due once.
    """

    text: str
    zone: ZoneInfo

    def __post_init__(self) -> None:
        parsed = _parsed(self.text)
        if next(_days(parsed, date(2024, 1, 1)), None) is None:
            raise TimingRefused(f"“{self.text}” never comes: there is no such day.")
        minutes = sorted(hour * 60 + minute for hour in parsed.hour for minute in parsed.minute)
        gaps = [later - earlier for earlier, later in zip(minutes, [*minutes[1:], minutes[0] + 24 * 60], strict=True)]
        if min(gaps) * 60 < SHORTEST.total_seconds():
            raise TimingRefused(_TOO_OFTEN)

    def after(self, moment: datetime) -> datetime:
        """Return the first time it is due after the moment, in UTC."""
        parsed = _parsed(self.text)
        today = moment.astimezone(self.zone).date()
        # From yesterday: where clocks jump over midnight a time of one day may come on the next.
        for day in _days(parsed, today - timedelta(days=1)):
            for hour in sorted(parsed.hour):
                for minute in sorted(parsed.minute):
                    local = datetime.combine(day, time(hour, minute), tzinfo=self.zone)
                    at = local.astimezone(UTC)
                    if at > moment:
                        return at
        raise TimingRefused(f"“{self.text}” never comes again.")


@dataclass(frozen=True)
class Interval:
    """Every so often, counted from a first time."""

    every: timedelta
    first: datetime

    def __post_init__(self) -> None:
        if self.every < SHORTEST:
            raise TimingRefused(_TOO_OFTEN)
        if self.every > LONGEST:
            raise TimingRefused("At least once a year.")

    def after(self, moment: datetime) -> datetime:
        """Return the first time it is due after the moment."""
        if moment < self.first:
            return self.first
        return self.first + ((moment - self.first) // self.every + 1) * self.every


def missed_between(timing: Timing, due: datetime, now: datetime) -> int:
    """Return how many further times it was due after `due` until now, at most MOST_COUNTED."""
    count, at = 0, timing.after(due)
    while at <= now and count < MOST_COUNTED:
        count, at = count + 1, timing.after(at)
    return count


@dataclass(frozen=True)
class _Fields:
    """What a cron text allows; Sunday is 0."""

    minute: AbstractSet[int]
    hour: AbstractSet[int]
    day_of_month: AbstractSet[int]
    month_of_year: AbstractSet[int]
    day_of_week: AbstractSet[int]


_TOO_OFTEN = "At most every 5 minutes: one run should have ended before the next."


def _parsed(text: str) -> _Fields:
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise TimingRefused(
            "Write five fields: minute, hour, day of the month, month, weekday. "
            "0 6 * * 1-5 is 06:00 from Monday to Friday."
        )
    fields = dict(zip(FIELDS, parts, strict=True))
    try:
        parsed: Any = crontab(**fields)
    except (ParseException, ValueError) as problem:
        raise TimingRefused(f"“{text}” can't be read: {str(problem).rstrip('.')}.") from None
    if fields["day_of_month"] != "*" and fields["day_of_week"] != "*":
        # Cron runs when either fits, most others when both do: nobody should have to guess.
        raise TimingRefused("Give days of the month or weekdays, not both; the other is *.")
    return _Fields(parsed.minute, parsed.hour, parsed.day_of_month, parsed.month_of_year, parsed.day_of_week)


def _days(parsed: _Fields, first: date) -> Iterator[date]:
    for offset in range(LONGEST_DAYS):
        day = first + timedelta(days=offset)
        if (
            day.month in parsed.month_of_year
            and day.day in parsed.day_of_month
            and day.isoweekday() % 7 in parsed.day_of_week
        ):
            yield day
