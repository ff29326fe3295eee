"""The list of cards, its export, the page of one card, and its pictures."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.fragments import is_fragment, patch_vary
from apps.data.cards.booklet import BookletKind
from apps.data.cards.listing import CardList
from apps.data.cards.pictures import LOCALES, PARTS, PDF, PICTURE, Picture, cached_render
from apps.data.cards.rows import CardRow
from apps.data.cards.search import read_card
from domoadmin.services.roles import Role

HEADER_SECONDS = 30.0
PICTURE_SECONDS = 60
EXPORT_HEADER = (
    "Id", "Title", "State", "Owner", "Owner id", "Dataset", "Dataset id", "Chart", "Pages", "Updated", "Created",
)  # fmt: skip


@connection_view(Role.VIEWER)
def cards_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of the cards that the token sees."""
    return CardList(request).respond("data/cards/list.html", {"connection": connection})


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV, as far as the search reaches."""
    rows = map(_export_row, CardList(request).every_row())
    return csv_response(f"cards-{connection.slug}.csv", EXPORT_HEADER, rows)


def _export_row(row: CardRow) -> tuple[object, ...]:
    return (
        row.id, row.name, row.certification, row.owner, row.owner_id, row.dataset, row.dataset_id, row.chart,
        row.pages, row.updated, row.created,
    )  # fmt: skip


@connection_view(Role.VIEWER)
def card_show(request: ConnectionRequest, connection: Connection, card_id: str) -> HttpResponse:
    """Show one card: the header by one call, everything else in panels that load themselves."""
    client = connection.client()
    with client.deadline(HEADER_SECONDS):
        found = read_card(client, card_id)
    context = {
        "connection": connection,
        "card": found or CardRow(card_id, ""),
        "is_found": found is not None,
        "may_change": may(request.user, Role.STEWARD),
        "may_make_booklets": may(request.user, BookletKind.role),
    }
    return render(request, "data/cards/show.html", context)


@require_GET
@connection_view(Role.VIEWER)
def picture(request: ConnectionRequest, connection: Connection, card_id: str) -> HttpResponse:
    """Send the rendered card for showing; the browser alone may keep it, for a minute."""
    found = cached_render(connection, card_id, PICTURE, request.GET.get("locale", ""))
    tag = f'"{found.tag}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _file_response(found)
    response.headers["ETag"] = tag
    patch_cache_control(response, private=True, max_age=PICTURE_SECONDS)
    return response


@require_GET
@connection_view(Role.VIEWER)
def download(request: ConnectionRequest, connection: Connection, card_id: str) -> HttpResponse:
    """Ask what to download, or hand it out when `part` says so; it is rendered anew."""
    part = request.GET.get("part", "")
    if part not in PARTS:
        context = {"connection": connection, "card_id": card_id, "parts": PARTS, "chosen": PDF, "locales": LOCALES}
        template = "data/cards/download_dialog.html" if is_fragment(request) else "data/cards/download.html"
        return patch_vary(request, render(request, template, context))
    found = cached_render(connection, card_id, part, request.GET.get("locale", ""), fresh=True)
    response = _file_response(found)
    ending = "jpg" if found.kind == "jpeg" else found.kind
    name = slugify(found.title)[:80] or f"card-{card_id}"
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.{ending}") or ""
    patch_cache_control(response, private=True, no_store=True)
    return response


def _file_response(found: Picture) -> HttpResponse:
    response = HttpResponse(found.content, content_type=found.content_type)
    # Whatever it is, it runs nothing when it is opened by itself.
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
