"""Times in every form that the upstreams write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.services.times import epoch_milliseconds, read_time

MOMENT = datetime(2023, 3, 31, 14, 21, 13, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1974, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    "value",
    [
        1680272473,
        1680272473.0,
        1680272473000,
        1680272473000000,
        1680272473000000000,
        "1680272473000",
        "2023-03-31T14:21:13Z",
        "2023-03-31T14:21:13.000+00:00",
        "2023-03-31 14:21:13",
        "2023-03-31T16:21:13+02:00",
        " 2023-03-31T14:21:13 ",
        datetime(2023, 3, 31, 14, 21, 13),
    ],
)
def test_all_forms_mean_the_same_moment(value: Any) -> None:
    assert read_time(value) == MOMENT


@pytest.mark.parametrize(
    "value", [None, True, "", "soon", "２０２３", [], {}, float("nan"), float("inf"), 10**40, "9" * 400, -(10**30)]
)
def test_what_is_no_time_is_none(value: Any) -> None:
    assert read_time(value) is None


@given(MOMENTS)
def test_milliseconds_keep_the_moment(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert read_time(epoch_milliseconds(whole)) == whole


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_iso_text_keeps_the_moment(moment: datetime, minutes: int) -> None:
    there = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert read_time(there.isoformat()) == moment
    assert read_time(moment.replace(tzinfo=None).isoformat(" ")) == moment


@given(st.none() | st.integers() | st.floats() | st.text() | st.lists(st.integers()))
def test_anything_gives_an_aware_time_or_none(value: Any) -> None:
    found = read_time(value)
    assert found is None or found.tzinfo is not None
