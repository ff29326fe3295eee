"""The pages as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from domoadmin.sandbox.catalog import READ_ONLY_DEPARTMENT, now_ms
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.cards import FIRST_PAGE, PAGE_KINDS
from domoadmin.sandbox.company.content import owned_by
from domoadmin.sandbox.company.people import DAY_MS, Person
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.pages.access import generated_groups, generated_users
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.world import World

FIRST_CREATED_PAGE = 1_900_000_001
TOP = "0"
KINDS = len(words.DEPARTMENTS) * len(PAGE_KINDS)
LOCKED_EVERY = 29


@dataclass(frozen=True)
class Page:
    """A page. `parent` is 0 for a page at the top; the first owner is the one whom lists name."""

    id: str
    title: str
    parent: str
    owners: list[str]
    users: list[str]
    groups: list[str]
    locked: bool
    has_layout: bool
    created: int
    modified: int


class Pages:
    """All pages by id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers: dict[str, int] = {}
        self._pages: dict[str, Page] = {}
        for number in range(world.cards.page_count):
            page = self._generated(number)
            self._numbers[page.id] = number
            self._pages[page.id] = page
        for identifier, values in world.store.all("page").items():
            self._pages[identifier] = Page(**{**values, "id": identifier})

    def _generated(self, number: int) -> Page:
        """Cockpits stand at the top, the pages of the same department below them, pages of regions below those."""
        world, departments = self._world, len(words.DEPARTMENTS)
        people = world.company.people[: world.company.size.people]
        parent = TOP
        if number >= departments:
            parent = str(FIRST_PAGE + number % (departments if number < KINDS else KINDS))
        owner = people[number * 31 % len(people)]
        return Page(
            id=str(FIRST_PAGE + number),
            title=world.cards.page_title(number),
            parent=parent,
            owners=[owner.id],
            users=generated_users(number, owner, people),
            groups=generated_groups(number, world.company.groups),
            locked=number % LOCKED_EVERY == 17,
            has_layout=number % 5 != 2,
            created=world.company.anchor - (1600 - number % 1500) * DAY_MS,
            modified=world.company.anchor - number % 400 * DAY_MS,
        )

    def all(self) -> list[Page]:
        """All pages, generated ones first."""
        return list(self._pages.values())

    def find(self, page_id: str) -> Page:
        """A page; ApiError 404."""
        page = self._pages.get(page_id)
        if page is None:
            raise not_found("Page", page_id)
        return page

    def writable(self, page_id: str) -> Page:
        """A page that the token's owner may change; ApiError 403 or 404."""
        page = self.find(page_id)
        number = self._numbers.get(page_id)
        department = "" if number is None else words.DEPARTMENTS[number % len(words.DEPARTMENTS)]
        if department == READ_ONLY_DEPARTMENT and self._world.directory.me.id not in page.owners:
            raise ApiError(403, f"You do not have permission to change page {page_id}")
        return page

    def children(self, parent: str) -> list[Page]:
        """The pages right below one."""
        return [page for page in self._pages.values() if page.parent == parent]

    def create(self, parent: str, title: str, has_layout: bool) -> Page:
        """Create Subpage; ApiError 403, 404, and 409 for a title that a page beside it has."""
        world = self._world
        with world.store.lock:
            if parent != TOP:
                self.writable(parent)
            self._check_title(title, parent, set())
            number = world.store.next_number("page", FIRST_CREATED_PAGE)
            me, now = world.directory.me.id, now_ms()
            page = Page(str(number), title, parent, [me], [me], [], False, has_layout, now, now)
            self._save([page])
        return page

    def move(self, page_ids: list[str], parent: str) -> None:
        """Bulk Move Pages: all of them or none; ApiError 403, 404 and 409."""
        with self._world.store.lock:
            pages = [self.writable(each) for each in page_ids]
            if parent != TOP:
                self.writable(parent)
            above = self._line(parent)
            for page in pages:
                if page.id in above:
                    raise ApiError(409, f"Page {page.id} cannot be moved below itself")
                if page.locked and page.parent != parent:
                    raise ApiError(409, f"Page {page.id} is locked and cannot be moved")
            taken: set[str] = set()
            for page in pages:
                self._check_title(page.title, parent, set(page_ids), taken)
                taken.add(page.title.casefold())
            self._save([replace(page, parent=parent) for page in pages])

    def _line(self, page_id: str) -> set[str]:
        """A page and all pages above it."""
        line: set[str] = set()
        while page_id != TOP and page_id not in line:
            line.add(page_id)
            page_id = self._pages[page_id].parent
        return line

    def _check_title(self, title: str, parent: str, moving: set[str], taken: set[str] | None = None) -> None:
        beside = {page.title.casefold() for page in self.children(parent) if page.id not in moving}
        if title.casefold() in beside | (taken or set()):
            raise ApiError(409, f"A page with the title {title} exists already below page {parent}")

    def revoke(self, page_id: str, user_id: str) -> None:
        """Revoke Page Access; ApiError 403, 404, and 409 for an owner, who keeps access while owning the page."""
        with self._world.store.lock:
            page = self.writable(page_id)
            if user_id not in page.users:
                # people who were deleted may still stand on a page: only who is on neither list is unknown
                self._world.directory.person(user_id)
            if user_id in page.owners:
                raise ApiError(409, f"User {user_id} owns page {page_id}: their access cannot be revoked")
            self._save([replace(page, users=[each for each in page.users if each != user_id])])

    def change_owners(self, page_ids: list[str], owners: list[str], added: bool) -> None:
        """Adds owners to pages, who may see them then, or takes some away; ApiError 403, 404, and 409 for the last."""
        with self._world.store.lock:
            changed = []
            for page in [self.writable(each) for each in page_ids]:
                if added:
                    new = [self._world.directory.person(each).id for each in owners if each not in page.owners]
                    users = [*page.users, *(each for each in new if each not in page.users)]
                    changed.append(replace(page, owners=[*page.owners, *new], users=users))
                    continue
                left = [each for each in page.owners if each not in owners]
                if not left:
                    raise ApiError(409, f"Page {page.id} would have no owner")
                changed.append(replace(page, owners=left))
            self._save(changed)

    def _save(self, pages: list[Page]) -> None:
        """Writes pages together; they count as modified now."""
        now = now_ms()
        changed = [replace(page, modified=now) for page in pages]
        changes: list[tuple[str, str, Document | None]] = [("page", page.id, _document(page)) for page in changed]
        self._world.store.put_all(changes)
        self._pages.update({page.id: page for page in changed})

    def card_count(self, page: Page) -> int:
        """About how many cards are on a page, as search says it."""
        cards = self._world.cards
        return cards.count // cards.page_count if page.id in self._numbers else 0

    def people(self) -> dict[str, Person]:
        """Everyone by id, deleted people too: they still stand on pages."""
        return {person.id: person for person in self._world.directory.people}

    def search_records(self) -> list[dict[str, Any]]:
        """All pages as the search API shows them."""
        people = self.people()
        return [
            {
                "databaseId": page.id,
                "winnerText": page.title,
                "name": page.title,
                "displayName": page.title,
                "pageType": "page",
                "parentPageId": page.parent if page.parent != TOP else None,
                "cardCount": self.card_count(page),
                "viewCount": self._numbers.get(page.id, 0) * 7919 % 5000,
                "createDate": page.created,
                "lastModified": page.modified,
                **owned_by(people[page.owners[0]]),
            }
            for page in self._pages.values()
        ]

    def created_answer(self, page: Page) -> dict[str, Any]:
        """A page as Create Subpage answers it."""
        return {
            "pageId": int(page.id),
            "parentPageId": int(page.parent),
            "ownerId": int(page.owners[0]),
            "owners": [{"id": int(owner), "type": "USER", "displayName": None} for owner in page.owners],
            "type": "page",
            "title": page.title,
            "pageName": page.title,
            "locked": page.locked,
            "mobileEnabled": True,
            "sharedViewPage": True,
            "metadata": json.dumps(
                {"pageTitle": page.title, "title": page.title, "type": "page"}, separators=(",", ":")
            ),
            "virtualPage": False,
            "hasLayout": page.has_layout,
        }


def _document(page: Page) -> Document:
    return {name: value for name, value in vars(page).items() if name != "id"}
