"""One card, read from a hit of the search or from the list of a dataset's cards. What is not told is empty or None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from apps.core.states import state_look
from apps.data.datasets.rows import certification_word
from domoadmin.services.results import Card, SearchHit
from domoadmin.services.results.fields import identifier, mappings, text


@dataclass(frozen=True)
class CardRow:
    """A card as lists and its page show it. Times are aware; ids are text.

    description: None where the upstream does not tell it, which is not the same as an empty one.
    """

    id: str
    name: str
    owner: str | None = None
    owner_id: str | None = None
    dataset: str | None = None
    dataset_id: str | None = None
    chart: str | None = None
    pages: tuple[str, ...] = ()
    certification: str = ""
    updated: datetime | None = None
    created: datetime | None = None
    description: str | None = None

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return (word, css class, icon) of its certification, if it has one."""
        if not self.certification:
            return []
        look = state_look(self.certification)
        return [(look.word, look.css, look.icon)]

    @property
    def shown_dataset(self) -> str:
        """Return the id of the dataset for an address; empty where it is not told."""
        return quote(self.dataset_id or "", safe="")

    @property
    def title(self) -> str:
        """Return the name, or what else to call it."""
        return self.name or f"Card {self.id}"


def row_of_hit(hit: SearchHit) -> CardRow:
    """Read a hit of the search; the document shows none of its fields."""
    return CardRow(
        id=hit.id,
        name=hit.name.strip(),
        owner=hit.owner_name or None,
        owner_id=hit.owner_id or None,
        dataset=text(hit.raw, "datasetName", "dataSourceName", "datasourceName") or None,
        dataset_id=identifier(hit.raw, "datasetId", "datasourceId", "dataSourceId") or None,
        chart=chart_word(text(hit.raw, "chartType")) or None,
        pages=_pages(hit.raw),
        certification=certification_word(hit.certification),
        updated=hit.last_updated or hit.last_touched,
        created=hit.created,
        description=hit.description if "description" in hit.raw else None,
    )


def row_of_card(card: Card) -> CardRow:
    """Read a card of a dataset's list."""
    owner = card.owners[0] if card.owners else None
    described = card.raw.get("description")
    return CardRow(
        id=card.id,
        name=card.title.strip(),
        owner=(owner.name or None) if owner else None,
        owner_id=(owner.id or None) if owner else None,
        dataset_id=card.dataset_id or None,
        chart=chart_word(card.chart_type or card.type) or None,
        description=described if isinstance(described, str) else None,
    )


def chart_word(chart_type: str) -> str:
    """Return a chart type in words: badge_vert_bar is "vert bar"."""
    return chart_type.removeprefix("badge_").replace("_", " ").strip()


def _pages(raw: Mapping[str, Any]) -> tuple[str, ...]:
    listed = raw.get("pages")
    if not isinstance(listed, list):
        return ()
    named = [text(page, "title", "name", "pageName") for page in mappings(raw, "pages")]
    return tuple(name for name in [*named, *(page for page in listed if isinstance(page, str))] if name)
