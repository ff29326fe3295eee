"""Beast Modes in the command palette, out of what the last look read: nothing is asked of Domo."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection, Kind
from apps.core.palette import PaletteResult
from apps.governance.beast_modes.models import BeastModeFormula

RESULTS = 5


def find_beast_modes(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return at most five of the present connection whose name has the words."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip()
    if connection is None or connection.kind != Kind.DOMO or len(words) < 2:
        return []
    found = BeastModeFormula.objects.filter(connection=connection, name__icontains=words).order_by("name")
    return [
        PaletteResult(
            group=f"Beast Modes in {connection.name}",
            icon="code",
            label=each.name,
            url=reverse("governance:beast_mode_show", args=[connection.slug, each.beast_mode_id]),
            detail="Locked" if each.is_locked else "",
        )
        for each in found[:RESULTS]
    ]
