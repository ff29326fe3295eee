"""What a page shows of counts: timeline, heat map, and the people, objects and actions that occur most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from apps.core.formats import format_number
from apps.core.object_pages import object_url
from apps.governance.activity.entries import page_of, type_words
from apps.governance.activity.tally import DAYS, HeatRow, Tally, Timeline, heat_map, timeline

MOST = 10


class Place(Protocol):
    """Where figures stand: what leads from them to the entries."""

    @property
    def slug(self) -> str:
        """Return the connection's slug."""

    def with_filters(self, **changes: object) -> str:
        """Return the list with other filters."""


@dataclass(frozen=True)
class Ranked:
    """A line of a ranking. url keeps only its entries; page_url is its own page, "" where there is none."""

    name: str
    note: str
    count: int
    share: int
    url: str
    page_url: str = ""


class Figures:
    """Counts, ready to be drawn."""

    days = DAYS

    def __init__(self, tally: Tally, place: Place) -> None:
        self.tally = tally
        self._place = place

    @property
    def total(self) -> int:
        """Return how many entries were counted."""
        return self.tally.total

    @cached_property
    def timeline(self) -> Timeline:
        """Return the entries by hour or day."""
        return timeline(self.tally.slots)

    @cached_property
    def heat_map(self) -> list[HeatRow]:
        """Return the entries by weekday and hour."""
        return heat_map(self.tally.slots)

    @property
    def busiest(self) -> str:
        """Return the column with most entries in words; "" where nothing has a time."""
        points = self.timeline.points
        if not points:
            return ""
        most = max(points, key=lambda point: point.count)
        return f"most at {most.label}, {format_number(most.count)}"

    @cached_property
    def people(self) -> Sequence[Ranked]:
        """Return who did most."""
        slug = self._place.slug
        return [
            Ranked(
                self.tally.names.get(person) or person or "not told",
                "",
                count,
                self._share(count, self.tally.people.most_common(1)[0][1]),
                self._place.with_filters(user=person) if person else "",
                object_url(slug, "user", person) if person.isdecimal() else "",
            )
            for person, count in self.tally.people.most_common(MOST)
        ]

    @cached_property
    def objects(self) -> Sequence[Ranked]:
        """Return what most was done with."""
        slug = self._place.slug
        found = []
        for key, count in self.tally.objects.most_common(MOST):
            kind, identifier, name = key
            changes = {"object_type": kind, "object_id": identifier} if identifier else {"object_type": kind, "q": name}
            most = self.tally.objects.most_common(1)[0][1]
            url, page = self._place.with_filters(**changes), page_of(slug, kind, identifier)
            found.append(Ranked(self.tally.name_of(key), type_words(kind), count, self._share(count, most), url, page))
        return found

    @cached_property
    def actions(self) -> Sequence[Ranked]:
        """Return what was done most."""
        ranked = self.tally.actions.most_common(MOST)
        return [
            Ranked(
                action.replace("_", " ").capitalize() or "not told",
                "",
                count,
                self._share(count, ranked[0][1]),
                self._place.with_filters(action=action) if action else "",
            )
            for action, count in ranked
        ]

    @staticmethod
    def _share(count: int, most: int) -> int:
        return max(1, round(100 * count / most)) if most else 0
