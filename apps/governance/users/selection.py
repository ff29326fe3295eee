"""People as the objects of bulk actions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.urls import reverse
from django.utils import timezone

from apps.core.filters import chips_of
from apps.core.optional_calls import if_told
from apps.governance.users.directory import read_everybody
from apps.governance.users.filters import PeopleFilterForm, fits
from apps.governance.users.rows import row_of
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import User as Person

WORDS = "q"
# What stands in a list's address besides: how it is shown.
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")
_NAMES_SECONDS = 600.0


class RoleNames:
    """The names of roles by id, asked for once in ten minutes for each client."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Client, tuple[dict[str, str], float]] = WeakKeyDictionary()

    def of(self, client: Client) -> dict[str, str]:
        """Return the names; empty where they can't be read, for they only help a person."""
        names, at = self._known.get(client, ({}, float("-inf")))
        if time.monotonic() - at > _NAMES_SECONDS:
            try:
                names = {role.id: role.name for role in if_told(client.roles.list) or () if role.id}
            except UpstreamError:
                return names
            self._known[client] = names, time.monotonic()
        return names


ROLE_NAMES = RoleNames()


class PeopleSource(TargetSource):
    """The people whom the connection's token sees."""

    noun = ("person", "people")

    def records(self, client: Client, keys: Sequence[str]) -> dict[str, Person]:
        """Return people by the users search, which is not documented: where it fails, nobody."""
        try:
            found = client.users.search(ids=list(keys), limit=len(keys))
        except UpstreamError:
            return {}
        wanted = set(keys)
        return {person.id: person for person in found if person.id in wanted}

    def name_in(self, record: Person) -> str:
        """Return the name."""
        return row_of(record, {}).label

    def cautions(self, record: Person) -> list[str]:
        """Return what speaks against changing them: they can't sign in any more."""
        return ["are inactive: they can't sign in."] if record.active is False else []

    def name(self, client: Client, key: str) -> str:
        """Return the name by the documented call for one person."""
        return row_of(client.users.get(key), {}).label

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield all that match, found among everybody."""
        words = query.get(WORDS, "")
        filters = {name: value for name, value in query.items() if name != WORDS}
        now = timezone.now()
        for person in read_everybody(client):
            row = row_of(person, {})
            if fits(row, words, filters, now):
                yield Target(row.id, row.label)

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return words and filters that are set. Raises SelectionRefused naming a wrong one."""
        form = PeopleFilterForm(dict(given))
        unknown = [name for name in given if name not in (*form.fields, WORDS, *_SHOWN_ONLY)]
        if unknown:
            known = ", ".join((WORDS, *form.fields))
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {known}")
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SelectionRefused(f"{name}: {' '.join(str(error) for error in errors)}")
        filters: dict[str, Any] = {WORDS: given.get(WORDS, "").strip(), **form.cleaned_data}
        return {name: str(value) for name, value in filters.items() if value not in (None, "")}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the filters in words."""
        words = [f"“{query[WORDS]}”"] if query.get(WORDS) else []
        chips = chips_of(PeopleFilterForm(dict(query)), "")
        return ", ".join([*words, *(f"{chip.label.lower()} {chip.value}" for chip in chips)])

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the person's page."""
        return reverse("governance:users_show", args=[connection_slug, key])


PEOPLE = PeopleSource()
