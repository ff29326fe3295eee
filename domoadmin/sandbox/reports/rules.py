"""When a report runs: checks the schedule object of the documents and counts its moments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.reports.recipients import check_recipients
from domoadmin.sandbox.store import Document

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY")
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
# The longest wait of a schedule: from 31 January, or 31 July, over a month without a 31st.
LONGEST_WAIT_DAYS = 70


def read_rule(sent: Any, earlier: Document | None, now: int) -> Document:
    """A schedule object from a request, over the earlier one for what it leaves out; ApiError 400 naming the field."""
    if not isinstance(sent, dict):
        raise ApiError(400, "schedule is required")
    rule = {"timezone": "UTC", "enabled": True, "additionalRecipients": [], "startDate": now, **(earlier or {}), **sent}
    # The next run follows from the rest; a client that sends back what it read sends it too.
    rule.pop("nextRunDate", None)
    if isinstance(rule["startDate"], bool) or not str(rule["startDate"]).isdecimal():
        raise ApiError(400, "schedule.startDate must be a time in epoch milliseconds")
    rule["frequency"] = str(rule.get("frequency", "")).upper()
    if rule["frequency"] not in FREQUENCIES:
        raise ApiError(400, f"schedule.frequency must be one of {', '.join(FREQUENCIES)}")
    rule["daysToRun"] = _days(rule["frequency"], rule.get("daysToRun"))
    rule["hourOfDay"] = _number(rule, "hourOfDay", 23)
    rule["minOfHour"] = _number(rule, "minOfHour", 59)
    if not isinstance(rule["enabled"], bool):
        raise ApiError(400, "schedule.enabled must be true or false")
    try:
        ZoneInfo(str(rule["timezone"]))
    except (KeyError, OSError, ValueError) as error:
        raise ApiError(400, f"schedule.timezone {rule['timezone']} is not a time zone") from error
    check_recipients(rule["additionalRecipients"], "schedule.additionalRecipients")
    return rule


def _number(rule: Document, name: str, most: int) -> int:
    value = rule.get(name)
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)) > most:
        raise ApiError(400, f"schedule.{name} must be a number from 0 to {most}")
    return int(str(value))


def _days(frequency: str, value: Any) -> str:
    """The text of daysToRun: weekdays or days of the month, separated by commas; any for a daily schedule."""
    listed = [str(each) for each in value] if isinstance(value, list) else str(value or "").split(",")
    days = [day.strip().upper() for day in listed if day.strip()]
    if frequency == "DAILY":
        return ",".join(days) or ",".join(WEEKDAYS)
    known = set(WEEKDAYS) if frequency == "WEEKLY" else {str(day) for day in range(1, 32)}
    if not days or not set(days) <= known:
        example = "MON" if frequency == "WEEKLY" else "15"
        raise ApiError(400, f"schedule.daysToRun must name days for {frequency}, such as {example}")
    return ",".join(days)


def moments(rule: Document, start: int, end: int) -> Iterator[int]:
    """Epoch milliseconds of every run from start to before end; a schedule that is switched off has none."""
    if not rule["enabled"] or end <= start:
        return
    zone = ZoneInfo(rule["timezone"])
    clock = time(rule["hourOfDay"], rule["minOfHour"])
    days = set(rule["daysToRun"].split(","))
    day = datetime.fromtimestamp(start / 1000, zone).date()
    last = datetime.fromtimestamp(end / 1000, zone).date()
    while day <= last:
        if _runs_on(rule["frequency"], days, day):
            moment = round(datetime.combine(day, clock, zone).timestamp() * 1000)
            if start <= moment < end:
                yield moment
        day += timedelta(days=1)


def _runs_on(frequency: str, days: set[str], day: date) -> bool:
    if frequency == "MONTHLY":
        return str(day.day) in days
    # A daily schedule may name weekdays; other words, which no document lists, hold nothing back.
    return WEEKDAYS[day.weekday()] in days or (frequency == "DAILY" and not days & set(WEEKDAYS))


def next_run(rule: Document, now: int) -> int | None:
    """Epoch milliseconds of the next run; None for a schedule that is switched off."""
    return next(moments(rule, now, now + LONGEST_WAIT_DAYS * 86_400_000), None)


def iso(moment: int | None) -> str | None:
    """A time as the histories write it."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
