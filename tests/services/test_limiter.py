"""Turns and pauses: in one process, and shared through a real Redis."""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.services.clock import Clock, Deadline
from domoadmin.services.errors import Delivery, RateLimited
from domoadmin.services.limiter import Limiter, ProcessSchedule, SharedSchedule, open_redis, pace
from tests.services.conftest import Connecting, FakeTime
from tests.services.upstream import Upstream, told


@given(st.integers(1, 600))
def test_no_minute_holds_more_than_the_limit(per_minute: int) -> None:
    time = FakeTime()
    schedule = ProcessSchedule({"search": per_minute}, time.clock)
    turns = [time.now + schedule.reserve("search", None)[1] for _ in range(per_minute * 3)]
    assert turns == sorted(turns)
    for first, last in zip(turns, turns[per_minute:], strict=False):
        assert last - first >= 60 - 1e-6


def test_the_first_few_go_at_once_and_the_rest_evenly() -> None:
    time = FakeTime()
    schedule = ProcessSchedule({"search": 110}, time.clock)
    waits = [schedule.reserve("search", None)[1] for _ in range(22)]
    assert waits[:20] == [0.0] * 20
    assert waits[20] == pytest.approx(60 / 90)
    assert waits[21] == pytest.approx(120 / 90)
    assert schedule.reserve(None, None) == (True, 0.0), "other calls are not held up"


def test_a_turn_that_is_too_late_is_refused_and_not_taken() -> None:
    time = FakeTime()
    schedule = ProcessSchedule({"search": 1}, time.clock)
    assert schedule.reserve("search", 5) == (True, 0.0)
    assert [schedule.reserve("search", 5)[0] for _ in range(3)] == [False] * 3
    assert schedule.reserve("search", None)[1] == pytest.approx(60)


def test_waiting_ends_by_the_deadline() -> None:
    time = FakeTime()
    limiter = Limiter(ProcessSchedule({"search": 1}, time.clock), time.clock, longest_wait=120)
    limiter.wait_for_turn("search", Deadline.after(time.clock, 10), "search.query")
    with pytest.raises(RateLimited) as caught:
        limiter.wait_for_turn("search", Deadline.after(time.clock, 10), "search.query")
    assert caught.value.delivery is Delivery.NOT_SENT
    assert caught.value.retry_after == pytest.approx(60)
    limiter.wait_for_turn("search", Deadline.after(time.clock, 100), "search.query")
    assert time.slept == [pytest.approx(60)]


def test_a_pause_holds_all_classes_and_the_longer_one_stands() -> None:
    time = FakeTime()
    schedule = ProcessSchedule({"search": 110}, time.clock)
    schedule.pause(30)
    schedule.pause(5)
    assert schedule.reserve(None, None)[1] == schedule.reserve("search", None)[1] == 30


def test_searches_of_a_client_keep_the_pace(connecting: Connecting, upstream: Upstream, time: FakeTime) -> None:
    upstream.answers(told({"totalResultCount": 0}))
    client = connecting(search_per_minute=10)
    for _ in range(5):
        client.search.query()
    assert sum(time.slept) == pytest.approx(3 * 60 / 8)


@pytest.fixture
def slug(redis_url: str) -> Iterator[str]:
    """A connection of its own; what it left in Redis is taken away."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    yield name
    server = redis.Redis.from_url(redis_url)
    for key in server.scan_iter(f"domoadmin:limit:{name}*"):
        server.delete(key)


def test_two_processes_share_turns_and_pauses(redis_url: str, slug: str) -> None:
    first, second = (SharedSchedule(open_redis(redis_url), slug, {"search": 110}, Clock()) for _ in range(2))
    waits = [schedule.reserve("search", None)[1] for schedule in [first, second] * 11]
    assert waits[:20] == [0.0] * 20
    assert 0.5 < waits[20] < 60 / 90 + 0.01
    assert first.reserve(None, None) == (True, 0.0)
    first.pause(40)
    second.pause(3)
    assert second.reserve(None, 10)[0] is False
    assert 39 < second.reserve(None, None)[1] <= 40
    assert second.reserve("search", None)[1] > 39


def test_a_pause_of_another_process_is_seen_within_a_tenth_of_a_second(
    redis_url: str, slug: str, time: FakeTime
) -> None:
    schedule = SharedSchedule(open_redis(redis_url), slug, {"search": 110}, time.clock)
    other = SharedSchedule(open_redis(redis_url), slug, {"search": 110}, Clock())
    assert schedule.reserve(None, 10) == (True, 0.0)
    other.pause(50)
    assert schedule.reserve("search", 10)[0] is False
    time.now += 0.1
    assert schedule.reserve(None, 10)[0] is False
    # One's own pause holds at once.
    third = SharedSchedule(open_redis(redis_url), f"{slug}-third", {}, time.clock)
    assert third.reserve(None, 10) == (True, 0.0)
    third.pause(50)
    assert third.reserve(None, 10)[0] is False


def test_threads_never_get_the_same_turn(redis_url: str, slug: str) -> None:
    schedule = SharedSchedule(open_redis(redis_url), slug, {"search": 60}, Clock())
    with ThreadPoolExecutor(8) as pool:
        waits = sorted(pool.map(lambda _: schedule.reserve("search", None)[1], range(60)))
    interval, _ = pace(60)
    assert waits[:12] == [0.0] * 12
    assert waits[59] == pytest.approx(48 * interval, abs=2)


def test_without_redis_each_process_keeps_the_limit_and_says_so_once(
    time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"redis://:password-in-url@127.0.0.1:{unused.getsockname()[1]}/0"
    schedule = SharedSchedule(open_redis(url), "away", {"search": 1}, time.clock)
    assert schedule.reserve("search", None) == (True, 0.0)
    assert schedule.reserve("search", 5)[0] is False
    time.now += 60
    assert schedule.reserve("search", 5)[0] is True
    schedule.pause(7)
    assert schedule.reserve(None, None)[1] == 7
    assert len(caplog.records) == 1
    assert "password-in-url" not in caplog.text


def test_redis_is_used_again_when_it_is_back(redis_url: str, slug: str, time: FakeTime) -> None:
    schedule = SharedSchedule(open_redis(redis_url), slug, {}, time.clock)
    schedule._leave(redis.ConnectionError("away"))
    other = SharedSchedule(open_redis(redis_url), slug, {}, time.clock)
    other.pause(50)
    assert schedule.reserve(None, None) == (True, 0.0)
    time.now += 20
    assert schedule.reserve(None, None)[1] > 40
