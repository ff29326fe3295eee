"""Panels and figures of a connection's home page. Areas register them; the shell imports no area by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.core.access import may
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class HomePanel:
    """A panel that loads itself: url_name is a panel view which takes the connection's slug as `connection`.

    place: "top" (full width), "main" (left column) or "side"; rows: how many placeholder rows it shows.
    """

    key: str
    title: str
    url_name: str
    place: str = "main"
    order: int = 50
    least: Role = Role.VIEWER
    kinds: tuple[str, ...] = ("domo",)
    rows: int = 4


_panels: dict[str, HomePanel] = {}


def register_panel(panel: HomePanel) -> None:
    """Add a panel to the home page of every connection of its kinds."""
    _panels[panel.key] = panel


def panels_for(user: Any, kind: str, slug: str, place: str) -> list[tuple[HomePanel, str]]:
    """Return the panels of one place that this person may see on this connection, each with its address."""
    return [
        (panel, reverse(panel.url_name, kwargs={"connection": slug}))
        for panel in sorted(_panels.values(), key=lambda panel: (panel.order, panel.key))
        if panel.place == place and may(user, panel.least) and (not panel.kinds or kind in panel.kinds)
    ]
