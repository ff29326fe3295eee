"""The registry of areas and their pages. Areas register themselves in AppConfig.ready(); the shell only reads."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from apps.core.access import may
from apps.core.addresses import KEPT_ADDRESSES
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class NavigationPage:
    """One page of an area. url_name takes the connection's slug as `connection` unless the area is global.

    least: who may open it; kinds: the connection kinds that have it (empty: every one);
    keywords: further words that find it in the palette; shortcut: the second key after "g"; also: names of pages
    that belong to it though their address lies below another one's.
    """

    label: str
    url_name: str
    least: Role = Role.VIEWER
    kinds: tuple[str, ...] = ("domo",)
    keywords: str = ""
    shortcut: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Area:
    """A group of pages in the sidebar; a link to its first page. `work` areas stand below "Work", for any kind."""

    key: str
    label: str
    icon: str
    order: int
    pages: list[NavigationPage] = field(default_factory=list)
    work: bool = False


@dataclass(frozen=True)
class NavigationLink:
    """A page that this person may open, with its address. claimed: the present page names it as where it belongs."""

    page: NavigationPage
    label: str
    url: str
    current: bool
    claimed: bool = False


@dataclass(frozen=True)
class NavigationArea:
    """An area with the pages that this person may open (at least one)."""

    area: Area
    pages: list[NavigationLink]
    current: bool

    @property
    def url(self) -> str:
        """Return the address of the area: its first page."""
        return self.pages[0].url


_areas: dict[str, Area] = {}


def register_area(area: Area) -> None:
    """Add an area, or add its pages to the area that already has this key (slices may register page by page)."""
    known = _areas.get(area.key)
    if known is None:
        _areas[area.key] = Area(area.key, area.label, area.icon, area.order, list(area.pages), area.work)
        return
    names = {page.url_name for page in known.pages}
    known.pages.extend(page for page in area.pages if page.url_name not in names)


def registered_areas() -> list[Area]:
    """Return all areas in their order."""
    return sorted(_areas.values(), key=lambda area: (area.order, area.label))


@lru_cache(maxsize=KEPT_ADDRESSES)
def _address(url_name: str, work: bool, slug: str | None) -> str | None:
    """Return the address of a page; None for one of a connection where there is none. Work has both."""
    if work:
        with suppress(NoReverseMatch):
            return reverse(url_name)
    return reverse(url_name, args=[slug]) if slug else None


@lru_cache(maxsize=KEPT_ADDRESSES)
def _name_of(path: str) -> str:
    """Return the name of the page at a path; empty where there is none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def _links(area: Area, user: Any, kind: str | None, slug: str | None, path: str) -> Iterable[NavigationLink]:
    shown = _name_of(path)
    for page in area.pages:
        if not may(user, page.least):
            continue
        if not area.work and (kind is None or (page.kinds and kind not in page.kinds)):
            continue
        url = _address(page.url_name, area.work, slug)
        if url is not None:
            claimed = shown in page.also
            yield NavigationLink(page, page.label, url, claimed or path.startswith(url), claimed)


def navigation_for(user: Any, kind: str | None, slug: str | None, path: str) -> list[NavigationArea]:
    """Return the areas and pages that this person may open on this connection; path marks the current one.

    kind and slug are None where there is no connection: then only the areas of "Work" are left.
    """
    result = []
    for area in registered_areas():
        links = list(_links(area, user, kind, slug, path))
        if not links:
            continue
        # Of two pages that both begin the path ("/jobs/" and "/jobs/schedules/") the longer one is meant.
        current = (link for link in links if link.current)
        best = max(current, key=lambda link: (link.claimed, len(link.url)), default=None)
        pages = [NavigationLink(link.page, link.label, link.url, link is best) for link in links]
        result.append(NavigationArea(area, pages, best is not None))
    return result
