"""Pages as the administration page of public clients lists them, and the access list of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.company.people import Person
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.pages.pages import TOP, Page, Pages
from domoadmin.sandbox.reading import choices_field
from domoadmin.sandbox.world import World

ORDERS: dict[str, Callable[[Page], Any]] = {
    "pageTitle": lambda page: page.title.casefold(),
    "createdTime": lambda page: page.created,
    "lastModified": lambda page: page.modified,
}


def admin_summary(world: World, body: dict[str, Any], limit: int, skip: int) -> dict[str, Any]:
    """Pages that fit the clauses of the body; a clause counts only when its include switch is on."""
    pages = world.part(Pages)
    chosen = pages.all()
    if body.get("includePageTitleClause"):
        wanted = str(body.get("pageTitleSearchText") or "").casefold()
        chosen = [page for page in chosen if wanted in page.title.casefold()]
    if body.get("includeParentPageIdsClause"):
        parents = set(choices_field(body, "parentPageIds"))
        chosen = [page for page in chosen if page.parent in parents]
    if body.get("includePageOwnerClause"):
        chosen = _owned(pages, chosen, body)
    order = str(body.get("orderBy") or "pageTitle")
    if order not in ORDERS:
        raise ApiError(400, f"orderBy must be one of {', '.join(ORDERS)}")
    chosen.sort(key=lambda page: (ORDERS[order](page), page.id), reverse=body.get("ascending") is False)
    people = pages.people()
    return {
        "pageAdminSummaries": [_summary(pages, people, page) for page in chosen[skip : skip + limit]],
        "totalPageCount": len(chosen),
    }


def _owned(pages: Pages, chosen: list[Page], body: dict[str, Any]) -> list[Page]:
    """Pages of the owners asked for; one whose owners were all deleted counts as ownerless."""
    owners, people = set(choices_field(body, "ownerIds")), pages.people()
    kept = []
    for page in chosen:
        ownerless = all(people[owner].deleted for owner in page.owners)
        if owners & set(page.owners) or (body.get("addPageWithNoOwner") and ownerless):
            kept.append(page)
    return kept


def _summary(pages: Pages, people: dict[str, Person], page: Page) -> dict[str, Any]:
    parent = None if page.parent == TOP else pages.find(page.parent)
    return {
        "pageId": int(page.id),
        "pageTitle": page.title,
        "parentPageId": int(page.parent) if parent else None,
        "parentPageTitle": parent.title if parent else None,
        "owners": [
            {"id": owner, "type": "USER", "displayName": people[owner].name}
            for owner in page.owners
            if not people[owner].deleted
        ],
        "cardCount": pages.card_count(page),
        "locked": page.locked,
        "createdTime": page.created,
        "lastModified": page.modified,
    }


def access_list(world: World, page: Page, expand: bool) -> dict[str, Any]:
    """Who may see a page; with `expand` the members of the groups too."""
    people, directory = world.part(Pages).people(), world.directory
    groups = [directory.groups[group] for group in page.groups if group in directory.groups]
    return {
        "users": [_user(people[user]) for user in page.users],
        "groups": [
            {
                "id": int(group.id),
                "name": group.name,
                "userCount": len(group.member_ids),
                "users": [_user(people[member]) for member in group.member_ids if expand],
            }
            for group in groups
        ],
        "totalUserCount": len(page.users),
    }


def _user(person: Person) -> dict[str, Any]:
    return {"id": int(person.id), "displayName": person.name, "type": "USER"}
