"""The queue of reviews: what waits for whom, what is overdue, what ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.addresses import with_parameters
from apps.core.lists import LocalList
from apps.core.remote import RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, TimeColumn
from apps.governance.certification.catching_up import catch_up
from apps.governance.certification.listing import Tile, ends_shown
from apps.governance.certification.models import (
    EXPIRING_DAYS,
    CertificationReview,
    ContentKind,
    Process,
    ReviewState,
)

LOOKS: Mapping[str, tuple[str, str, str]] = {
    ReviewState.OPEN: ("Open", "is-run", "clock"),
    ReviewState.APPROVED: ("Approved", "is-ok", "rosette-discount-check"),
    ReviewState.DECLINED: ("Declined", "is-off", "circle-x"),
    ReviewState.WITHDRAWN: ("Withdrawn", "is-off", "arrow-back-up"),
    ReviewState.ENDED: ("Ended", "is-off", "circle-minus"),
}
_OPEN = Q(state=ReviewState.OPEN)
_APPROVED = Q(state=ReviewState.APPROVED)


def _expiring(today: date) -> Q:
    return _APPROVED & Q(expires_on__gte=today, expires_on__lte=today + timedelta(days=EXPIRING_DAYS))


# What is shown -> (label, css class where there is any, condition). The first is shown when nothing is chosen.
SHOWS: Mapping[str, tuple[str, str, Callable[[User, date], Q]]] = {
    "open": ("Open", "", lambda user, today: _OPEN),
    "mine": ("Mine to decide", "is-run", lambda user, today: _OPEN & Q(reviewer=user)),
    "asked": ("Asked by me", "", lambda user, today: Q(requested_by=user)),
    "overdue": ("Overdue", "is-bad", lambda user, today: _OPEN & Q(due_on__lt=today)),
    "expiring": ("Expiring", "is-warn", lambda user, today: _expiring(today)),
    "expired": ("Expired", "is-bad", lambda user, today: _APPROVED & Q(expires_on__lt=today)),
    "all": ("All", "", lambda user, today: Q()),
}


def badges_of(review: CertificationReview, today: date) -> list[tuple[str, str, str]]:
    """Return (word, css class, icon) of its state, and what presses."""
    badges = [LOOKS[review.state]]
    if review.is_overdue(today):
        badges.append(("Overdue", "is-bad", "clock-exclamation"))
    if review.is_expired(today):
        badges.append(("Expired", "is-bad", "clock-exclamation"))
    elif review.is_expiring(today):
        badges.append(("Expiring", "is-warn", "clock-exclamation"))
    return badges


def counts_of(connection: Connection, user: User, today: date) -> dict[str, int]:
    """Return how many reviews there are of each sort, by one query."""
    names = {name: Count("pk", filter=condition(user, today)) for name, (_, _, condition) in SHOWS.items()}
    names["all"] = Count("pk")
    found: dict[str, int] = CertificationReview.objects.filter(connection=connection).aggregate(**names)
    return found


class ReviewFilters(forms.Form):
    """Which reviews."""

    show = forms.ChoiceField(
        required=False, choices=[("", "Open"), *((key, label) for key, (label, _, _) in SHOWS.items() if key != "open")]
    )
    state = forms.ChoiceField(required=False, choices=[("", "Any"), *ReviewState.choices])
    kind = forms.ChoiceField(required=False, label="What", choices=[("", "Any"), *ContentKind.choices])
    process = forms.ChoiceField(required=False, label="Certification", choices=[("", "Any"), *Process.choices])
    person = forms.CharField(required=False, max_length=150, label="Reviewer or who asked")


class ReviewTable(KitTable):
    """One row for each review; the name opens it."""

    caption = "Reviews"
    phone = ("name", "state", "due", "ends")

    name = NameColumn(accessor="object_name", linkify=True, verbose_name="Dataset or card")
    state = BadgesColumn(empty_values=(), orderable=True)
    kind = tables.Column(accessor="get_kind_display", verbose_name="What")
    process = tables.Column(accessor="get_process_display", verbose_name="Certification")
    due = tables.Column(accessor="due_on", verbose_name="Due")
    reviewer = tables.Column(accessor="reviewer__display_name", default="nobody yet")
    asked = tables.Column(accessor="requested_by__display_name", verbose_name="Asked by", default="somebody who left")
    requested = TimeColumn(accessor="requested_at", verbose_name="Asked")
    ends = tables.Column(accessor="expires_on", verbose_name="Holds until", default="")

    def render_state(self, record: CertificationReview) -> SafeString:
        """Draw it."""
        return BadgesColumn().render(badges_of(record, self.listing.today))

    def render_due(self, value: date, record: CertificationReview) -> SafeString | str:
        """Write the day, for those that wait."""
        return format_html("{} {}", value.day, f"{value:%b %Y}") if record.is_open else ""

    def render_ends(self, value: date, record: CertificationReview) -> SafeString | str:
        """Write until when it holds, where it does."""
        return ends_shown(value, self.listing.today) if record.state == ReviewState.APPROVED else ""


class ReviewList(LocalList):
    """The reviews of one connection."""

    key = "certification-reviews"
    table_class = ReviewTable
    noun = ("review", "reviews")
    search_label = "Name or id"
    filter_form = ReviewFilters
    orderings: ClassVar[dict[str, str]] = {
        "name": "object_name",
        "state": "state",
        "due": "due_on",
        "requested": "requested_at",
        "ends": "expires_on",
    }
    default_order = "due"
    optional_columns: ClassVar[dict[str, bool]] = {
        "state": True,
        "kind": True,
        "process": False,
        "due": True,
        "reviewer": True,
        "asked": True,
        "requested": False,
        "ends": True,
    }
    empty_template = "governance/certification/no_reviews.html"
    summary_template = "governance/certification/review_counts.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.user = request.user
        self.today = timezone.localdate()
        self.export_url = reverse("governance:certification_reviews_export", args=[self.connection.slug])
        catch_up(self.connection)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return the counts over all reviews."""
        return counts_of(self.connection, self.user, self.today)

    @property
    def shown(self) -> str:
        """Return which are shown."""
        return str(self.filters.get("show") or ("all" if self.filters.get("state") else "open"))

    @property
    def tiles(self) -> list[Tile]:
        """Return the counts as links that filter."""
        here = with_parameters(self.url, {"page": None, "state": None})
        return [
            Tile(
                label,
                self.counts[name],
                css,
                with_parameters(here, {"show": None if name == "open" else name}),
                self.shown == name,
            )
            for name, (label, css, _) in SHOWS.items()
        ]

    def queryset(self, query: RemoteQuery) -> QuerySet[CertificationReview]:
        """Return what matches, what is due first on top."""
        condition = SHOWS[self.shown][2](self.user, self.today)
        for name in ("state", "kind", "process"):
            if value := query.filters.get(name):
                condition &= Q(**{name: value})
        if words := query.search.strip():
            condition &= Q(object_name__icontains=words) | Q(object_id=words)
        if person := query.filters.get("person"):
            condition &= _is_called("reviewer", person) | _is_called("requested_by", person)
        found = CertificationReview.objects.filter(condition, connection=self.connection)
        found = found.select_related("connection", "reviewer", "requested_by")
        return found.order_by(F("expires_on").asc(nulls_last=True), "due_on", "pk")

    def every_row(self) -> Iterator[Any]:
        """Yield all that match, by one query."""
        yield from self.queryset(self.query(0, 1, self.order)).iterator()


def _is_called(person: str, words: str) -> Q:
    condition = Q()
    for name in ("username", "first_name", "last_name"):
        condition |= Q(**{f"{person}__{name}__icontains": words})
    return condition
