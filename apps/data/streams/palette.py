"""Streams in the command palette, out of what the last look found: nothing is asked of Domo."""

from __future__ import annotations

from django.http import HttpRequest

from apps.connections.models import Connection, Kind
from apps.core.palette import PaletteResult
from apps.data.streams.filters import matching
from apps.data.streams.listing import badges_of

RESULTS = 5


def find_streams(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return at most five streams of the present connection whose name has the words, what fails first."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip()
    if connection is None or connection.kind != Kind.DOMO or len(words) < 2:
        return []
    found = matching(connection, words, {}).select_related("connection").order_by("-urgency", "name")
    return [
        PaletteResult(
            group=f"Streams in {connection.name}",
            icon="refresh",
            label=record.name,
            url=record.get_absolute_url(),
            detail=", ".join(word for word, _, _ in badges_of(record)),
        )
        for record in found[:RESULTS]
    ]
