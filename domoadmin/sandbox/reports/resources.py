"""What reports send: pages and single cards."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domoadmin.sandbox.company.cards import FIRST_CARD, FIRST_PAGE
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.pages.pages import Pages

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World


class Resources:
    """Made by `world.part(Resources)`. A resource is a type, PAGE or CARD, and an id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._counts: Counter[int] = Counter()

    def name(self, resource_type: str, resource_id: int) -> str | None:
        """The title of a page or card; None when there is none."""
        if resource_type == "CARD":
            number = resource_id - FIRST_CARD
            exists = self._world.cards.exists(str(resource_id))
            return self._world.cards.title(number, self._world.cards.dataset_of(number)) if exists else None
        try:
            return self._world.part(Pages).find(str(resource_id)).title
        except ApiError:
            return None

    def page_of(self, resource_type: str, resource_id: int) -> int:
        """The id of the page that is sent, or on which the card lies that is sent."""
        if resource_type == "PAGE":
            return resource_id
        return FIRST_PAGE + self._world.cards.page_of(resource_id - FIRST_CARD)

    def card_count(self, resource_type: str, resource_id: int) -> int:
        """How many cards a report on it shows."""
        if resource_type == "CARD":
            return 1
        if not self._counts:
            self._counts = Counter(map(self._world.cards.page_of, range(self._world.cards.count)))
        return self._counts[resource_id - FIRST_PAGE]
