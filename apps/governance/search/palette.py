"""The palette's way into the search over everything: nothing is asked of Domo for it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection, Kind
from apps.core.addresses import with_parameters
from apps.core.palette import PaletteResult

LONGEST = 60


def search_everything(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return the one line that searches the present connection for the words."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip()
    if connection is None or connection.kind != Kind.DOMO or not words:
        return []
    shown = words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    url = with_parameters(reverse("governance:search", args=[connection.slug]), {"q": words})
    return [PaletteResult("Search", "search", f"Search everything for “{shown}”", url, connection.name)]
