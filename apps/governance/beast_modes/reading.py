"""Reads Beast Modes: a page by the documented search, or all of them, looked through here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from apps.connections.models import Connection
from apps.governance.beast_modes.filters import ORDERS, needs_looking_through, passes, upstream_filters
from apps.governance.beast_modes.people import ids_of
from domoadmin.services.client import Client
from domoadmin.services.resources.beast_modes import MOST_RESULTS
from domoadmin.services.results.base import Listing
from domoadmin.services.results.beast_modes import BeastMode

SECONDS = 60.0
KEPT_SECONDS = 60
# Pages of 5,000: a page of the list looks through so many and says so; jobs read all there are.
MOST_PAGES = 8


@dataclass(frozen=True)
class Found:
    """Some Beast Modes that match. looked_through: how many were read for it, 0 where Domo itself filtered.

    complete: False where there are more than were looked through.
    """

    rows: list[BeastMode]
    total: int
    looked_through: int
    complete: bool
    as_of: datetime
    request_id: str | None = None


@dataclass(frozen=True)
class Everything:
    """All Beast Modes whose name has some words, as they were read."""

    found: list[BeastMode]
    complete: bool
    as_of: datetime


def find(
    connection: Connection, words: str, filters: Mapping[str, Any], order: str, count: int, offset: int = 0
) -> Found:
    """Return one page. order: a name of ORDERS, "-" in front when descending. Raises UpstreamError."""
    client = connection.client()
    with client.deadline(SECONDS):
        if not needs_looking_through(filters, order):
            return _searched(client, words, filters, order, count, offset)
        rows, everything = _looked_through(connection, client, words, filters, order)
    looked = len(everything.found)
    return Found(rows[offset : offset + count], len(rows), looked, everything.complete, everything.as_of)


def find_all(connection: Connection, words: str, filters: Mapping[str, Any], order: str) -> Iterator[BeastMode]:
    """Yield all that match, in order, however many there are. Raises UpstreamError."""
    client = connection.client()
    resolved = with_owners(client, filters)
    yield from _ordered([each for each in walk(client, words, filters) if passes(each, resolved)], order)


def with_owners(client: Client, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters with the owner as ids of people; a name that nobody has leaves nothing."""
    resolved = dict(filters)
    owner = str(resolved.pop("owner", "") or "")
    if "owner_ids" in resolved or not owner:
        return resolved
    return resolved | {"owner_ids": ids_of(client, owner)}


def _searched(client: Client, words: str, filters: Mapping[str, Any], order: str, count: int, offset: int) -> Found:
    page: Listing[BeastMode] = client.beast_modes.search(
        name=words,
        filters=upstream_filters(filters),
        sort={"field": "name", "ascending": not order.startswith("-")},
        limit=count,
        offset=offset,
    )
    come = offset + len(page)
    # Where the upstream does not say how many there are, a full page means that there are more.
    total = page.total if page.total is not None else come + (len(page) >= count)
    return Found(list(page), max(total, come) if len(page) else total, 0, True, timezone.now(), page.request_id)


def _looked_through(
    connection: Connection, client: Client, words: str, filters: Mapping[str, Any], order: str
) -> tuple[list[BeastMode], Everything]:
    everything = all_of(connection, client, words, with_variables=bool(filters.get("variables")))
    resolved = with_owners(client, filters)
    return _ordered([each for each in everything.found if passes(each, resolved)], order), everything


def _ordered(found: list[BeastMode], order: str) -> list[BeastMode]:
    key = ORDERS.get(order.removeprefix("-"), ORDERS["name"])
    by_name = sorted(found, key=lambda each: (each.name.casefold(), each.id.zfill(20)))
    return sorted(by_name, key=key, reverse=order.startswith("-"))


def all_of(connection: Connection, client: Client, words: str, *, with_variables: bool = False) -> Everything:
    """Return what was read in the last minute, or read it now: at most 40,000."""
    words_key = sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    key = f"governance:beast-modes:{_generation(connection)}:{words_key}:{with_variables}"
    known = cache.get(key)
    if isinstance(known, Everything):
        return known
    found: dict[str, BeastMode] = {}
    complete = True
    for number, page in enumerate(_pages(client, words, {"variables": with_variables})):
        # What the upstream wrote word for word takes ten times the room, and no list shows it.
        found.update({each.id: replace(each, raw={}) for each in page})
        if number == MOST_PAGES - 1:
            complete = page.total is not None and len(found) >= page.total
            break
    everything = Everything(list(found.values()), complete, timezone.now())
    cache.set(key, everything, KEPT_SECONDS)
    return everything


def forget(connection: Connection) -> None:
    """Read everything anew next time: something was changed."""
    cache.set(_generation_key(connection), timezone.now().timestamp(), 2 * KEPT_SECONDS)


def _generation(connection: Connection) -> str:
    changed = cache.get(_generation_key(connection), 0)
    # A connection that was edited may be another instance.
    return f"{connection.pk}:{connection.updated.timestamp()}:{changed}"


def _generation_key(connection: Connection) -> str:
    return f"governance:beast-modes:changed:{connection.pk}"


def walk(client: Client, words: str = "", filters: Mapping[str, Any] | None = None) -> Iterator[BeastMode]:
    """Yield every Beast Mode whose name has the words, each once, however many there are. Raises UpstreamError."""
    seen: set[str] = set()
    for page in _pages(client, words, filters or {}):
        for each in page:
            if each.id and each.id not in seen:
                seen.add(each.id)
                yield each


def _pages(client: Client, words: str, filters: Mapping[str, Any]) -> Iterator[Listing[BeastMode]]:
    offset, seen = 0, set[str]()
    while True:
        page: Listing[BeastMode] = client.beast_modes.search(
            name=words, filters=upstream_filters(filters), limit=MOST_RESULTS, offset=offset
        )
        fresh = {each.id for each in page} - seen
        seen |= fresh
        yield page
        offset += len(page)
        # hasMore is documented; an upstream that ignores the offset would give the same page for ever.
        more = page.total is None or offset < page.total
        if not fresh or not more:
            return
