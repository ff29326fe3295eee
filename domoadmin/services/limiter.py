"""Rate limits shared by all processes that use a connection.

A class of calls with a limit ("search") gets its turns from one schedule (the generic cell rate algorithm): a few at
once, the rest evenly spread, never more than the limit in any minute. A turn is reserved when it is asked for, so a
caller sleeps once and nobody polls. A 429 pauses the whole connection, for everyone.

With Redis the schedule is shared; without it, or while it can't be reached, each process keeps its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Protocol, cast

import redis

from domoadmin.services.clock import Clock, Deadline
from domoadmin.services.errors import Delivery, RateLimited

logger = logging.getLogger(__name__)

_REDIS_SECONDS = 1.0
_SECONDS_WITHOUT_REDIS = 15.0
_MINUTE = 60.0
# Asking Redis costs as much as a fifth of a call on the same machine. That nobody had paused the connection is believed
# for this long by calls that no class limits: as long as a call that is on its way could have missed it anyway.
_SECONDS_WITHOUT_PAUSE = 0.1

# Redis tells the time, so that processes on several machines agree. Times are microseconds.
# KEYS: schedule (may be empty), pause. ARGV: interval, tolerance, longest wait (-1: none). Returns {reserved, wait}.
_RESERVE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local start = tonumber(redis.call('GET', KEYS[2]) or '0')
if start < now then start = now end
local interval, tolerance, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local turn, next = start, nil
if interval > 0 then
  local due = tonumber(redis.call('GET', KEYS[1]) or '0')
  if due < start then due = start end
  if due - tolerance > turn then turn = due - tolerance end
  next = due + interval
end
local wait = turn - now
if longest >= 0 and wait > longest then return {0, wait} end
if next then redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1000) end
return {1, wait}
"""

# KEYS: pause. ARGV: length. A longer pause stands.
_PAUSE = """
local t = redis.call('TIME')
local ends = t[1] * 1000000 + t[2] + tonumber(ARGV[1])
local present = tonumber(redis.call('GET', KEYS[1]) or '0')
if ends > present then
  redis.call('SET', KEYS[1], string.format('%.0f', ends), 'PX', math.ceil(tonumber(ARGV[1]) / 1000) + 1)
end
return 1
"""


class Schedule(Protocol):
    """Hands out turns. Waits are seconds."""

    def reserve(self, limit: str | None, longest: float | None) -> tuple[bool, float]:
        """Reserve the next turn of a class: (True, wait), or (False, wait) when that is more than `longest`."""

    def pause(self, seconds: float) -> None:
        """Give no turn of any class for so long."""


def pace(per_minute: int) -> tuple[float, float]:
    """Return (interval, tolerance) in seconds so that no minute ever holds more than `per_minute` turns."""
    at_once = min(20, max(1, per_minute // 5))
    interval = _MINUTE / max(1, per_minute - at_once)
    return interval, interval * (at_once - 1)


class ProcessSchedule:
    """The schedule of one process, for when there is no Redis."""

    def __init__(self, limits: Mapping[str, int], clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}
        self._paused_until = float("-inf")

    def reserve(self, limit: str | None, longest: float | None) -> tuple[bool, float]:
        """Reserve the next turn of a class: (True, wait), or (False, wait) when that is more than `longest`."""
        with self._lock:
            now = self._clock.monotonic()
            turn = start = max(now, self._paused_until)
            if limit is not None and limit in self._limits:
                interval, tolerance = pace(self._limits[limit])
                due = max(start, self._due.get(limit, start))
                turn = max(start, due - tolerance)
                if longest is None or turn - now <= longest:
                    self._due[limit] = due + interval
            return longest is None or turn - now <= longest, turn - now

    def pause(self, seconds: float) -> None:
        """Give no turn of any class for so long."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)


class SharedSchedule:
    """The schedule in Redis, with the process's own in its place while Redis can't be reached."""

    def __init__(self, server: redis.Redis, slug: str, limits: Mapping[str, int], clock: Clock) -> None:
        self._slug = slug
        self._limits = limits
        self._clock = clock
        self._own = ProcessSchedule(limits, clock)
        self._reserve = server.register_script(_RESERVE)
        self._pause = server.register_script(_PAUSE)
        self._without_until = float("-inf")
        self._unpaused_until = float("-inf")

    def reserve(self, limit: str | None, longest: float | None) -> tuple[bool, float]:
        """Reserve the next turn of a class: (True, wait), or (False, wait) when that is more than `longest`."""
        if self._is_away():
            return self._own.reserve(limit, longest)
        per_minute = self._limits.get(limit) if limit else None
        asked = self._clock.monotonic()
        if per_minute is None and asked < self._unpaused_until:
            return True, 0.0
        interval, tolerance = pace(per_minute) if per_minute else (0.0, 0.0)
        most = -1 if longest is None else int(longest * 1e6)
        try:
            keys = [self._key(f"turns:{limit}"), self._key("pause")]
            found = self._reserve(keys=keys, args=[int(interval * 1e6), int(tolerance * 1e6), most])
        except redis.RedisError as error:
            self._leave(error)
            return self._own.reserve(limit, longest)
        reserved, wait = cast(list[int], found)
        if per_minute is None and not wait:
            self._unpaused_until = asked + _SECONDS_WITHOUT_PAUSE
        return bool(reserved), wait / 1e6

    def pause(self, seconds: float) -> None:
        """Give no turn of any class for so long."""
        self._own.pause(seconds)
        self._unpaused_until = float("-inf")
        if self._is_away():
            return
        try:
            self._pause(keys=[self._key("pause")], args=[int(seconds * 1e6)])
        except redis.RedisError as error:
            self._leave(error)

    def _key(self, name: str) -> str:
        return f"domoadmin:limit:{self._slug}:{name}"

    def _is_away(self) -> bool:
        return self._clock.monotonic() < self._without_until

    def _leave(self, error: redis.RedisError) -> None:
        if self._without_until == float("-inf"):
            logger.warning(
                "Redis can't be reached (%s): each process keeps the rate limit of %s by itself",
                type(error).__name__,
                self._slug,
            )
        self._without_until = self._clock.monotonic() + _SECONDS_WITHOUT_REDIS


class Limiter:
    """Lets a call wait for its turn."""

    def __init__(self, schedule: Schedule, clock: Clock, longest_wait: float) -> None:
        self._schedule = schedule
        self._clock = clock
        self._longest_wait = longest_wait

    def wait_for_turn(self, limit: str | None, deadline: Deadline, operation_id: str) -> None:
        """Sleep until it is this call's turn; raises RateLimited (nothing sent) when that would take too long."""
        left = deadline.left
        longest = self._longest_wait if left is None else min(left, self._longest_wait)
        reserved, wait = self._schedule.reserve(limit, longest)
        if not reserved:
            raise RateLimited(
                f"its turn comes in {wait:.0f} s",
                delivery=Delivery.NOT_SENT,
                retry_after=wait,
                operation_id=operation_id,
            )
        if wait > 0:
            # All who wait for the end of a pause would otherwise start in the same moment.
            spread = 0.0 if limit is not None else self._clock.chance() * min(0.5, wait * 0.1)
            self._clock.sleep(wait + spread)

    def pause(self, seconds: float) -> None:
        """Let nobody call this connection for so many seconds."""
        self._schedule.pause(seconds)


def open_redis(url: str) -> redis.Redis:
    """Return a Redis client that gives up after a second, so that a call never hangs on the limiter."""
    return redis.Redis.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)
