"""The datasets' figures on a connection's home page, each a link to the list that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.panels import PanelContent, panel_view
from apps.data.datasets.fitting import misfits
from apps.data.datasets.search import Overview, find, overview
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Unprocessable
from domoadmin.services.roles import Role

SECONDS = 15.0


@dataclass(frozen=True)
class Tile:
    """A figure. count is None where the upstream can't tell: it has no such filter, or answers as if it had not."""

    label: str
    count: int | None
    url: str
    css: str = ""
    detail: str = ""


# Label, filters and colour of each figure beside "All".
_TILES = (
    ("Certified", {"certification": "certified"}, "is-ok"),
    ("Not certified", {"certification": "none"}, "is-off"),
    ("Stale, over 90 days", {"updated": "not-90"}, "is-warn"),
)


@connection_view(Role.VIEWER)
@panel_view("datasets", "Datasets")
def health(request: ConnectionRequest, connection: Connection) -> PanelContent:
    """Count all datasets, the certified, the others, and those that nothing has updated for 90 days."""
    client = connection.client()
    url = reverse("data:datasets_list", kwargs={"connection": connection.slug})
    with client.deadline(SECONDS):
        everything = overview(connection, client)
        tiles = [Tile("All", everything.total, url)]
        for label, filters, css in _TILES:
            count = _count(client, filters, everything)
            share = f"{count / everything.total:.0%}" if count is not None and everything.total else ""
            tiles.append(Tile(label, count, f"{url}?{urlencode(filters)}", css, share))
    return PanelContent("data/datasets/panels/health.html", {"tiles": tiles}, "visible to this token")


def _count(client: Client, filters: Mapping[str, str], everything: Overview) -> int | None:
    """Return how many datasets pass a filter; None where the first of them shows that the filter did nothing."""
    try:
        page = find(client, "", 1, filters=filters)
    except (BadRequest, Unprocessable):
        return None
    if page.total > everything.total or any(misfits(row, filters) for row in page.rows):
        return None
    return page.total
