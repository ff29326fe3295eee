"""Groups in the command palette, found upstream by the words typed."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection, Kind
from apps.core.formats import format_number
from apps.core.palette import PaletteResult
from apps.governance.groups.reading import Asked, find_groups

RESULTS = 5
# A palette that waits longer than this is in the way; the list has the patience.
SECONDS = 4.0


def groups_for_palette(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return at most five groups of the present connection whose name has the words; UpstreamError passes."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip()
    if connection is None or connection.kind != Kind.DOMO or len(words) < 2:
        return []
    client = connection.client()
    with client.deadline(SECONDS):
        rows = find_groups(client, Asked(words=words), RESULTS).rows
    return [
        PaletteResult(
            group=f"Groups in {connection.name}",
            icon="users-group",
            label=row.name or row.id,
            url=reverse("governance:group_show", kwargs={"connection": connection.slug, "group_id": row.id}),
            detail="" if row.members is None else f"{format_number(row.members)} members",
        )
        for row in rows
    ]
