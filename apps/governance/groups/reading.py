"""Groups as the pages show them: found by the list of public clients, else by the documented search; read by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.connections.models import Connection
from apps.core.optional_calls import if_told, tells_nothing
from apps.governance.groups.people import Person, id_in
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, NotFound, UpstreamError
from domoadmin.services.results import Group, SearchHit, SearchPage
from domoadmin.services.results.fields import number, text

SECONDS = 30.0
REACH = 10_000
CANDIDATES = 8
KINDS = {
    "open": ("Open", "is-ok", "lock-open"),
    "closed": ("Closed", "is-off", "lock"),
    "dynamic": ("Dynamic", "is-run", "refresh"),
}
WHY_DYNAMIC = (
    "This group is dynamic: Domo decides by its rule who is in it. Nobody can be put in or taken out by hand; change "
    "the rule in Domo, or the attributes of the people."
)


@dataclass(frozen=True)
class GroupRow:
    """A group as a list shows it. None and empty where the upstream doesn't tell."""

    id: str
    name: str
    kind: str
    description: str
    members: int | None
    owners: tuple[tuple[str, str, str], ...]
    created: datetime | None

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return (word, css class, icon) of its type."""
        return kind_badges(self.kind)


@dataclass(frozen=True)
class GroupPage:
    """Some groups, how many match at least, whether that is all, and whether the list of groups told them."""

    rows: list[GroupRow]
    total: int
    exact: bool
    listed: bool
    request_id: str | None = None


@dataclass(frozen=True)
class Asked:
    """What to find: words of the name, type, ids of an owner and of a member, order."""

    words: str = ""
    kind: str = ""
    owner: str = ""
    member: str = ""
    order: str = "name"
    descending: bool = False


def kind_badges(kind: str) -> list[tuple[str, str, str]]:
    """Draw a type of group; one that is not known in its own word."""
    if not kind:
        return []
    return [KINDS.get(kind.lower(), (kind.capitalize(), "is-off", "users-group"))]


def is_dynamic(group: Group) -> bool:
    """Say whether Domo itself decides who is in it."""
    return group.type.lower() == "dynamic"


def find_groups(client: Client, asked: Asked, count: int, offset: int = 0) -> GroupPage:
    """Return one page. The filters other than words count only where `listed` is true. Raises UpstreamError."""
    try:
        # One more than is shown tells whether more follow: the list has no total.
        found = client.groups.list(
            limit=count + 1,
            offset=offset,
            sort=asked.order,
            ascending=not asked.descending,
            search=asked.words.strip() or None,
            owner=asked.owner or None,
            owner_type="USER" if asked.owner else None,
            members=[asked.member] if asked.member else None,
            group_type=asked.kind or None,
        )
    except UpstreamError as error:
        if not tells_nothing(error):
            raise
        return _searched(client, asked.words, count, offset)
    rows = [_of_group(group) for group in found if group.id]
    if len(rows) > count + 1:
        # It knows no paging and sends all at once.
        return GroupPage(rows[offset : offset + count], len(rows), True, True, found.request_id)
    more = len(rows) > count
    return GroupPage(rows[:count], offset + len(rows[:count]) + more, not more, True, found.request_id)


def _searched(client: Client, words: str, count: int, offset: int) -> GroupPage:
    page: SearchPage = client.search.query(
        entities=["group"], query=f"*{words.strip()}*" if words.strip() else "*", count=count, offset=offset
    )
    rows = [_of_hit(hit) for hit in page.hits if hit.id]
    come = offset + len(page.hits)
    more = len(page.hits) >= count
    exact = page.total is not None or not more
    total = page.total if page.total is not None else come + more
    return GroupPage(rows, max(total, come), exact, False, page.request_id)


def _of_group(group: Group) -> GroupRow:
    owners = tuple((owner.id, owner.name, owner.type) for owner in group.owners)
    return GroupRow(group.id, group.name, group.type, group.description, group.member_count, owners, group.created)


def _of_hit(hit: SearchHit) -> GroupRow:
    kind = text(hit.raw, "groupType") or (hit.type if hit.type.lower() in KINDS else "")
    owners = ((hit.owner_id, hit.owner_name, "USER"),) if hit.owner_id else ()
    members = number(hit.raw, "memberCount", "userCount")
    name = hit.name or text(hit.raw, "winnerText", "displayName")
    return GroupRow(hit.id, name, kind, hit.description, members, owners, hit.created)


@dataclass(frozen=True)
class GroupFacts:
    """What a group's page says. owners_told: whether they are its owners, or only who made it."""

    group: Group
    owners: list[Person]
    owners_told: bool
    rule: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_dynamic(self) -> bool:
        """Say whether its members follow from a rule."""
        return is_dynamic(self.group)

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return its type, and that it is switched off."""
        off = [("Inactive", "is-warn", "player-pause")] if self.group.active is False else []
        return [*kind_badges(self.group.type), *off]

    @property
    def count(self) -> int:
        """Return how many are in it."""
        return len(self.group.member_ids) or (self.group.member_count or 0)


def read_group(client: Client, group_id: str) -> Group:
    """Return a group with the ids of its members, by the documented call. Raises NotFound, UpstreamError."""
    with client.deadline(SECONDS):
        group: Group = client.groups.get(group_id)
    if not group.id:
        raise NotFound(f"There is no group {group_id}", status=404)
    return group


def facts_of(group: Group, client: Client) -> GroupFacts:
    """Return the group with its owners: Domo documents only who made it, the list of groups tells them all."""
    told = if_told(lambda: client.groups.list(search=group.name, limit=100)) if group.name else None
    listed = next((each for each in told or [] if each.id == group.id), None)
    owners = listed.owners if listed and listed.owners else group.owners
    # A group may own another one; only people are linked.
    people = [Person(owner.id, owner.name) for owner in owners if owner.type.upper() != "GROUP"]
    return GroupFacts(group, people, bool(listed and listed.owners), rule_of(group.raw))


def rule_of(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the rule of a dynamic group as (field, value) lines; no document shows it, so as it came."""
    for name in ("dynamicDefinition", "dynamicRule", "rule", "rules", "filter", "filterGroups"):
        if raw.get(name):
            return _lines(raw[name], "")
    return []


def _lines(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [line for name, each in value.items() for line in _lines(each, f"{path} {name}".strip())]
    if isinstance(value, list | tuple):
        if all(not isinstance(each, Mapping | list | tuple) for each in value):
            return [(path or "rule", ", ".join(str(each) for each in value))]
        return [line for each in value for line in _lines(each, path)]
    return [(path or "rule", str(value))]


def resolve_group(client: Client, typed: str) -> str:
    """Return the id of the group that was typed: an id, "Finance (4900000001)" as suggested, or its whole name.

    Raises InvalidArguments (argument "group") naming what fits, UpstreamError.
    """
    found_id = id_in(typed)
    if found_id:
        return found_id
    words = typed.strip()
    with client.deadline(SECONDS):
        rows = find_groups(client, Asked(words=words), 50).rows
    same = [row for row in rows if row.name.strip().casefold() == words.casefold()]
    if len(same) == 1:
        return same[0].id
    if same:
        ids = ", ".join(row.id for row in same)
        raise InvalidArguments(f"{len(same)} groups are called “{words}”: give the id ({ids})", argument="group")
    close = ", ".join(f"{row.name} ({row.id})" for row in rows[:CANDIDATES])
    hint = f" Close to it: {close}." if close else " Type a part of the name and choose a suggestion."
    raise InvalidArguments(f"No group is called “{words}”.{hint}", argument="group")


def group_name(connection: Connection, group_id: str) -> str:
    """Return what a group is called; its id where nobody tells."""
    group = if_told(lambda: connection.client().groups.get(group_id))
    return group.name if group and group.name else f"group {group_id}"
