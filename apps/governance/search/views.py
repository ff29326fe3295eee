"""The search over everything: results, all of them as CSV, the builder of conditions, counts by type, all fields."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.addresses import with_parameters
from apps.core.exports import csv_response
from apps.core.fragments import is_fragment, patch_vary
from apps.core.side_by_side import side_by_side
from apps.governance.search.conditions import Condition
from apps.governance.search.entities import entity_of
from apps.governance.search.fields import told_fields
from apps.governance.search.forms import ConditionForm
from apps.governance.search.listing import Everything
from apps.governance.search.question import Question, known_fields, with_conditions
from apps.governance.search.results import Row, row_of
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import SearchPage
from domoadmin.services.roles import Role
from domoadmin.services.search_filters import term

SECONDS = 30.0
# Servers take 4,094 characters of a request line; an address that holds the search's own is a third longer.
LONGEST_ADDRESS = 2_500
EXPORT_HEADER = (
    "Type", "Id", "Name", "About", "Owner", "Owner id", "State", "Tags", "Modified", "Created", "Page in Domo",
)  # fmt: skip


@connection_view(Role.VIEWER)
def results(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of what the search finds."""
    listing = Everything(request)
    response = listing.respond("governance/search/list.html", {"connection": connection})
    listing.keep_fields()
    return response


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV, past the 10,000 that Domo pages to."""
    rows = (_export_row(row, connection.base_url) for row in Everything(request).every_row())
    return csv_response(f"search-{connection.slug}.csv", EXPORT_HEADER, rows)


def _export_row(row: Row, base_url: str) -> tuple[object, ...]:
    return (
        row.entity.name, row.id, row.name, row.detail, row.owner, row.owner_id, row.certification, row.tags,
        row.modified, row.created, row.url_in_domo(base_url),
    )  # fmt: skip


@require_GET
@connection_view(Role.VIEWER)
def counts(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Count what matches of each type: a call for each, side by side."""
    listing = Everything(request)
    client = connection.client()
    criteria = listing.question.criteria()
    types = listing.types
    calls = [partial(_total, client, {**criteria, "entities": [entity.name]}) for entity, _, _ in types]
    outcomes = side_by_side(client, SECONDS, calls)
    failures = [outcome for outcome in outcomes if isinstance(outcome, UpstreamError)]
    counted = [
        (entity, url, chosen, None if isinstance(outcome, UpstreamError) else outcome)
        for (entity, url, chosen), outcome in zip(types, outcomes, strict=True)
    ]
    context: dict[str, Any] = {
        "connection": connection,
        "listing": listing,
        "types": counted,
        "all_url": listing.all_types_url,
        "counted": True,
        "failure": failures[0] if failures else None,
    }
    response = render(request, "governance/search/types.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _total(client: Any, criteria: dict[str, Any]) -> int | None:
    page: SearchPage = client.search.query(**criteria, count=1)
    return page.total


@require_http_methods(["GET", "POST"])
@connection_view(Role.VIEWER)
def condition(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make a condition, or change the one named by `edit`: the answer leads to the search with it."""
    query = request.GET.urlencode()
    present = list(Question.from_query(request.GET).conditions)
    place = request.GET.get("edit", "")
    edited = int(place) if place.isdecimal() and int(place) < len(present) else None
    initial = ConditionForm.initial_of(present[edited]) if edited is not None else {}
    form = ConditionForm(request.POST if request.method == "POST" else None, initial=initial)
    search_url = reverse("governance:search", args=[connection.slug])
    if request.method == "POST" and form.is_valid():
        made: Condition = form.cleaned_data["condition"]
        changed = [made if index == edited else each for index, each in enumerate(present)]
        if edited is None:
            changed.append(made)
        url = f"{search_url}?{with_conditions(query, changed)}"
        if len(url) <= LONGEST_ADDRESS:
            return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)
        form.add_error(None, "With this filter the address of the search gets too long. Take fewer values.")
    context = {
        "connection": connection,
        "form": form,
        "is_new": edited is None,
        "action": request.get_full_path(),
        "fields": known_fields(connection.slug),
        "back": f"{search_url}?{with_conditions(query, present)}",
    }
    template = "governance/search/condition_dialog.html" if is_fragment(request) else "governance/search/condition.html"
    return patch_vary(request, render(request, template, context, status=422 if form.is_bound else 200))


@connection_view(Role.VIEWER)
def hit(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show every field that the search tells of one thing, each with a link that filters by it."""
    name, identifier = request.GET.get("type", ""), request.GET.get("id", "")
    if not name or not identifier:
        raise Http404("Say which type and which id.")
    client = connection.client()
    with client.deadline(SECONDS):
        page: SearchPage = client.search.query(
            entities=[name], query="*", filters=[term("databaseId", identifier)], count=10
        )
    found = next((each for each in page.hits if each.id == identifier), None)
    search_url = reverse("governance:search", args=[connection.slug])
    query = request.GET.get("back", "")
    context: dict[str, Any] = {
        "connection": connection,
        "entity": entity_of(name),
        "identifier": identifier,
        "back": f"{search_url}?{query}" if query else search_url,
    }
    if found is None:
        return render(request, "governance/search/hit.html", context, status=404)
    row = row_of(found, name)
    base = with_parameters(search_url, {"type": name})
    context |= {
        "row": row,
        "fields": [
            (field, f"{base}&{with_conditions('', [field.condition])}" if field.condition else "")
            for field in told_fields(found.raw)
        ],
        "url": row.url(connection.slug),
        "domo_url": row.url_in_domo(connection.base_url),
        "request_id": page.request_id,
    }
    return render(request, "governance/search/hit.html", context)
