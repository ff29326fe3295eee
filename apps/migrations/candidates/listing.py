"""The candidates of one account or integration: what can move, what collides, what has moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.access import may
from apps.core.addresses import with_parameters
from apps.core.formats import format_exact
from apps.core.lists import BulkAction, RemoteList
from apps.core.object_pages import object_url
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import KitTable, NameColumn, NumberColumn
from apps.core.templatetags.ui import badge
from apps.migrations.federated.content import Content, read_content
from apps.migrations.federated.targets import Target
from apps.migrations.federated.upstream import Candidate, Check, read_candidates
from apps.migrations.federated.ways import Way
from domoadmin.services.roles import Role

CHECKS = {
    Check.CAN_MOVE: ("Can move", "is-ok", "check"),
    Check.COLLISION: ("Collision", "is-bad", "alert-circle"),
    Check.MOVED: ("Moved already", "is-off", "check"),
    Check.NOT_MOVED: ("Not migrated", "is-off", "circle-minus"),
}
# Words of a person who looks at the way back.
BACK = {Check.CAN_MOVE: ("Can be reversed", "is-ok", "arrow-back-up")}
UNTOLD = format_html('<span class="text-secondary" title="{}">{}</span>', "Domo did not tell", "–")


def look_of(check: Check, way: Way) -> tuple[str, str, str]:
    """Return word, class and icon of a check."""
    return (BACK if way.back else {}).get(check, CHECKS[check])


@dataclass(frozen=True)
class CandidateRow:
    """A candidate, what hangs on it, and where its pages are."""

    candidate: Candidate
    content: Content
    way: Way
    url: str
    colliding_url: str

    @property
    def id(self) -> str:
        """Return the datasource's id."""
        return self.candidate.id

    @property
    def name(self) -> str:
        """Return the datasource's name."""
        return self.candidate.name


class CandidateTable(KitTable):
    """One row for each candidate; those that can't move can't be picked."""

    caption = "Candidates"
    phone = ("name", "standing")

    name = NameColumn(verbose_name="Datasource", linkify=lambda record: record.url or None)
    id = tables.Column(verbose_name="Id", orderable=False)
    reference = tables.Column(accessor="candidate__reference", verbose_name="Catalog, schema, table", default="")
    cards = NumberColumn(accessor="content__cards", default=UNTOLD)
    alerts = NumberColumn(accessor="content__alerts", default=UNTOLD)
    streams = NumberColumn(accessor="content__streams", default=UNTOLD)
    standing = tables.Column(accessor="candidate", verbose_name="Check", attrs={"cell": {"class": "text-wrap"}})

    def render_id(self, value: str) -> SafeString:
        """Write the id."""
        return format_html("<code>{}</code>", value)

    def render_reference(self, value: str) -> SafeString:
        """Write the table that it stands for."""
        return format_html("<code>{}</code>", value)

    def render_standing(self, record: CandidateRow) -> SafeString:
        """Draw whether it can move, and below it why not and what to do."""
        candidate, way = record.candidate, record.way
        check = candidate.check(way)
        drawn = badge(*look_of(check, way))
        if check == Check.COLLISION:
            other = candidate.colliding_name or candidate.colliding_id or "Another datasource"
            named = format_html('<a href="{}">{}</a>', record.colliding_url, other) if record.colliding_url else other
            cards = record.content.words
            what = f"Move its {cards} there" if cards else "Move what uses it there"
            identity = candidate.colliding_id if candidate.colliding_id != other else ""
            return format_html(
                '{}<div class="text-secondary">{} {} stands for this table. {}; it needs no migration then.</div>',
                drawn,
                named,
                format_html("(<code>{}</code>)", identity) if identity else "",
                what,
            )
        if candidate.migrated and candidate.migrated_at:
            return format_html('{}<div class="text-secondary">{}</div>', drawn, format_exact(candidate.migrated_at))
        return drawn

    def why_not_selected(self, record: CandidateRow) -> str:
        """Say why it can't be picked."""
        return record.candidate.why_not(record.way)


class CandidateFilters(forms.Form):
    """Check, and parts of the table's name."""

    check = forms.ChoiceField(
        label="Check", required=False, choices=[("", "Any"), *((str(key), look[0]) for key, look in CHECKS.items())]
    )
    catalog = forms.CharField(label="Catalog", required=False, max_length=200)
    schema = forms.CharField(label="Schema", required=False, max_length=200)
    table = forms.CharField(label="Table contains", required=False, max_length=200)


@dataclass(frozen=True)
class Tab:
    """A count that filters."""

    label: str
    count: int
    css: str
    url: str
    chosen: bool


class CandidateList(RemoteList):
    """The candidates of one target, read whole: the call knows no pages."""

    key = "candidates"
    table_class = CandidateTable
    noun = ("candidate", "candidates")
    search_label = "Name, id or table"
    filter_form = CandidateFilters
    orderings: ClassVar[dict[str, str]] = {"name": "name", "reference": "reference", "standing": "check"}
    default_order = "standing"
    optional_columns: ClassVar[dict[str, bool]] = {
        "id": False,
        "reference": True,
        "cards": True,
        "alerts": True,
        "streams": True,
    }
    summary_template = "migrations/candidates/tabs.html"
    empty_template = "migrations/candidates/empty.html"

    def __init__(self, request: ConnectionRequest, way: Way, target: Target) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.user = request.user
        self.way, self.target = way, target
        arguments = [self.connection.slug, way.key, target.id]
        self.selection_url = reverse("migrations:pick", args=arguments)
        self.export_url = reverse("migrations:candidates_export", args=arguments)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Return all candidates, read once. Raises UpstreamError."""
        return list(read_candidates(self.connection.client(), self.way, self.target.id).values())

    @property
    def tabs(self) -> list[Tab]:
        """Return the counts of all candidates by check."""
        counts = Counter(each.check(self.way) for each in self.candidates)
        here = with_parameters(self.url, {"page": None})
        chosen = self.filters.get("check", "")
        tabs = [Tab("All", len(self.candidates), "", with_parameters(here, {"check": None}), not chosen)]
        for check in CHECKS:
            if counts[check] or check == Check.CAN_MOVE:
                word, css, _ = look_of(check, self.way)
                tabs.append(
                    Tab(word, counts[check], css, with_parameters(here, {"check": str(check)}), chosen == check)
                )
        return tabs

    def bulk_actions(self) -> Sequence[BulkAction]:
        """Offer the preview of a wave."""
        if not may(self.user, Role.SUPPORT):
            return ()
        preview = BulkAction("wave", f"{self.way.verb}: preview the wave", "arrow-right")
        # A wave that needs a mapping can be rehearsed once it has one.
        return (preview,) if self.way.needs_mapping else (preview, BulkAction("rehearse", "Rehearse", "eye"))

    def matching(self, query: RemoteQuery) -> list[Candidate]:
        """Return the candidates that match, in order. Raises UpstreamError."""
        words, filters = query.search.casefold(), query.filters
        found = [
            each
            for each in self.candidates
            if (not words or words in f"{each.name}\n{each.id}\n{each.reference}".casefold())
            and filters.get("check", each.check(self.way)) == each.check(self.way)
            and (not filters.get("catalog") or each.catalog == filters["catalog"])
            and (not filters.get("schema") or each.schema == filters["schema"])
            and filters.get("table", "").casefold() in each.table.casefold()
        ]
        places = {check: place for place, check in enumerate((Check.CAN_MOVE, Check.COLLISION, *Check))}
        keys: dict[str, Any] = {
            "name": lambda each: each.name.casefold(),
            "reference": lambda each: each.reference,
            "check": lambda each: (places[each.check(self.way)], each.name.casefold()),
        }
        return sorted(found, key=keys[query.order or "check"], reverse=query.descending)

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page, with what hangs on its datasources."""
        found = self.matching(query)
        shown = found[query.offset : query.offset + query.count]
        contents = read_content(self.connection.client(), [each.id for each in shown]) if shown else {}
        rows = [self._row(each, contents.get(each.id, Content())) for each in shown]
        return RemotePage(rows, len(found), visible=len(self.candidates))

    def _row(self, each: Candidate, content: Content) -> CandidateRow:
        slug = self.connection.slug
        colliding = object_url(slug, "dataset", each.colliding_id) if each.colliding_id else ""
        return CandidateRow(each, content, self.way, object_url(slug, "dataset", each.id), colliding)

    def every_candidate(self) -> Iterator[Candidate]:
        """Yield all that match."""
        yield from self.matching(self.query(0, 1, self.order))
