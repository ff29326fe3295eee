"""Cards as the search sees them: hundreds of thousands of titles, hits made on demand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.cards import cards as changed_cards
from domoadmin.sandbox.company.cards import FIRST_CARD
from domoadmin.sandbox.company.content import owned_by
from domoadmin.sandbox.search.dataset_entries import (
    CERTIFICATION_FIELDS,
    DATE_FIELDS,
    ID_FIELDS,
    NAME_FIELDS,
    OWNER_FIELDS,
    OWNER_NAME_FIELDS,
)
from domoadmin.sandbox.search.text import Mask, TextIndex, contains_pattern, whole_pattern
from domoadmin.sandbox.world import World

PAGE_FIELDS = {"pages", "page", "pageTitle", "page_title"}


class CardEntries:
    """All cards of the generated datasets, with the titles that clients gave them."""

    entity = "card"

    def __init__(self, world: World) -> None:
        self._world = world
        self._cards, self._table, self._people = world.cards, world.catalog.table, world.directory.people
        self._titles = TextIndex(self._cards.titles())
        numbers = np.arange(self._cards.count)
        self._ids: TextIndex | None = None
        self._dataset = self._cards.datasets_of(numbers)
        self._first_owner = self._cards.owner_places(numbers, self._dataset)
        self._page = numbers * 2_654_435_761 % 4_294_967_296 % self._cards.page_count
        self._ranks: tuple[int, NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return self._cards.count

    @property
    def _owner(self) -> NDArray[np.int64]:
        """The places of the owners whom lists name, as they are now."""
        changed = self._world.store.all(changed_cards.OWNERS)
        if not changed:
            return self._first_owner
        owner, places = self._first_owner.copy(), {person.id: place for place, person in enumerate(self._people)}
        for card_id, kept in changed.items():
            owner[int(card_id) - FIRST_CARD] = places[kept["owners"][0]]
        return owner

    def _changed(self) -> set[int]:
        return {int(card_id) - FIRST_CARD for card_id in self._world.store.all(changed_cards.KIND)}

    def name(self, index: int) -> str:
        kept = self._world.store.get(changed_cards.KIND, str(FIRST_CARD + index)) or {}
        return str(kept.get("title") or self._cards.title(index, int(self._dataset[index])))

    def text(self, index: int) -> str:
        return self.name(index)

    def visible(self) -> Mask:
        return np.ones(len(self), dtype=np.bool_)

    def numbers(self, field: str) -> NDArray[Any] | None:
        if field in DATE_FIELDS:
            return np.asarray(getattr(self._table, DATE_FIELDS[field])[self._dataset])
        if field in ("viewCount", "view_count"):
            return np.arange(len(self)) * 7919 % 5000
        return None

    def matching(self, field: str | None, text: str) -> Mask | None:
        if field is None or field in NAME_FIELDS:
            pattern = contains_pattern(text) if field is None else whole_pattern(text)
            return self._titles.find(pattern, len(self), self._changed(), self.name)
        if field in ID_FIELDS:
            self._ids = self._ids or TextIndex([str(FIRST_CARD + number) for number in range(len(self))])
            return self._ids.find(whole_pattern(text), len(self), set(), lambda index: "")
        if field in OWNER_NAME_FIELDS:
            pattern = whole_pattern(text)
            places = [place for place, person in enumerate(self._people) if pattern.fits(person.name)]
            return np.isin(self._owner, places)
        if field in PAGE_FIELDS:
            pattern = whole_pattern(text)
            pages = [page for page in range(self._cards.page_count) if pattern.fits(self._cards.page_title(page))]
            return np.isin(self._page, pages)
        return None

    def equal(self, field: str, value: str) -> Mask | None:
        if field in OWNER_FIELDS:
            owner = value.partition(":")[0]
            places = [place for place, person in enumerate(self._people) if person.id == owner]
            mask = np.isin(self._owner, places)
            for card_id, kept in self._world.store.all(changed_cards.OWNERS).items():
                mask[int(card_id) - FIRST_CARD] = owner in kept["owners"]
            return mask
        if field in ID_FIELDS and value.isdigit():
            return np.asarray(np.arange(len(self)) == int(value) - FIRST_CARD)
        if field in ("datasetId", "datasourceId", "dataset_id"):
            places = [index for index, each in enumerate(self._table.ids) if each == value]
            return np.isin(self._dataset, places)
        if field in NAME_FIELDS:
            return self._titles.find(whole_pattern(value), len(self), self._changed(), self.name)
        if field in PAGE_FIELDS:
            return self.matching(field, value)
        if field in CERTIFICATION_FIELDS:
            return self._certified() if value.upper() == "CERTIFIED" else np.zeros(len(self), dtype=np.bool_)
        return None

    def _certified(self) -> Mask:
        mask = np.asarray(np.arange(len(self)) % changed_cards.CERTIFIED_EVERY == 5)
        for card_id, kept in self._world.store.all(changed_cards.CERTIFICATION).items():
            mask[int(card_id) - FIRST_CARD] = bool(kept.get("state"))
        return mask

    def present(self, field: str) -> Mask | None:
        known = field in ID_FIELDS or field in NAME_FIELDS or field in OWNER_FIELDS or field in DATE_FIELDS
        return np.ones(len(self), dtype=np.bool_) if known else None

    def sort_key(self, field: str) -> NDArray[Any] | None:
        if field in NAME_FIELDS:
            return self._name_ranks()
        if field in OWNER_FIELDS or field in OWNER_NAME_FIELDS:
            order = sorted(range(len(self._people)), key=lambda place: self._people[place].name)
            places = np.empty(len(order), dtype=np.int64)
            places[order] = np.arange(len(order))
            return np.asarray(places[self._owner])
        return self.numbers(field)

    def _name_ranks(self) -> NDArray[np.int64]:
        """The place of each title in alphabetical order, kept until a title is changed."""
        revision = self._world.store.revision((changed_cards.KIND,))
        if self._ranks is None or self._ranks[0] != revision:
            titles = [title.casefold() for title in self._cards.titles()]
            for index in self._changed():
                titles[index] = self.name(index).casefold()
            ranks = np.empty(len(titles), dtype=np.int64)
            ranks[sorted(range(len(titles)), key=titles.__getitem__)] = np.arange(len(titles))
            self._ranks = (revision, ranks)
        return self._ranks[1]

    def popularity(self) -> NDArray[Any]:
        return np.asarray(self.numbers("viewCount"))

    def facet(self, name: str, mask: Mask) -> list[tuple[str, str, int]] | None:
        if name not in ("OWNED_BY_ID", "OWNER_ID"):
            return None
        counts = np.bincount(self._owner[mask], minlength=len(self._people))
        return [(f"{self._people[k].id}:USER", self._people[k].name, int(counts[k])) for k in np.flatnonzero(counts)]

    def record(self, index: int) -> dict[str, Any]:
        dataset = int(self._dataset[index])
        title = self.name(index)
        page = self._cards.page_of(index)
        cards = self._world.part(changed_cards.ChangedCards)
        card = changed_cards.Card(str(FIRST_CARD + index), index, dataset)
        kept = self._world.store.get(changed_cards.OWNERS, card.id)
        owners = [self._people[int(self._first_owner[index])]]
        if kept is not None:
            owners = [next(each for each in self._people if each.id == owner) for owner in kept["owners"]]
        return {
            "entityType": "card",
            "databaseId": str(FIRST_CARD + index),
            "entityId": str(FIRST_CARD + index),
            "winnerText": title,
            "name": title,
            "title": title,
            "description": cards.description(card),
            "certification": cards.certification(card),
            "cardType": "kpi",
            "chartType": self._cards.chart(index),
            "datasetId": self._table.ids[dataset],
            "datasetName": self._table.names[dataset],
            "pages": [self._cards.page_title(page)],
            "viewCount": index * 7919 % 5000,
            "createDate": int(self._table.created[dataset]),
            "lastModified": int(self._table.updated[dataset]),
            **owned_by(owners[0]),
            "owners": [record for owner in owners for record in owned_by(owner)["owners"]],
        }
