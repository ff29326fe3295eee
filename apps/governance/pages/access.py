"""Who may see a page: owners, people, groups. Read by a call that the documents lack; without it nothing is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from apps.core.optional_calls import if_told
from apps.governance.pages.rows import PageRow
from domoadmin.services.client import Client
from domoadmin.services.results import SearchPage
from domoadmin.services.results.fields import identifier, mappings, number, text
from domoadmin.services.results.pages import PageAccess
from domoadmin.services.search_filters import term

OWNER, SHARED, GROUP, NONE, UNTOLD = "owner", "shared", "group", "none", "untold"


@dataclass(frozen=True)
class Holder:
    """A person and how they see a page: as owner, shared with them, through groups, not at all, or nobody tells."""

    id: str
    name: str = ""
    how: str = NONE
    groups: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """Return what to call them."""
        return self.name or f"User {self.id}"

    @property
    def loses(self) -> bool:
        """Say whether there is access to take away, as far as is known."""
        return self.how in (SHARED, UNTOLD)

    @property
    def badge(self) -> tuple[str, str, str]:
        """Return (word, css class, icon) of how they see it."""
        if self.how == GROUP:
            return f"{self.shown}: through {', '.join(self.groups)}", "is-off", "users"
        words = {
            OWNER: ("owner", "is-off", "user-shield"),
            SHARED: ("shared with them", "is-run", "user-check"),
            UNTOLD: ("not told", "is-unknown", "question-mark"),
        }
        word, css, icon = words.get(self.how, ("no access", "is-off", "circle-dashed"))
        return f"{self.shown}: {word}", css, icon

    def without(self) -> Holder:
        """Return the person after their access was taken away."""
        return replace(self, how=GROUP if self.groups else NONE) if self.loses else self

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class HeldGroup:
    """A group that a page is shared with. people: how many are in it, None where it isn't told."""

    id: str
    name: str
    people: int | None


@dataclass(frozen=True)
class Access:
    """Who sees a page. direct: people it is shared with; through: the groups that show it to a person."""

    direct: list[str]
    through: dict[str, list[str]]
    names: dict[str, str]
    groups: list[HeldGroup]

    def holder(self, person: str, owners: Sequence[str]) -> Holder:
        """Return how a person sees the page."""
        groups = self.through.get(person, [])
        how = OWNER if person in owners else SHARED if person in self.direct else GROUP if groups else NONE
        return Holder(person, self.names.get(person, ""), how, groups)

    def holders(self, owners: Sequence[str]) -> list[Holder]:
        """Return the people it is shared with, owners first, then by name."""
        found = [self.holder(person, owners) for person in self.direct]
        return sorted(found, key=lambda each: (each.how != OWNER, each.shown.casefold()))


def read_access(client: Client, page_id: str) -> Access | None:
    """Return who sees a page, people of its groups too where they are told; None where the upstream lacks the call."""
    found: PageAccess | None = if_told(lambda: client.pages.get_access(page_id, expand_users=True))
    if found is None:
        return None
    people = mappings(found.raw, "users")
    names = {identifier(each, "id"): text(each, "displayName", "name") for each in people}
    access = Access([each for each in names if each], {}, names, [])
    for raw in mappings(found.raw, "groups"):
        group = HeldGroup(identifier(raw, "id"), text(raw, "name"), number(raw, "userCount", "memberCount"))
        access.groups.append(group)
        for member in mappings(raw, "users"):
            person = identifier(member, "id")
            access.through.setdefault(person, []).append(group.name or group.id)
            names.setdefault(person, text(member, "displayName", "name"))
    return access


def holders_of(client: Client, page_id: str, page: PageRow | None, people: Sequence[str]) -> list[Holder]:
    """Return how each of these people sees a page; page: what is known of it."""
    owners = [owner.id for owner in (page.owners if page else None) or ()]
    access = read_access(client, page_id)
    if access is None:
        return [Holder(each, how=OWNER if each in owners else UNTOLD) for each in people]
    return [access.holder(each, owners) for each in people]


def names_of(client: Client, people: Sequence[str]) -> dict[str, str]:
    """Return the names of people whom the search knows, by one call."""
    if not people:
        return {}
    wanted = set(people)
    page: SearchPage = client.search.query(
        entities=["user"], query="*", filters=[term("databaseId", *people)], count=len(people)
    )
    return {hit.id: hit.name for hit in page.hits if hit.id in wanted}
