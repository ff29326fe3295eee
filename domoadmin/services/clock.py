"""Time and chance as parameters, so that tests need no waiting and no luck."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """Seconds: `monotonic` for spans, `sleep` waits, `chance` gives a number from 0 up to 1."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


@dataclass(frozen=True)
class Deadline:
    """The moment by which a call with all its attempts and waits must be over; None is no end."""

    clock: Clock
    ends: float | None

    @classmethod
    def after(cls, clock: Clock, *seconds: float | None) -> Deadline:
        """Return the deadline after the shortest of these spans; None among them means no limit."""
        spans = [span for span in seconds if span is not None]
        return cls(clock, clock.monotonic() + min(spans) if spans else None)

    @property
    def left(self) -> float | None:
        """Seconds that are left, at least 0; None when there is no end."""
        return None if self.ends is None else max(0.0, self.ends - self.clock.monotonic())

    def allows(self, seconds: float) -> bool:
        """Whether a wait of so many seconds ends before the deadline."""
        left = self.left
        return left is None or seconds < left
