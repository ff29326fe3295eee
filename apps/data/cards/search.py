"""Finds cards: by the search, those of a dataset by the documented list of its cards, single ones by their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import timezone

from apps.data.cards.filters import card_arguments
from apps.data.cards.rows import CardRow, row_of_card, row_of_hit
from apps.data.datasets import upstream_fields
from apps.data.datasets.filters import Owner
from apps.data.datasets.search import find_people
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import SearchPage
from domoadmin.services.search_filters import term

ENTITY = "card"
ORDERS = {
    "name": upstream_fields.NAME,
    "owner": upstream_fields.OWNER_NAME,
    "updated": upstream_fields.UPDATED,
    "created": upstream_fields.CREATED,
}


@dataclass(frozen=True)
class CardPage:
    """Some of the cards that match, and how many do."""

    rows: list[CardRow]
    total: int
    request_id: str | None


@dataclass(frozen=True)
class CardQuery:
    """What is looked for. filters: as the form cleans them, with the owner as `owner_ids` or `owner_name`."""

    words: str
    filters: Mapping[str, Any]
    order: str = "name"
    descending: bool = False


def resolved_filters(client: Client, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters with the owner as ids of people; somebody whom the search doesn't know stays a name."""
    resolved = {name: value for name, value in filters.items() if name != "owner"}
    owner = Owner.from_text(str(filters.get("owner", "")))
    if owner.id:
        return resolved | {"owner_ids": [owner.id]}
    if not owner.name:
        return resolved
    if filters.get("dataset"):
        return resolved | {"owner_name": owner.name}
    people = find_people(client, owner.name)
    return resolved | ({"owner_ids": [person.id for person in people]} if people else {"owner_name": owner.name})


def find_cards(client: Client, query: CardQuery, count: int, offset: int = 0) -> CardPage:
    """Return one page of what matches, by one call."""
    dataset_id = query.filters.get("dataset")
    if dataset_id:
        return _cards_of_dataset(client, str(dataset_id), query, count, offset)
    arguments = card_arguments(query.words, query.filters, timezone.now())
    page: SearchPage = client.search.query(
        entities=[ENTITY],
        query="*",
        filters=arguments.filters,
        not_filters=arguments.not_filters,
        sort=_sort(query),
        count=count,
        offset=offset,
    )
    rows = [row_of_hit(hit) for hit in page.hits if hit.id]
    return CardPage(rows, _total(page, offset, count), page.request_id)


def _total(page: SearchPage, offset: int, count: int) -> int:
    """Return how many match; where the upstream doesn't say, there is one more than came when the page was full."""
    come = offset + len(page.hits)
    if page.total is None:
        return come + 1 if len(page.hits) >= count else come
    return max(page.total, come) if page.hits else page.total


def _sort(query: CardQuery) -> list[tuple[str, Literal["ASC", "DESC"]]]:
    order = ORDERS.get(query.order, upstream_fields.NAME)
    sort: list[tuple[str, Literal["ASC", "DESC"]]] = [(order, "DESC" if query.descending else "ASC")]
    # Among equals the name decides, so that pages don't overlap.
    return sort if order == upstream_fields.NAME else [*sort, (upstream_fields.NAME, "ASC")]


def _cards_of_dataset(client: Client, dataset_id: str, query: CardQuery, count: int, offset: int) -> CardPage:
    """Filter and order the dataset's cards here: the call brings all of them at once."""
    listed = client.datasets.list_cards(dataset_id, drill=False)
    words = query.words.casefold()
    rows = [row for card in listed if _fits(row := row_of_card(card), words, query.filters)]
    by_owner = query.order == "owner"
    rows.sort(
        key=lambda row: ((row.owner or row.owner_id or "") if by_owner else "", row.name.casefold(), row.id),
        reverse=query.descending,
    )
    return CardPage(rows[offset : offset + count], len(rows), listed.request_id)


def _fits(row: CardRow, words: str, filters: Mapping[str, Any]) -> bool:
    owner_ids, owner_name = filters.get("owner_ids"), str(filters.get("owner_name", "")).casefold()
    return (
        bool(row.id)
        and (not words or words in row.name.casefold() or words == row.id)
        and (not owner_ids or row.owner_id in owner_ids)
        and (not owner_name or owner_name in (row.owner or "").casefold())
    )


def cards_by_id(client: Client, card_ids: Sequence[str]) -> dict[str, CardRow]:
    """Return the cards that the search knows of these ids, by one call; where that fails, none."""
    if not card_ids:
        return {}
    wanted = set(card_ids)
    try:
        page: SearchPage = client.search.query(
            entities=[ENTITY], query="*", filters=[term(upstream_fields.ID, *card_ids)], count=len(card_ids)
        )
    except UpstreamError:
        return {}
    # An upstream that ignores the filter answers other cards.
    return {hit.id: row_of_hit(hit) for hit in page.hits if hit.id in wanted}


def read_card(client: Client, card_id: str) -> CardRow | None:
    """Return what can be found out about a card; None where neither the search nor the list by ids knows it.

    No documented call reads a single card: the search does, and the list by ids is one that the documents lack.
    """
    found = cards_by_id(client, [card_id]).get(card_id)
    if found is not None:
        return found
    try:
        listed = client.cards.list_by_urn([card_id])
    except UpstreamError:
        return None
    return next((row_of_card(card) for card in listed if card.id == card_id), None)
