"""Cards as the objects of bulk actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core.filters import chips_of
from apps.data.cards.filters import CardFilterForm, card_arguments
from apps.data.cards.rows import CardRow
from apps.data.cards.search import ENTITY, CardQuery, cards_by_id, find_cards, read_card, resolved_filters
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client

WORDS = "q"
# What stands in a list's address besides: how it is shown.
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")
MOST_OF_A_DATASET = 1_000_000


class CardSource(TargetSource):
    """The cards that the connection's token sees."""

    noun = ("card", "cards")

    def records(self, client: Client, keys: Sequence[str]) -> Mapping[str, CardRow]:
        """Return what the search tells of these cards."""
        return cards_by_id(client, keys)

    def name_in(self, record: CardRow) -> str:
        """Return the title."""
        return record.title

    def name(self, client: Client, key: str) -> str:
        """Return the title; the id where the upstream has no call that tells it."""
        found = read_card(client, key)
        return found.title if found is not None else f"Card {key}"

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield all that match, past the cap of the search."""
        words = query.get(WORDS, "")
        filters = resolved_filters(client, {name: value for name, value in query.items() if name != WORDS})
        if filters.get("dataset"):
            for row in find_cards(client, CardQuery(words, filters), MOST_OF_A_DATASET).rows:
                yield Target(row.id, row.title)
            return
        arguments = card_arguments(words, filters, timezone.now())
        hits = client.search.walk_all(
            entities=[ENTITY], query="*", filters=arguments.filters, not_filters=arguments.not_filters
        )
        for hit in hits:
            if hit.id:
                yield Target(hit.id, hit.name or f"Card {hit.id}")

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return words and filters that are set. Raises SelectionRefused naming a wrong one."""
        form = CardFilterForm(dict(given))
        unknown = [name for name in given if name not in (*form.fields, WORDS, *_SHOWN_ONLY)]
        if unknown:
            known = ", ".join((WORDS, *form.fields))
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {known}")
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SelectionRefused(f"{name}: {' '.join(str(error) for error in errors)}")
        filters: dict[str, Any] = {WORDS: given.get(WORDS, "").strip(), **form.cleaned_data}
        return {name: str(value) for name, value in filters.items() if value}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the filters in words."""
        words = [f"“{query[WORDS]}”"] if query.get(WORDS) else []
        return ", ".join(
            [*words, *(f"{chip.label.lower()} {chip.value}" for chip in chips_of(CardFilterForm(dict(query)), ""))]
        )

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the card's page."""
        return reverse("data:card_show", args=[connection_slug, key])


CARDS = CardSource()
