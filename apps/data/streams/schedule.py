"""A stream's schedule: the JSON text `advancedScheduleJson`, as values of the editor, in words, and back.

The documents show two types, MANUAL and MINUTE; DAY, with its time as "12:09 PM", is what real clients send, and HOUR,
WEEK and MONTH follow it. What the editor can't hold exactly is left as the text that came, for a person to edit as
JSON. Keys that the editor doesn't know stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from json import JSONDecodeError
from typing import Any

from apps.data.streams.cron import WEEK, day_list, every_words, read_cron, week_gap
from domoadmin.services.exact_json import dumps, loads

AS_IT_IS, MANUAL, MINUTES, HOURS, DAILY, WEEKLY, MONTHLY, CUSTOM = (
    "as-it-is", "manual", "minutes", "hours", "daily", "weekly", "monthly", "custom",
)  # fmt: skip
TYPES = {MANUAL: "MANUAL", MINUTES: "MINUTE", HOURS: "HOUR", DAILY: "DAY", WEEKLY: "WEEK", MONTHLY: "MONTH"}
MODES = {kind: mode for mode, kind in TYPES.items()}
MOST_MINUTES, MOST_HOURS = 1_440, 168
UTC = "UTC"
# What the editor writes for each type; leaving a type, these go with it.
_OWN = {
    "MINUTE": ("interval", "between"),
    "HOUR": ("interval", "between"),
    "DAY": ("at",),
    "WEEK": ("at", "days"),
    "MONTH": ("at", "days"),
}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?:\s*([AaPp])[Mm])?")


class ScheduleRefused(ValueError):
    """The text is no schedule; the message says why."""


@dataclass(frozen=True)
class Schedule:
    """What the editor shows. Fields that the mode doesn't use keep their defaults.

    custom: the text, for the mode "custom". problem: why the text can't be read, empty when it can.
    """

    mode: str
    every: int = 0
    at: str = ""
    days: tuple[str, ...] = ()
    month_day: int = 0
    timezone: str = ""
    custom: str = ""
    problem: str = ""


def read(text: str | None) -> Schedule:
    """Return what the editor shows of a text; one that it can't hold exactly comes as it is."""
    if text is None or not text.strip():
        return Schedule(AS_IT_IS)
    try:
        found = parse(text)
    except ScheduleRefused as refusal:
        return Schedule(CUSTOM, custom=text, problem=str(refusal))
    return _friendly(found) or Schedule(CUSTOM, custom=text)


def parse(text: str) -> dict[str, Any]:
    """Return the JSON object of a text. Raises ScheduleRefused saying what is wrong with it."""
    try:
        found = loads(text)
    except (ValueError, RecursionError) as error:
        place = f" at line {error.lineno}, column {error.colno}" if isinstance(error, JSONDecodeError) else ""
        raise ScheduleRefused(f"This isn't JSON: it can't be read{place}.") from None
    if not isinstance(found, dict):
        raise ScheduleRefused('A schedule is a JSON object, such as {"type": "MANUAL", "timezone": "UTC"}.')
    if not isinstance(found.get("type"), str) or not found["type"]:
        raise ScheduleRefused('A schedule says its type, such as "type": "MANUAL".')
    return found


def write(schedule: Schedule, original: str | None) -> str | None:
    """Return the text to send; what wasn't changed comes back as it was. Raises ScheduleRefused for custom JSON."""
    shown = read(original)
    if schedule.mode == AS_IT_IS or replace(schedule, problem="") == replace(shown, problem=""):
        return original
    if schedule.mode == CUSTOM:
        parse(schedule.custom)
        return schedule.custom
    base = {} if shown.problem or original is None or shown.mode == AS_IT_IS else parse(original)
    return dumps(_changed(base, schedule))


def _friendly(found: Mapping[str, Any]) -> Schedule | None:
    """Return the editor's values, or None when they would say less than the object does."""
    mode, zone = MODES.get(found["type"]), found.get("timezone", UTC)
    if mode is None or not isinstance(zone, str) or not zone:
        return None
    schedule = Schedule(mode, timezone=zone)
    if mode == MANUAL:
        return schedule
    every = found.get("interval", 1)
    if type(every) is not int:
        return None
    if mode in (MINUTES, HOURS):
        most = MOST_MINUTES if mode == MINUTES else MOST_HOURS
        return replace(schedule, every=every) if 1 <= every <= most else None
    at = read_clock(found.get("at"))
    if every != 1 or not at:
        return None
    if mode == DAILY:
        # Days on a daily schedule are something that the editor doesn't know.
        return replace(schedule, at=at) if not found.get("days") else None
    days = found.get("days")
    if not isinstance(days, list) or not days:
        return None
    if mode == WEEKLY:
        ordered = tuple(day for day in WEEK if day in days)
        return replace(schedule, at=at, days=ordered) if len(ordered) == len(days) else None
    only = days[0]
    fits = len(days) == 1 and type(only) is int and 1 <= only <= 31
    return replace(schedule, at=at, month_day=only) if fits else None


def _changed(base: Mapping[str, Any], schedule: Schedule) -> dict[str, Any]:
    kind = TYPES[schedule.mode]
    left = _OWN.get(str(base.get("type")), ()) if base.get("type") != kind else ()
    keeps_between = kind in ("MINUTE", "HOUR") and base.get("between") is not None
    result = {name: value for name, value in base.items() if name not in left or (name == "between" and keeps_between)}
    result |= {"type": kind, "timezone": schedule.timezone or UTC}
    if schedule.mode in (MINUTES, HOURS):
        result.setdefault("between", None)
        result["interval"] = schedule.every
    elif schedule.mode != MANUAL:
        # An interval that came along would make "daily" every so many days, and JSON's true equals 1.
        if type(result.get("interval")) is not int or result["interval"] != 1:
            result.pop("interval", None)
        if schedule.mode == DAILY:
            result.pop("days", None)
        if read_clock(result.get("at")) != schedule.at:
            result["at"] = write_clock(schedule.at)
    if schedule.mode == WEEKLY:
        result["days"] = list(schedule.days)
    if schedule.mode == MONTHLY:
        result["days"] = [schedule.month_day]
    return result


def read_clock(value: Any) -> str:
    """Return "04:13 PM" as "16:13"; empty for what is no time of day."""
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        return ""
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").upper()
    if minute > 59 or (half and not 1 <= hour <= 12) or hour > 23:
        return ""
    hour = hour % 12 + (12 if half == "P" else 0) if half else hour
    return f"{hour:02d}:{minute:02d}"


def write_clock(at: str) -> str:
    """Return "16:13" as "04:13 PM", the way Domo writes it."""
    hour, minute = int(at[:2]), int(at[3:])
    return f"{(hour + 11) % 12 + 1:02d}:{minute:02d} {'PM' if hour >= 12 else 'AM'}"


def words_of(text: str | None, expression: str) -> str:
    """Return a schedule in words; where the text says nothing, the expression does."""
    schedule = read(text)
    if schedule.problem:
        return "Can't be read"
    if schedule.mode in (AS_IT_IS, CUSTOM):
        told = read_cron(expression).words
        return told if schedule.mode == AS_IT_IS or expression.strip() else f"Custom ({parse(text or '')['type']})"
    zone = f" ({schedule.timezone})"
    if schedule.mode == MANUAL:
        return "Manual only"
    if schedule.mode in (MINUTES, HOURS):
        within = " in set hours" if parse(text or "").get("between") else ""
        return every_words(schedule.every, "minute" if schedule.mode == MINUTES else "hour") + within
    if schedule.mode == DAILY:
        return f"Daily at {schedule.at}{zone}"
    if schedule.mode == WEEKLY:
        return f"Weekly on {day_list(schedule.days)} at {schedule.at}{zone}"
    return f"Monthly on day {schedule.month_day} at {schedule.at}{zone}"


def gap_of(text: str | None, expression: str) -> timedelta | None:
    """Return the longest time that the schedule leaves between two runs; None when it wants none, or nobody knows."""
    schedule = read(text)
    if schedule.problem or schedule.mode in (AS_IT_IS, CUSTOM):
        return read_cron(expression).gap
    if schedule.mode == MANUAL:
        return None
    if schedule.mode in (MINUTES, HOURS):
        unit = timedelta(minutes=1) if schedule.mode == MINUTES else timedelta(hours=1)
        # Within set hours the night lies between two runs.
        night = timedelta(days=1) if parse(text or "").get("between") else timedelta()
        return max(schedule.every * unit, night)
    if schedule.mode == DAILY:
        return timedelta(days=1)
    return week_gap(schedule.days) if schedule.mode == WEEKLY else timedelta(days=31)
