"""What stands in the menu of a person's page. Slices of the area add theirs at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.access import may
from domoadmin.services.results import User as Person
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class UserMenuItem:
    """An entry of the menu "More actions". url_name takes `connection` (the slug) and `user_id`.

    in_dialog: its page is a form that the dialog can hold. applies: says for whom it is offered (None: for everybody).
    """

    label: str
    icon: str
    url_name: str
    order: int
    least: Role = Role.ADMIN
    in_dialog: bool = False
    destructive: bool = False
    applies: Callable[[Person], bool] | None = None


@dataclass(frozen=True)
class PlacedItem:
    """A menu entry with its address on this page."""

    what: UserMenuItem
    url: str


_menu: dict[str, UserMenuItem] = {}


def register_user_menu_item(item: UserMenuItem) -> None:
    """Add an entry to the menu; one that leads to the same page is replaced."""
    _menu[item.url_name] = item


def menu_of(connection: Connection, person: Person, user: User) -> list[PlacedItem]:
    """Return the entries of the menu that this admin may use for this person, in their order.

    An entry whose page doesn't exist is left out, so that the page of a person doesn't fall with another slice.
    """
    found = sorted(_menu.values(), key=lambda item: item.order)
    offered = [item for item in found if may(user, item.least) and (item.applies is None or item.applies(person))]
    placed = ((item, _address(item.url_name, connection, str(person.id))) for item in offered)
    return [PlacedItem(item, url) for item, url in placed if url]


def _address(url_name: str, connection: Connection, user_id: str) -> str:
    try:
        return reverse(url_name, kwargs={"connection": connection.slug, "user_id": user_id})
    except NoReverseMatch:
        return ""
