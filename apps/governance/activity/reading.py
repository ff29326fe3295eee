"""The bounded read of the log that a page is drawn from: so many entries, never the whole of a large range."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.core.cache import cache
from django.utils import timezone

from apps.connections.models import Connection
from apps.core.json_text import digest
from apps.core.side_by_side import answer_of, side_by_side
from apps.governance.activity.entries import readable
from apps.governance.activity.periods import Period, moment
from domoadmin.services.client import Client
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.times import epoch_milliseconds

PAGE = 1_000
# What a page reads, and what it reads when asked to look deeper.
DEPTHS = (5_000, 20_000)
AT_ONCE = 4
# An upstream that gives ten entries on a page must not be asked five hundred times for one page of ours.
MOST_PAGES = 70
SECONDS = 30.0
# The pages of one list, its charts and an export form show the same read; two people share it, as they share the token.
KEEP_SECONDS = 45
TYPES_SECONDS = 600


@dataclass(frozen=True)
class Reading:
    """Entries as Domo listed them. whole: these are all of the period; at: when they were read."""

    period: Period
    entries: tuple[ActivityEntry, ...]
    whole: bool
    depth: int
    at: datetime

    @property
    def oldest(self) -> datetime | None:
        """Return the time of the earliest entry that was read."""
        return min((entry.time for entry in self.entries if entry.time), default=None)

    @property
    def newest(self) -> datetime | None:
        """Return the time of the latest entry that was read."""
        return max((entry.time for entry in self.entries if entry.time), default=None)

    @property
    def deeper(self) -> int:
        """Return the next larger depth; 0 when all was read or there is none."""
        return 0 if self.whole else next((depth for depth in DEPTHS if depth > self.depth), 0)

    @property
    def tells_ids(self) -> bool:
        """Say whether entries name their objects by id, which Domo does and its document does not show."""
        return any(entry.object_id for entry in self.entries)


def read(connection: Connection, period: Period, object_types: Sequence[str], depth: int = DEPTHS[0]) -> Reading:
    """Return the first entries of the period, as kept from a moment ago or read now. Raises UpstreamError."""
    key = f"activity:{connection.pk}:{digest([connection.base_url, period.key, sorted(object_types), depth])}"
    kept = cache.get(key)
    if kept is not None:
        return _unpacked(kept, period)
    found = _read_now(connection.client(), period, object_types, depth)
    cache.set(key, _packed(found), KEEP_SECONDS)
    return found


def _read_now(client: Client, period: Period, object_types: Sequence[str], depth: int) -> Reading:
    at = timezone.now()

    def page(offset: int) -> list[ActivityEntry]:
        return list(client.activity_log.list(period.start, period.end, offset, PAGE, list(object_types) or None))

    with client.deadline(SECONDS):
        entries = page(0)
    size = len(entries)
    # A shorter page than was asked for is the last one, or the upstream allows no longer ones: such limits are round.
    whole = size < PAGE and (size % 10 != 0 or size == 0)
    if not whole:
        further, whole = _further(client, page, entries, depth)
        entries += further
    inside = [readable(entry) for entry in entries if period.holds(entry.time)]
    return Reading(period, tuple(inside[:depth]), whole and len(inside) <= depth, depth, at)


def _further(
    client: Client, page: Callable[[int], list[ActivityEntry]], first: list[ActivityEntry], depth: int
) -> tuple[list[ActivityEntry], bool]:
    """Return what follows the first page, some pages at once, up to the depth; and whether the log ended there."""
    size, pages, last = len(first), 1, first
    found: list[ActivityEntry] = []
    while size + len(found) <= depth and pages < MOST_PAGES:
        wanted = min(AT_ONCE, -(-(depth + 1 - size - len(found)) // size))
        calls = [partial(page, (pages + number) * size) for number in range(wanted)]
        for came in map(answer_of, side_by_side(client, SECONDS, calls)):
            if came and [each.raw for each in came] == [each.raw for each in last]:
                # An upstream that ignores the offset gives the same page for ever.
                return found, False
            found += came
            if len(came) < size:
                return found, True
            last = came
        pages += wanted
    return found, False


def _packed(found: Reading) -> bytes:
    content = {
        "entries": [dict(entry.raw) for entry in found.entries],
        "whole": found.whole,
        "depth": found.depth,
        "at": epoch_milliseconds(found.at),
        "period": [found.period.start, found.period.end],
    }
    return zlib.compress(json.dumps(content).encode(), 1)


def _unpacked(kept: bytes, period: Period) -> Reading:
    content = json.loads(zlib.decompress(kept))
    start, end = content["period"]
    entries = tuple(map(ActivityEntry.from_raw, content["entries"]))
    return Reading(
        replace(period, start=start, end=end), entries, content["whole"], content["depth"], moment(content["at"])
    )


def object_types_of(connection: Connection) -> list[str]:
    """Return the object types that entries can have, as the upstream enumerates them. Raises UpstreamError."""
    key = f"activity-types:{connection.pk}:{digest(connection.base_url)}"
    known: list[str] | None = cache.get(key)
    if known is None:
        client = connection.client()
        with client.deadline(SECONDS):
            known = sorted(set(client.activity_log.list_object_types()))
        cache.set(key, known, TYPES_SECONDS)
    return known


def entry_at(client: Client, at: int, object_types: Sequence[str]) -> list[ActivityEntry]:
    """Return the entries of one millisecond. Raises UpstreamError.

    Whether the bounds of a call are included isn't documented, so it asks for a little more.
    """
    with client.deadline(SECONDS):
        found = client.activity_log.list(at - 1, at + 1, 0, PAGE, list(object_types) or None)
    return [readable(entry) for entry in found if entry.time and epoch_milliseconds(entry.time) == at]
