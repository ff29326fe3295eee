"""People as the objects of the actions that put them into groups and take them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from apps.core.object_pages import object_url
from apps.core.optional_calls import if_told
from apps.governance.groups.people import Person, everybody, matching, people_by_id
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client

WORDS = "q"
JOINS, LEAVES = "+", "-"
# From so many on everybody is read at once rather than each by a call.
MANY = 10
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")


def user_of(key: str) -> str:
    """Return the id of the person in a key: "4827", or with what is to happen to them "+4827", "-4827"."""
    return key.removeprefix(JOINS).removeprefix(LEAVES)


class PeopleSource(TargetSource):
    """People of the instance, by their ids."""

    noun = ("person", "people")

    def records(self, client: Client, keys: Sequence[str]) -> dict[str, Person]:
        """Read many people at once: by their ids where the upstream has that call, else out of everybody."""
        found = people_by_id(client, [user_of(key) for key in keys])
        if found is None and len(keys) >= MANY:
            found = everybody(client)
        return {key: found[user_of(key)] for key in keys if user_of(key) in found} if found else {}

    def name_in(self, record: Person) -> str:
        """Return the name."""
        return record.shown

    def name(self, client: Client, key: str) -> str:
        """Return the name, by the documented call; of somebody who was deleted and is still in a group the id."""
        user = if_told(lambda: client.users.get(user_of(key)))
        return (Person.of(user) if user else Person(user_of(key))).shown

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield everybody whose name, e-mail, title or id has the words."""
        for person in matching(everybody(client).values(), query.get(WORDS, "")):
            yield Target(person.id, person.shown)

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the words. Raises SelectionRefused naming any other filter."""
        unknown = [name for name in given if name not in (WORDS, *_SHOWN_ONLY)]
        if unknown:
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {WORDS}")
        words = given.get(WORDS, "").strip()
        return {WORDS: words} if words else {}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the words."""
        return f"people with “{query[WORDS]}”" if query.get(WORDS) else "everybody"

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the person's page."""
        return object_url(connection_slug, "user", user_of(key))


PEOPLE = PeopleSource()
