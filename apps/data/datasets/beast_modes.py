"""The Beast Modes on a dataset, by the search of functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound, Unprocessable
from domoadmin.services.resources.beast_modes import MOST_RESULTS
from domoadmin.services.results.base import Listing
from domoadmin.services.results.beast_modes import VALID, BeastMode

Filter = Mapping[str, Any]
# The document shows this filter alone; without it variables come as well.
NO_VARIABLES: Filter = {"field": "notvariable"}
# Pages of 5,000 each: an upstream that knows no filter by dataset is read to here and no further.
MOST_PAGES = 8
_REFUSALS = (BadRequest, Unprocessable, NotFound)


@dataclass(frozen=True)
class FoundBeastModes:
    """The Beast Modes of a dataset. complete: False where there are more than were looked through."""

    found: list[BeastMode]
    looked_through: int
    complete: bool


def beast_modes_of(client: Client, dataset_id: str) -> FoundBeastModes:
    """Return the Beast Modes that hang on a dataset.

    The upstream is asked to filter by dataset, as public clients do. The document knows no such filter: one that
    refuses it is asked without, and the links of every answer are looked at here, so one that ignores it does no harm.
    """
    filters: list[Filter] = [NO_VARIABLES, {"field": "dataset", "idList": [dataset_id]}]
    try:
        first = client.beast_modes.search(filters=filters, limit=MOST_RESULTS)
    except _REFUSALS:
        filters = [NO_VARIABLES]
        first = client.beast_modes.search(filters=filters, limit=MOST_RESULTS)
    pages = list(_pages(client, filters, first))
    seen = {each.id: each for page in pages for each in page if dataset_id in each.dataset_ids}
    looked = sum(len(page) for page in pages)
    total = first.total
    return FoundBeastModes(
        sorted(seen.values(), key=lambda each: each.name.casefold()), looked, total is None or looked >= total
    )


def _pages(client: Client, filters: Sequence[Filter], first: Listing[BeastMode]) -> Iterator[Listing[BeastMode]]:
    page, offset = first, len(first)
    yield page
    for _ in range(MOST_PAGES - 1):
        if not page or first.total is None or offset >= first.total:
            return
        page = client.beast_modes.search(filters=filters, limit=MOST_RESULTS, offset=offset)
        offset += len(page)
        yield page


def trouble_with(beast_mode: BeastMode, dataset_id: str) -> str:
    """Say in words what is broken about a Beast Mode as far as this dataset goes; empty when nothing is."""
    if beast_mode.status.upper() not in ("", VALID):
        return f"Formula {beast_mode.status.replace('_', ' ').lower()}"
    broken = [link for link in beast_mode.broken_links if link.id == dataset_id]
    if broken:
        return "Refers to what the dataset lacks"
    others = len(beast_mode.broken_links)
    return f"Broken on {others} other object{'' if others == 1 else 's'}" if others else ""
