"""The switch for the mails of all scheduled reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

STORED, KEY = "report-mailing", "pauses"


class Mailing:
    """Made by `world.part(Mailing)`. Keeps when mails were switched off: epoch milliseconds, from and to."""

    def __init__(self, world: World) -> None:
        self._store = world.store
        self._pauses: list[list[int | None]] = (self._store.get(STORED, KEY) or {}).get("pauses", [])

    @property
    def revision(self) -> int:
        """Grows with each change."""
        return sum(2 if end else 1 for _, end in self._pauses)

    @property
    def enabled(self) -> bool:
        """Whether mails go out."""
        return not self._pauses or self._pauses[-1][1] is not None

    def set_enabled(self, enabled: bool) -> None:
        """Switches the mails; the same value again changes nothing."""
        with self._store.lock:
            if enabled == self.enabled:
                return
            if enabled:
                self._pauses = [*self._pauses[:-1], [self._pauses[-1][0], now_ms()]]
            else:
                self._pauses = [*self._pauses, [now_ms(), None]]
            self._store.put(STORED, KEY, {"pauses": self._pauses})

    def was_on(self, moment: int) -> bool:
        """Whether mails went out at a time."""
        return not any((start or 0) <= moment and (end is None or moment < end) for start, end in self._pauses)

    def check(self) -> None:
        """Refuses to send while mails are switched off; ApiError 409."""
        if not self.enabled:
            raise ApiError(409, "The mails of scheduled reports are switched off")
