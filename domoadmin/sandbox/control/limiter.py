"""The search API's limit of requests per minute."""

from __future__ import annotations

import time
from collections import deque

from domoadmin.sandbox.errors import ApiError


class MinuteLimiter:
    """Counts requests within the last 60 seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def take(self, limit: int) -> None:
        """Counts one request; ApiError 429 when the last minute is used up. A limit of 0 means none."""
        now = time.monotonic()
        while self._times and self._times[0] <= now - 60:
            self._times.popleft()
        if limit and len(self._times) >= limit:
            raise ApiError(429, "Search rate limit exceeded", retryAfter=max(1, round(self._times[0] + 60 - now)))
        self._times.append(now)
