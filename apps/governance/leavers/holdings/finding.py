"""Finding what a person holds: by the search with an owner, and thing by thing where no listing tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound
from domoadmin.services.results import SearchHit

OWNED_BY = "owned_by_id"
READERS = 6
# So many calls a count may make, one for each thing.
MOST_TO_COUNT = 400

Item = TypeVar("Item")
Read = TypeVar("Read")


def read_each(items: Iterable[Item], read: Callable[[Item], Read]) -> Iterator[tuple[Item, Read]]:
    """Yield each item with what a call tells of it, some calls at a time, in order: where no listing tells."""
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="leaver-read")
    waiting = iter(items)
    try:
        while some := list(islice(waiting, 8 * READERS)):
            yield from zip(some, readers.map(read, some), strict=True)
    finally:
        readers.shutdown(wait=False, cancel_futures=True)


def found_by_owner(client: Client, entity: str, leaver: str) -> Iterator[SearchHit]:
    """Yield what the search says that a person owns, however much it is.

    A hit that names other owners is left out; one that names none is told, and its state is read before it counts.
    """
    for hit in client.search.walk_all(entities=[entity], query="*", filters=[filters.term(OWNED_BY, leaver)]):
        if hit.id and is_told_of(hit, leaver):
            yield hit


def is_told_of(hit: SearchHit, leaver: str) -> bool:
    """Say whether a hit may be the person's."""
    owners = owners_of(hit)
    return not owners or leaver in owners


def count_by_owner(client: Client, entity: str, leaver: str, most: int) -> tuple[int, list[str]]:
    """Return what the search counts, and some names, by one call."""
    criteria = filters.term(OWNED_BY, leaver)
    page = client.search.query(entities=[entity], query="*", filters=[criteria], count=max(most, 1))
    hits = [hit for hit in page.hits if is_told_of(hit, leaver)]
    if len(hits) < len(page.hits):
        # This upstream doesn't filter by owner: only looking at all of them tells.
        names = [hit.name or hit.id for hit in found_by_owner(client, entity, leaver)]
        return len(names), names[:most]
    return (len(hits) if page.total is None else page.total), [hit.name or hit.id for hit in hits[:most]]


def owners_of(hit: SearchHit) -> set[str]:
    """Return the ids of all owners that a hit names."""
    listed = hit.raw.get("owners")
    named = {str(owner.get("id")) for owner in listed if isinstance(owner, dict)} if isinstance(listed, list) else set()
    return {owner.partition(":")[0] for owner in named | ({hit.owner_id} if hit.owner_id else set())}


def hit_of(client: Client, entity: str, identifier: str) -> SearchHit:
    """Return what the search says of one thing. Raises NotFound where it finds none."""
    criteria = [filters.term("databaseId", identifier)]
    for hit in client.search.query(entities=[entity], query="*", filters=criteria, count=5):
        if hit.id == identifier:
            return hit
    raise NotFound(f"The search finds no {entity} {identifier}", operation_id="search.query")
