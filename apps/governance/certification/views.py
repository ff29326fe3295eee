"""What is certified: the list, the look that fills it, what is done with a selection, coverage, the panel at home."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.filters import set_filters
from apps.core.forms import saved
from apps.core.fragments import is_fragment
from apps.core.panels import PanelContent, panel_view
from apps.governance.certification.coverage import Coverage, Line
from apps.governance.certification.jobs import start_look
from apps.governance.certification.listing import (
    ContentFilters,
    ContentList,
    certifying_actions,
    content_of,
    kind_in,
    matching,
)
from apps.governance.certification.models import CertifiedState, ContentKind
from apps.governance.certification.review_listing import counts_of
from apps.jobs import service as jobs
from apps.jobs.bulk import Selection, SelectionRefused, create_bulk_job
from domoadmin.services.roles import Role

EXPORT_HEADER = ("Kind", "Id", "Name", "State", "Since", "Holds until", "Owner", "Owner id", "Source or page", "Read")
COVERAGE_HEADER = ("Name", "Objects", "Certified", "Requested", "Expired", "Not certified", "Percent certified")
# More is a matter for a look of its own; a job of so many items takes hours.
MOST_SELECTED = 100_000


@connection_view(Role.VIEWER)
def certification_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show datasets or cards by how they are certified."""
    context = {"connection": connection, "may_change": may(request.user, Role.STEWARD)}
    return ContentList(request).respond("governance/certification/list.html", context)


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV."""
    listing = ContentList(request)
    rows = (
        (
            each.kind, each.object_id, each.name, each.get_state_display(), each.changed_at, each.expires_on,
            each.owner_name, each.owner_id, each.area, each.read_at,
        )
        for each in listing.every_row()
    )  # fmt: skip
    return csv_response(f"certification-{listing.kind.value}s-{connection.slug}.csv", EXPORT_HEADER, rows)


@require_POST
@connection_view(Role.STEWARD)
def look(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Start a look; a second one while one is at work is refused."""
    url = reverse("governance:certification_list", args=[connection.slug])
    try:
        job = start_look(connection, request.user)
    except jobs.AlreadyActive as refusal:
        return saved(request, url, str(refusal))
    return saved(request, job.get_absolute_url(), "The look at what is certified has begun.")


@require_POST
@connection_view(Role.STEWARD)
def selected(request: ConnectionRequest, connection: Connection, kind: str) -> HttpResponse:
    """Make a draft of a bulk action on what is selected; all that match are found here, by the same filters."""
    wanted = kind_in(kind)
    name = request.POST.get("action", "")
    url = f"{reverse('governance:certification_list', args=[connection.slug])}?kind={wanted.value}"
    if name not in [action.name for action in certifying_actions(wanted, request.user)]:
        messages.error(request, "Nothing was started: there is no such action here.")
        return _redirect(request, url)
    try:
        selection = _selection(connection, wanted, request.POST)
    except SelectionRefused as refusal:
        messages.error(request, f"Nothing was started: {refusal}.")
        return _redirect(request, url)
    job = create_bulk_job(name, connection, selection, {}, request.user)
    if not jobs.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    return _redirect(request, job.get_absolute_url())


def _selection(connection: Connection, kind: ContentKind, posted: QueryDict) -> Selection:
    if posted.get("all") != "1":
        return Selection.of_ids(posted.getlist("id"))
    given = QueryDict(posted.get("query", ""))
    form = ContentFilters(given)
    filters = set_filters(form)
    if form.errors:
        raise SelectionRefused("a filter is not valid: look at the list once more")
    found = matching(connection, kind, given.get("q", ""), filters).order_by("name", "pk")
    ids = list(found.values_list("object_id", flat=True)[: MOST_SELECTED + 1])
    if len(ids) > MOST_SELECTED:
        raise SelectionRefused(f"more than {MOST_SELECTED:,} match: filter the list further")
    return Selection.of_ids(ids)


def _redirect(request: ConnectionRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)


# Coverage


def _coverage_of(request: ConnectionRequest, connection: Connection) -> Coverage:
    asked = request.GET
    return Coverage(connection, asked.get("kind", ""), asked.get("by", ""), asked.get("sort", ""))


@connection_view(Role.VIEWER)
def coverage(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show how much is certified, by owner or by area."""
    found = _coverage_of(request, connection)
    context = {"connection": connection, "coverage": found, "query": request.GET.urlencode()}
    return render(request, "governance/certification/coverage.html", context)


@connection_view(Role.VIEWER)
def coverage_export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream the figures of all owners or areas as CSV."""
    found = _coverage_of(request, connection)
    rows = map(_coverage_row, found.lines)
    return csv_response(f"coverage-{found.kind.value}s-by-{found.by}-{connection.slug}.csv", COVERAGE_HEADER, rows)


def _coverage_row(line: Line) -> tuple[object, ...]:
    return (line.name, line.total, line.certified, line.waiting, line.expired, line.rest, round(line.share, 1))


# Home


@connection_view(Role.VIEWER)
@panel_view("certification", "Certification", refresh=["review-changed"])
def home(request: ConnectionRequest, connection: Connection) -> PanelContent:
    """Count what waits and what ends; nothing is asked of Domo."""
    certified = content_of(connection, ContentKind.DATASET).filter(state=CertifiedState.CERTIFIED).count()
    context = {
        "counts": counts_of(connection, request.user, timezone.localdate()),
        "certified": certified,
        "datasets": content_of(connection, ContentKind.DATASET).count(),
        "connection": connection,
        "url": reverse("governance:certification_reviews", args=[connection.slug]),
    }
    return PanelContent("governance/certification/panels/home.html", context)
