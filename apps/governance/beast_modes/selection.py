"""Beast Modes as the objects of bulk actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse

from apps.connections.models import Connection
from apps.core.filters import chips_of
from apps.governance.beast_modes import reading
from apps.governance.beast_modes.filters import BeastModeFilters, passes
from apps.governance.beast_modes.survey import members_of
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client

WORDS = "q"
# The fingerprint of a formula that stands more than once: those that have it, as the last look found them.
FORMULA = "formula"
# What stands in a list's address besides: how it is shown.
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")


class BeastModeSource(TargetSource):
    """The Beast Modes that the connection's token sees."""

    noun = ("Beast Mode", "Beast Modes")

    def name(self, client: Client, key: str) -> str:
        """Return the name."""
        return client.beast_modes.get(key).name or f"Beast Mode {key}"

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield all that match; the filters are read off each, as the list does."""
        if query.get(FORMULA):
            connection = Connection.objects.get(slug=client.settings.slug)
            # Not by an iterator: SQLite refuses to write behind a read that is still open.
            members = members_of(connection, query[FORMULA], query.get(WORDS, ""))
            for identifier, name in members.values_list("beast_mode_id", "name"):
                yield Target(identifier, name)
            return
        filters = self._filters(query)
        resolved = reading.with_owners(client, filters)
        for each in reading.walk(client, query.get(WORDS, ""), filters):
            if passes(each, resolved):
                yield Target(each.id, each.name or f"Beast Mode {each.id}")

    def _filters(self, query: Mapping[str, str]) -> dict[str, Any]:
        form = BeastModeFilters(dict(query))
        form.is_valid()
        return {name: value for name, value in form.cleaned_data.items() if value}

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return words and filters that are set. Raises SelectionRefused naming a wrong one."""
        if given.get(FORMULA):
            return _of_a_formula(given)
        form = BeastModeFilters(dict(given))
        unknown = [name for name in given if name not in (*form.fields, WORDS, *_SHOWN_ONLY)]
        if unknown:
            known = ", ".join((WORDS, *form.fields))
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {known}")
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SelectionRefused(f"{name}: {' '.join(str(error) for error in errors)}")
        filters: dict[str, Any] = {WORDS: given.get(WORDS, "").strip(), **form.cleaned_data}
        return {name: "on" if value is True else str(value) for name, value in filters.items() if value}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the filters in words."""
        words = [f"“{query[WORDS]}”"] if query.get(WORDS) else []
        if query.get(FORMULA):
            return ", ".join([*words, "with one and the same formula"])
        chips = chips_of(BeastModeFilters(dict(query)), "")
        return ", ".join([*words, *(f"{chip.label.lower()} {chip.value}" for chip in chips)])

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of its page."""
        return reverse("governance:beast_mode_show", args=[connection_slug, key])


def _of_a_formula(given: Mapping[str, str]) -> dict[str, str]:
    mixed = [name for name in given if name not in (FORMULA, WORDS, *_SHOWN_ONLY)]
    if mixed:
        raise SelectionRefused(f"{mixed[0]}: it does not go together with a formula")
    kept = {FORMULA: given[FORMULA].strip(), WORDS: given.get(WORDS, "").strip()}
    return {name: value for name, value in kept.items() if value}


BEAST_MODES = BeastModeSource()
