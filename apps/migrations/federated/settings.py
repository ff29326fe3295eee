"""How a wave runs: how many at once, waves and pauses, the hours it may run in, and when it stops by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.core.formats import format_duration

MOST_AT_ONCE = 20
MOST_PAUSE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Window:
    """The hours of each day in which migrations may begin; one that ends before it begins goes past midnight."""

    opens: time
    closes: time
    zone: str

    def opening(self, now: datetime) -> datetime | None:
        """Return when it opens next; None while it is open."""
        local = now.astimezone(ZoneInfo(self.zone))
        if self._is_open(local.time()):
            return None
        today = datetime.combine(local.date(), self.opens, local.tzinfo)
        return today if today > local else datetime.combine(local.date() + timedelta(days=1), self.opens, local.tzinfo)

    def closing(self, now: datetime) -> datetime | None:
        """Return when it closes; None while it is closed."""
        local = now.astimezone(ZoneInfo(self.zone))
        if not self._is_open(local.time()):
            return None
        today = datetime.combine(local.date(), self.closes, local.tzinfo)
        return today if today > local else today + timedelta(days=1)

    def _is_open(self, at: time) -> bool:
        if self.opens <= self.closes:
            return self.opens <= at < self.closes
        return at >= self.opens or at < self.closes

    def __str__(self) -> str:
        return f"{self.opens:%H:%M} to {self.closes:%H:%M} ({self.zone})"


@dataclass(frozen=True)
class WaveSettings:
    """What a person sets. wave_size 0: all in one wave; a limit of 0 never stops.

    stop_incomplete counts INCOMPLETE and unknown outcomes, stop_failures these and ABORTED and refused calls.
    """

    at_once: int = 1
    wave_size: int = 0
    pause_seconds: int = 0
    window: Window | None = None
    stop_incomplete: int = 1
    stop_failures: int = 3

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> WaveSettings:
        """Read them from a job's params."""
        window = values.get("window")
        return cls(
            at_once=max(1, int(values.get("at_once", 1))),
            wave_size=int(values.get("wave_size", 0)),
            pause_seconds=int(values.get("pause_seconds", 0)),
            window=Window(time.fromisoformat(window["opens"]), time.fromisoformat(window["closes"]), window["zone"])
            if window
            else None,
            stop_incomplete=int(values.get("stop_incomplete", 1)),
            stop_failures=int(values.get("stop_failures", 3)),
        )

    @property
    def params(self) -> dict[str, Any]:
        """Return them as a job keeps them."""
        window = self.window
        return {
            "at_once": self.at_once,
            "wave_size": self.wave_size,
            "pause_seconds": self.pause_seconds,
            "window": {"opens": f"{window.opens:%H:%M}", "closes": f"{window.closes:%H:%M}", "zone": window.zone}
            if window
            else None,
            "stop_incomplete": self.stop_incomplete,
            "stop_failures": self.stop_failures,
        }

    def wave_of(self, position: int) -> int:
        """Return the number of the wave, from 0, that an item belongs to."""
        return position // self.wave_size if self.wave_size else 0

    @property
    def pace(self) -> str:
        """Say how many at once and in which waves."""
        words = "one at a time" if self.at_once == 1 else f"{self.at_once} at once"
        if not self.wave_size:
            return words
        if self.wave_size == 1:
            return f"{words}, {format_duration(self.pause_seconds)} between" if self.pause_seconds else words
        pause = f" with {format_duration(self.pause_seconds)} between" if self.pause_seconds else ""
        return f"{words}, in waves of {self.wave_size:,}{pause}"

    @property
    def stop_rule(self) -> str:
        """Say when it stops by itself."""
        parts = [f"{self.stop_incomplete:,} INCOMPLETE"] if self.stop_incomplete else []
        if self.stop_failures:
            parts.append(f"{self.stop_failures:,} {'failure' if self.stop_failures == 1 else 'failures'} of any kind")
        return " or ".join(parts) or "nothing: it runs to its end"
