"""The bulk actions on pages: moving them, and taking access away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from apps.core.optional_calls import if_told
from apps.governance.pages.access import Holder, holders_of, names_of
from apps.governance.pages.forms import MoveForm, PeopleForm
from apps.governance.pages.moving import destination, in_the_way, standing
from apps.governance.pages.reading import note_move, read_page
from apps.governance.pages.rows import TOP
from apps.governance.pages.selection import PAGES
from apps.governance.pages.tree import forget_index
from apps.jobs.bulk import BulkAction, Settings, Skip, TargetSource
from apps.jobs.models import JobItem
from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, Forbidden, NotFound, UpstreamError
from domoadmin.services.results.base import Result

Badges = list[tuple[str, str, str]]


class PageAction(BulkAction):
    """What both share."""

    area = "governance"
    target_kind = "page"
    source: ClassVar[TargetSource] = PAGES
    concurrency = 4


class MovePages(PageAction):
    """Move pages below another. States: as `standing` tells them."""

    name = "move-pages"
    title = "Move"
    icon = "arrows-exchange"
    operation = "pages.bulk_move"
    reverse = "move-pages"
    form = MoveForm
    reads = 2

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read where it stands and what is in the way."""
        return standing(client, key, settings["parent"])

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Below the new parent, unless a conflict is known."""
        target = settings["parent"]
        reason = in_the_way(before, target)
        if reason:
            return Skip(reason)
        return {**before, "parent": "" if target == TOP else target, "parent_title": before["target"]}

    def clashing(self, planned: Iterable[tuple[int, str, Any]], settings: Settings) -> Mapping[int, str]:
        """Of several selected pages with one title only the first can stand below the new parent."""
        taken: dict[str, str] = {}
        apart: dict[int, str] = {}
        for pk, _, after in planned:
            title = str((after or {}).get("title", "")).strip().casefold()
            if title and title in taken:
                apart[pk] = (
                    "Another selected page has the same title; only one of them can stand there (409, conflict)."
                )
            taken.setdefault(title, title)
        return apart

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Move it, with the permissions that it has."""
        moved: Result = client.pages.bulk_move([key], settings["parent"])
        note_move(client, key, settings["parent"])
        forget_index(client.settings.slug)
        return moved

    def changed_since(self, now: Any, item: JobItem) -> bool:
        """Only where it stands matters."""
        return bool(now["parent"] is not None and now["parent"] != (item.after or {}).get("parent"))

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Move it back below the page that it stood below."""
        parent = (item.before or {}).get("parent")
        if parent is None:
            return Skip("Nobody told where it stood before.")
        return {"parent": parent or TOP}

    def notes(self, settings: Settings) -> list[str]:
        """Say what moves along, and what only Domo can refuse."""
        return [
            "A page moves with all that stands below it, and keeps its permissions. A selected page whose parent is "
            "selected too leaves it and stands beside it.",
            "Domo answers 409 (conflict) for titles that stand there already and for what it calls permission "
            "constraints, such as a locked page: such a page stays where it is and the others are moved all the same.",
        ]

    def undo_note(self, settings: Settings) -> str:
        """Say what it does, and where it may not get."""
        return (
            "Undo moves each page back below the one it stood below. For those from the top it sends the parent 0, "
            "which the documents do not name."
        )

    def describe(self, settings: Settings) -> str:
        """Name the new parent."""
        parent = settings.get("parent")
        return "" if not parent else "to the top" if parent == TOP else f"below page {parent}"

    def introduced(self, client: Client, settings: Settings) -> tuple[str, str]:
        """Name it by its title."""
        parent = settings.get("parent", "")
        if not parent or parent == TOP:
            return self.describe(settings), ""
        try:
            there = destination(client, parent)
        except UpstreamError:
            return self.describe(settings), ""
        if not there.known:
            return self.describe(settings), f"The search does not know the page {parent}. Is the id right?"
        return f"below {there.name}", ""

    def shown(self, state: Any) -> Badges:
        """Say where it stands."""
        if state["parent"] is None:
            where = ("Parent not told", "is-off", "help-circle")
        elif state["parent"] == "":
            where = ("At the top", "is-off", "layout-dashboard")
        else:
            where = (f"Below {state['parent_title'] or state['parent']}", "is-run", "folder")
        return [where, *([("Locked", "is-warn", "lock")] if state["locked"] else [])]


class RevokePageAccess(PageAction):
    """Take the access of people to pages away. States: {"cards": how many, "people": [who, and how]}."""

    name = "revoke-page-access"
    title = "Revoke access"
    phrase = "Revoke access to {objects}"
    icon = "user-off"
    operation = "pages.revoke_access"
    form = PeopleForm
    reads = 3

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read who of them sees the page, and how."""
        page = read_page(client, key)
        holders = holders_of(client, key, page, settings.get("people", []))
        return {"cards": page.cards if page else None, "people": [holder.as_json() for holder in holders]}

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """None of them, but for owners and for what groups give."""
        people = [Holder(**each) for each in before["people"]]
        if not any(each.loses for each in people):
            return Skip(_why_nobody(people))
        return {"cards": None, "people": [each.without().as_json() for each in people]}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Take it away from one after the other; one that is refused does not keep the others."""
        answer: Result | None = None
        refused: UpstreamError | None = None
        for each in before["people"]:
            holder = Holder(**each)
            if not holder.loses:
                continue
            try:
                answer = client.pages.revoke_access(key, holder.id)
            except (Conflict, Forbidden, NotFound) as error:
                refused = refused or error
        if refused is not None:
            raise refused
        if answer is None:
            raise NotFound(f"Nobody of them has access of their own to page {key}", status=404)
        return answer

    def notes(self, settings: Settings) -> list[str]:
        """Say what they lose and what they keep."""
        count = len(settings.get("people") or [])
        calls = [f"One call for each page and person: up to {count} for a page."] if count > 1 else []
        return [
            "They no longer see the page, nor the cards that they see only through it. What a group gives them they "
            "keep, and an owner keeps access: Domo answers 409 (conflict) for owners.",
            "Who has access is read by a call that the documents lack. Where an upstream lacks it, the preview says "
            "“not told”, and the call is sent for each of them.",
            *calls,
        ]

    def irreversible(self, settings: Settings) -> list[str]:
        """No documented call shares a page."""
        return ["The documents have no call that shares a page: access is given back in Domo, by hand."]

    def describe(self, settings: Settings) -> str:
        """Name the people by their ids."""
        return _of(settings.get("people") or [])

    def introduced(self, client: Client, settings: Settings) -> tuple[str, str]:
        """Name them by name; say which of them nobody knows."""
        ids: Sequence[str] = settings.get("people") or []
        names = if_told(lambda: names_of(client, ids))
        if names is None:
            return self.describe(settings), ""
        unknown = [each for each in ids if each not in names]
        warning = f"The search does not know {_of(unknown).removeprefix('of ')}. Are the ids right?" if unknown else ""
        return _of([names.get(each, each) for each in ids]), warning

    def shown(self, state: Any) -> Badges:
        """Draw each person."""
        count = state["cards"]
        cards = [(f"{count:,} card{'' if count == 1 else 's'} on it", "is-off", "layout-cards")] if count else []
        return [*cards, *(Holder(**each).badge for each in state["people"])]


def _of(people: Sequence[str]) -> str:
    if not people:
        return ""
    named = ", ".join(people[:3])
    return f"of {named}" if len(people) <= 3 else f"of {named} and {len(people) - 3} more"


def _why_nobody(people: Sequence[Holder]) -> str:
    if any(each.how == "owner" for each in people):
        return "Who of them sees it owns it, and an owner keeps access."
    if any(each.groups for each in people):
        return "They see it only through groups, which this call does not change."
    return "None of them has access of their own."
