"""Reads pages: off the list that public clients know, else off the search, which is the one call in the documents.

The list ("POST content/v1/pages/adminsummary") stands in no document. Where an upstream lacks it, the search tells the
title and whatever else it holds; what nobody tells is None, which differs from empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Any, Literal

from django.core.cache import cache

from apps.core.optional_calls import if_told
from apps.governance.pages.rows import PARENT, TOP, PageRow, Person, row_of_hit, row_of_page
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, NotFound
from domoadmin.services.results import Listing, SearchPage
from domoadmin.services.results.pages import Page
from domoadmin.services.search_filters import term, wildcard

ENTITY = "page"
OWNER = "owned_by_id"
NAME = "display_name_sort"
# So long nobody asks again for a call that the upstream lacked.
LACKED_SECONDS = 300
HINT_SECONDS = 3600
MOST_SAME_TITLE = 300


class Origin(StrEnum):
    """Which call told of pages."""

    LIST = "list"
    SEARCH = "search"


@dataclass(frozen=True)
class PageQuery:
    """What is looked for. parents: ids of pages above, TOP for the top; order: a name of ORDERS."""

    words: str = ""
    parents: Sequence[str] = ()
    owner_ids: Sequence[str] = ()
    ownerless: bool = False
    order: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class FoundPages:
    """Some of the pages that match, how many do, and which call told."""

    rows: list[PageRow]
    total: int
    origin: Origin
    request_id: str | None = None
    parents_told: bool = field(default=True)


# name -> (what the list calls it, what the search calls it)
ORDERS = {
    "name": ("pageTitle", NAME),
    "created": ("createdTime", "createDate"),
    "modified": ("lastModified", "lastModified"),
}


def find_pages(client: Client, query: PageQuery, count: int, offset: int = 0) -> FoundPages:
    """Return one page of what matches, by one call; words that are an id find that page. Raises UpstreamError."""
    if query.words.isdecimal():
        known = pages_by_id(client, [query.words])
        if known:
            return FoundPages(list(known.values())[offset:], 1, Origin.LIST)
    listed = listed_pages(client, query, count, offset)
    return listed if listed is not None else searched_pages(client, query, count, offset)


def every_page(client: Client, query: PageQuery) -> Iterator[PageRow]:
    """Yield all that match, each once, past the cap of the search. Raises UpstreamError."""
    size, offset = 100, 0
    seen: set[str] = set()
    while (found := listed_pages(client, query, size, offset)) is not None:
        fresh = [row for row in found.rows if row.id not in seen]
        seen.update(row.id for row in fresh)
        _keep(client, fresh)
        yield from fresh
        offset += len(found.rows)
        if not fresh or offset >= found.total:
            return
    hits = (row_of_hit(hit) for hit in client.search.walk_all(**_criteria(query)) if hit.id and hit.id not in seen)
    while rows := list(islice(hits, size)):
        _keep(client, rows)
        yield from rows


def listed_pages(client: Client, query: PageQuery, count: int, offset: int = 0) -> FoundPages | None:
    """Return what the list tells; None where the upstream has no such call."""
    if cache.get(_lacks_key(client)):
        return None
    clauses: dict[str, Any] = {"limit": count, "skip": offset, "order_by": ORDERS[query.order][0]}
    clauses["ascending"] = not query.descending
    if query.words:
        clauses |= {"include_page_title_clause": True, "page_title_search_text": query.words}
    if query.parents:
        clauses |= {"include_parent_page_ids_clause": True, "parent_page_ids": list(query.parents)}
    if query.owner_ids or query.ownerless:
        clauses |= {"include_page_owner_clause": True, "owner_ids": list(query.owner_ids)}
        clauses["add_page_with_no_owner"] = query.ownerless
    try:
        found: Listing[Page] | None = if_told(lambda: _listing(client, clauses))
    except _Lacking:
        cache.set(_lacks_key(client), True, LACKED_SECONDS)
        return None
    if found is None:
        return None
    rows = [row_of_page(page) for page in found if page.id]
    come = offset + len(found)
    total = found.total if found.total is not None else come + (1 if len(found) >= count else 0)
    return FoundPages(rows, max(total, come), Origin.LIST, found.request_id, _told(rows))


class _Lacking(Exception):
    """The upstream has no such call at all, which differs from refusing one."""


def _listing(client: Client, clauses: dict[str, Any]) -> Listing[Page]:
    try:
        listed: Listing[Page] = client.pages.list(**clauses)
    except NotFound:
        raise _Lacking from None
    return listed


def searched_pages(client: Client, query: PageQuery, count: int, offset: int = 0) -> FoundPages:
    """Return what the search tells. Raises InvalidArguments for what it can't be asked."""
    direction: Literal["ASC", "DESC"] = "DESC" if query.descending else "ASC"
    page: SearchPage = client.search.query(
        **_criteria(query), sort=[(ORDERS[query.order][1], direction)], count=count, offset=offset
    )
    rows = [row_of_hit(hit) for hit in page.hits if hit.id]
    come = offset + len(page.hits)
    total = page.total if page.total is not None else come + (1 if len(page.hits) >= count else 0)
    return FoundPages(rows, max(total, come), Origin.SEARCH, page.request_id, _told(rows))


def _criteria(query: PageQuery) -> dict[str, Any]:
    if query.ownerless:
        raise InvalidArguments(
            "this upstream lacks the list of pages, and the search can't be asked for pages without an owner: "
            "remove that filter",
            argument="ownerless",
            operation_id="search.query",
        )
    filters = []
    if query.parents:
        filters.append(term(PARENT, *query.parents))
    if query.owner_ids:
        filters.append(term(OWNER, *query.owner_ids))
    return {"entities": [ENTITY], "query": f"*{query.words}*" if query.words else "*", "filters": filters}


def _told(rows: Sequence[PageRow]) -> bool:
    return not rows or any(row.parent is not None for row in rows)


def _lacks_key(client: Client) -> str:
    return f"governance:pages:lacks-list:{client.settings.slug}"


def pages_by_id(client: Client, page_ids: Sequence[str]) -> dict[str, PageRow]:
    """Return what the search tells of these pages (at most a hundred), by one call. Raises UpstreamError."""
    if not page_ids:
        return {}
    wanted = set(page_ids)
    page: SearchPage = client.search.query(
        entities=[ENTITY], query="*", filters=[term("databaseId", *page_ids)], count=len(page_ids)
    )
    # An upstream that ignores the filter answers other pages.
    found = {hit.id: row_of_hit(hit) for hit in page.hits if hit.id in wanted}
    _keep(client, found.values())
    return found


def read_page(client: Client, page_id: str) -> PageRow | None:
    """Return all that can be found out about a page by one or two calls; None where the search doesn't know it."""
    return read_beside(client, page_id)[0]


def read_beside(client: Client, page_id: str, parents: Sequence[str] = ()) -> tuple[PageRow | None, list[PageRow]]:
    """Return a page as it is now, and the pages with its title below its own parent and below these.

    What the search told of it within the hour says where to look in the list: the search takes two calls a second, and
    a job asks for thousands of pages. Only what the list, or the search anew, tells is taken for true.
    """
    hint = cache.get(_row_key(client, page_id))
    if isinstance(hint, PageRow):
        beside = same_titles(client, hint.title, [hint.parent or TOP, *parents])
        if any(row.id == page_id for row in beside):
            return with_details(hint, beside), beside
    known = pages_by_id(client, [page_id]).get(page_id)
    if known is None:
        return None, []
    beside = same_titles(client, known.title, [known.parent or TOP, *parents])
    return with_details(known, beside), beside


def _keep(client: Client, rows: Iterable[PageRow]) -> None:
    cache.set_many({_row_key(client, row.id): row for row in rows}, HINT_SECONDS)


def note_move(client: Client, page_id: str, parent: str) -> None:
    """Note where to look for a page from now on."""
    kept = cache.get(_row_key(client, page_id))
    if isinstance(kept, PageRow):
        _keep(client, [replace(kept, parent="" if parent == TOP else parent, parent_title="")])


def _row_key(client: Client, page_id: str) -> str:
    return f"governance:pages:row:{client.settings.slug}:{page_id}"


def with_details(known: PageRow, listed: Iterable[PageRow]) -> PageRow:
    """Return what the search told of a page, with what the list tells of it on top."""
    found = next((row for row in listed if row.id == known.id), None)
    if found is None:
        return known
    told = {name: value for name, value in vars(found).items() if value not in (None, "")}
    # At the top the list says "": that is told, too.
    return replace(known, **told | ({"parent": found.parent} if found.parent is not None else {}))


def same_titles(client: Client, title: str, parents: Sequence[str]) -> list[PageRow]:
    """Return the pages with this title below any of these pages (TOP for the top), as far as anybody tells."""
    if not title.strip():
        return []
    query = PageQuery(words=title, parents=tuple(dict.fromkeys(parents)))
    rows: list[PageRow] = []
    while len(rows) < MOST_SAME_TITLE:
        found = listed_pages(client, query, 100, len(rows))
        if found is None:
            return _same_titles_searched(client, title, parents)
        rows += found.rows
        if not found.rows or len(rows) >= found.total:
            break
    return [
        row for row in rows if same_title(row.title, title) and (row.parent is None or (row.parent or TOP) in parents)
    ]


def _same_titles_searched(client: Client, title: str, parents: Sequence[str]) -> list[PageRow]:
    page: SearchPage = client.search.query(
        entities=[ENTITY], query="*", filters=[wildcard(NAME, title)], count=MOST_SAME_TITLE
    )
    rows = [row_of_hit(hit) for hit in page.hits if hit.id]
    return [
        row for row in rows if same_title(row.title, title) and (row.parent is None or (row.parent or TOP) in parents)
    ]


def same_title(one: str, other: str) -> bool:
    """Say whether two titles are the same to a person."""
    return one.strip().casefold() == other.strip().casefold()


def line_above(client: Client, page: PageRow, most: int = 12) -> list[PageRow]:
    """Return the pages above a page, the highest first, as far as their parents are told."""
    above: list[PageRow] = []
    seen = {page.id}
    parent = page.parent
    while parent and parent not in seen and len(above) < most:
        seen.add(parent)
        found = pages_by_id(client, [parent]).get(parent)
        if found is None:
            break
        above.insert(0, found)
        parent = found.parent
    return above


def find_people(client: Client, words: str, count: int = 20) -> list[Person]:
    """Return people whose name has the words."""
    page: SearchPage = client.search.query(entities=["user"], query=f"*{words}*", count=count)
    folded = words.casefold()
    return [Person(hit.id, hit.name) for hit in page.hits if hit.id and folded in hit.name.casefold()]
