"""Buttons of a list's bulk bar that lead to a page of their own, which asks more than a bulk action's dialog can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs.bulk.selection import Selection, TargetSource
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class SelectionPage:
    """Work on what is selected that is no bulk action. begin(connection, selection, user) returns where it goes on."""

    name: str
    title: str
    icon: str
    target_kind: str
    source: TargetSource
    role: Role
    begin: Callable[[Connection, Selection, User], str]


_pages: dict[str, SelectionPage] = {}


def register_selection_page(page: SelectionPage) -> None:
    """Add a page; one of the same name is replaced."""
    _pages[page.name] = page


def selection_page(name: str) -> SelectionPage | None:
    """Return the page of this name."""
    return _pages.get(name)


def selection_pages(target_kind: str) -> list[SelectionPage]:
    """Return the pages for this sort of objects, in the order in which they came."""
    return [page for page in _pages.values() if page.target_kind == target_kind]
