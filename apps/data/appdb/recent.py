"""The collections that a person opened last: where no call lists them, an id is typed once and not again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from apps.connections.models import Connection

MOST = 12
_KEY = "appdb_recent"


@dataclass(frozen=True)
class Recent:
    """A collection by id, with its name where the upstream told it."""

    id: str
    name: str = ""


def recent(request: HttpRequest, connection: Connection) -> list[Recent]:
    """Return the collections of this connection that were opened last, the newest first."""
    kept: list[dict[str, str]] = request.session.get(_KEY, {}).get(connection.slug, [])
    return [Recent(each["id"], each["name"]) for each in kept]


def remember(request: HttpRequest, connection: Connection, collection_id: str, name: str) -> None:
    """Put a collection to the front; a name that is known stays where none is given."""
    before = recent(request, connection)
    known = name or next((each.name for each in before if each.id == collection_id), "")
    after = [Recent(collection_id, known), *(each for each in before if each.id != collection_id)][:MOST]
    if after != before:
        every: dict[str, Any] = request.session.get(_KEY, {})
        request.session[_KEY] = {**every, connection.slug: [{"id": each.id, "name": each.name} for each in after]}


def forget(request: HttpRequest, connection: Connection, collection_id: str) -> None:
    """Take a collection out."""
    every: dict[str, Any] = request.session.get(_KEY, {})
    kept = [{"id": each.id, "name": each.name} for each in recent(request, connection) if each.id != collection_id]
    request.session[_KEY] = {**every, connection.slug: kept}
