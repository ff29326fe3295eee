"""What a stream's `scheduleExpression` says: six fields in the manner of Quartz, "0 13/30 * * * ?" for instance.

Only read: Domo writes it from the schedule. What isn't one of the usual forms is shown as it stands and judged by
nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
DAY_WORDS = {
    "MON": "Monday",
    "TUE": "Tuesday",
    "WED": "Wednesday",
    "THU": "Thursday",
    "FRI": "Friday",
    "SAT": "Saturday",
    "SUN": "Sunday",
}
WEEK = tuple(DAY_WORDS)
_STEP = re.compile(r"(\*|\d{1,2})/(\d{1,3})")
_ANY = ("*", "?")


@dataclass(frozen=True)
class Cron:
    """An expression in words, and the longest time between two runs; `gap` is None for one that isn't understood."""

    words: str
    gap: timedelta | None


def read_cron(expression: str) -> Cron:
    """Read an expression; an empty one says nothing."""
    text = expression.strip()
    if text.upper() in ("", "MANUAL", "ONCE", "NEVER"):
        return Cron("Manual only" if text else "No schedule", None)
    fields = text.upper().split()
    if len(fields) in (6, 7) and fields[4] == "*":
        found = _read(fields[1], fields[2], fields[3], fields[5])
        if found is not None:
            return found
    return Cron(text, None)


def _read(minute: str, hour: str, month_day: str, week_day: str) -> Cron | None:
    every_day = month_day in _ANY and week_day in _ANY
    if every_day and hour == "*":
        step = _STEP.fullmatch(minute)
        return _every(int(step[2]), "minute") if step else _every(1, "hour") if minute.isdecimal() else None
    if not minute.isdecimal():
        return None
    step = _STEP.fullmatch(hour)
    if every_day and step:
        return _every(int(step[2]), "hour")
    if not hour.isdecimal():
        return None
    at = f"at {int(hour):02d}:{int(minute):02d}"
    if every_day:
        return Cron(f"Daily {at}", timedelta(days=1))
    if month_day in _ANY and (days := _week_days(week_day)):
        return Cron(f"Weekly on {day_list(days)} {at}", week_gap(days))
    if week_day in _ANY and month_day.isdecimal():
        return Cron(f"Monthly on day {int(month_day)} {at}", timedelta(days=31))
    return None


def _every(count: int, unit: str) -> Cron | None:
    if not count:
        return None
    gap = timedelta(minutes=count) if unit == "minute" else timedelta(hours=count)
    return Cron(every_words(count, unit), gap)


def every_words(count: int, unit: str) -> str:
    """Write "Every hour", "Every 30 minutes"."""
    return f"Every {unit}" if count == 1 else f"Every {count} {unit}s"


def _week_days(text: str) -> tuple[str, ...]:
    """Return the days of a list or range in the order of the week; nothing for what isn't one."""
    found: set[str] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            return ()
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {DAYS[place % 7] for place in range(start, (end if end >= start else end + 7) + 1)}
    return tuple(day for day in WEEK if day in found)


def day_list(days: tuple[str, ...]) -> str:
    """Write "Monday", "Monday and Friday", "Monday, Tuesday and Friday"."""
    words = [DAY_WORDS[day] for day in days]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def week_gap(days: tuple[str, ...]) -> timedelta:
    """Return the longest time from one of the days to the next."""
    places = sorted(WEEK.index(day) for day in days)
    following = [*places[1:], places[0] + 7]
    return timedelta(days=max(after - place for place, after in zip(places, following, strict=True)))
