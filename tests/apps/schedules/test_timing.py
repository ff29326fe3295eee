"""When a schedule is due: on the clock of its zone, in summer and winter, whatever cron text is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.schedules.timing import Cron, Interval, TimingRefused, missed_between

ZURICH = ZoneInfo("Europe/Zurich")
ZONES = st.sampled_from(["UTC", "Europe/Zurich", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))


def times(text: str, after: datetime, count: int, zone: ZoneInfo = ZURICH) -> list[str]:
    found = []
    for _ in range(count):
        after = Cron(text, zone).after(after)
        found.append(after.astimezone(zone).isoformat(timespec="minutes"))
    return found


def test_set_times_on_the_zones_clock() -> None:
    friday = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert times("0 6 * * 1-5", friday, 2) == ["2026-11-23T06:00+01:00", "2026-11-24T06:00+01:00"]
    assert times("30 22 1 * *", friday, 2) == ["2026-12-01T22:30+01:00", "2027-01-01T22:30+01:00"]
    assert times("*/30 9,17 * * sun", friday, 3) == [
        "2026-11-22T09:00+01:00",
        "2026-11-22T09:30+01:00",
        "2026-11-22T17:00+01:00",
    ]
    assert times("0 0 29 2 *", friday, 1) == ["2028-02-29T00:00+01:00"]


def test_six_in_the_morning_is_six_in_summer_and_winter() -> None:
    assert times("0 6 * * *", datetime(2026, 3, 28, 0, tzinfo=UTC), 2) == [
        "2026-03-28T06:00+01:00",
        "2026-03-29T06:00+02:00",
    ]


def test_a_time_that_spring_skips_is_due_once_the_clock_has_jumped() -> None:
    assert times("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), 2) == [
        "2026-03-29T03:30+02:00",
        "2026-03-30T02:30+02:00",
    ]


def test_a_time_that_autumn_shows_twice_is_due_once() -> None:
    assert times("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), 2) == [
        "2026-10-25T02:30+02:00",
        "2026-10-26T02:30+01:00",
    ]


@given(
    st.integers(0, 59),
    st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True),
    ZONES,
    MOMENTS,
)
def test_every_time_lies_ahead_and_fits_what_was_written(
    minute: int, hours: list[int], weekdays: list[int], zone: str, moment: datetime
) -> None:
    place = ZoneInfo(zone)
    cron = Cron(f"{minute} {','.join(map(str, hours))} * * {','.join(map(str, weekdays))}", place)
    at = cron.after(moment)
    assert at > moment
    local = at.astimezone(place)
    # Where the clock jumps over the time, it is that much later; else it is exactly as written.
    exact = (local.minute, local.hour in hours, local.isoweekday() % 7 in weekdays) == (minute, True, True)
    jumped = local.utcoffset() != (local - timedelta(hours=3)).replace(tzinfo=place).utcoffset()
    assert exact or jumped
    assert cron.after(at - timedelta(seconds=1)) == at


@given(st.integers(5, 5000), MOMENTS, st.integers(0, 10**8))
def test_intervals_keep_their_beat(minutes: int, first: datetime, later: int) -> None:
    interval = Interval(timedelta(minutes=minutes), first)
    moment = first + timedelta(seconds=later)
    at = interval.after(moment)
    assert timedelta(0) < at - moment <= interval.every
    assert (at - first) % interval.every == timedelta(0)
    assert interval.after(first - timedelta(days=9)) == first


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "five fields"),
        ("0 6 * *", "five fields"),
        ("0 25 * * *", "can't be read"),
        ("soon 6 * * *", "can't be read"),
        ("0 0 31 2 *", "never occurs"),
        ("* * * * *", "every 5 minutes"),
        ("*/4 6 * * *", "every 5 minutes"),
        ("0,58 * * * *", "every 5 minutes"),
        ("0 6 1 * 1", "not both"),
    ],
)
def test_what_is_no_time_to_run_at_is_refused(text: str, message: str) -> None:
    with pytest.raises(TimingRefused, match=message):
        Cron(text, ZURICH)


@pytest.mark.parametrize("every", [timedelta(minutes=4), timedelta(0), timedelta(days=367)])
def test_intervals_that_are_refused(every: timedelta) -> None:
    with pytest.raises(TimingRefused):
        Interval(every, datetime(2026, 1, 1, tzinfo=UTC))


def test_times_that_were_missed_are_counted() -> None:
    cron = Cron("0 * * * *", ZURICH)
    due = datetime(2026, 11, 22, 6, tzinfo=UTC)
    assert missed_between(cron, due, due + timedelta(minutes=59)) == 0
    assert missed_between(cron, due, due + timedelta(hours=3)) == 3
    later = [cron.after(due)]
    for _ in range(5):
        later.append(cron.after(later[-1]))
    assert {second - first for first, second in pairwise(later)} == {timedelta(hours=1)}
