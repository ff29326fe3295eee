"""Finding domains by words. The API has no search: its LIST tells the whole tree by one call, kept for a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.core.cache import cache
from django.utils import timezone

from apps.connections.models import Connection
from apps.governance.domains.levels import can_be_addressed, top_page
from apps.governance.domains.walking import Step, walk_below, within
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.resources.domains import ListAttribute

KEPT_SECONDS = 60
# A larger tree is read anew each time rather than kept.
MOST_KEPT = 50_000
LIST_SECONDS = 25.0
# Where LIST is refused, the tree is walked for so long, and the page says how far it came.
WALK_SECONDS, MOST_WALKED = 8.0, 2_000
LONGEST_DESCRIPTION = 200
WALKED: tuple[ListAttribute, ...] = ("id", "name", "description", "parents")


@dataclass(frozen=True)
class Known:
    """A domain as a search knows it; parent_id is empty at the top and where the upstream doesn't tell."""

    id: str
    name: str
    description: str
    parent_id: str

    @property
    def title(self) -> str:
        """Return what people call it."""
        return self.name or self.id


@dataclass(frozen=True)
class Index:
    """All domains in sight; complete: none is missing; refusal: why LIST could not be used, in the upstream's words."""

    domains: tuple[Known, ...]
    as_of: datetime
    complete: bool = True
    refusal: str = ""
    by_id: dict[str, Known] = field(default_factory=dict, compare=False)

    def above(self, domain_id: str) -> list[Known]:
        """Return the domains above one, topmost first."""
        found: list[Known] = []
        known = self.by_id.get(domain_id)
        while known is not None and (known := self.by_id.get(known.parent_id)) is not None and known not in found:
            found.append(known)
        return found[::-1]

    @cached_property
    def _children(self) -> dict[str, list[Known]]:
        children: dict[str, list[Known]] = {}
        for known in self.domains:
            children.setdefault(known.parent_id, []).append(known)
        return children

    def has_a_place(self, domain_id: str) -> bool:
        """Say whether the tree tells what is below a domain: of those outside the home domain, LIST doesn't."""
        known = self.by_id.get(domain_id)
        return known is not None and bool(known.parent_id or self._children.get(domain_id))

    def below(self, domain_id: str) -> list[tuple[Known, int]]:
        """Return everything below a domain with its depth (1 right below), each parent before what is below it."""
        found: list[tuple[Known, int]] = []
        waiting = [(known, 1) for known in reversed(self._children.get(domain_id, []))]
        while waiting and len(found) <= len(self.domains):
            known, depth = waiting.pop()
            found.append((known, depth))
            waiting.extend((child, depth + 1) for child in reversed(self._children.get(known.id, [])))
        return found

    def matching(self, words: str) -> Iterator[Known]:
        """Yield what has all words in name, id or description: names that begin with them first."""
        wanted = words.casefold().split()
        hits = [each for each in self.domains if wanted and _has(each, wanted)]
        start = words.casefold().strip()
        yield from sorted(hits, key=lambda each: (not each.title.casefold().startswith(start), each.title.casefold()))


def _has(known: Known, wanted: list[str]) -> bool:
    text = f"{known.name}\n{known.id}\n{known.description}".casefold()
    return all(word in text for word in wanted)


def _key(connection: Connection) -> str:
    return f"governance:domains:{connection.pk}:{connection.updated.timestamp()}"


def forget(connection: Connection) -> None:
    """Forget the kept tree, after a change."""
    cache.delete(_key(connection))


def index_of(connection: Connection, *, fresh: bool = False) -> Index:
    """Return all domains that the token sees, from the last minute unless `fresh`. Raises UpstreamError."""
    kept = None if fresh else cache.get(_key(connection))
    if kept is None:
        kept = _read(connection.client())
        if len(kept[0]) <= MOST_KEPT:
            cache.set(_key(connection), kept, KEPT_SECONDS)
    rows, as_of, complete, refusal = kept
    domains = tuple(Known(*row) for row in rows)
    return Index(domains, as_of, complete, refusal, {each.id: each for each in domains})


# What is kept: rows of (id, name, description, parent id), when they were read, whether that is all, a refusal.
Kept = tuple[list[tuple[str, str, str, str]], datetime, bool, str]


def _read(client: Client) -> Kept:
    now = timezone.now()
    try:
        with client.deadline(LIST_SECONDS):
            tree = client.domains.list(("name", "description"))
    except UpstreamError as error:
        rows, complete = _walked(client)
        return rows, now, complete, str(error)
    rows = []
    above: list[str] = []
    for depth, node in tree.nodes():
        del above[depth:]
        parent = above[-1] if above else ""
        above.append(node.id)
        if can_be_addressed(node.id):
            rows.append((node.id, node.name.strip(), node.description[:LONGEST_DESCRIPTION], parent))
    return rows, now, True, ""


def _walked(client: Client) -> tuple[list[tuple[str, str, str, str]], bool]:
    """Walk from the topmost domains, as far as time allows; LIST needs a right that the lists don't."""
    page = top_page(client)
    rows = [(each.id, each.name.strip(), each.description[:LONGEST_DESCRIPTION], "") for each in page.domains]
    complete = not page.marker
    end = time.monotonic() + WALK_SECONDS
    for top in page.domains:
        steps, whole = within(walk_below(client, top.id, WALKED), end - time.monotonic(), MOST_WALKED - len(rows))
        rows += [_row(step) for step in steps]
        if not whole:
            return rows, False
    return rows, complete


def _row(step: Step) -> tuple[str, str, str, str]:
    domain = step.domain
    return domain.id, domain.name.strip(), domain.description[:LONGEST_DESCRIPTION], step.above[-1]
