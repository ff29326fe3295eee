"""Search Product API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments, SearchLimitReached
from domoadmin.services.operations import operation
from domoadmin.services.paging import Page, Paging, walk
from domoadmin.services.places import Field
from domoadmin.services.request import Request
from domoadmin.services.results import SearchHit, SearchPage
from domoadmin.services.search_filters import problem_with_filter
from domoadmin.services.search_splitting import WholeSearch

# What count and offset can reach together, says the document.
MOST_RECORDS = 10_000
_FACET_VALUES = 50

Entities = Annotated[Sequence[str | Sequence[str]], Length(), Field("entityList")]
Filters = Sequence[Mapping[str, Any]]
Sorts = Sequence[tuple[str, Literal["ASC", "DESC"]]]
SortObject = Annotated[Mapping[str, Any], Keys({"fieldSorts": Sequence[Mapping[str, Any]], "isRelevance": bool})]


class Search(Resource):
    """Finding anything: datasets, cards, pages, users, groups, accounts and more."""

    @operation(
        id="search.query",
        method="POST",
        path="/api/search/v1/query",
        heading="Query",
        mutates=False,  # reads, although it is a POST
        aliases=("accounts.search",),
        limit="search",
        paging=Paging(size="count", most=MOST_RECORDS),
    )
    def query(
        self,
        entities: Entities = ("dataset",),
        query: str = "*",
        filters: Filters = (),
        or_filters: Filters = (),
        not_filters: Filters = (),
        sort: Sorts | SortObject | None = (),
        count: Annotated[int, Between(0, MOST_RECORDS)] = 50,
        offset: Annotated[int, Between(0)] = 0,
        facets: Annotated[Sequence[str], Field("facetValuesToInclude")] = (),
        facet_limit: Annotated[int | None, Between(0), Field("facetValueLimit")] = None,
        facet_offset: Annotated[int, Between(0), Field("facetValueOffset")] = 0,
        include_phonetic: bool | None = True,
        fields_to_return: Sequence[str] | None = None,
        combine_results: bool | None = None,
        query_profile: str | None = None,
    ) -> Request[SearchPage]:
        """Return one page of what matches; `filters` are dicts as search_filters makes them.

        `entities` are names, or lists of names that form one group; `sort` pairs of field and direction, or the object
        of the document. Relevance orders when it is empty. Raises SearchLimitReached beyond 10,000 records.
        """
        if offset + count > MOST_RECORDS:
            raise SearchLimitReached(f"{offset:,} and {count:,} more were asked for", operation_id="search.query")
        for argument, given in (("filters", filters), ("or_filters", or_filters), ("not_filters", not_filters)):
            for each in given:
                problem = problem_with_filter(each)
                if problem:
                    raise InvalidArguments(f"{argument}: {problem}", argument=argument, operation_id="search.query")
        body: dict[str, Any] = {
            "count": count,
            "offset": offset,
            "query": query,
            "filters": list(filters),
            "sort": dict(sort) if isinstance(sort, Mapping) else _sorting(sort or ()),
            "facetValuesToInclude": list(facets),
            # 0, the default upstream, would leave every facet empty.
            "facetValueLimit": facet_limit if facet_limit is not None else _FACET_VALUES if facets else 0,
            "facetValueOffset": facet_offset,
            "entityList": [[each] if isinstance(each, str) else list(each) for each in entities],
        }
        # These stand in only one of the two sections that describe the call: sent when there is something to say.
        rest = {
            "includePhonetic": include_phonetic,
            "orFilters": list(or_filters) or None,
            "notFilters": list(not_filters) or None,
            "fieldsToReturn": list(fields_to_return) if fields_to_return else None,
            "combineResults": combine_results,
            "queryProfile": query_profile,
        }
        body |= {name: value for name, value in rest.items() if value is not None}
        names = [name for each in entities for name in ([each] if isinstance(each, str) else each)]
        return Request(parse=lambda answer: SearchPage.of(answer, names), json=body)

    def walk_all(self, page_size: int = 1000, reach: int = MOST_RECORDS, **criteria: Any) -> Iterator[SearchHit]:
        """Yield every match once, however many there are, in no particular order; `criteria` as for `walk`.

        Where more than 10,000 match, the search is split by filters into parts that are each small enough, and each
        split is checked: the parts must sum up to the whole. Raises SearchLimitReached when no filter splits it, and
        UnexpectedAnswer at the end when some records that were counted never came.
        """
        yield from WholeSearch(self.query, criteria, page_size, reach).hits()

    def walk(self, page_size: int = 100, **criteria: Any) -> Iterator[SearchHit]:
        """Yield every match once, reading page by page; `criteria` are arguments of `query` without count and offset.

        Sort by a stable field: pages drift while rows change. After 10,000 hits, when there are more,
        SearchLimitReached is raised with the total; what was yielded until then is sound. `walk_all` reads on.
        """

        total: int | None = None

        def fetch(offset: int) -> Page[SearchHit]:
            nonlocal total
            count = min(page_size, MOST_RECORDS - offset)
            if count <= 0:
                raise SearchLimitReached("split the search by a filter", total=total, operation_id="search.query")
            page = self.query(**criteria, count=count, offset=offset)
            total = page.total
            return Page(page.hits, page.total, asked=count)

        return walk(fetch, key=lambda hit: (hit.entity, hit.id or hit.name))


def _sorting(sort: Sorts) -> dict[str, Any]:
    # The documented example sends an empty object for the order by relevance.
    if not sort:
        return {}
    return {"fieldSorts": [{"field": field, "sortOrder": order} for field, order in sort], "isRelevance": False}
