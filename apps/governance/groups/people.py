"""People by their ids, and all people of the instance: what the pages of groups call those they list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.core.cache import cache

from apps.connections.models import Connection
from apps.core.optional_calls import if_told
from apps.governance.users.directory import read_everybody
from domoadmin.services.client import Client
from domoadmin.services.results import User

CHUNK = 100
# More than so many are not asked for one hundred at a time: then everybody is read, a page of 500 each call.
MOST_BY_ID = 300
KEPT_SECONDS = 60
_IN_BRACKETS = re.compile(r"\((\d+)\)\s*$")


@dataclass(frozen=True)
class Person:
    """Somebody of the instance. name is empty for an id that the upstream doesn't tell anything of."""

    id: str
    name: str = ""
    email: str = ""
    title: str = ""
    role: str = ""
    active: bool | None = None
    role_id: str = ""

    @property
    def shown(self) -> str:
        """Return the name; the id where none is told."""
        return self.name or self.email or f"Person {self.id}"

    @classmethod
    def of(cls, user: User) -> Person:
        """Read what the upstream tells."""
        return cls(user.id, user.name, user.email, user.title, user.role_name, user.active, user.role_id)


def everybody(client: Client) -> dict[str, Person]:
    """Return all people by id, by the documented call, walked to its end. Raises UpstreamError."""
    return {user.id: Person.of(user) for user in read_everybody(client)}


def known_people(connection: Connection, client: Client) -> dict[str, Person]:
    """Return all people by id as they were at most a minute ago: good for names, not for decisions."""
    key = f"governance:people:{connection.pk}:{connection.updated.timestamp()}"
    found: dict[str, Person] | None = cache.get(key)
    if found is None:
        found = everybody(client)
        cache.set(key, found, KEPT_SECONDS)
    return found


def people_by_id(client: Client, ids: Iterable[str]) -> dict[str, Person] | None:
    """Return the people with these ids by the search of public clients; None where the upstream lacks it."""
    found: dict[str, Person] = {}
    wanted = list(dict.fromkeys(ids))
    for first in range(0, len(wanted), CHUNK):
        some = wanted[first : first + CHUNK]
        users = if_told(lambda some=some: client.users.search(ids=some, limit=len(some)))  # type: ignore[misc]
        if users is None:
            return None
        asked = set(some)
        found |= {user.id: Person.of(user) for user in users if user.id in asked}
    # An upstream that finds none of them doesn't understand ids.
    return found if found or not wanted else None


def people_of(connection: Connection, client: Client, ids: Sequence[str]) -> dict[str, Person]:
    """Return a person for each id; one that nobody tells of has no name. Raises UpstreamError."""
    found = people_by_id(client, ids) if len(ids) <= MOST_BY_ID else None
    if found is None:
        found = known_people(connection, client)
    return {identifier: found.get(identifier) or Person(identifier) for identifier in ids}


def id_in(text: str) -> str:
    """Return the id in what was typed or chosen ("4827", "Priya Raman (4827)"); empty where there is none."""
    text = text.strip()
    if text.isdecimal():
        return text
    found = _IN_BRACKETS.search(text)
    return found.group(1) if found else ""


def matching(people: Collection[Person], words: str) -> list[Person]:
    """Return those whose name, e-mail, title or id has the words, by name."""
    wanted = words.strip().casefold()
    found = [
        person
        for person in people
        if not wanted or wanted in f"{person.name}\n{person.email}\n{person.title}\n{person.id}".casefold()
    ]
    return sorted(found, key=by_name)


def by_name(person: Person) -> tuple[bool, str, str]:
    """Order by name; those without one come last."""
    return (not person.name, person.name.casefold(), person.id)
