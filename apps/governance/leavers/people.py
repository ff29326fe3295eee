"""People by name, address or id: who leaves, who gets it, and who their manager is."""

from __future__ import annotations

from apps.connections.models import Connection
from apps.core.optional_calls import if_told
from apps.governance.groups.people import Person, known_people, matching
from apps.governance.leavers.holdings.base import Party
from domoadmin.services.client import Client
from domoadmin.services.results import User

MOST = 50


def read_user(client: Client, user_id: str) -> User:
    """Return a person with all that is told. Raises UpstreamError, NotFound for nobody."""
    return if_told(lambda: client.users.get(user_id, parts="DETAILED")) or client.users.get(user_id)


def person_of(client: Client, user_id: str) -> Party:
    """Return a person with name and address. Raises UpstreamError, NotFound for nobody."""
    user = read_user(client, user_id)
    return Party(user_id, user.name or f"user {user_id}", user.email)


def find(connection: Connection, client: Client, words: str) -> tuple[list[Person], int]:
    """Return the people whose name, address, title or id has the words, at most MOST, and how many there are."""
    found = matching(known_people(connection, client).values(), words)
    return found[:MOST], len(found)


def manager_of(connection: Connection, client: Client, user: User) -> Person | None:
    """Return the manager where the upstream tells one who is still there: by id, or by a name that one person has.

    The person's own record counts before the optional call for teams.
    """
    told = str(user.manager or "").strip()
    if not told:
        teams = if_told(lambda: client.users.teams(user.id))
        told = next(iter(teams.reports_to), "") if teams is not None else ""
    if not told:
        return None
    people = known_people(connection, client)
    if told.isdecimal():
        found = people.get(told)
    else:
        named = [person for person in people.values() if person.name == told]
        found = named[0] if len(named) == 1 else None
    return found if found is not None and found.active is not False and found.id != user.id else None
