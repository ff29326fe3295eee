"""The list of what the search finds: one call for the page that is shown, its facets included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.urls import reverse

from apps.connections.access import ConnectionRequest
from apps.core.addresses import with_parameters
from apps.core.filters import Chip
from apps.core.lists import RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.governance.search.conditions import Condition
from apps.governance.search.entities import ENTITIES, entity_of
from apps.governance.search.forms import SearchForm
from apps.governance.search.question import (
    CONDITION,
    CREATED,
    MORE_FACET_VALUES,
    NAME,
    Question,
    keep_fields,
    with_conditions,
)
from apps.governance.search.results import Facet, Row, facets_of, row_of, rows_of
from apps.governance.search.tables import ResultTable
from domoadmin.services.results import SearchPage

SECONDS = 30.0
REACH = 10_000
EXPORT_PAGE = 1_000


@dataclass(frozen=True)
class ShownFacet:
    """A facet with the address that each value leads to."""

    facet: Facet
    values: list[tuple[str, int, str, bool]]


@dataclass(frozen=True)
class ShownCondition:
    """A condition with the address of the dialog that changes it."""

    condition: Condition
    edit_url: str


class Everything(RemoteList):
    """What the search finds for the question in the address."""

    key = "search"
    table_class = ResultTable
    noun = ("result", "results")
    orderings: ClassVar[dict[str, str]] = {"name": NAME, "created": CREATED}
    filter_form = SearchForm
    search_label = "Words, * for anything"
    reach = REACH
    optional_columns: ClassVar[dict[str, bool]] = {
        "detail": True,
        "state": True,
        "owner": True,
        "modified": True,
        "created": False,
        "id": False,
    }
    empty_icon = "search"
    empty_title = "Nothing found"
    empty_text = "This token sees nothing of these types."
    views_template = "accounts/list_views.html"
    summary_template = "governance/search/summary.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.found: SearchPage | None = None
        self.export_url = reverse("governance:search_export", args=[self.connection.slug])

    @cached_property
    def question(self) -> Question:
        """Return what the address asks."""
        return Question.from_query(self.request.GET)

    # What was found

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page with its facets, by one call."""
        client = self.connection.client()
        question = self.question
        with client.deadline(SECONDS):
            self.found = client.search.query(
                **question.criteria(with_facets=True),
                sort=self._sort(query),
                count=min(query.count, REACH - query.offset),
                offset=query.offset,
            )
        rows = rows_of(self.found, question.asked_entities)
        come = query.offset + len(rows)
        told = self.found.total
        total = told if told is not None else come + (1 if len(rows) >= query.count else 0)
        return RemotePage(rows, max(total, come), request_id=self.found.request_id)

    def _sort(self, query: RemoteQuery) -> Any:
        if self.question.order:
            return list(self.question.order)
        return [(query.order, "DESC" if query.descending else "ASC")] if query.order else []

    def every_row(self) -> Iterator[Row]:
        """Yield all that match, each once: in the order shown as far as pages reach, else past them in no order."""
        client = self.connection.client()
        criteria = self.question.criteria()
        first: SearchPage = client.search.query(**criteria, count=1)
        if first.total is not None and first.total > REACH:
            for hit in client.search.walk_all(**criteria):
                yield row_of(hit, self._alone)
            return
        sort = self._sort(self.query(0, 1, self.order))
        seen: set[tuple[str, str]] = set()
        offset = 0
        while offset < REACH:
            page = client.search.query(**criteria, sort=sort, count=min(EXPORT_PAGE, REACH - offset), offset=offset)
            rows = rows_of(page, self.question.asked_entities)
            fresh = {(row.entity.name, row.id or row.name): row for row in rows}
            fresh = {key: row for key, row in fresh.items() if key not in seen}
            seen.update(fresh)
            yield from fresh.values()
            offset += len(rows)
            if not fresh or (page.total is not None and offset >= page.total):
                return

    @property
    def _alone(self) -> str:
        entities = self.question.asked_entities
        return entities[0] if len(entities) == 1 else ""

    # What stands around it

    @property
    def present(self) -> str:
        """Return the address of what is asked, on the first page; also for a part of the page with its own address."""
        asked = with_parameters(self.url, {"page": None}).partition("?")[2]
        url = reverse("governance:search", args=[self.connection.slug])
        return f"{url}?{asked}" if asked else url

    @property
    def chips(self) -> list[Chip]:
        """Return types and conditions as chips."""
        question = self.question
        chips = [Chip("Type", entity_of(name).label, self._without_type(name)) for name in question.entities]
        for place, condition in enumerate(question.conditions):
            rest = [each for index, each in enumerate(question.conditions) if index != place]
            chips.append(Chip(condition.label, condition.words, self._with(rest)))
        return chips

    def _without_type(self, name: str) -> str:
        kinds = [each for each in self.question.entities if each != name]
        known, others = [each for each in kinds if each in ENTITIES], [each for each in kinds if each not in ENTITIES]
        return with_parameters(self.present, {"type": known, "other": ",".join(others)})

    def _with(self, conditions: list[Condition]) -> str:
        path, _, query = self.present.partition("?")
        return f"{path}?{with_conditions(query, conditions)}"

    @property
    def clear_url(self) -> str:
        """Return the address without words, types and conditions."""
        return with_parameters(self.url, dict.fromkeys(["q", "page", "type", "other", CONDITION, "facets_from"]))

    @property
    def filtered(self) -> bool:
        """Say whether anything is asked for."""
        question = self.question
        return bool(question.words or question.entities or question.conditions)

    @property
    def conditions(self) -> list[ShownCondition]:
        """Return the conditions with the dialogs that change them."""
        url = self.condition_url
        return [
            ShownCondition(condition, with_parameters(url, {"edit": place}))
            for place, condition in enumerate(self.question.conditions)
        ]

    @property
    def condition_url(self) -> str:
        """Return the address of the dialog that adds a condition to what is asked."""
        url = reverse("governance:search_condition", args=[self.connection.slug])
        return f"{url}?{self.present.partition('?')[2]}"

    def keep_fields(self) -> None:
        """Keep the names of fields that the results show, for the dialog that makes a filter."""
        if self.found is not None:
            hits = [hit.raw for hit in self.found.hits]
            keep_fields(self.connection.slug, hits, [facet.field for facet in self._facets])

    @property
    def order_words(self) -> str:
        """Return by what the results are sorted, where the address says it."""
        return ", ".join(f"{name} {direction}" for name, direction in self.question.order)

    @property
    def no_order_url(self) -> str:
        """Return the address that sorts by relevance."""
        return with_parameters(self.present, {"order": None, "sort": None})

    @property
    def counts_url(self) -> str:
        """Return the address that counts what matches of each type."""
        url = reverse("governance:search_counts", args=[self.connection.slug])
        return f"{url}?{self.present.partition('?')[2]}"

    @property
    def types(self) -> list[tuple[Any, str, bool]]:
        """Return each type of the document, the address that shows it alone, and whether it is chosen."""
        chosen = self.question.entities
        return [
            (entity, with_parameters(self.present, {"type": [name], "other": None}), name in chosen)
            for name, entity in ENTITIES.items()
        ]

    @property
    def all_types_url(self) -> str:
        """Return the address that shows all types."""
        return with_parameters(self.present, {"type": None, "other": None})

    @property
    def beyond(self) -> bool:
        """Say whether more match than Domo pages to."""
        return self.total > REACH

    @cached_property
    def _facets(self) -> list[Facet]:
        return facets_of(self.found, self.question.facets) if self.found else []

    @property
    def facets(self) -> list[ShownFacet]:
        """Return the facets that tell anything, each value with the address that filters by it."""
        return [
            ShownFacet(facet, [self._value(facet, each) for each in facet.values])
            for facet in self._facets
            if facet.values
        ]

    @property
    def silent_facets(self) -> list[str]:
        """Return the facets that the upstream tells nothing of."""
        return [facet.label for facet in self._facets if not facet.values]

    def _value(self, facet: Facet, value: Any) -> tuple[str, int, str, bool]:
        condition = Condition("term", facet.field, (value.value,))
        conditions = list(self.question.conditions)
        chosen = condition in conditions
        rest = [each for each in conditions if each != condition] if chosen else [*conditions, condition]
        return value.label, value.count, self._with(rest), chosen

    @property
    def more_facets_url(self) -> str:
        """Return the address that shows more values of each facet; empty where all of them are shown."""
        question = self.question
        most = max((len(facet.values) for facet in self._facets), default=0)
        if most < question.facet_limit:
            return ""
        if question.facet_limit < MORE_FACET_VALUES:
            return with_parameters(self.url, {"facets": "more"})
        return with_parameters(self.url, {"facets_from": question.facet_offset + MORE_FACET_VALUES})

    @property
    def fewer_facets_url(self) -> str:
        """Return the address that shows the first values of each facet again; empty where these are shown."""
        question = self.question
        shown_more = question.facet_limit == MORE_FACET_VALUES or question.facet_offset
        return with_parameters(self.url, {"facets": None, "facets_from": None}) if shown_more else ""
