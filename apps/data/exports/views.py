"""The pages around exports: those that were made, and choosing what to export."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import Failure, failure_of
from apps.core.fragments import render_page
from apps.data.datasets.detail import recent
from apps.data.datasets.search import DatasetPage, find
from apps.data.exports.listing import ExportList
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

CHOICES = 20
SECONDS = 20.0


@require_GET
@connection_view(Role.VIEWER)
def list_exports(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the exports made on this connection."""
    return ExportList(request, connection).respond("data/exports/list.html", {"connection": connection})


@require_GET
@connection_view(Role.STEWARD)
def choose(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Let a person choose the dataset to export, by name or among those looked at last."""
    words = request.GET.get("q", "").strip()
    found: DatasetPage | None = None
    failure: Failure | None = None
    if words:
        client = connection.client()
        try:
            with client.deadline(SECONDS):
                found = find(client, words, CHOICES)
        except UpstreamError as error:
            failure = failure_of(error)
    last = [] if found else [(identifier, name or identifier) for identifier, name in recent(request, connection)]
    context = {"connection": connection, "words": words, "found": found, "failure": failure, "recent": last}
    status = failure.status if failure else 200
    return render_page(request, "data/exports/choose.html", "data/exports/choose_results.html", context, status)
