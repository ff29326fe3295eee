"""Numbers, sizes, durations and times as pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.core.failures import failure_of
from apps.core.formats import (
    format_bytes,
    format_clock,
    format_duration,
    format_exact,
    format_number,
    format_relative,
    format_sentence,
)
from domoadmin.services.errors import NotFound

NOW = datetime(2026, 11, 19, 13, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1204481, "1,204,481"), (-9, "-9"), (None, "")],
)
def test_numbers_have_thousands_separators(value: int | None, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("it didn’t answer in time", "it didn’t answer in time."),
        ("Nothing there (request id TOE-1) ", "Nothing there (request id TOE-1)."),
        ("It was refused.", "It was refused."),
        ("It says “not now.”", "It says “not now.”"),
        ("Why?", "Why?"),
        ("", ""),
    ],
)
def test_a_text_that_another_follows_ends_with_a_full_stop(text: str, sentence: str) -> None:
    assert format_sentence(text) == sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.00 kB"),
        (999_999, "1.00 MB"),
        (61_800_000, "61.8 MB"),
        (2_100_000_000, "2.10 GB"),
        (20 * 1000**5, "20.0 PB"),
        (None, ""),
    ],
)
def test_sizes_have_three_digits(value: int | None, text: str) -> None:
    assert format_bytes(value) == text


@given(st.integers(min_value=1000, max_value=10**18 - 10**16))
def test_sizes_are_right_to_half_a_percent(value: int) -> None:
    number, unit = format_bytes(value).split()
    power = ("kB", "MB", "GB", "TB", "PB").index(unit) + 1
    assert abs(float(number.replace(",", "")) * 1000**power - value) <= value * 0.006


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"),
        (0.184, "184 ms"),
        (0.0001, "1 ms"),
        (2.34, "2.3 s"),
        (11, "11 s"),
        (59.7, "1 min"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (3 * 3600 + 300, "3 h 5 min"),
        (86400, "1 day"),
        (2 * 86400 + 4 * 3600, "2 days 4 h"),
        (timedelta(minutes=4), "4 min"),
        (-61, "-1 min 1 s"),
        (None, ""),
    ],
)
def test_durations_have_at_most_two_units(value: float | timedelta | None, text: str) -> None:
    assert format_duration(value) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=50), "1 min ago"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=23, minutes=50), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=143), "143 days ago"),
        (-timedelta(days=6), "in 6 days"),
    ],
)
def test_relative_times(ago: timedelta, text: str) -> None:
    assert format_relative(NOW - ago, now=NOW) == text


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_relative_times_never_round_up(ago: timedelta) -> None:
    words = format_relative(NOW - ago, now=NOW).replace(",", "")
    if words == "just now":
        assert ago < timedelta(minutes=1)
        return
    count, unit, _ago = words.split()
    seconds = int(count) * {"min": 60, "h": 3600, "day": 86400, "days": 86400}[unit]
    assert seconds <= max(60, ago.total_seconds() + 1)


def test_exact_times_are_in_the_person_s_zone() -> None:
    with timezone.override(ZoneInfo("Europe/Stockholm")):
        assert format_exact(NOW) == "Thu 19 Nov 2026, 14:32:00 CET"
        assert format_clock(NOW, now=NOW) == "14:32"
        assert format_clock(NOW - timedelta(days=1), now=NOW) == "18 Nov, 14:32"
        assert format_clock(NOW - timedelta(days=400), now=NOW) == "15 Oct 2025, 15:32"


def test_the_advice_after_a_failure_is_a_sentence_of_its_own() -> None:
    failure = failure_of(NotFound("dataset 7 was not found", request_id="TOE-1"))
    assert "dataset 7 was not found. It may have been deleted" in render_to_string(
        "ui/failure_text.html", {"failure": failure}
    )
