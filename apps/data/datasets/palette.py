"""Datasets in the command palette, found upstream by the words typed."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection, Kind
from apps.core.formats import format_number
from apps.core.palette import PaletteResult
from apps.data.datasets.search import find

RESULTS = 8
# A palette that waits longer than this is in the way; the list has the patience.
SECONDS = 4.0


def find_datasets(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return at most eight datasets of the present connection whose name has the words; UpstreamError passes."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip()
    if connection is None or connection.kind != Kind.DOMO or len(words) < 2:
        return []
    client = connection.client()
    with client.deadline(SECONDS):
        rows = find(client, words, RESULTS).rows
    return [
        PaletteResult(
            group=f"Datasets in {connection.name}",
            icon="database",
            label=row.name or row.id,
            url=reverse("data:dataset_show", kwargs={"connection": connection.slug, "dataset_id": row.id}),
            detail="" if row.row_count is None else f"{format_number(row.row_count)} rows",
        )
        for row in rows
    ]
