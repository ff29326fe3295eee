"""Cards as clients have changed them."""

from __future__ import annotations

from typing import Any, NamedTuple

from domoadmin.sandbox.catalog import READ_ONLY_DEPARTMENT
from domoadmin.sandbox.company.cards import FIRST_CARD, card_record
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.world import World

Record = dict[str, Any]
KIND = "card-text"
# Every third card can be drilled into; a drill path is named dr:<its number>:<card>.
DRILLED_EVERY = 3
FIRST_DRILL = 1_948_000_000
DRILLS = ("by store", "by day", "by person", "as a table")
CERTIFICATION = "card-certification"
OWNERS = "card-owners"
CERTIFIED_EVERY = 23
TEXTS = {"dynamicTitle": "title", "dynamicDescription": "description"}


class Card(NamedTuple):
    """A card by its number among all cards, and the place of the dataset that it shows."""

    id: str
    number: int
    dataset: int


class ChangedCards:
    """Finds cards, shows them with the texts that clients gave them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, card_id: str) -> Card:
        """A card; ApiError 404."""
        identifier = card_id.removeprefix("card:")
        if not self._world.cards.exists(identifier):
            raise not_found("Card", card_id)
        number = int(identifier) - FIRST_CARD
        return Card(identifier, number, self._world.cards.dataset_of(number))

    def readable(self, card_id: str) -> Card:
        """A card that the token's owner may see; ApiError 403 and 404."""
        card = self.find(card_id)
        if self._world.catalog.department(card.dataset) == READ_ONLY_DEPARTMENT and card.number % 3 == 0:
            raise ApiError(403, f"You do not have access to card {card_id}")
        return card

    def record(self, card: Card) -> Record:
        """A card as Get Cards for a Dataset ID shows it."""
        world = self._world
        record = card_record(world.cards, world.directory.people, world.catalog.table, card.number, card.dataset)
        if world.store.get(OWNERS, card.id) is not None:
            names = {person.id: person.name for person in world.directory.people}
            owners = [{"id": each, "type": "USER", "displayName": names[each]} for each in self.owners(card)]
            record |= {"ownerId": int(str(owners[0]["id"])), "owners": owners}
        return record | {name: text for name, text in self._texts(card).items() if name == "title"}

    def owners(self, card: Card) -> list[str]:
        """The ids of its owners; the first is the one whom lists name."""
        kept = self._world.store.get(OWNERS, card.id)
        if kept is not None:
            return list(kept["owners"])
        return [self._world.directory.people[self._world.cards.owner_place(card.number, card.dataset)].id]

    def change_owners(self, card_ids: list[str], owners: list[str], added: bool) -> None:
        """Adds owners to cards or takes some away; ApiError 403, 404, and 409 for the last one."""
        with self._world.store.lock:
            changes: list[tuple[str, str, Record | None]] = []
            for card in [self.readable(each) for each in card_ids]:
                present = self.owners(card)
                if added:
                    new = [self._world.directory.person(each).id for each in owners if each not in present]
                    changes.append((OWNERS, card.id, {"owners": [*present, *new]}))
                    continue
                left = [each for each in present if each not in owners]
                if not left:
                    raise ApiError(409, f"Card {card.id} would have no owner")
                changes.append((OWNERS, card.id, {"owners": left}))
            self._world.store.put_all(changes)

    def drill_paths(self, card: Card) -> list[Record]:
        """The drill paths of a card, as the list of a dataset's cards shows them unless it is told not to."""
        if card.number % DRILLED_EVERY:
            return []
        number = FIRST_DRILL + card.number
        title = f"{self.title(card)}, {DRILLS[card.number // DRILLED_EVERY % len(DRILLS)]}"
        return [self.record(card) | {"id": number, "urn": f"dr:{number}:{card.id}", "title": title}]

    def title(self, card: Card) -> str:
        """What stands above it."""
        return str(self._texts(card).get("title") or self._world.cards.title(card.number, card.dataset))

    def description(self, card: Card) -> str:
        """What stands below the title; empty until somebody writes it."""
        return str(self._texts(card).get("description") or "")

    def _texts(self, card: Card) -> Record:
        return self._world.store.get(KIND, card.id) or {}

    def certification(self, card: Card) -> Record | None:
        """Its certification: one card in some is certified from the start; None where it is not."""
        kept = self._world.store.get(CERTIFICATION, card.id)
        if kept is None and card.number % CERTIFIED_EVERY == 5:
            return {"state": "CERTIFIED", "lastUpdated": int(self._world.catalog.table.updated[card.dataset])}
        return kept if kept and kept.get("state") else None

    def update_texts(self, card_id: str, body: Record) -> None:
        """Update Card Title: what is not sent stays. ApiError 400, 403 and 404."""
        card = self.readable(card_id)
        self._world.catalog.writable(self._world.catalog.table.ids[card.dataset])
        changes = {TEXTS[name]: _text(name, value) for name, value in body.items() if name in TEXTS}
        if not changes:
            raise ApiError(400, f"One of {' and '.join(TEXTS)} is required")
        if changes.get("title") == "":
            raise ApiError(400, "dynamicTitle must not be empty")
        with self._world.store.lock:
            self._world.store.put(KIND, card.id, {**self._texts(card), **changes})


def _text(name: str, value: Any) -> str:
    """The pieces of a title, put together."""
    pieces = value.get("text") if isinstance(value, dict) else None
    if not isinstance(pieces, list) or not all(isinstance(piece, dict) for piece in pieces):
        raise ApiError(400, f"{name}.text must be a list of pieces")
    for piece in pieces:
        if not isinstance(piece.get("text"), str):
            raise ApiError(400, f"{name}.text: every piece needs a text")
    return "".join(piece["text"] for piece in pieces).strip()
