"""What the command palette finds: sources of upstream objects, and actions. Areas register, the shell asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.core.access import may
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class PaletteResult:
    """One line of the palette. group: its heading; detail: the gray text at the end of the line."""

    group: str
    icon: str
    label: str
    url: str
    detail: str = ""


@dataclass(frozen=True)
class PaletteAction:
    """Something to do, listed in the palette and on a connection's home page. keys: its shortcut, such as "g q"."""

    label: str
    icon: str
    url_name: str
    least: Role = Role.VIEWER
    kinds: tuple[str, ...] = ("domo",)
    keywords: str = ""
    order: int = 50
    keys: str = ""


# A source gets the request (request.connection is set when the palette was opened on one) and the words typed.
Source = Callable[[HttpRequest, str], list[PaletteResult]]

_sources: list[Source] = []
_actions: dict[tuple[str, str], PaletteAction] = {}


def register_source(source: Source) -> None:
    """Add a source of results; it checks permission itself and may raise UpstreamError, which the palette shows."""
    if source not in _sources:
        _sources.append(source)


def registered_sources() -> list[Source]:
    """Return the sources in the order in which they registered."""
    return list(_sources)


def register_action(action: PaletteAction) -> None:
    """Add an action; url_name takes the connection's slug as `connection`."""
    _actions[(action.url_name, action.label)] = action


def actions_for(user: Any, kind: str | None, slug: str | None) -> list[tuple[PaletteAction, str]]:
    """Return the actions that this person may take on this connection, each with its address."""
    if kind is None or slug is None:
        return []
    return [
        (action, reverse(action.url_name, kwargs={"connection": slug}))
        for action in sorted(_actions.values(), key=lambda action: (action.order, action.label))
        if may(user, action.least) and (not action.kinds or kind in action.kinds)
    ]
