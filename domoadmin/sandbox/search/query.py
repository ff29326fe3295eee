"""The search.query call: reads the body, gathers hits of all entities, sorts, counts, pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.search.filters import Searchable, filter_mask
from domoadmin.sandbox.search.text import Mask, contains_pattern

REACH = 10_000
FEW = 4_000
FACET_FIELDS = {
    "OWNER_ID": "owned_by_id",
    "OWNED_BY_ID": "owned_by_id",
    "DATAPROVIDERNAME": "dataprovidername_facet",
    "DATAPROVIDERTYPE": "dataproviderkey_facet",
    "CERTIFICATION": "certification.state",
    "TAG": "tags",
}


class Entries(Searchable, Protocol):
    """A collection that can be searched."""

    entity: str

    def visible(self) -> Mask: ...
    def name(self, index: int) -> str: ...
    def text(self, index: int) -> str: ...
    def sort_key(self, field: str) -> NDArray[Any] | None: ...
    def popularity(self) -> NDArray[Any]: ...
    def facet(self, name: str, mask: Mask) -> list[tuple[str, str, int]] | None: ...
    def record(self, index: int) -> dict[str, Any]: ...


EntriesOf = Callable[[str], Entries | None]


def search(body: dict[str, Any], entries_of: EntriesOf) -> dict[str, Any]:
    """The answer to search.query. `entries_of` gives the collection of an entity name, or None for one without hits."""
    count, offset = _whole(body, "count", 10), _whole(body, "offset", 0)
    if count + offset > REACH:
        raise ApiError(400, f"Result window is too large: offset + count must be at most {REACH}, was {count + offset}")
    groups = _groups(body)
    query = body.get("query")
    if not isinstance(query, str):
        raise ApiError(400, "query is required")
    found = [(entries_of(name), name) for group in groups for name in group]
    marked = [(entries, _matches(entries, body, query)) for entries, _ in found if entries is not None]
    total = int(sum(np.count_nonzero(mask) for _, mask in marked))
    chosen = _page(marked, body.get("sort"), query, offset, count)
    hits = [entries.record(index) for entries, index in chosen]
    wanted = body.get("fieldsToReturn")
    if isinstance(wanted, list) and wanted:
        keep = {"entityType", "databaseId", *wanted}
        hits = [{name: value for name, value in hit.items() if name in keep} for hit in hits]
    hidden = body.get("hideSearchObjects") is True
    return {
        "facetMap": _facets(body, marked),
        "totalResultCount": total,
        "sort": _sort_answer(body.get("sort")),
        "queryUuid": str(uuid.uuid4()),
        "hideSearchObjects": hidden,
        "searchObjects": [] if hidden else hits,
        "searchResultsMap": {"_".join(group): [hit for hit in hits if hit["entityType"] in group] for group in groups},
    }


def _whole(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ApiError(400, f"{name} must be a whole number from 0")
    return value


def _groups(body: dict[str, Any]) -> list[list[str]]:
    """entityList is an array of arrays; the older `entities` is one array."""
    listed = body.get("entityList")
    if listed is None:
        older = body.get("entities")
        listed = [[each] for each in older] if isinstance(older, list) else None
    if not isinstance(listed, list) or not listed:
        raise ApiError(400, "entityList is required")
    if not all(isinstance(group, list) and all(isinstance(name, str) for name in group) for group in listed):
        raise ApiError(400, "entityList must be an array of arrays of strings")
    return [[name.lower() for name in group] for group in listed]


def _matches(entries: Entries, body: dict[str, Any], query: str) -> Mask:
    now = now_ms()
    mask = entries.visible()
    words = sorted((word for word in query.split() if word.strip("*")), key=len, reverse=True)
    for place, word in enumerate(words):
        mask = _with_word(entries, mask, word, narrowed=place > 0)
    mask = mask & filter_mask(entries, _filters(body, "filters"), now)
    if _filters(body, "orFilters"):
        mask = mask & filter_mask(entries, _filters(body, "orFilters"), now, any_of=True)
    if _filters(body, "notFilters"):
        mask = mask & ~filter_mask(entries, _filters(body, "notFilters"), now, any_of=True)
    return mask


def _with_word(entries: Entries, mask: Mask, word: str, narrowed: bool) -> Mask:
    """Entries that hold the word too. When few are left, each is looked at singly: the whole index costs more."""
    places = np.flatnonzero(mask) if narrowed else None
    if places is None or len(places) > FEW:
        found = entries.matching(None, word)
        return mask & found if found is not None else np.zeros_like(mask)
    pattern = contains_pattern(word)
    left = np.zeros_like(mask)
    left[[index for index in places.tolist() if pattern.fits(entries.text(index))]] = True
    return left


def _filters(body: dict[str, Any], name: str) -> list[Any]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise ApiError(400, f"{name} must be a list of filters")
    return value


def _field_sorts(sort: Any) -> list[tuple[str, bool]]:
    if sort is None:
        return []
    if not isinstance(sort, dict):
        raise ApiError(400, "sort must be an object")
    if sort.get("isRelevance"):
        return []
    listed = sort.get("fieldSorts") or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) and "field" in each for each in listed):
        raise ApiError(400, "fieldSorts must be a list of objects with field and sortOrder")
    return [(str(each["field"]), str(each.get("sortOrder", "ASC")).upper() == "DESC") for each in listed]


def _page(
    marked: Sequence[tuple[Entries, Mask]], sort: Any, query: str, offset: int, count: int
) -> list[tuple[Entries, int]]:
    sorts = _field_sorts(sort)
    listed: list[tuple[Entries, int]] = []
    left = offset + count
    for entries, mask in marked:
        places = np.flatnonzero(mask)
        ordered = _ordered(entries, places, sorts, query)[:left]
        left -= len(ordered)
        listed.extend((entries, int(index)) for index in ordered)
        if left <= 0:
            break
    return listed[offset : offset + count]


def _ordered(
    entries: Entries, places: NDArray[np.int64], sorts: list[tuple[str, bool]], query: str
) -> NDArray[np.int64]:
    keys: list[NDArray[Any]] = [places]
    known = [(entries.sort_key(field), descending) for field, descending in sorts]
    for values, descending in reversed(known):
        if values is not None:
            chosen = values[places].astype(float)
            keys.append(-chosen if descending else chosen)
    if len(keys) == 1:
        keys.append(-entries.popularity()[places].astype(float))
        word = query.strip("* ").lower()
        if word:
            names = [entries.name(index).lower() for index in places.tolist()]
            keys.append(np.array([not name.startswith(word) for name in names], dtype=np.bool_))
            keys.append(np.array([name != word for name in names], dtype=np.bool_))
    return np.asarray(places[np.lexsort(keys)])


def _facets(body: dict[str, Any], marked: Sequence[tuple[Entries, Mask]]) -> dict[str, Any]:
    limit, start = _whole(body, "facetValueLimit", 0), _whole(body, "facetValueOffset", 0)
    answer: dict[str, Any] = {}
    for name in body.get("facetValuesToInclude") or []:
        counts: dict[tuple[str, str], int] = {}
        for entries, mask in marked:
            for value, label, number in entries.facet(str(name), mask) or ():
                counts[(value, label)] = counts.get((value, label), 0) + number
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        answer[str(name)] = {
            "fieldName": FACET_FIELDS.get(str(name), str(name).lower()),
            "searchFacetEnum": str(name),
            "facetValues": [
                {"value": value, "displayName": label, "count": number}
                for (value, label), number in ordered[start : start + limit]
            ],
        }
    return answer


def _sort_answer(sort: Any) -> dict[str, Any]:
    listed = _field_sorts(sort)
    return {
        "fieldSorts": [{"field": field, "sortOrder": "DESC" if down else "ASC"} for field, down in listed] or None,
        "activity": None,
        "activitySortType": None,
        "metricAction": None,
        "isHotness": False,
        "isRelevance": not listed,
    }
