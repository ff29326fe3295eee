"""What the console adds to the shell: its page below Work, and every operation in the palette."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.console.catalogue import area_label
from apps.console.offering import matching, offered
from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteResult, register_source

RESULTS = 6
_SHORTEST_QUERY = 3


def register() -> None:
    """Register the area and the palette's source; called once, when the app is ready."""
    page = NavigationPage(
        "API console", "console:index", kinds=(), keywords="api call operation request curl rest endpoint", shortcut="c"
    )
    register_area(Area("console", "API console", "terminal-2", 40, [page], work=True))
    register_source(find_operations)


def find_operations(request: HttpRequest, query: str) -> list[PaletteResult]:
    """Return some operations that match, as far as this person may run them on the present connection."""
    connection: Connection | None = getattr(request, "connection", None)
    words = query.strip()
    if connection is None or len(words) < _SHORTEST_QUERY:
        return []
    found = matching(offered(cast(User, request.user), connection), words)
    return [
        PaletteResult(
            group="API console",
            icon="terminal-2",
            label=f"{area_label(listed.operation.area)}: {listed.label}",
            url=reverse("console:operation", kwargs={"connection": connection.slug, "operation_id": listed.id}),
            detail=listed.operation.method,
        )
        for listed in found[:RESULTS]
    ]
