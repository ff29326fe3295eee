"""Schedules: what the editor reads it writes again, what it can't hold stays as it came, and words for both."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.data.streams.cron import WEEK, read_cron
from apps.data.streams.schedule import (
    CUSTOM,
    DAILY,
    HOURS,
    MANUAL,
    MINUTES,
    MONTHLY,
    WEEKLY,
    Schedule,
    ScheduleRefused,
    gap_of,
    read,
    words_of,
    write,
)
from apps.data.streams.schedule_fields import ScheduleForm

# As the documents show them: streams.get and streams.create.
DOCUMENTED = '{"type":"MINUTE","timezone":"UTC","between":null,"interval":30}'
BY_HAND = '{"type": "MANUAL", "timezone": "UTC"}'

zones = st.sampled_from(["UTC", "America/Denver", "Europe/Stockholm", "Some/Zone of Domo"])
clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
schedules = st.one_of(
    st.builds(Schedule, st.just(MANUAL), timezone=zones),
    st.builds(Schedule, st.just(MINUTES), every=st.integers(1, 1_440), timezone=zones),
    st.builds(Schedule, st.just(HOURS), every=st.integers(1, 168), timezone=zones),
    st.builds(Schedule, st.just(DAILY), at=clocks, timezone=zones),
    st.builds(
        Schedule,
        st.just(WEEKLY),
        at=clocks,
        timezone=zones,
        days=st.sets(st.sampled_from(WEEK), min_size=1).map(lambda days: tuple(day for day in WEEK if day in days)),
    ),
    st.builds(Schedule, st.just(MONTHLY), at=clocks, month_day=st.integers(1, 31), timezone=zones),
)
values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=4)
# Keys that no editor of ours knows.
unknown = st.dictionaries(st.sampled_from(["jitter", "note", "window", "exclude"]), values, max_size=3)
# Anything that may stand there: what was written before, other objects, texts that are no JSON.
texts = st.one_of(
    st.none(),
    st.builds(lambda schedule, more: json.dumps(json.loads(str(write(schedule, None))) | more), schedules, unknown),
    st.builds(
        lambda kind, more: json.dumps({"type": kind, **more}),
        st.sampled_from(["MINUTE", "DAY", "WEEK", "MONTH", "ONCE", "minute"]),
        st.dictionaries(st.sampled_from(["interval", "at", "days", "between", "timezone", "cron"]), values, max_size=4),
    ),
    st.text(max_size=20),
)


@settings(max_examples=60)
@given(schedule=schedules, original=texts)
@example(schedule=Schedule(DAILY, at="00:00", timezone="UTC"), original='{"type": "DAY", "interval": true}')
def test_what_is_written_is_read_again(schedule: Schedule, original: str | None) -> None:
    assert read(write(schedule, original)) == schedule


@settings(max_examples=60)
@given(original=texts)
def test_what_is_not_changed_goes_back_as_it_came(original: str | None) -> None:
    assert write(read(original), original) == original


@settings(max_examples=60)
@given(schedule=schedules, before=schedules, more=unknown)
def test_keys_that_nobody_knows_are_kept(schedule: Schedule, before: Schedule, more: dict[str, Any]) -> None:
    original = json.dumps(json.loads(str(write(before, None))) | more)
    assert json.loads(str(write(schedule, original))).items() >= more.items()


@settings(max_examples=60)
@given(original=texts, expression=st.text(max_size=12))
def test_words_are_found_for_whatever_stands_there(original: str | None, expression: str) -> None:
    assert words_of(original, expression)
    gap = gap_of(original, expression)
    assert gap is None or gap > timedelta()


def test_the_documented_texts_are_written_as_documented() -> None:
    assert read(DOCUMENTED) == Schedule(MINUTES, every=30, timezone="UTC")
    assert write(Schedule(MANUAL, timezone="UTC"), None) == BY_HAND
    written = json.loads(str(write(Schedule(MINUTES, every=15, timezone="UTC"), DOCUMENTED)))
    assert written == json.loads(DOCUMENTED) | {"interval": 15}
    assert json.loads(str(write(Schedule(DAILY, at="12:09", timezone="UTC"), None)))["at"] == "12:09 PM"


def test_a_number_keeps_its_digits() -> None:
    original = '{"type": "DAY", "at": "04:13 AM", "timezone": "UTC", "key": 20220513224325.6280}'
    assert "20220513224325.6280" in str(write(Schedule(DAILY, at="05:00", timezone="UTC"), original))


@pytest.mark.parametrize(
    ("text", "expression", "words", "hours"),
    [
        (DOCUMENTED, "0 13/30 * * * ?", "Every 30 minutes", 0.5),
        (BY_HAND, "", "Manual only", None),
        ('{"type":"MINUTE","interval":30,"between":{"start":8}}', "", "Every 30 minutes in set hours", 24),
        ('{"type":"DAY","at":"04:13 PM","timezone":"UTC"}', "", "Daily at 16:13 (UTC)", 24),
        (
            '{"type":"WEEK","at":"04:13 AM","days":["MON","THU"]}',
            "",
            "Weekly on Monday and Thursday at 04:13 (UTC)",
            96,
        ),
        ('{"type":"MONTH","at":"04:13 AM","days":[1]}', "", "Monthly on day 1 at 04:13 (UTC)", 31 * 24),
        ('{"type":"ONCE"}', "", "Custom (ONCE)", None),
        ('{"type":"DAY","at":"04:13 AM","interval":3}', "0 13 4 */3 * ?", "0 13 4 */3 * ?", None),
        ('{"type":"DAY"', "0 13 4 * * ?", "Can't be read", 24),
        (None, "0 13 4 ? * MON-FRI", "Weekly on Monday, Tuesday, Wednesday, Thursday and Friday at 04:13", 72),
        (None, "0 25 1/4 * * ?", "Every 4 hours", 4),
        (None, "0 13 4 15 * ?", "Monthly on day 15 at 04:13", 31 * 24),
        (None, "", "No schedule", None),
    ],
)
def test_words_and_the_longest_gap(text: str | None, expression: str, words: str, hours: float | None) -> None:
    assert words_of(text, expression) == words
    assert gap_of(text, expression) == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize("expression", ["MANUAL", "every day", "0 0 0 0 0 0", "* * * * * *", "0 13/0 * * * ?"])
def test_an_odd_expression_is_shown_and_judged_by_nobody(expression: str) -> None:
    assert read_cron(expression).gap is None
    assert read_cron(expression).words


def form_of(original: str | None, **values: Any) -> ScheduleForm:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(f"schedule-{name}", value if isinstance(value, list) else [value])
    return ScheduleForm(data, original=original)


def test_a_schedule_that_cannot_be_read_is_never_overwritten_by_accident() -> None:
    broken = '{"type":"DAY","at":'
    shown = ScheduleForm(original=broken)
    assert (shown.now.mode, shown.initial["custom"]) == (CUSTOM, broken)
    untouched = form_of(broken, mode=CUSTOM, custom=broken)
    assert untouched.is_valid()
    assert untouched.cleaned_data["text"] == broken
    daily = form_of(broken, mode=DAILY, at="06:00", timezone="UTC")
    assert "overwrite" in str(daily.errors["replaces"])
    meant = form_of(broken, mode=DAILY, at="06:00", timezone="UTC", replaces="on")
    assert meant.is_valid()
    assert json.loads(meant.cleaned_data["text"])["at"] == "06:00 AM"


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"mode": CUSTOM, "custom": "{type: DAY}"}, "custom", "This isn't JSON: it can't be read at line 1, column 2."),
        ({"mode": CUSTOM, "custom": "[]"}, "custom", "A schedule is a JSON object"),
        ({"mode": CUSTOM, "custom": "{}"}, "custom", "says its type"),
        ({"mode": MINUTES, "every": ""}, "every", "Say how many"),
        ({"mode": HOURS, "every": "169"}, "every", "At most 168"),
        ({"mode": DAILY, "at": "25:00"}, "at", "hours and minutes"),
        ({"mode": WEEKLY, "at": "06:00"}, "days", "at least one day"),
        ({"mode": MONTHLY, "at": "06:00", "month_day": "32"}, "month_day", "less than or equal to 31"),
        ({"mode": DAILY, "at": "06:00", "timezone": "Mars/Olympus"}, "timezone", "no time zone Mars/Olympus"),
        ({"mode": "hourly"}, "mode", "not one of the available choices"),
    ],
)
def test_a_schedule_that_cannot_be_sent_says_why(values: dict[str, Any], field: str, message: str) -> None:
    form = form_of(DOCUMENTED, **values)
    assert not form.is_valid()
    assert message in form.errors[field][0]


def test_custom_json_is_checked_when_it_is_written() -> None:
    with pytest.raises(ScheduleRefused, match="isn't JSON"):
        write(Schedule(CUSTOM, custom="{"), DOCUMENTED)
