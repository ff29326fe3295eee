"""The activity log from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest


def test_the_log_is_walked_whole_and_by_filters(domo: Client) -> None:
    end = datetime.now(UTC)
    start = end - timedelta(days=400)
    everything = list(domo.activity_log.walk(start, end, page_size=500))
    assert len(everything) == 5_000
    times = [entry.time for entry in everything if entry.time]
    assert times == sorted(times, reverse=True)

    paged = list(domo.walk("activity_log.list", start=start, end=end, limit=1000))
    assert [entry.raw for entry in paged] == [entry.raw for entry in everything]

    one = everything[100]
    wanted: dict[str, Any] = {"user_ids": [one.user_id], "actions": [one.action], "object_types": [one.object_type]}
    found = list(domo.activity_log.walk(start, end, **wanted))
    assert one in found
    assert [entry.raw for entry in found] == [
        entry.raw
        for entry in everything
        if (entry.user_id, entry.action, entry.object_type) == (one.user_id, one.action, one.object_type)
    ]
    about = list(domo.activity_log.walk(start, end, object_ids=[one.object_id]))
    assert {entry.object_name for entry in about} == {one.object_name}


def test_only_what_is_needed_is_read(domo: Client) -> None:
    end = datetime.now(UTC)
    latest = list(islice(domo.activity_log.walk(end - timedelta(days=300), end), 3))
    assert len(latest) == 3
    types = domo.activity_log.list_object_types()
    assert {entry.object_type for entry in latest} <= set(types)


def test_a_period_that_ends_before_it_begins_is_refused(domo: Client) -> None:
    with pytest.raises(BadRequest, match="start must not be after end") as caught:
        domo.activity_log.list(start=2, end=1)
    assert caught.value.request_id
