"""Walking the activity log through periods that follow each other, so that no offset grows large."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from domoadmin.services.errors import UnexpectedAnswer
from domoadmin.services.results import Listing
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.times import epoch_milliseconds

_DAY = 86_400_000
_SHORTEST = 60_000
# A period is made longer when it fits into one page and shorter when it takes more pages than this.
_MOST_PAGES = 20
_BEHIND_THE_END = 1_000_000_000


class ActivityLister(Protocol):
    """What is needed of the resource: one page of entries."""

    def list(
        self,
        start: int,
        end: int,
        offset: int | None = None,
        limit: int | None = None,
        object_type: str | Sequence[str] | None = None,
    ) -> Listing[ActivityEntry]:
        """Return a page of the entries from start to end, epoch milliseconds."""


class ActivityEntries:
    """Reads periods page by page.

    Entries have no id, so nothing is deduplicated: periods share no millisecond, and a period that is over takes no
    more entries, so its offsets stand still.
    """

    def __init__(self, log: ActivityLister, object_types: Sequence[str], page_size: int) -> None:
        self._log, self._object_types = log, list(object_types) or None
        self._page_size = page_size
        self._size_is_kept = False

    def between(self, start: int, end: int) -> Iterator[ActivityEntry]:
        """Yield the entries from start to end, both included, the latest period first."""
        length, upper = _DAY, end + 1
        while upper > start:
            lower = max(start, upper - length)
            found = 0
            for entry in self._period(lower, upper):
                found += 1
                yield entry
            if found < self._page_size:
                length *= 4
            elif found > _MOST_PAGES * self._page_size:
                length = max(_SHORTEST, length // 2)
            upper = lower

    def _period(self, lower: int, upper: int) -> Iterator[ActivityEntry]:
        """Yield the entries at or after `lower` and before `upper`.

        Whether the bounds of a call are included isn't documented: it asks for a little more and drops that again.
        """
        offset = 0
        before = b""
        while True:
            page = self._log.list(max(0, lower - 1), upper, offset, self._page_size, self._object_types)
            came, count = _fingerprint(page), len(page)
            if not count:
                return
            # Entries have no id: two pages may be equal because what happened was.
            if came == before and not self._heeds_offsets(lower, upper, came):
                if count < self._page_size:
                    return
                raise UnexpectedAnswer(
                    "the same page of the activity log came twice: it can't be read to its end",
                    request_id=page.request_id,
                    operation_id="activity_log.list",
                )
            for entry in page:
                if entry.time is None or lower <= epoch_milliseconds(entry.time) < upper:
                    yield entry
            # The next page is asked for without this one in memory: a walk of many threads keeps one page each.
            page.clear()
            offset, before = offset + count, came
            if self._is_last(count):
                return

    def _heeds_offsets(self, lower: int, upper: int, came: bytes) -> bool:
        """Say whether the offset counts: behind the end of a period the same page can't come again."""
        behind = self._log.list(max(0, lower - 1), upper, _BEHIND_THE_END, self._page_size, self._object_types)
        return _fingerprint(behind) != came

    def _is_last(self, came: int) -> bool:
        """Whether a page is the last one. A short page may only mean that the upstream allows no longer ones."""
        if came >= self._page_size:
            self._size_is_kept = True
            return False
        return self._size_is_kept


def _fingerprint(page: Sequence[ActivityEntry]) -> bytes:
    """Return what tells a page from another one, in a few bytes."""
    found = hashlib.sha256()
    for entry in page:
        found.update(repr(entry.raw).encode("utf-8", "surrogatepass"))
    return found.digest()
