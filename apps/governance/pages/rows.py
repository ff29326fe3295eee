"""A page as it is shown, read from the list that public clients know or from a hit of the search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domoadmin.services.results import SearchHit
from domoadmin.services.results.fields import identifier, mappings, number, text
from domoadmin.services.results.pages import Page

# The page that stands above those at the top; the documents don't say how Domo writes it in a request.
TOP = "0"
PARENT = "parentPageId"


@dataclass(frozen=True)
class Person:
    """An owner of a page; the name may be empty."""

    id: str
    name: str = ""

    @property
    def shown(self) -> str:
        """Return what to call them."""
        return self.name or f"User {self.id}"


@dataclass(frozen=True)
class PageRow:
    """A page as lists, the tree and its own page show it.

    parent: the id of the page above, "" at the top, None where it isn't told. owners, cards, locked: None likewise.
    """

    id: str
    title: str
    parent: str | None = None
    parent_title: str = ""
    owners: tuple[Person, ...] | None = None
    cards: int | None = None
    locked: bool | None = None
    created: datetime | None = None
    modified: datetime | None = None

    @property
    def name(self) -> str:
        """Return the title, or what else to call it."""
        return self.title.strip() or f"Page {self.id}"


def row_of_page(page: Page) -> PageRow:
    """Read a page of the list."""
    people = [
        Person(identifier(each, "id"), text(each, "displayName", "name")) for each in mappings(page.raw, "owners")
    ]
    told = "parentPageId" in page.raw
    return PageRow(
        id=page.id,
        title=page.title,
        parent=page.parent_id if told else None,
        parent_title=text(page.raw, "parentPageTitle"),
        owners=tuple(each for each in people if each.id) if "owners" in page.raw else None,
        cards=page.card_count,
        locked=page.locked,
        created=page.created,
        modified=page.modified,
    )


def row_of_hit(hit: SearchHit) -> PageRow:
    """Read a hit of the search; the document shows none of its fields."""
    parent = identifier(hit.raw, PARENT, "parentId")
    people = [Person(identifier(each, "id"), text(each, "displayName", "name")) for each in mappings(hit.raw, "owners")]
    if not people and hit.owner_id:
        people = [Person(hit.owner_id, hit.owner_name)]
    return PageRow(
        id=hit.id,
        title=hit.name or text(hit.raw, "winnerText", "pageTitle"),
        parent=("" if parent == TOP else parent) if _has(hit, PARENT, "parentId") else None,
        parent_title=text(hit.raw, "parentPageTitle", "parentPageName"),
        owners=tuple(each for each in people if each.id) or None,
        cards=number(hit.raw, "cardCount"),
        created=hit.created,
        modified=hit.last_updated,
    )


def _has(hit: SearchHit, *names: str) -> bool:
    return any(name in hit.raw for name in names)
