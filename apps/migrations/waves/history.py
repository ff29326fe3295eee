"""Every attempt of every datasource, both ways, over all waves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.core.lists import LocalList
from apps.core.object_pages import object_url
from apps.core.remote import RemoteQuery
from apps.core.tables import KitTable, NameColumn, TimeColumn
from apps.core.templatetags.ui import badge, copy
from apps.jobs.models import JobItem
from apps.jobs.states import ITEM_ENDS, ItemState
from apps.migrations.federated.outcomes import Attempt, Outcome
from apps.migrations.federated.waves import Wave, attempts_on
from apps.migrations.federated.ways import WAYS
from apps.migrations.waves.reports import HEADER, attempt_row
from domoadmin.services.roles import Role

_OUTCOMES = {
    Outcome.COMPLETE: Q(state=ItemState.SUCCEEDED),
    Outcome.INCOMPLETE: Q(error_code=Outcome.INCOMPLETE),
    Outcome.ABORTED: Q(error_code=Outcome.ABORTED),
    Outcome.UNKNOWN: Q(state=ItemState.UNKNOWN),
    Outcome.REFUSED: Q(state=ItemState.FAILED) & ~Q(error_code__in=(Outcome.INCOMPLETE, Outcome.ABORTED)),
    "under_way": ~Q(state__in=ITEM_ENDS),
}


class AttemptTable(KitTable):
    """One row for each attempt."""

    caption = "Attempts"
    phone = ("label", "outcome", "message", "at")

    label = NameColumn(verbose_name="Datasource", linkify=lambda record: _url(record))
    outcome = tables.Column(accessor="pk", orderable=False, attrs={"cell": {"class": "cell-state"}})
    way = tables.Column(accessor="pk", orderable=False)
    message = tables.Column(accessor="pk", verbose_name="Message, toe", orderable=False)
    wave = tables.Column(accessor="job__title", verbose_name="Wave", orderable=False)
    at = TimeColumn(accessor="intended_at", verbose_name="Sent")

    def render_outcome(self, record: JobItem) -> SafeString:
        """Draw how it ended."""
        look = Attempt.of(record).look
        return badge(look.word, look.css, look.icon, look.solid)

    def render_way(self, record: JobItem) -> str:
        """Write which way it went."""
        return Wave(record.job).way.title

    def render_message(self, record: JobItem) -> SafeString:
        """Write what Domo said, and its id of the attempt, to copy."""
        attempt = Attempt.of(record)
        toe = copy(attempt.toe, "toe") if attempt.toe else ""
        return format_html('<div class="text-break">{}</div>{}', attempt.message[:200], toe)

    def render_wave(self, record: JobItem) -> SafeString:
        """Lead to the wave."""
        url = reverse("migrations:wave", args=[record.job.connection_slug, record.job_id])
        return format_html('<a href="{}">{}</a>', url, record.job.title)


def _url(record: JobItem) -> str:
    return reverse("migrations:datasource", args=[record.job.connection_slug, record.key])


class AttemptFilters(forms.Form):
    """Way, outcome, person and time."""

    way = forms.ChoiceField(
        label="Way", required=False, choices=[("", "Any"), *((key, way.title) for key, way in WAYS.items())]
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        choices=[("", "Any"), *((str(each), str(each).replace("_", " ")) for each in _OUTCOMES)],
    )
    person = forms.CharField(label="Person", required=False, max_length=100)
    since = forms.DateField(label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class AttemptList(LocalList):
    """The attempts on one connection."""

    key = "migration-history"
    table_class = AttemptTable
    noun = ("attempt", "attempts")
    search_label = "Name, id or toe"
    filter_form = AttemptFilters
    orderings: ClassVar[dict[str, str]] = {"label": "label", "at": "intended_at"}
    default_order = "-at"
    empty_icon = "history"
    empty_title = "No attempt yet"
    empty_text = "Each migration that DomoAdmin sends stays here, both ways, with what Domo answered."

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.export_url = reverse("migrations:history_export", args=[self.connection.slug])

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the attempts that match."""
        found = attempts_on(self.connection).select_related("job")
        if query.search:
            words = query.search
            found = found.filter(Q(label__icontains=words) | Q(key__iexact=words) | Q(request_id__iexact=words))
        filters = query.filters
        if outcome := filters.get("outcome"):
            found = found.filter(next(each for name, each in _OUTCOMES.items() if str(name) == outcome))
        if since := filters.get("since"):
            found = found.filter(intended_at__date__gte=since)
        names = {"way": "job__params__way", "person": "job__actor_name__icontains"}
        return found.filter(**{names[name]: filters[name] for name in names if filters.get(name)})


@connection_view(Role.VIEWER)
def list_history(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show all attempts, newest first."""
    return AttemptList(request).respond("migrations/waves/history.html", {"connection": connection})


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Give all that match as CSV."""
    header = (*HEADER, "Way", "Wave name", "Person")
    return csv_response(f"migrations-{connection.slug}.csv", header, _rows(AttemptList(request)))


def _rows(listing: AttemptList) -> Iterator[tuple[object, ...]]:
    for item in listing.every_row():
        yield (*attempt_row(Attempt.of(item)), Wave(item.job).way.title, item.job.title, item.job.actor_name)


@connection_view(Role.VIEWER)
def datasource(request: ConnectionRequest, connection: Connection, datasource_id: str) -> HttpResponse:
    """Show what happened to one datasource, newest first."""
    items = attempts_on(connection).filter(key=datasource_id).select_related("job").order_by("-intended_at")
    attempts = [(item, Attempt.of(item), Wave(item.job)) for item in items]
    if not attempts:
        raise Http404(f"DomoAdmin has sent no migration of the datasource {datasource_id}.")
    return render(
        request,
        "migrations/waves/datasource.html",
        {
            "connection": connection,
            "datasource_id": datasource_id,
            "name": attempts[0][1].name,
            "attempts": attempts,
            "dataset_url": object_url(connection.slug, "dataset", datasource_id),
        },
    )
