"""What is certified and what is not, as the last look found it, with what DomoAdmin did since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.addresses import with_parameters
from apps.core.lists import BulkAction, LocalList
from apps.core.object_pages import object_url
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.states import state_look
from apps.core.tables import BadgesColumn, KitTable, NameColumn, TimeColumn
from apps.governance.certification.catching_up import catch_up
from apps.governance.certification.jobs import last_look
from apps.governance.certification.models import (
    CertificationReview,
    CertifiedState,
    ContentKind,
    ContentRecord,
    ReviewState,
)
from apps.jobs.bulk import all_bulk_actions
from apps.jobs.looks import is_at_work
from apps.jobs.models import Job
from domoadmin.services.roles import Role

_CERTIFYING = ("certified_content.certify", "certified_content.decertify")
REVIEWS: Mapping[str, str] = {"open": "Open review", "none": "No open review", "dated": "With an end date"}


def certifying_actions(kind: str, user: Any) -> list[BulkAction]:
    """Return the bulk actions of another area that certify things of a kind, as far as this person may."""
    return [
        BulkAction(action.name, action.title, action.icon)
        for action in all_bulk_actions()
        if action.target_kind == kind
        and action.operation in _CERTIFYING
        and action.offered
        and user.may(action.declared().role)
    ]


def look_of_state(state: str) -> tuple[str, str, str]:
    """Return (word, css class, icon) of a certification."""
    if state == CertifiedState.NONE:
        return ("Not certified", "is-off", "circle-dashed")
    look = state_look(state)
    return (look.word, look.css, look.icon)


def kind_in(value: str) -> ContentKind:
    """Return the kind that an address names; datasets when it names none."""
    return ContentKind(value) if value in ContentKind.values else ContentKind.DATASET


@dataclass(frozen=True)
class Tile:
    """A count on top, as the link that filters by it."""

    label: str
    count: int
    css: str
    url: str
    chosen: bool


class ContentFilters(forms.Form):
    """How it stands, whose it is, where it is, and its review."""

    state = forms.ChoiceField(required=False, choices=[("", "Any"), *CertifiedState.choices])
    owner = forms.CharField(required=False, max_length=200)
    area = forms.CharField(required=False, max_length=200, label="Source or page")
    review = forms.ChoiceField(required=False, choices=[("", "Any"), *REVIEWS.items()])


class ContentTable(KitTable):
    """One row for each object; the name opens it."""

    caption = "Datasets or cards"
    phone = ("name", "state", "owner", "ends")

    name = NameColumn()
    state = BadgesColumn(empty_values=(), orderable=True)
    ends = tables.Column(accessor="expires_on", verbose_name="Holds until", default="")
    owner = tables.Column(accessor="owner_name", default="")
    area = tables.Column(verbose_name="Source or page", default="")
    changed = TimeColumn(accessor="changed_at", verbose_name="Since", default="")
    review = tables.Column(accessor="review_pk", verbose_name="Review", empty_values=())
    id = tables.Column(accessor="object_id", verbose_name="Id")

    @property
    def key_column(self) -> str:
        """Bulk actions know them by their own id."""
        return "object_id"

    def render_name(self, value: str, record: ContentRecord) -> SafeString:
        """Link the object's own page, in whatever area it is."""
        url = object_url(self.listing.connection.slug, record.kind, record.object_id)
        return (
            format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, value)
            if url
            else format_html("{}", value)
        )

    def render_state(self, record: ContentRecord) -> SafeString:
        """Draw it."""
        return BadgesColumn().render([look_of_state(record.state)])

    def render_ends(self, value: date) -> SafeString:
        """Write the day, and whether it is over."""
        return ends_shown(value, self.listing.today)

    def render_review(self, value: int | None, record: Any) -> SafeString:
        """Lead to the review; where there is none, to asking for one, or to the end of what is certified."""
        slug = self.listing.connection.slug
        if value:
            word = "Open" if record.review_state == ReviewState.OPEN else "Approved"
            url = reverse("governance:certification_review", args=[slug, value])
            return format_html('<a href="{}">{}</a>', url, word)
        if record.state != CertifiedState.CERTIFIED:
            url = reverse("governance:certification_request", args=[slug])
            return _dialog_link(
                f"{url}?{urlencode({'kind': record.kind, 'object_id': record.object_id})}", "Ask", record
            )
        if not self.listing.may_change:
            return SafeString("")
        url = reverse("governance:certification_adopt", args=[slug, record.kind, record.object_id])
        return _dialog_link(url, "Set an end", record)


def _dialog_link(url: str, word: str, record: ContentRecord) -> SafeString:
    return format_html(
        '<a href="{0}" hx-get="{0}" hx-target="#dialog-content" hx-swap="innerHTML">{1}'
        '<span class="visually-hidden"> for {2}</span></a>',
        url,
        word,
        record.name,
    )


def ends_shown(value: date, today: date) -> SafeString:
    """Write the day on which a certification ends."""
    day = f"{value.day} {value:%b %Y}"
    if value < today:
        return format_html('<span class="status-dot is-bad me-2"></span>{}, over', day)
    if (value - today).days <= 30:
        return format_html('<span class="status-dot is-warn me-2"></span>{}', day)
    return format_html("{}", day)


class ContentList(LocalList):
    """The datasets or the cards of one connection."""

    key = "certification"
    table_class = ContentTable
    search_label = "Name or id"
    filter_form = ContentFilters
    orderings: ClassVar[dict[str, str]] = {
        "name": "name",
        "state": "state",
        "ends": "expires_on",
        "owner": "owner_name",
        "area": "area",
        "changed": "changed_at",
    }
    default_order = "name"
    optional_columns: ClassVar[dict[str, bool]] = {
        "state": True,
        "ends": True,
        "owner": True,
        "area": True,
        "changed": False,
        "review": True,
        "id": False,
    }
    empty_template = "governance/certification/empty.html"
    summary_template = "governance/certification/counts.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.user = request.user
        self.kind = kind_in(request.GET.get("kind", ""))
        self.today = timezone.localdate()
        self.may_change = may(self.user, Role.STEWARD)
        self.export_url = reverse("governance:certification_export", args=[self.connection.slug])
        self.selection_url = reverse("governance:certification_selected", args=[self.connection.slug, self.kind.value])
        catch_up(self.connection)

    @property
    def noun(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what the rows are."""
        word = self.kind.label.lower()
        return (word, f"{word}s")

    @cached_property
    def look(self) -> Job | None:
        """Return the look that began last."""
        return last_look(self.connection)

    @cached_property
    def look_running(self) -> bool:
        """Say whether a look is at work."""
        return is_at_work(self.look)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how many there are of each state, over all of the kind."""
        found = content_of(self.connection, self.kind).values_list("state").annotate(count=Count("pk"))
        counts: dict[str, int] = dict(found)
        return {**dict.fromkeys(CertifiedState.values, 0), **counts, "all": sum(counts.values())}

    @property
    def kinds(self) -> list[tuple[str, str, bool]]:
        """Return (label, address, chosen) of datasets and cards."""
        here = self.request.path
        return [(f"{kind.label}s", f"{here}?kind={kind.value}", kind == self.kind) for kind in ContentKind]

    @property
    def tiles(self) -> list[Tile]:
        """Return the counts as links that filter."""
        here = with_parameters(self.url, {"page": None, "kind": self.kind.value})
        chosen = self.filters.get("state", "")
        tiles = [Tile("All", self.counts["all"], "", with_parameters(here, {"state": None}), not chosen)]
        for state in CertifiedState:
            url = with_parameters(here, {"state": state.value})
            css = look_of_state(state)[1]
            tiles.append(Tile(state.label, self.counts[state], css, url, chosen == state))
        return tiles

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected objects."""
        return certifying_actions(self.kind, self.user)

    def queryset(self, query: RemoteQuery) -> QuerySet[ContentRecord]:
        """Return what matches, with its review."""
        return matching(self.connection, self.kind, query.search, query.filters).order_by("name", "pk")

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page; it is as old as the oldest row of its kind."""
        page = super().fetch(query)
        return replace(page, as_of=read_since(self.connection, self.kind) or page.as_of)

    def every_row(self) -> Iterator[Any]:
        """Yield all that match, by one query."""
        yield from self.queryset(self.query(0, 1, self.order)).iterator()


def content_of(connection: Connection, kind: str) -> QuerySet[ContentRecord]:
    """Return what is known of a kind."""
    return ContentRecord.objects.filter(connection=connection, kind=kind)


def read_since(connection: Connection, kind: str) -> datetime | None:
    """Return how old the oldest of what is known is; None when nothing is."""
    oldest: datetime | None = content_of(connection, kind).aggregate(at=Min("read_at"))["at"]
    return oldest


def matching(connection: Connection, kind: str, words: str, filters: Mapping[str, Any]) -> QuerySet[ContentRecord]:
    """Return what passes, with expires_on, review_pk and review_state of its review."""
    reviews = CertificationReview.objects.filter(
        connection=connection, kind=OuterRef("kind"), object_id=OuterRef("object_id")
    )
    going = reviews.filter(state__in=(ReviewState.OPEN, ReviewState.APPROVED)).order_by("-state", "-pk")
    found = content_of(connection, kind).annotate(
        expires_on=Subquery(reviews.filter(state=ReviewState.APPROVED).values("expires_on")[:1]),
        review_pk=Subquery(going.values("pk")[:1]),
        review_state=Subquery(going.values("state")[:1]),
    )
    if text := words.strip():
        found = found.filter(Q(name__icontains=text) | Q(object_id=text))
    if state := filters.get("state"):
        found = found.filter(state=state)
    if owner := filters.get("owner"):
        exact = found.filter(owner_id=owner)
        found = exact if exact.exists() else found.filter(owner_name__icontains=owner)
    if area := filters.get("area"):
        # What coverage counts is one area, not all whose name has the words.
        exact = found.filter(area=area)
        found = exact if exact.exists() else found.filter(area__icontains=area)
    if review := filters.get("review"):
        is_open = Exists(reviews.filter(state=ReviewState.OPEN))
        conditions = {"open": is_open, "none": ~is_open, "dated": Q(expires_on__isnull=False)}
        found = found.filter(conditions[review])
    return found
