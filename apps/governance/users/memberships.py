"""The groups that a person is in: as the person tells them, else by the list of groups, else group by group.

The documents fetch one group with its members; which groups somebody is in stands in none. So where neither of the two
undocumented ways tells it, the documented search lists the groups and each is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from apps.core.optional_calls import if_told
from apps.governance.users.rows import groups_told
from domoadmin.services.client import Client
from domoadmin.services.paging import Page, walk
from domoadmin.services.results import Group

PAGE = 100
THREADS = 6


@dataclass(frozen=True)
class Membership:
    """A group that somebody is in. type: closed, open or dynamic; empty where it is not told."""

    id: str
    name: str
    type: str = ""
    members: int | None = None


@dataclass(frozen=True)
class Memberships:
    """The groups. complete: none was left unlooked at. how: in words."""

    groups: tuple[Membership, ...]
    complete: bool
    how: str


def memberships_of(
    client: Client, user_id: str, most: int | None = None, check: Callable[[int], None] = lambda done: None
) -> Memberships:
    """Return the groups of a person. most: so many groups are fetched one by one at the most (None: all)."""
    told = if_told(lambda: client.users.get(user_id, "GROUPS"))
    named = groups_told(told) if told is not None else None
    if named is not None:
        groups = tuple(Membership(identifier, name or identifier) for identifier, name in named)
        return Memberships(groups, True, "as Domo tells them with the person")
    listed = if_told(lambda: list(_listed(client, user_id)))
    # Nothing found may also mean that the upstream reads the filter in another way: then each group is asked.
    if listed and all(_holds(group, user_id) for group in listed):
        groups = tuple(Membership(each.id, each.name, each.type, each.member_count) for each in listed)
        return Memberships(groups, True, "by the list of groups")
    return _one_by_one(client, user_id, most, check)


def _listed(client: Client, user_id: str) -> Iterator[Group]:
    def fetch(offset: int) -> Page[Group]:
        found = client.groups.list(limit=PAGE, offset=offset, members=[user_id])
        return Page(found, found.total, PAGE)

    return walk(fetch, key=lambda group: group.id)


def _holds(group: Group, user_id: str) -> bool:
    """Say whether the list's own members hold the person: an upstream may leave the filter unheeded."""
    for name in ("members", "groupMembers"):
        members = group.raw.get(name)
        if isinstance(members, list):
            return any(isinstance(each, dict) and str(each.get("id")) == user_id for each in members)
    return False


def _one_by_one(client: Client, user_id: str, most: int | None, check: Callable[[int], None]) -> Memberships:
    hits = client.search.walk_all(entities=["group"], query="*")
    ids = [hit.id for hit in islice(hits, None if most is None else most + 1) if hit.id]
    complete = most is None or len(ids) <= most
    found: list[Membership] = []
    with ThreadPoolExecutor(THREADS, thread_name_prefix="groups") as threads:
        for done, group in enumerate(threads.map(lambda each: if_told(lambda: client.groups.get(each)), ids[:most]), 1):
            check(done)
            if group is not None and user_id in group.member_ids:
                found.append(Membership(group.id, group.name, group.type, group.member_count))
    return Memberships(tuple(found), complete, "by fetching the groups one by one")
