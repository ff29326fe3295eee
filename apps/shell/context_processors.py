"""What base.html needs on every page: who, which connection, and where one can go."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from apps.accounts.models import User
from apps.connections.access import LAST_CONNECTION, connections_of
from apps.connections.models import Connection
from apps.core.addresses import address_of
from apps.core.navigation import NavigationArea, navigation_for

# Keys that follow "g"; pages add their own through NavigationPage.shortcut.
HOME_KEY = "h"


class Shell:
    """The frame around one request's page. Everything is worked out when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> User | None:
        """Return the person, or None on public pages."""
        user = getattr(self.request, "user", None)
        return cast(User, user) if user is not None and user.is_authenticated else None

    @cached_property
    def page_connection(self) -> Connection | None:
        """Return the connection that the page itself is about: the one in its address, or its object's."""
        return cast("Connection | None", getattr(self.request, "connection", None))

    @cached_property
    def connections(self) -> list[Connection]:
        """Return the connections that this person may use."""
        return connections_of(self.user) if self.user else []

    @cached_property
    def connection(self) -> Connection | None:
        """Return the connection that the navigation leads to: the page's own, else the last used, else the first."""
        if self.page_connection is not None:
            return self.page_connection
        session = getattr(self.request, "session", {})
        last = session.get(LAST_CONNECTION) if session else None
        named = next((connection for connection in self.connections if connection.slug == last), None)
        return named or next(iter(self.connections), None)

    @cached_property
    def areas(self) -> list[NavigationArea]:
        """Return the areas of the present connection and of Work that this person may open."""
        if self.user is None:
            return []
        connection = self.connection
        return navigation_for(
            self.user,
            connection.kind if connection else None,
            connection.slug if connection else None,
            self.request.path,
        )

    @property
    def upstream_areas(self) -> list[NavigationArea]:
        """Return the areas of the connection."""
        return [area for area in self.areas if not area.area.work]

    @property
    def work_areas(self) -> list[NavigationArea]:
        """Return the areas that are the same for every connection."""
        return [area for area in self.areas if area.area.work]

    @property
    def home_url(self) -> str:
        """Return the address of the connection's home page."""
        return connection_home(self.connection) if self.connection else reverse("shell:start")

    @property
    def on_home(self) -> bool:
        """Say whether the page is the home page itself."""
        return self.request.path == self.home_url

    @property
    def switches(self) -> list[tuple[Connection, str, bool]]:
        """Return each connection with the address of the same page there, and whether it is the present one."""
        return [
            (
                connection,
                self._same_page(connection),
                self.connection is not None and connection.pk == self.connection.pk,
            )
            for connection in self.connections
        ]

    def _same_page(self, connection: Connection) -> str:
        """Return the same area's page on another connection, if it has one; its objects are others, so not deeper."""
        here = self.connection
        if self.page_connection is None or here is None or connection.kind != here.kind:
            return connection_home(connection)
        for area in self.upstream_areas:
            for link in area.pages:
                if link.current:
                    return address_of(link.page.url_name, connection.slug)
        return connection_home(connection)

    @property
    def jumps(self) -> list[tuple[str, str, str]]:
        """Return (key, label, address) of the pages that "g" and a key lead to."""
        jumps = [(HOME_KEY, "Home", self.home_url)]
        for area in self.areas:
            jumps.extend((link.page.shortcut, link.label, link.url) for link in area.pages if link.page.shortcut)
        return jumps

    @property
    def tray_url(self) -> str | None:
        """Return the address of the job tray, where the jobs app provides one."""
        try:
            return reverse("jobs:tray")
        except NoReverseMatch:
            return None

    @property
    def bell_url(self) -> str | None:
        """Return the address of the notifications' bell, where there is such an app."""
        try:
            return reverse("notifications:bell")
        except NoReverseMatch:
            return None

    @property
    def shortcuts(self) -> bool:
        """Say whether single keys are on for this person."""
        return bool(self.user and self.user.shortcuts)

    @property
    def theme(self) -> str:
        """Return "light" or "dark" where the person chose one, else "auto"."""
        return self.user.theme if self.user else "auto"


def connection_home(connection: Connection) -> str:
    """Return the address of a connection's home page."""
    return address_of("shell:home", connection.slug)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Add `shell` to every template's context."""
    return {"shell": SimpleLazyObject(lambda: Shell(request))}
