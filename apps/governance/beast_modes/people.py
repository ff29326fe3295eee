"""The names behind the ids of owners: Beast Modes tell ids alone."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import cache

from apps.connections.models import Connection
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import SearchPage
from domoadmin.services.search_filters import term

KEPT_SECONDS = 600
MOST_AT_ONCE = 100
PEOPLE = 100


def names_of(connection: Connection, client: Client, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of the people whom the search knows of these ids, by one call for those not known lately."""
    wanted = list(dict.fromkeys(each for each in ids if each))
    keys = {_key(connection, each): each for each in wanted}
    known = {keys[key]: name for key, name in cache.get_many(keys).items()}
    missing = [each for each in wanted if each not in known][:MOST_AT_ONCE]
    if missing:
        found = _found(client, missing)
        if found is not None:
            # Who is not found is not asked for again with every page.
            cache.set_many({_key(connection, each): found.get(each, "") for each in missing}, KEPT_SECONDS)
            known |= found
    return {each: name for each, name in known.items() if name}


def _found(client: Client, ids: list[str]) -> dict[str, str] | None:
    """Return the names; None where they can't be had now: a page shows the ids then, and does not fail."""
    try:
        page: SearchPage = client.search.query(
            entities=["user"], query="*", filters=[term("databaseId", *ids)], count=len(ids), offset=0
        )
    except UpstreamError:
        return None
    wanted = set(ids)
    # An upstream that ignores the filter answers other people.
    return {hit.id: hit.name for hit in page.hits if hit.id in wanted and hit.name}


def ids_of(client: Client, words: str) -> list[str]:
    """Return the ids of the people meant: a number is one, else all whose name has the words (at most 100)."""
    words = words.strip()
    if words.isdecimal():
        return [words]
    page: SearchPage = client.search.query(entities=["user"], query=f"*{words}*", count=PEOPLE, offset=0)
    return [hit.id for hit in page.hits if hit.id and words.casefold() in hit.name.casefold()]


def _key(connection: Connection, person: str) -> str:
    return f"governance:person:{connection.pk}:{connection.updated.timestamp()}:{person}"
