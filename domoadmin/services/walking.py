"""Walking an operation's listing to its end, page by page."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from domoadmin.services.operations import Operation
from domoadmin.services.paging import Page, walk
from domoadmin.services.results import Listing

FetchPage = Callable[[Mapping[str, Any]], Any]


def walk_pages(operation: Operation, given: Mapping[str, Any], fetch: FetchPage) -> Iterator[Any]:
    """Yield the items of all pages, each once and lazily.

    `fetch` performs the operation with the arguments of one page. An operation that isn't paged yields what its one
    answer holds: the items of a list, else the result itself.
    """
    paging = operation.paging
    if paging is None:
        found = fetch({})
        yield from found if isinstance(found, list) else [found]
        return
    size = given.get(paging.size) or paging.usual
    if paging.style == "marker":
        yield from _by_marker(fetch, {paging.size: size}, paging.place, given.get(paging.place))
        return
    start = given.get(paging.place) or 0
    first = given.get(paging.place) or paging.first

    def page(offset: int) -> Page[Any]:
        place = start + offset if paging.style == "offset" else first + offset // size
        found: Listing[Any] = fetch({paging.size: size, paging.place: place})
        total = (
            None
            if found.total is None
            else found.total - (start if paging.style == "offset" else (first - paging.first) * size)
        )
        return Page(found, total, size)

    yield from walk(page, key=key_of)


def _by_marker(fetch: FetchPage, sized: Mapping[str, Any], place: str, marker: str | None) -> Iterator[Any]:
    seen: set[Hashable] = set()
    markers: set[str] = set()
    while True:
        found: Listing[Any] = fetch({**sized, **({place: marker} if marker else {})})
        for item in found:
            key = key_of(item)
            if key not in seen:
                seen.add(key)
                yield item
        marker = found.next_marker
        # A marker that comes again would lead round and round.
        if not marker or marker in markers:
            return
        markers.add(marker)


def key_of(item: Any) -> Hashable:
    """Return what tells one item from another: its kind and id, else all that came."""
    identifier = getattr(item, "id", None)
    if identifier:
        return getattr(item, "entity", ""), str(identifier)
    raw = getattr(item, "raw", item)
    if isinstance(raw, Mapping) and raw.get("id"):
        return str(raw["id"])
    return json.dumps(raw, sort_keys=True, default=str)
