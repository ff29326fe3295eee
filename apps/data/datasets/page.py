"""What stands on a dataset's page: panels, and the entries of its menu. Slices of the area add theirs at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.addresses import address_of
from apps.data.datasets.detail import DatasetFacts
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class DatasetPanel:
    """A panel of the page. url_name takes `connection` and `dataset_id`; rows, columns: the placeholder's size.

    local: it reads our own database and no upstream.
    """

    key: str
    title: str
    url_name: str
    side: Literal["wide", "narrow"]
    order: int
    rows: int = 4
    columns: int = 2
    least: Role = Role.VIEWER
    local: bool = False


@dataclass(frozen=True)
class DatasetMenuItem:
    """An entry of the menu "More actions". in_dialog: its page is a form that the dialog can hold.

    applies: says for which datasets it is offered (None: for all).
    """

    label: str
    icon: str
    url_name: str
    order: int
    least: Role = Role.STEWARD
    in_dialog: bool = False
    destructive: bool = False
    applies: Callable[[DatasetFacts], bool] | None = None


@dataclass(frozen=True)
class PlacedPanel:
    """A panel with its address on this page."""

    what: DatasetPanel
    dataset_id: str
    url: str

    @property
    def key(self) -> str:
        """Return the panel's key."""
        return self.what.key


@dataclass(frozen=True)
class PlacedItem:
    """A menu entry with its address on this page."""

    what: DatasetMenuItem
    url: str


_panels: dict[str, DatasetPanel] = {}
_menu: dict[str, DatasetMenuItem] = {}


def register_dataset_panel(panel: DatasetPanel) -> None:
    """Add a panel; one that has the same key is replaced."""
    _panels[panel.key] = panel


def register_dataset_menu_item(item: DatasetMenuItem) -> None:
    """Add an entry to the menu; one that leads to the same page is replaced."""
    _menu[item.url_name] = item


def panels_of(connection: Connection, dataset_id: str, user: User) -> list[PlacedPanel]:
    """Return the panels that this person may see, in their order."""
    found = sorted(_panels.values(), key=lambda panel: panel.order)
    return [
        PlacedPanel(panel, dataset_id, address_of(panel.url_name, connection.slug, dataset_id))
        for panel in found
        if may(user, panel.least)
    ]


def menu_of(connection: Connection, facts: DatasetFacts, user: User) -> list[PlacedItem]:
    """Return the entries of the menu that this person may use on this dataset, in their order."""
    found = sorted(_menu.values(), key=lambda item: item.order)
    offered = [item for item in found if may(user, item.least) and (item.applies is None or item.applies(facts))]
    return [PlacedItem(item, address_of(item.url_name, connection.slug, facts.id)) for item in offered]
