"""People as the objects of the actions that put them into groups and take them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.core.object_pages import object_url
from apps.core.optional_calls import if_told
from apps.governance.groups.people import Person, everybody, people_by_id
from apps.governance.users.selection import PeopleSource
from domoadmin.services.client import Client

JOINS, LEAVES = "+", "-"
# From so many on everybody is read at once rather than each by a call.
MANY = 10


def user_of(key: str) -> str:
    """Return the id of the person in a key: "4827", or with what is to happen to them "+4827", "-4827"."""
    return key.removeprefix(JOINS).removeprefix(LEAVES)


class MemberSource(PeopleSource):
    """People by their ids, as the list of people finds them; who was deleted may still be in a group."""

    def records(self, client: Client, keys: Sequence[str]) -> dict[str, Any]:
        """Read many people at once: by their ids where the upstream has that call, else out of everybody."""
        found = people_by_id(client, [user_of(key) for key in keys])
        if found is None and len(keys) >= MANY:
            found = everybody(client)
        return {key: found[user_of(key)] for key in keys if user_of(key) in found} if found else {}

    def name_in(self, record: Any) -> str:
        """Return the name."""
        return str(record.shown)

    def cautions(self, record: Any) -> list[str]:
        """Return nothing: somebody inactive is no reason against either."""
        return []

    def name(self, client: Client, key: str) -> str:
        """Return the name, by the documented call; of somebody who was deleted and is still in a group the id."""
        user = if_told(lambda: client.users.get(user_of(key)))
        return (Person.of(user) if user else Person(user_of(key))).shown

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the person's page."""
        return object_url(connection_slug, "user", user_of(key))


PEOPLE = MemberSource()
