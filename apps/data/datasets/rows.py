"""One dataset of a list, read from a hit of the search. What the upstream does not tell is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.core.states import state_look
from apps.data.datasets.filters import CERTIFICATION_STATES, STALE_DAYS
from domoadmin.services.results import SearchHit
from domoadmin.services.results.fields import flag, mapping, mappings

NOT_REPORTED = "not reported"

_WORD_OF_STATE = {state: word for word, states in CERTIFICATION_STATES.items() for state in states}


@dataclass(frozen=True)
class DatasetRow:
    """A dataset as the list shows it. Times are aware; ids are text."""

    id: str
    name: str
    owner: str | None
    owner_id: str | None
    owner_left: bool
    source: str | None
    row_count: int | None
    column_count: int | None
    card_count: int | None
    updated: datetime | None
    created: datetime | None
    certification: str
    tags: tuple[str, ...]
    # updated falls back to when anything about it was touched; this is about its data.
    never_updated: bool = False

    @property
    def is_stale(self) -> bool:
        """Say whether nothing has updated it for 90 days."""
        return self.updated is not None and self.updated < timezone.now() - timedelta(days=STALE_DAYS)

    @property
    def states(self) -> list[str]:
        """Return the names of its states: certified, requested or expired; stale; owner_left."""
        states = [self.certification] if self.certification else []
        if self.is_stale:
            states.append("stale")
        if self.owner_left:
            states.append("owner_left")
        return states

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return (word, css class, icon) of each state."""
        looks = [state_look(state) for state in self.states]
        return [(look.word, look.css, look.icon) for look in looks]


def certification_word(state: str | None) -> str:
    """Return certified, requested or expired for what the upstream calls it; empty for everything else."""
    return _WORD_OF_STATE.get((state or "").upper(), "")


def row_of(hit: SearchHit) -> DatasetRow:
    """Read a hit of the search."""
    return DatasetRow(
        id=hit.id,
        name=hit.name,
        owner=hit.owner_name or None,
        owner_id=hit.owner_id or None,
        owner_left=_owner_left(hit.raw),
        source=hit.type or None,
        row_count=hit.row_count,
        column_count=hit.column_count,
        card_count=hit.card_count,
        updated=hit.last_updated or hit.last_touched,
        created=hit.created,
        certification=certification_word(hit.certification),
        tags=hit.tags,
        never_updated=hit.last_updated is None,
    )


def _owner_left(raw: Mapping[str, Any]) -> bool:
    """Say whether the upstream tells that the owner is gone; silence means no."""
    owner = (mappings(raw, "owners") or [mapping(raw, "owner")])[0]
    active = flag(owner, "active") if owner else None
    return active is False or flag(raw, "ownerActive", "ownedByActive") is False
