"""Cards and pages: made from the dataset that a card shows, found by number."""

from __future__ import annotations

from typing import Any

import numpy as np

from domoadmin.sandbox.company import subjects as topics
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.datasets import DatasetTable, Numbers
from domoadmin.sandbox.company.people import Person

FIRST_CARD = 93_905_300
FIRST_PAGE = 1_204_600
CARDS_PER_PAGE = 24
MOST_PAGES = 12_000
VIEWS = (
    "{subject} by region",
    "{subject} against budget",
    "{subject}: top 50",
    "{subject}, 13 weeks",
    "{subject} share of total",
    "{subject} year on year",
    "{subject} this week",
    "{subject} by month",
    "{subject} outliers",
    "{subject} at a glance",
    "{subject} compared with last season",
    "{subject} per site",
)
CHARTS = ("badge_vert_bar", "badge_line", "badge_table", "badge_singlevalue", "badge_xyscatterplot", "badge_pie")
PAGE_KINDS = ("cockpit", "weekly review", "monthly review", "board pages", "team page", "deep dive", "pilot")


class Cards:
    """All cards of the generated datasets. Card number k belongs to the dataset in whose span k falls."""

    def __init__(self, table: DatasetTable, generated: int) -> None:
        self._table = table
        self._ends = np.cumsum(table.cards[:generated])
        self.count = int(self._ends[-1]) if generated else 0
        self.page_count = min(MOST_PAGES, max(1, self.count // CARDS_PER_PAGE))

    def exists(self, card_id: str) -> bool:
        return card_id.isdigit() and 0 <= int(card_id) - FIRST_CARD < self.count

    def dataset_of(self, number: int) -> int:
        """The place of the dataset that card `number` shows."""
        return int(np.searchsorted(self._ends, number, side="right"))

    def datasets_of(self, numbers: Numbers) -> Numbers:
        """The same for many cards at once."""
        return np.asarray(np.searchsorted(self._ends, numbers, side="right"), dtype=np.int64)

    def of_dataset(self, index: int) -> range:
        """The numbers of the cards on a dataset."""
        if index >= len(self._ends):
            return range(0)
        return range(int(self._ends[index - 1]) if index else 0, int(self._ends[index]))

    def title(self, number: int, dataset: int) -> str:
        """What stands above the card."""
        subject = topics.SUBJECTS[int(self._table.subject[dataset])].name
        region = words.REGIONS[int(self._table.region[dataset])]
        first = int(self._ends[dataset - 1]) if dataset else 0
        place = number - first
        view = VIEWS[(place + dataset) % len(VIEWS)].format(subject=subject)
        title = f"{view}, {region}" if region else view
        return title if place < len(VIEWS) else f"{title} ({1 + place // len(VIEWS)})"

    def titles(self) -> list[str]:
        """All titles in order."""
        spans = ((dataset, self.of_dataset(dataset)) for dataset in range(len(self._ends)))
        return [self.title(number, dataset) for dataset, span in spans for number in span]

    def chart(self, number: int) -> str:
        return CHARTS[number * 7919 % len(CHARTS)]

    def owner_places(self, numbers: Numbers, datasets: Numbers) -> Numbers:
        """The places of the owners among the people: mostly the datasets' owners."""
        other = (datasets * 31 + numbers) % len(self._ends)
        return np.asarray(self._table.owner[np.where(numbers % 4 > 0, datasets, other)], dtype=np.int64)

    def owner_place(self, number: int, dataset: int) -> int:
        """The same for one card."""
        return int(self.owner_places(np.array([number]), np.array([dataset]))[0])

    def page_of(self, number: int) -> int:
        """The number of the page that a card is on."""
        return number * 2_654_435_761 % 4_294_967_296 % self.page_count

    def page_title(self, page: int) -> str:
        department = words.DEPARTMENTS[page % len(words.DEPARTMENTS)]
        kind = PAGE_KINDS[page // len(words.DEPARTMENTS) % len(PAGE_KINDS)]
        region = words.REGIONS[page // (len(words.DEPARTMENTS) * len(PAGE_KINDS)) % len(words.REGIONS)]
        rest = page // (len(words.DEPARTMENTS) * len(PAGE_KINDS) * len(words.REGIONS))
        title = f"{department} {kind}"
        title = f"{title}, {region}" if region else title
        return f"{title} ({rest + 1})" if rest else title


def card_record(cards: Cards, people: list[Person], table: DatasetTable, number: int, dataset: int) -> dict[str, Any]:
    """A card as Get Cards for a Dataset ID shows it."""
    owner = people[cards.owner_place(number, dataset)]
    identifier = FIRST_CARD + number
    return {
        "id": identifier,
        "urn": str(identifier),
        "type": "kpi",
        "chartType": cards.chart(number),
        "title": cards.title(number, dataset),
        "ownerId": int(owner.id),
        "owners": [{"id": owner.id, "type": "USER", "displayName": owner.name}],
        "access": True,
        "datasourceId": table.ids[dataset],
    }
