"""Asks the search for datasets and people ("Search Product API"), and keeps what frames a list for a minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.cache import cache
from django.utils import timezone

from apps.connections.models import Connection
from apps.data.datasets import upstream_fields
from apps.data.datasets.filters import FacetValues, search_arguments
from apps.data.datasets.rows import DatasetRow, row_of
from domoadmin.services.client import Client
from domoadmin.services.results import SearchPage
from domoadmin.services.results.fields import text

ENTITY = "dataset"
# What search reaches with offset and count together ("Known Limits").
REACH = 10_000
OVERVIEW_SECONDS = 60
PEOPLE = 20


@dataclass(frozen=True)
class DatasetPage:
    """Some of the datasets that match, and how many do."""

    rows: list[DatasetRow]
    total: int
    facets: Mapping[str, FacetValues]
    request_id: str | None


@dataclass(frozen=True)
class Overview:
    """All that the token sees, without any filter: how many, and the values there are to filter by."""

    total: int
    facets: Mapping[str, FacetValues] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """Somebody, or a group, who may own datasets or see them."""

    id: str
    name: str
    detail: str


def find(
    client: Client,
    words: str,
    count: int,
    *,
    offset: int = 0,
    order: str | None = None,
    descending: bool = False,
    filters: Mapping[str, Any] | None = None,
    with_facets: bool = False,
) -> DatasetPage:
    """Return datasets by one call. words: as the search field takes it; order: the search's own field name."""
    arguments = search_arguments(words, filters or {}, timezone.now())
    page: SearchPage = client.search.query(
        entities=[ENTITY],
        query="*",
        filters=arguments.filters,
        not_filters=arguments.not_filters,
        sort=_sort(order, descending),
        count=count,
        offset=offset,
        facets=upstream_fields.FACETS if with_facets else [],
        facet_limit=upstream_fields.FACET_LIMIT if with_facets else 0,
    )
    rows = [row_of(hit) for hit in page.hits if hit.id]
    return DatasetPage(rows, _total(page, offset, count), page.facets, page.request_id)


def _total(page: SearchPage, offset: int, count: int) -> int:
    """Return how many match; where the upstream doesn't say, there is one more than came when the page was full."""
    come = offset + len(page.hits)
    if page.total is None:
        return come + 1 if len(page.hits) >= count else come
    return max(page.total, come) if page.hits else page.total


def _sort(order: str | None, descending: bool) -> list[tuple[str, Literal["ASC", "DESC"]]]:
    if order is None:
        return []
    sort: list[tuple[str, Literal["ASC", "DESC"]]] = [(order, "DESC" if descending else "ASC")]
    # Among equals the name decides, so that pages of datasets with as many cards each don't overlap.
    return sort if order == upstream_fields.NAME else [*sort, (upstream_fields.NAME, "ASC")]


def overview(connection: Connection, client: Client) -> Overview:
    """Return all that the token sees, from the last minute's answer or by one call."""
    known = known_overview(connection)
    if known is not None:
        return known
    return keep_overview(connection, find(client, "", 1, with_facets=True))


def known_overview(connection: Connection) -> Overview | None:
    """Return the last minute's answer, if there is one."""
    known = cache.get(_key(connection))
    return known if isinstance(known, Overview) else None


def keep_overview(connection: Connection, page: DatasetPage) -> Overview:
    """Keep the answer to a search without filters for a minute."""
    found = Overview(page.total, dict(page.facets))
    cache.set(_key(connection), found, OVERVIEW_SECONDS)
    return found


def _key(connection: Connection) -> str:
    # A connection that was edited may act as somebody else, who sees other datasets.
    return f"data:datasets:overview:{connection.pk}:{connection.updated.timestamp()}"


def find_people(client: Client, words: str) -> list[Person]:
    """Return people by a part of their name, at most 20."""
    return _find_named(client, "user", words, ("emailAddress", "email", "title"))


def find_groups(client: Client, words: str) -> list[Person]:
    """Return groups by a part of their name, at most 20."""
    return _find_named(client, "group", words, ("groupType", "description"))


def _find_named(client: Client, entity: str, words: str, details: tuple[str, ...]) -> list[Person]:
    # The search finds the words in titles and mail addresses too; those would be owners that nobody meant.
    page: SearchPage = client.search.query(entities=[entity], query=f"*{words}*", count=PEOPLE, offset=0)
    return [
        Person(hit.id, hit.name, text(hit.raw, *details))
        for hit in page.hits
        if hit.id and words.casefold() in hit.name.casefold()
    ]
