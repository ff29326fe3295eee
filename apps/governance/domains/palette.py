"""Domains in the command palette, out of the tree that is kept for a minute."""

from __future__ import annotations

from itertools import islice

from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection, Kind
from apps.core.palette import PaletteResult
from apps.governance.domains import finding

RESULTS = 5


def find_domains(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return at most five domains of the present connection that have the words. Raises UpstreamError."""
    connection: Connection | None = getattr(request, "connection", None)
    if connection is None or connection.kind != Kind.DOMAINS or len(query.strip()) < 2:
        return []
    index = finding.index_of(connection)
    return [
        PaletteResult(
            group=f"Domains in {connection.name}",
            icon="network",
            label=known.title,
            url=reverse("governance:domain_show", args=[connection.slug, known.id]),
            detail=" / ".join(each.title for each in index.above(known.id)) or known.id,
        )
        for known in islice(index.matching(query), RESULTS)
    ]
