"""Waiting for something to become true, with a deadline; the only place in the tests that sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_until(look: Callable[[], Value], what: str, seconds: float = 60.0, every: float = 0.02) -> Value:
    """Call `look` until it returns something true and return that; AssertionError after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = look()
        if value:
            return value
        assert time.monotonic() < deadline, f"After {seconds} s still not: {what}"
        time.sleep(every)
