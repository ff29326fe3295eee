"""Roles in the command palette: an instance has few, so all of them are read and kept for a minute."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection, Kind
from apps.core.formats import format_number
from apps.core.palette import PaletteResult

RESULTS = 4
KEPT_SECONDS = 60
# A palette that waits longer than this is in the way; the list has the patience.
SECONDS = 4.0


def roles_for_palette(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return at most four roles of the present connection whose name has the words; UpstreamError passes."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip().casefold()
    if connection is None or connection.kind != Kind.DOMO or len(words) < 2:
        return []
    found = [role for role in _known(connection) if words in role[1].casefold()]
    return [
        PaletteResult(
            group=f"Roles in {connection.name}",
            icon="user-shield",
            label=name or identifier,
            url=reverse("governance:role_show", kwargs={"connection": connection.slug, "role_id": identifier}),
            detail="" if count is None else f"{format_number(count)} people",
        )
        for identifier, name, count in found[:RESULTS]
    ]


def _known(connection: Connection) -> list[tuple[str, str, int | None]]:
    key = f"governance:roles:palette:{connection.pk}:{connection.updated.timestamp()}"
    kept: list[tuple[str, str, int | None]] | None = cache.get(key)
    if kept is None:
        client = connection.client()
        with client.deadline(SECONDS):
            kept = [(role.id, role.name, role.user_count) for role in client.roles.list() if role.id]
        cache.set(key, kept, KEPT_SECONDS)
    return kept
