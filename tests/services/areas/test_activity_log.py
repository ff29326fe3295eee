"""Activity log: what is sent, what is read, and walking a million entries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.services.activity_walk import ActivityEntries
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UnexpectedAnswer
from domoadmin.services.results import Listing
from domoadmin.services.results.activity_log import ActivityEntry
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Asked, Told, Upstream, told

START, END = 1646434158639, 1654206558639
ENTRY = {
    "userName": "Jae Wilson",
    "userId": "1893952720",
    "userType": "USER",
    "actionType": "VIEWED",
    "objectType": "ACTIVITY_LOG",
    "additionalComment": "Jae Wilson viewed the activity log.",
    "time": 1654205894927,
    "eventText": "Viewed activity log",
}

no_bearing("activity_log.list", "defaults are written inside", "only where the document writes its defaults")


@quirk("activity_log.list", "start and end are required", "userId is a string here")
def test_times_are_epoch_milliseconds_both_ways(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([ENTRY, {**ENTRY, "userId": 1893952720}]))
    start = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=START)
    found = client.activity_log.list(start, END, limit=300)
    assert upstream.last.path == f"/api/audit/v1/user-audits?start={START}&end={END}&limit=300"
    assert {entry.user_id for entry in found} == {"1893952720"}
    assert found[0].time == datetime(2022, 6, 2, 21, 38, 14, 927000, UTC)
    assert (found[0].action, found[0].object_type, found[0].object_id) == ("VIEWED", "ACTIVITY_LOG", "")
    with pytest.raises(InvalidArguments) as caught:
        client.call("activity_log.list", start=START)
    assert caught.value.argument == "end"


@quirk("activity_log.list", "objectType names three valid values", "objectType takes several values")
@pytest.mark.parametrize("names", ["DATAFLOW_TYPE,PAGE", ["DATAFLOW_TYPE", "PAGE"]])
def test_any_object_types_are_joined_by_commas(client: Client, upstream: Upstream, names: Any) -> None:
    upstream.answers(told([]))
    client.activity_log.list(START, END, object_type=names)
    assert parse_qs(urlsplit(upstream.last.path).query)["objectType"] == ["DATAFLOW_TYPE,PAGE"]


@quirk("activity_log.list_object_types", "camelCase path segment", "the answer is a bare array of strings")
def test_object_types_are_bare_names(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(["ACCOUNT", "CODEENGINE_PACKAGE"]))
    assert client.activity_log.list_object_types() == ["ACCOUNT", "CODEENGINE_PACKAGE"]
    assert upstream.last.path == "/api/audit/v1/user-audits/objectTypes"
    upstream.answers(told({"message": "odd"}))
    with pytest.raises(UnexpectedAnswer):
        client.activity_log.list_object_types()


@quirk("activity_log.list", "no total count is returned")
def test_pages_are_read_until_a_short_one(client: Client, upstream: Upstream) -> None:
    def script(asked: Asked) -> Told:
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(asked.path).query).items()}
        numbers = range(query["offset"], min(700, query["offset"] + query["limit"]))
        return told([{**ENTRY, "time": ENTRY_TIME - number} for number in numbers])

    upstream.script(script)
    assert sum(1 for _ in client.walk("activity_log.list", start=START, end=END)) == 700
    assert len(upstream.asked) == 3


ENTRY_TIME = 1654205894927


class Log:
    """A log in memory that understands the bounds of a period as it likes."""

    def __init__(self, times: list[int], longest_page: int, bounds: tuple[bool, bool], descending: bool) -> None:
        self.times = sorted(times, reverse=descending)
        self.longest_page, self.bounds = longest_page, bounds
        self.calls = 0

    def list(
        self, start: int, end: int, offset: int | None = None, limit: int | None = None, object_type: Any = None
    ) -> Listing[ActivityEntry]:
        """Return a page."""
        self.calls += 1
        low, high = start + (not self.bounds[0]), end - (not self.bounds[1])
        inside = [
            ActivityEntry.from_raw({"time": time, "userId": str(number)})
            for number, time in enumerate(self.times)
            if low <= time <= high
        ]
        first = offset or 0
        return Listing(inside[first : first + min(limit or 300, self.longest_page)])


DAY = 86_400_000


@given(
    times=st.lists(st.integers(START - DAY, START + 40 * DAY) | st.just(START) | st.just(START + DAY), max_size=60),
    longest_page=st.integers(1, 12),
    page_size=st.integers(1, 12),
    bounds=st.tuples(st.booleans(), st.booleans()),
    descending=st.booleans(),
    days=st.integers(0, 40),
)
def test_a_walk_yields_the_entries_of_a_period_once(
    times: list[int], longest_page: int, page_size: int, bounds: tuple[bool, bool], descending: bool, days: int
) -> None:
    log = Log(times, longest_page, bounds, descending)
    end = START + days * DAY
    found = [entry.user_id for entry in ActivityEntries(log, (), page_size).between(START, end)]
    expected = [str(number) for number, time in enumerate(log.times) if START <= time <= end]
    assert sorted(found) == sorted(expected)


def test_pages_that_are_equal_because_what_happened_was_are_all_read() -> None:
    same = ActivityEntry.from_raw({"time": START, "userId": "7"})

    class Same(Log):
        def list(self, *asked: Any, **named: Any) -> Listing[ActivityEntry]:
            return Listing([same for _ in super().list(*asked, **named)])

    for longest_page in (10, 7):
        log = Same([START] * 41, longest_page, (True, True), True)
        assert len(list(ActivityEntries(log, (), 10).between(START, START))) == 41


def test_a_quiet_year_takes_few_calls() -> None:
    log = Log([START + 200 * DAY], 1000, (True, True), True)
    assert len(list(ActivityEntries(log, (), 1000).between(START, START + 365 * DAY))) == 1
    assert log.calls <= 12


def test_a_log_that_ignores_the_offset_is_told(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([ENTRY] * 5))
    end = datetime(2022, 6, 2, 22, tzinfo=UTC)
    with pytest.raises(UnexpectedAnswer, match="came twice"):
        list(client.activity_log.walk(end - timedelta(hours=1), end, page_size=5))


def test_a_walk_filters_what_the_upstream_cannot(client: Client, upstream: Upstream) -> None:
    others = [{**ENTRY, "userId": "7"}, {**ENTRY, "actionType": "DELETED"}, {**ENTRY, "objectId": "p1"}]
    upstream.answers(told([ENTRY, *others]))
    end = datetime(2022, 6, 2, 22, tzinfo=UTC)

    def walked(**wanted: Any) -> list[dict[str, Any]]:
        upstream.answers(told([ENTRY, *others]), told([]))
        return [dict(entry.raw) for entry in client.activity_log.walk(end - timedelta(hours=1), end, **wanted)]

    assert walked(user_ids=[7]) == others[:1]
    assert walked(actions=["deleted"], object_types=["PAGE"]) == others[1:2]
    assert "objectType=PAGE" in upstream.last.path
    assert walked(object_ids=["p1"], user_ids=["1893952720"]) == others[2:]
    assert len(walked()) == 4
