"""What several people hold: cards and pages with many owners, groups, subscriptions of alerts."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.optional_calls import if_told
from apps.governance.leavers.holdings.base import (
    UNCOUNTED,
    Missing,
    Parties,
    Party,
    Shared,
    State,
    Step,
    Thing,
    Way,
)
from apps.governance.leavers.holdings.finding import (
    MOST_TO_COUNT,
    count_by_owner,
    found_by_owner,
    hit_of,
    owners_of,
    read_each,
)
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound
from domoadmin.services.results.datasets import Card
from domoadmin.services.results.pages import Page
from domoadmin.services.results.people import Group

DYNAMIC = "It is a dynamic group: its rule decides who is in it."


def _held(parties: Parties, holders: set[str]) -> State:
    return {"leaver": parties.leaver.id in holders, "to": parties.to.id in holders}


class Cards(Shared):
    """Cards by their owners."""

    key = "card"
    noun = ("card", "cards")
    title = "Cards"
    icon = "layout-cards"
    object_kind = "card"
    way = Way.OPTIONAL
    operation = "cards.add_owners"
    lags = True

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the search."""
        for hit in found_by_owner(client, "card", leaver.id):
            yield Thing(hit.id, hit.name, {"leaver": True, "to": False} if owners_of(hit) else None)

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """By one search."""
        return count_by_owner(client, "card", leaver.id, most)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it by its id where the upstream has that call, else by the search, which may be some minutes behind."""
        found: list[Card] | None = if_told(lambda: client.cards.list_by_urn([thing.id], parts=["owners"]))
        card = next((each for each in found or () if each.id == thing.id), None)
        if card is not None and card.owners:
            return _held(parties, {owner.id for owner in card.owners})
        return _held(parties, owners_of(hit_of(client, "card", thing.id)))

    def give(self, client: Client, thing: Thing, party: Party) -> Step:
        """Add an owner."""
        return Step("cards.add_owners", lambda: client.cards.add_owners([thing.id], [party.id]))

    def take(self, client: Client, thing: Thing, party: Party) -> Step:
        """Take an owner off."""
        return Step("cards.remove_owners", lambda: client.cards.remove_owners([thing.id], [party.id]))


class Pages(Shared):
    """Pages by their owners."""

    key = "page"
    noun = ("page", "pages")
    title = "Pages"
    icon = "file-text"
    object_kind = "page"
    way = Way.OPTIONAL
    operation = "pages.add_owners"
    lags = True

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the list of pages, which knows all owners of each; where there is none, by the search."""
        owned = {"include_page_owner_clause": True, "owner_ids": [leaver.id]}
        listed: list[Page] | None = if_told(lambda: list(client.walk("pages.list", limit=100, **owned)))
        if listed is None:
            for hit in found_by_owner(client, "page", leaver.id):
                yield Thing(hit.id, hit.name, {"leaver": True, "to": False} if owners_of(hit) else None)
            return
        for page in listed:
            if page.id and (not page.owner_ids or leaver.id in page.owner_ids):
                yield Thing(page.id, page.title, {"leaver": True, "to": False} if page.owner_ids else None)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it off the list of pages, found by its title, where there is one; else by the search."""
        title = {"include_page_title_clause": True, "page_title_search_text": thing.name}
        found = if_told(lambda: list(client.walk("pages.list", limit=100, **title))) if thing.name else None
        page = next((each for each in found or () if each.id == thing.id), None)
        if page is not None:
            return _held(parties, set(page.owner_ids))
        return _held(parties, owners_of(hit_of(client, "page", thing.id)))

    def give(self, client: Client, thing: Thing, party: Party) -> Step:
        """Add an owner."""
        return Step("pages.add_owners", lambda: client.pages.add_owners([thing.id], [party.id]))

    def take(self, client: Client, thing: Thing, party: Party) -> Step:
        """Take an owner off."""
        return Step("pages.remove_owners", lambda: client.pages.remove_owners([thing.id], [party.id]))


class GroupOwners(Shared):
    """Groups by their owners."""

    key = "group"
    noun = ("group", "groups")
    title = "Groups"
    icon = "users-group"
    object_kind = "group"
    way = Way.OPTIONAL
    operation = "groups.change_owners"

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the list of groups, which filters by owner; where there is none, by the search."""
        listed: list[Group] | None = if_told(lambda: list(client.walk("groups.list", owner=leaver.id, limit=100)))
        if listed is None:
            for hit in found_by_owner(client, "group", leaver.id):
                yield Thing(hit.id, hit.name, {"leaver": True, "to": False} if owners_of(hit) else None)
            return
        for group in listed:
            if group.id and (not group.owners or leaver.id in {owner.id for owner in group.owners}):
                yield Thing(group.id, group.name, {"leaver": True, "to": False} if group.owners else None)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read its owners off the list; where there is none, who made it is all that is told."""
        listed = if_told(lambda: list(client.walk("groups.list", search=thing.name or None, limit=100)))
        group = next((each for each in listed or () if each.id == thing.id), None) or client.groups.get(thing.id)
        return _held(parties, {owner.id for owner in group.owners})

    def give(self, client: Client, thing: Thing, party: Party) -> Step:
        """Add an owner."""
        return Step(self.operation, lambda: client.groups.change_owners(thing.id, add=[party.id]))

    def take(self, client: Client, thing: Thing, party: Party) -> Step:
        """Take an owner off."""
        return Step(self.operation, lambda: client.groups.change_owners(thing.id, remove=[party.id]))


class GroupMembers(Shared):
    """Groups by their members."""

    key = "group_member"
    noun = ("group membership", "group memberships")
    title = "Group memberships"
    relation = "is a member of"
    icon = "users"
    object_kind = "group"
    way = Way.DOCUMENTED
    operation = "groups.add_member"

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the groups that the person's own record names; where it names none, by looking into each group."""

        def read(identifier: str) -> Group | None:
            try:
                return client.groups.get(identifier)
            except NotFound:
                return None

        for identifier, group in read_each(self._groups_of(client, leaver), read):
            if group is not None and leaver.id in group.member_ids:
                stays = DYNAMIC if group.type.lower() == "dynamic" else ""
                yield Thing(identifier, group.name, {"leaver": True, "to": False}, stays=stays)

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """By the person's own record where that tells; else as the walk does."""
        told = self._told(client, leaver)
        if told is None:
            many = client.search.query(entities=["group"], query="*", count=1).total or 0
            return (UNCOUNTED, []) if many > MOST_TO_COUNT else super().count(client, leaver, most)
        return len(told), [name or identifier for identifier, name in list(told.items())[:most]]

    def _told(self, client: Client, leaver: Party) -> dict[str, str] | None:
        user = if_told(lambda: client.users.get(leaver.id, parts="GROUPS"))
        listed = user.raw.get("groups") if user is not None else None
        if not isinstance(listed, list):
            return None
        groups = [each for each in listed if isinstance(each, dict)]
        return {str(each.get("groupId") or each.get("id")): str(each.get("name") or "") for each in groups}

    def _groups_of(self, client: Client, leaver: Party) -> Iterator[str]:
        told = self._told(client, leaver)
        if told is not None:
            yield from told
            return
        for hit in client.search.walk_all(entities=["group"], query="*"):
            if hit.id:
                yield hit.id

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read its members."""
        return _held(parties, set(client.groups.get(thing.id).member_ids))

    def give(self, client: Client, thing: Thing, party: Party) -> Step:
        """Add a member."""
        return Step("groups.add_member", lambda: client.groups.add_member(thing.id, party.id))

    def take(self, client: Client, thing: Thing, party: Party) -> Step:
        """Take a member out."""
        return Step("groups.remove_member", lambda: client.groups.remove_member(thing.id, party.id))


class AlertSubscriptions(Shared):
    """Alerts that tell the person; what tells them as a member of a group goes with the group."""

    key = "alert_subscription"
    noun = ("alert subscription", "alert subscriptions")
    title = "Alert subscriptions"
    relation = "is told of"
    icon = "bell-ringing"
    object_kind = "alert"
    way = Way.DOCUMENTED
    operation = "alerts.subscribe"

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the list, which filters by subscriber."""
        for alert in client.walk("alerts.list", subscriber_id=leaver.id, fields="all"):
            told = "subscriptions" in alert.raw
            if alert.id and (not told or leaver.id in _subscribers(alert.subscriptions)):
                yield Thing(alert.id, alert.name, {"leaver": True, "to": False} if told else None)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it with its subscriptions."""
        return _held(parties, _subscribers(client.alerts.get(thing.id, fields="all").subscriptions))

    def give(self, client: Client, thing: Thing, party: Party) -> Step:
        """Subscribe a person; nobody is mailed by that."""
        return Step("alerts.subscribe", lambda: client.alerts.subscribe(thing.id, party.id, "USER"))

    def take(self, client: Client, thing: Thing, party: Party) -> Step:
        """Unsubscribe a person."""
        return Step("alerts.unsubscribe", lambda: client.alerts.unsubscribe(thing.id, party.id, "USER"))


def _subscribers(subscriptions: object) -> set[str]:
    listed = subscriptions if isinstance(subscriptions, tuple) else ()
    return {each.subscriber_id for each in listed if each.type.upper() == "USER"}
