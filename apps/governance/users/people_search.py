"""Finds people: page by page by the users search where it can answer, else among all of the documented listing.

The users search stands in no document (facts.md, 1.5). It knows roles and departments, but not who is active or when
somebody was last seen, and an upstream may lack it or leave a filter unheeded: each page is looked at before it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from django.core.cache import cache
from django.utils import timezone

from apps.connections.models import Connection
from apps.core.optional_calls import if_told, tells_nothing
from apps.governance.users.directory import directory, role_names
from apps.governance.users.filters import BY_SEARCH, fits
from apps.governance.users.rows import PersonRow, row_of
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import Listing
from domoadmin.services.results import User as Person

# The columns that the list can be ordered by; of these the search knows some, by its own names.
ORDERS = {name: name for name in ("name", "email", "title", "department", "role", "seen", "created")}
_SEARCH_ORDERS = {"name": "displayName", "email": "emailAddress", "title": "title", "department": "department"}
_LACKS_SECONDS = 300
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class PeopleQuery:
    """What is looked for. order: a column of the list."""

    words: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    order: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class PeoplePage:
    """Some of the people who match, and how many do. visible: how many there are, where that is known.

    listed: they were found among everybody. lacking: because this upstream has no users search.
    """

    rows: list[PersonRow]
    total: int
    visible: int | None = None
    listed: bool = False
    lacking: bool = False
    request_id: str | None = None
    as_of: datetime = field(default_factory=timezone.now)


def find_people(
    connection: Connection, client: Client, query: PeopleQuery, count: int, offset: int = 0, *, now: datetime
) -> PeoplePage:
    """Return one page of the people who match."""
    lacking = cache.get(_lacks_key(connection)) is True
    if not lacking and _search_knows(query):
        found = _by_search(connection, client, query, count, offset, now)
        if found is not None:
            return found
        lacking = cache.get(_lacks_key(connection)) is True
    return _among_everybody(connection, client, query, count, offset, now, lacking=lacking)


def _search_knows(query: PeopleQuery) -> bool:
    return query.order in _SEARCH_ORDERS and not set(query.filters) - BY_SEARCH


def _by_search(
    connection: Connection, client: Client, query: PeopleQuery, count: int, offset: int, now: datetime
) -> PeoplePage | None:
    """Return a page by one call; None where the upstream has no such search, or it did not do what was asked."""
    try:
        answer = _searched(client, query, count, offset)
    except UpstreamError as error:
        if not tells_nothing(error):
            raise
        # A refused argument says nothing of the search as such.
        if error.status not in (400, 422) or not (query.words or query.filters):
            cache.set(_lacks_key(connection), True, _LACKS_SECONDS)
        return None
    if answer and not any(person.id for person in answer):
        cache.set(_lacks_key(connection), True, _LACKS_SECONDS)
        return None
    roles = role_names(connection, client)
    rows = [row_of(person, roles) for person in answer if person.id]
    if answer.total is None or len(rows) > count or not all(fits(row, query.words, query.filters, now) for row in rows):
        return None
    visible = None if query.words or query.filters else answer.total
    total = max(answer.total, offset + len(rows)) if rows else answer.total
    return PeoplePage(rows, total, visible, request_id=answer.request_id)


def _searched(client: Client, query: PeopleQuery, count: int, offset: int) -> Listing[Person]:
    filters: list[dict[str, Any]] = []
    ids: list[str] = []
    words = query.words.strip()
    if words.isdecimal():
        ids.append(words)
    elif words:
        filters.append(
            {"filterType": "text", "field": "emailAddress" if "@" in words else "displayName", "text": words}
        )
    if query.filters.get("role"):
        filters.append({"filterType": "value", "field": "roleId", "values": [query.filters["role"]]})
    if query.filters.get("department"):
        filters.append({"filterType": "value", "field": "department", "values": [query.filters["department"]]})
    direction: Literal["ASC", "DESC"] = "DESC" if query.descending else "ASC"
    return client.users.search(
        filters=filters, ids=ids, sort=(_SEARCH_ORDERS[query.order], direction), limit=count, offset=offset
    )


def _among_everybody(
    connection: Connection,
    client: Client,
    query: PeopleQuery,
    count: int,
    offset: int,
    now: datetime,
    *,
    lacking: bool,
) -> PeoplePage:
    known = directory(connection, client)
    rows = [person for person in known.people if fits(person, query.words, query.filters, now)]
    rows.sort(key=lambda person: (person.name.casefold(), person.id))
    rows.sort(key=lambda person: _order(person, query.order), reverse=query.descending)
    shown = rows[offset : offset + count]
    return PeoplePage(shown, len(rows), len(known.people), listed=True, lacking=lacking, as_of=known.as_of)


def _order(person: PersonRow, order: str) -> Any:
    value = getattr(person, ORDERS.get(order, "name"))
    if order in ("seen", "created"):
        return value or _NEVER
    return str(value).casefold()


def people_by_id(connection: Connection, client: Client, ids: list[str]) -> dict[str, PersonRow]:
    """Return these people by one call, as far as the upstream has the call; the others are missing."""
    if not ids or cache.get(_lacks_key(connection)) is True:
        return {}
    found = if_told(lambda: client.users.search(ids=ids, limit=len(ids)))
    wanted = set(ids)
    roles = role_names(connection, client) if found else {}
    return {person.id: row_of(person, roles) for person in found or () if person.id in wanted}


def _lacks_key(connection: Connection) -> str:
    return f"governance:users:no-search:{connection.pk}:{connection.updated.timestamp()}"
