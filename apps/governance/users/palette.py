"""People in the command palette, found upstream by the words typed."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection, Kind
from apps.core.palette import PaletteResult
from domoadmin.services.results.fields import text

RESULTS = 6
SECONDS = 4.0
LEAST_LETTERS = 2


def find_in_palette(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return at most six people of the present connection whose name has the words; UpstreamError passes."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip()
    if connection is None or connection.kind != Kind.DOMO or len(words) < LEAST_LETTERS:
        return []
    client = connection.client()
    with client.deadline(SECONDS):
        page = client.search.query(entities=["user"], query=f"*{words}*", count=RESULTS)
    return [
        PaletteResult(
            group=f"People in {connection.name}",
            icon="user",
            label=hit.name or hit.id,
            url=reverse("governance:users_show", args=[connection.slug, hit.id]),
            detail=text(hit.raw, "emailAddress", "email", "title"),
        )
        for hit in page.hits
        if hit.id and words.casefold() in hit.name.casefold()
    ]
