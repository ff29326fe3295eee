"""Everybody of the instance, by the documented listing ("Get All Users"), and the names of roles; kept for a minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from apps.connections.models import Connection
from apps.core.optional_calls import if_told
from apps.governance.users.rows import PersonRow, row_of
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest
from domoadmin.services.paging import Page, walk
from domoadmin.services.results import UpstreamRole
from domoadmin.services.results import User as Person

PAGE = 500
KEPT_SECONDS = 60


@dataclass(frozen=True)
class Directory:
    """Everybody whom the token sees, in the order of the upstream, and when that was read."""

    people: tuple[PersonRow, ...]
    as_of: datetime = field(default_factory=timezone.now)

    def values(self, attribute: str) -> list[tuple[str, int]]:
        """Return the values that people have in an attribute, with how many have each, the most frequent first."""
        counts = Counter(str(value) for person in self.people if (value := getattr(person, attribute)))
        return sorted(counts.items(), key=lambda each: (-each[1], each[0].casefold()))


def read_everybody(client: Client, progress: Callable[[int], None] = lambda done: None) -> Iterator[Person]:
    """Yield everybody, each once. An upstream that knows no paging sends all at once, and that is enough."""

    def fetch(offset: int) -> Page[Person]:
        try:
            found = client.users.list(parts="DETAILED", limit=PAGE, offset=offset)
        except BadRequest:
            # The documents name neither limit nor offset: some may refuse them.
            if offset:
                raise
            found = client.users.list(parts="DETAILED")
        # Without a total the next page is asked for whenever this one is full, also where paging is unknown.
        return Page(found, found.total, PAGE)

    for done, person in enumerate(walk(fetch, key=lambda each: each.id), 1):
        if done % PAGE == 0:
            progress(done)
        if person.id:
            yield person


def read_directory(client: Client, roles: dict[str, str]) -> Directory:
    """Read everybody anew."""
    return Directory(tuple(row_of(person, roles) for person in read_everybody(client)))


def directory(connection: Connection, client: Client, *, fresh: bool = False) -> Directory:
    """Return everybody, from the last minute's answer or read anew."""
    known = None if fresh else known_directory(connection)
    if known is None:
        known = read_directory(client, role_names(connection, client))
        cache.set(_key(connection, "directory"), known, KEPT_SECONDS)
    return known


def known_directory(connection: Connection) -> Directory | None:
    """Return the last minute's answer, if there is one."""
    known = cache.get(_key(connection, "directory"))
    return known if isinstance(known, Directory) else None


def forget_directory(connection: Connection) -> None:
    """Forget what is kept, after a change."""
    cache.delete(_key(connection, "directory"))


def roles_of(connection: Connection, client: Client) -> list[UpstreamRole] | None:
    """Return the roles (documented, "Get All Roles"), kept for a minute; None where this token may not read them."""
    key = _key(connection, "roles")
    known: Any = cache.get(key)
    if known is None:
        told = if_told(client.roles.list)
        known = None if told is None else [role for role in told if role.id]
        if known is not None:
            cache.set(key, known, KEPT_SECONDS)
    return known if known is None else list(known)


def role_names(connection: Connection, client: Client) -> dict[str, str]:
    """Return the names of roles by id; empty where this token may not read them."""
    return {role.id: role.name for role in roles_of(connection, client) or []}


def _key(connection: Connection, what: str) -> str:
    # A connection that was edited may act as somebody else, who sees others.
    return f"governance:users:{what}:{connection.pk}:{connection.updated.timestamp()}"


__all__ = [
    "Directory",
    "directory",
    "forget_directory",
    "known_directory",
    "read_directory",
    "read_everybody",
    "role_names",
    "roles_of",
]
