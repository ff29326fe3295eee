"""The list of what the search finds: one call for the page that is shown, its facets included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.addresses import with_parameters
from apps.core.filters import Chip
from apps.core.lists import RemoteList
from apps.core.object_pages import object_url
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.states import state_look
from apps.core.tables import BadgesColumn, KitTable, NameColumn, TimeColumn
from apps.core.templatetags.ui import copy, icon
from apps.governance.search.conditions import Condition
from apps.governance.search.entities import ENTITIES, entity_of
from apps.governance.search.forms import SearchForm
from apps.governance.search.question import (
    CONDITION,
    CREATED,
    MORE_FACET_VALUES,
    NAME,
    Question,
    fields_seen,
    with_conditions,
)
from apps.governance.search.results import Facet, Row, facets_of, row_of, rows_of
from domoadmin.services.results import SearchPage

SECONDS = 30.0
REACH = 10_000
EXPORT_PAGE = 1_000
UNTOLD = format_html('<span class="text-secondary">{}</span>', "not reported")


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


class ResultTable(KitTable):
    """One row for each thing found; the name opens it here, where its kind has a page."""

    caption = "Results"
    phone = ("name", "kind", "owner", "modified")

    name = NameColumn(empty_values=())
    kind = tables.Column(verbose_name="Type", empty_values=())
    detail = tables.Column(verbose_name="About", default="")
    state = BadgesColumn(empty_values=())
    owner = tables.Column(empty_values=())
    modified = TimeColumn(default=UNTOLD)
    created = TimeColumn(default=UNTOLD)
    id = tables.Column()
    links = tables.Column(verbose_name="", empty_values=())

    def render_kind(self, record: Row) -> SafeString:
        """Draw icon and word."""
        entity = record.entity
        return format_html('<span class="kind">{}{}</span>', icon(entity.icon, "text-secondary"), entity.label)

    def render_name(self, record: Row) -> SafeString:
        """Link its page here, else what is known of it."""
        slug = self.listing.connection.slug
        url = record.url(slug) or self.fields_url(record)
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, record.title)

    def render_detail(self, value: str) -> str:
        """Write the beginning of it."""
        return value if len(value) <= 120 else f"{value[:120]}…"

    def render_state(self, record: Row) -> SafeString:
        """Say whether it is certified."""
        if not record.certification:
            return SafeString("")
        look = state_look(record.certification.lower())
        return BadgesColumn().render([(look.word, look.css, look.icon)])

    def render_owner(self, record: Row) -> SafeString:
        """Link the owner."""
        if not record.owner and not record.owner_id:
            return UNTOLD
        url = object_url(self.listing.connection.slug, "user", record.owner_id) if record.owner_id else ""
        shown = record.owner or f"User {record.owner_id}"
        return format_html('<a href="{}">{}</a>', url, shown) if url else format_html("{}", shown)

    def render_id(self, value: str) -> SafeString:
        """Write the id, with a button that copies it."""
        return copy(str(value), "id")

    def render_links(self, record: Row) -> SafeString:
        """Lead to everything that is told of it, and into Domo."""
        domo = record.url_in_domo(self.listing.connection.base_url)
        fields = format_html(
            '<a href="{}">All fields<span class="visually-hidden"> of {}</span></a>', *self._named(record)
        )
        if not domo:
            return fields
        return format_html(
            '{} <a class="ms-2 text-nowrap" href="{}" target="_blank" rel="noopener">Domo{}'
            '<span class="visually-hidden">: {}</span></a>',
            fields, domo, icon("external-link", "icon-inline ms-1"), record.title,
        )  # fmt: skip

    def _named(self, record: Row) -> tuple[str, str]:
        return self.fields_url(record), record.title

    def fields_url(self, record: Row) -> str:
        """Return the address of everything that the search tells of it."""
        url = reverse("governance:search_hit", args=[self.listing.connection.slug])
        return with_parameters(url, {"type": record.entity.name, "id": record.id, "back": self.listing.query_string})


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
        return with_parameters(url, {"to": self.present.partition("?")[2], "seen": self.fields_seen})

    @property
    def fields_seen(self) -> list[str]:
        """Return names of fields that the results at hand show, for the dialog; at most forty."""
        hits = [hit.raw for hit in self.found.hits[:10]] if self.found else []
        return fields_seen(hits, [facet.field for facet in self._facets])[:40]

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
