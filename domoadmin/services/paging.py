"""Walking pages to the end, whatever the paging style: lazily, each thing once, and surely ending."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Literal, TypeVar

Item = TypeVar("Item")
_REMEMBERED = 100_000


@dataclass(frozen=True)
class Paging:
    """How an operation pages its listing: which of its arguments hold the size and the place of a page.

    "offset": the place counts items; "page": it counts pages from `first`; "marker": the answer names the next place
    (Listing.next_marker). `most` is the largest size that the upstream takes, `usual` the one to walk with.
    """

    size: str = "limit"
    place: str = "offset"
    style: Literal["offset", "page", "marker"] = "offset"
    usual: int = 100
    most: int | None = None
    first: int = 1


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Items of one page, the total when the upstream says it, and how many were asked for."""

    items: Sequence[Item]
    total: int | None
    asked: int


def walk(fetch: Callable[[int], Page[Item]], *, key: Callable[[Item], Hashable]) -> Iterator[Item]:
    """Yield the items of all pages, each key once; `fetch` gets the offset (how many were read before).

    Stops at the total when there is one, else at a page shorter than asked, and always when a page brings nothing new:
    an upstream that ignores the offset would otherwise be asked for ever. Only the last 100,000 keys are kept in
    memory: rows that shift while one walks come again on a page nearby, not far away.
    """
    seen: dict[Hashable, None] = {}
    offset = 0
    while True:
        page = fetch(offset)
        new = 0
        for item in page.items:
            found = key(item)
            if found not in seen:
                seen[found] = None
                new += 1
                yield item
        offset += len(page.items)
        if not new:
            return
        for old in list(islice(seen, max(0, len(seen) - _REMEMBERED))):
            del seen[old]
        if offset >= page.total if page.total is not None else len(page.items) < page.asked:
            return
