"""What there is to know before a page is moved: where it stands, what its title meets there, whether it is locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from apps.governance.pages.reading import line_above, pages_by_id, read_beside
from apps.governance.pages.rows import TOP, PageRow
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound

TARGET_SECONDS = 30
AT_TOP = "the top"
CLASHES = "A page with the same title stands there already; Domo answers that with 409, conflict."
BELOW_ITSELF = "The new parent is this page or stands below it; Domo answers that with 409, conflict."
THERE = "It stands there already."


@dataclass(frozen=True)
class Destination:
    """The page that others are moved below. line: its id and those of the pages above it. known: the search has it."""

    id: str
    title: str
    line: tuple[str, ...]
    known: bool

    @property
    def name(self) -> str:
        """Return what to call it."""
        return AT_TOP if self.id == TOP else self.title or f"page {self.id}"


def destination(client: Client, page_id: str) -> Destination:
    """Return the new parent with the pages above it, from the last half minute or by some calls."""
    if page_id == TOP:
        return Destination(TOP, "", (TOP,), True)
    key = f"governance:pages:destination:{client.settings.slug}:{page_id}"
    kept = cache.get(key)
    if isinstance(kept, Destination):
        return kept
    page = pages_by_id(client, [page_id]).get(page_id)
    if page is None:
        found = Destination(page_id, "", (page_id,), False)
    else:
        found = Destination(page_id, page.title, (page_id, *(row.id for row in line_above(client, page))), True)
    cache.set(key, found, TARGET_SECONDS)
    return found


def standing(client: Client, page_id: str, target: str) -> dict[str, Any]:
    """Return where a page stands and what is in the way of moving it: plain JSON.

    parent: "" at the top, None where nobody tells it; clash: None where nobody tells the titles below the target.
    Raises NotFound where the search doesn't know the page.
    """
    there = destination(client, target)
    page, beside = read_beside(client, page_id, [target])
    if page is None:
        raise NotFound(f"The search knows no page {page_id}", status=404, operation_id="search.query")
    return {
        "title": page.title,
        "parent": page.parent,
        "parent_title": parent_title(client, page),
        "locked": bool(page.locked),
        "clash": any(_stands_at(row, target) and row.id != page_id for row in beside),
        "below": page_id in there.line,
        "target": there.name,
    }


def _stands_at(row: PageRow, target: str) -> bool:
    return row.parent is not None and (row.parent or TOP) == target


def parent_title(client: Client, page: PageRow) -> str:
    """Return the title of the page above, by a call where nobody told it yet; empty at the top."""
    if page.parent_title or not page.parent:
        return page.parent_title
    return destination(client, page.parent).title


def in_the_way(state: dict[str, Any], target: str) -> str:
    """Return why the page can't or needn't be moved below the target; empty when nothing is known to be in the way."""
    if state["parent"] is not None and (state["parent"] or TOP) == target:
        return THERE
    if state["below"]:
        return BELOW_ITSELF
    return CLASHES if state["clash"] else ""
