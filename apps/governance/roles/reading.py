"""Roles, the authorities that there are, and those that each role has, as far as the upstream tells them.

Documented are the roles with their counts. Which authorities exist and which a role has stands in no document: public
clients read it (facts.md, Auth), and an upstream may lack these calls. Then nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.connections.models import Connection
from apps.core.optional_calls import if_told, tells_nothing
from apps.core.side_by_side import side_by_side
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import Authority, UpstreamRole
from domoadmin.services.results.fields import flag, text
from domoadmin.services.role_authorities import AuthoritiesUnknown, present_authorities

SECONDS = 30.0
# Roles that come with an instance have the first numbers; those that people make begin far above.
LAST_SYSTEM_ROLE = 9
SYSTEM = ("Comes with Domo", "is-off", "lock")
WHY_UNTOLD = (
    "Domo’s documents have no call that reads the authorities of a role, and this upstream lacks the one that public "
    "clients use"
)


@dataclass(frozen=True)
class Entry:
    """An authority: what it is called in calls and for people, and the heading under which it stands."""

    key: str
    title: str = ""
    description: str = ""
    heading: str = ""

    @property
    def words(self) -> str:
        """Return what a search looks through."""
        return f"{self.key} {self.title} {self.description} {self.heading}".casefold()

    @property
    def shown(self) -> str:
        """Return the title; the key where none is told."""
        return self.title or self.key

    @classmethod
    def of(cls, authority: Authority) -> Entry:
        """Read what the upstream tells."""
        told = text(authority.raw, "authorityUIGroup", "group", "category")
        heading = told or authority.authority.partition(".")[0].capitalize()
        # Where the description only says the title again, once is enough.
        description = authority.description if authority.description != authority.title else ""
        return cls(authority.authority, authority.title, description, heading)


@dataclass(frozen=True)
class Held:
    """The authorities of a role; `names` is None where they can't be read, and `why` says so."""

    names: frozenset[str] | None
    why: str = ""
    request_id: str | None = None

    @property
    def is_told(self) -> bool:
        """Say whether they are known."""
        return self.names is not None


@dataclass(frozen=True)
class Catalogue:
    """The authorities that there are. complete: told by the upstream, not only gathered from the roles read."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    complete: bool = False

    def entry(self, key: str) -> Entry:
        """Return an authority; one that nobody tells of by its key alone."""
        return self.entries.get(key) or Entry(key, heading=key.partition(".")[0].capitalize())

    def with_names(self, names: Iterable[str]) -> Catalogue:
        """Return it with the authorities that a role has and the catalogue lacks."""
        missing = {name: self.entry(name) for name in names if name not in self.entries}
        return Catalogue({**self.entries, **missing}, self.complete) if missing else self


def is_system(role: UpstreamRole) -> bool:
    """Say whether a role came with the instance: it can't be deleted."""
    said = flag(role.raw, "isSystemRole", "systemRole", "system")
    if said is not None:
        return said
    return role.id.isdecimal() and int(role.id) <= LAST_SYSTEM_ROLE


def read_roles(client: Client) -> list[UpstreamRole]:
    """Return all roles, by the documented call. Raises UpstreamError."""
    with client.deadline(SECONDS):
        return [role for role in client.roles.list() if role.id]


def read_catalogue(client: Client) -> Catalogue:
    """Return the authorities that the instance knows; empty where the upstream doesn't tell. Raises UpstreamError."""
    with client.deadline(SECONDS):
        told = if_told(client.identity.authorities)
    entries = {each.authority: Entry.of(each) for each in told or [] if each.authority}
    return Catalogue(entries, bool(entries))


def read_held(client: Client, role_id: str) -> Held:
    """Return the authorities of one role, checked against its count. Raises NotFound, UpstreamError."""
    try:
        with client.deadline(SECONDS):
            return Held(frozenset(present_authorities(client, role_id)))
    except AuthoritiesUnknown as unknown:
        return Held(None, unknown.message, unknown.request_id)


def read_many_held(client: Client, roles: Sequence[UpstreamRole]) -> dict[str, Held]:
    """Return the authorities of several roles, one call each, side by side. Raises an UpstreamError that passes."""
    calls = [lambda role=role: client.roles.list_authorities(role.id) for role in roles]
    found: dict[str, Held] = {}
    for role, outcome in zip(roles, side_by_side(client, SECONDS, calls), strict=True):
        if isinstance(outcome, UpstreamError):
            if not tells_nothing(outcome):
                raise outcome
            found[role.id] = Held(None, outcome.message or type(outcome).__name__, outcome.request_id)
            continue
        names = frozenset(each.authority for each in outcome if each.authority)
        if role.authority_count is not None and role.authority_count != len(names):
            why = f"it has {role.authority_count:,} authorities, but {len(names):,} are listed"
            found[role.id] = Held(None, why, outcome.request_id)
        else:
            found[role.id] = Held(names)
    return found


def by_heading(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return authorities below their headings, both in the order of the alphabet."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.heading or "Other", []).append(entry)
    ordered = sorted(groups.items(), key=lambda group: group[0].casefold())
    return [(heading, sorted(found, key=lambda entry: entry.shown.casefold())) for heading, found in ordered]


def cache_key(connection: Connection) -> str:
    """Return under which key what was read of all roles is kept for a moment."""
    return f"governance:roles:matrix:{connection.pk}:{connection.updated.timestamp()}"
