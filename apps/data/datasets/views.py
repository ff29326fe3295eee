"""The list of datasets, its export, and the page of one dataset."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.data.datasets import ahead
from apps.data.datasets.detail import describe, remember
from apps.data.datasets.filters import Owner
from apps.data.datasets.listing import DatasetList
from apps.data.datasets.page import menu_of, panels_of
from apps.data.datasets.rows import DatasetRow
from apps.data.datasets.search import find_people
from apps.data.datasets.side_by_side import begin
from apps.data.datasets.tags import tags_context, tags_told
from apps.data.streams.known import note_stream
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

# A person waits for suggestions while typing; later than this they are of no use.
SUGGESTION_SECONDS = 4.0
HEADER_SECONDS = 30.0
# The document shows core,permission; the others are in use too (reference, facts.md 1.5).
HEADER_PARTS = "core,permission,status,rowcolcount,certification"
EXPORT_HEADER = (
    "Id", "Name", "State", "Owner", "Owner id", "Source", "Rows", "Columns", "Cards", "Updated", "Created", "Tags",
)  # fmt: skip


@connection_view(Role.VIEWER)
def datasets_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of the datasets that the token sees."""
    return DatasetList(request).respond("data/datasets/list.html", {"connection": connection})


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV; where the search can't reach all of it, say so first."""
    listing = DatasetList(request)
    total = listing.match_count()
    if total > listing.reach and "first" not in request.GET:
        return render(
            request,
            "data/datasets/export_limit.html",
            {"connection": connection, "total": total, "reach": listing.reach, "listing": listing},
        )
    return csv_response(f"datasets-{connection.slug}.csv", EXPORT_HEADER, map(_export_row, listing.every_row()))


def _export_row(row: DatasetRow) -> tuple[object, ...]:
    states = [word for word, _, _ in row.badges]
    return (
        row.id,
        row.name,
        states,
        row.owner,
        row.owner_id,
        row.source,
        row.row_count,
        row.column_count,
        row.card_count,
        row.updated,
        row.created,
        row.tags,
    )


@connection_view(Role.VIEWER)
def owners(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest owners for what was typed, as options of a datalist; a failure suggests nothing and says so."""
    # The field is called owner in the list and user in the dialog that shares.
    text = Owner.from_text(request.GET.get("owner", "") or request.GET.get("user", ""))
    people, problem = [], ""
    if len(text.name) >= 2 and not text.id:
        client = connection.client()
        try:
            with client.deadline(SUGGESTION_SECONDS):
                people = find_people(client, text.name)
        except UpstreamError as error:
            problem = str(error)
    options = [(str(Owner(person.id, person.name)), person.detail) for person in people]
    return render(request, "data/datasets/owner_options.html", {"options": options, "problem": problem})


@connection_view(Role.VIEWER)
def dataset_show(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show one dataset: the header by one call, and beside it the panels, which are begun at the same time."""
    client = connection.client()
    panels = panels_of(connection, dataset_id, request.user)
    header = begin(client, HEADER_SECONDS, lambda: client.datasets.get_metadata(dataset_id, part=HEADER_PARTS))
    begun = ahead.begin(request, panels)
    ahead.draw_local(request, begun, panels)
    try:
        dataset = header.result()
    except UpstreamError:
        ahead.abandon(begun)
        raise
    remember(request, connection, dataset.id or dataset_id, dataset.name)
    facts = describe(dataset, connection, dataset_id)
    note_stream(connection, dataset_id, facts.stream_id)
    drawn = ahead.shown(request, begun, panels)
    context = {
        "connection": connection,
        "dataset_id": dataset_id,
        "facts": facts,
        "wide": [each for each in drawn if each.placed.what.side == "wide"],
        "narrow": [each for each in drawn if each.placed.what.side == "narrow"],
        "menu": menu_of(connection, facts, request.user),
        **tags_context(connection, facts.id, request.user, tags_told(dataset)),
        "may_upload": may(request.user, Role.STEWARD) and facts.writable is not False,
    }
    response = render(request, "data/datasets/show.html", context)
    # It holds what panels read: Back shows it anew.
    response.headers["Cache-Control"] = "no-store"
    return response
