"""By what a search can be split: filters made from the hits at hand, each fitting some of the records.

Field names aren't documented but for databaseId and createDate, and entities differ: what the hits show is used.
Whether a filter works upstream is for the caller to find out, by counting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domoadmin.services.results import SearchHit, SearchPage
from domoadmin.services.results.fields import mapping, mappings, number, text
from domoadmin.services.search_filters import Filter, term, wildcard
from domoadmin.services.times import read_time

# Those that never change come first: a record whose time changes meanwhile may move to a part that was read already.
_DATE_FIELDS = (
    "createDate",
    "createdDate",
    "create_date",
    "created",
    "createdOn",
    "createdAt",
    "lastModified",
    "last_modified",
    "lastUpdated",
    "last_updated",
    "modified",
)
_ID_FIELDS = ("databaseId", "id", "entityId")
_NAME_FIELDS = ("name_sort", "display_name_sort", "name", "displayName", "title")
_OWNER_FACETS = ("OWNED_BY_ID", "OWNER_ID")
_OWNER_FIELDS = ("owned_by_id", "ownedById", "owner_id", "ownerId")
_MOST_VALUES = 500
_LONGEST_PREFIX = 60
_PREFIXES_A_FIELD = 3
_WILDCARDS = frozenset("*?\\")


@dataclass(frozen=True)
class Sight:
    """What is known of a part that must be split: how many match, the first hits, and ways to see more.

    `sample()` gives hits from elsewhere as well; `look(field, offset)` the hit at that place when sorted by the field
    (any hit where sorting isn't taken); `facets(names, limit)` a page with these facets. The last two give None when
    the upstream refuses. `wanted` is the number of records that a good filter fits.
    """

    total: int
    wanted: int
    first: Sequence[SearchHit]
    sample: Callable[[], Sequence[SearchHit]]
    look: Callable[[str, int], SearchHit | None]
    facets: Callable[[Sequence[str], int], SearchPage | None]


Dimension = Callable[[Sight], Iterator[Filter]]


def by_date(sight: Sight) -> Iterator[Filter]:
    """Yield ranges up to the time of the record in the right place."""
    for field in _fields_with(sight.first, _DATE_FIELDS, lambda value: read_time(value) is not None):
        found = sight.look(field, sight.wanted - 1)
        value = found.raw.get(field) if found is not None else None
        if read_time(value) is None:
            # Records without the field may come first: one in the middle of those at hand will do as well.
            values = sorted((hit.raw[field] for hit in sight.sample() if hit.raw.get(field) is not None), key=str)
            value = values[len(values) // 2]
        # The format of times isn't documented: the one that the hits have is the likeliest to be taken.
        yield {"filterType": "dateRange", "field": field, "to": value}
        if isinstance(value, int):
            # Many records may share this time: without them the other side may be the smaller one.
            yield {"filterType": "dateRange", "field": field, "to": value - 1}


def by_owner(sight: Sight) -> Iterator[Filter]:
    """Yield sets of owners that together have about the wanted number of records."""
    page = sight.facets(_OWNER_FACETS, _MOST_VALUES)
    facets = mapping(page.raw, "facetMap") if page is not None else {}
    for name in facets:
        facet = mapping(facets, name)
        field = text(facet, "fieldName")
        counts = {text(each, "value"): number(each, "count") or 0 for each in mappings(facet, "facetValues")}
        chosen = _together(counts, sight.wanted)
        if field and chosen:
            yield term(field, *chosen)
    hits = sight.sample()
    owners = Counter(hit.owner_id for hit in hits if hit.owner_id)
    chosen = _together(owners, max(1, len(hits) * sight.wanted // sight.total))
    if chosen and len(owners) > 1:
        for field in _OWNER_FIELDS:
            yield term(field, *chosen)


def by_id(sight: Sight) -> Iterator[Filter]:
    """Yield beginnings of ids: every record has one, and no two the same."""
    fields = _fields_with(sight.first, _ID_FIELDS, lambda value: isinstance(value, str | int))
    yield from _prefixes(fields, [hit.id for hit in sight.sample()], sight)


def by_name(sight: Sight) -> Iterator[Filter]:
    """Yield beginnings of names, as written and in lower case, since indexes often fold them."""
    names = [hit.name for hit in sight.sample()]
    yield from _prefixes(_NAME_FIELDS, names, sight)
    folded = [name.lower() for name in names]
    if folded != names:
        yield from _prefixes(_NAME_FIELDS, folded, sight)


# In the order in which they are tried: times split evenly with the fewest calls.
DIMENSIONS: tuple[Dimension, ...] = (by_date, by_owner, by_id, by_name)


def _fields_with(hits: Sequence[SearchHit], names: Iterable[str], fits: Callable[[Any], bool]) -> list[str]:
    return [name for name in names if any(name in hit.raw and fits(hit.raw[name]) for hit in hits)]


def _together(counts: dict[str, int] | Counter[str], wanted: int) -> list[str]:
    """Return the values whose counts come closest to `wanted` without passing it, else the one with fewest."""
    chosen: list[str] = []
    left = wanted
    for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        if value and 0 < count <= left and len(chosen) < _MOST_VALUES:
            chosen.append(value)
            left -= count
    return chosen or [value for value in sorted(counts, key=lambda each: (counts[each], each))[:1] if value]


def _prefixes(fields: Iterable[str], values: Sequence[str], sight: Sight) -> Iterator[Filter]:
    counts = Counter(value[:length] for value in values for length in range(1, _plain_length(value) + 1))
    share = len(values) * min(0.5, sight.wanted / sight.total)
    # Of prefixes that fit equally many, the longest adds nothing and the shortest says least: any would do.
    best = sorted(counts, key=lambda prefix: (abs(counts[prefix] - share), len(prefix), prefix))
    for field in fields:
        for prefix in best[:_PREFIXES_A_FIELD]:
            yield wildcard(field, f"{prefix}*")


def _plain_length(value: str) -> int:
    """How many characters there are before one that a wildcard would read as its own."""
    plain = next((place for place, letter in enumerate(value) if letter in _WILDCARDS), len(value))
    return min(plain, _LONGEST_PREFIX)
