"""One person as lists and pages show them, whichever call told it. What is not told is empty or None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domoadmin.services.results import User as Person
from domoadmin.services.results.fields import identifier, mappings, moment, text

Badge = tuple[str, str, str]


@dataclass(frozen=True)
class PersonRow:
    """A person. Times are aware; ids are text. active: None where the upstream does not tell it."""

    id: str
    name: str
    email: str
    role: str = ""
    role_id: str = ""
    title: str = ""
    department: str = ""
    phone: str = ""
    location: str = ""
    manager_id: str = ""
    active: bool | None = None
    deleted: bool = False
    seen: datetime | None = None
    created: datetime | None = None

    @property
    def label(self) -> str:
        """Return the name, or what else to call them."""
        return self.name or self.email or f"User {self.id}"

    @property
    def badges(self) -> list[Badge]:
        """Return (word, css class, icon) of what is special about them; nothing for whom Domo reports as usual."""
        if self.deleted:
            return [("Deleted", "is-bad", "user-off")]
        if self.active is None:
            return []
        return [("Active", "is-ok", "user-check")] if self.active else [("Inactive", "is-off", "user-off")]


def row_of(person: Person, roles: Mapping[str, str]) -> PersonRow:
    """Read a user as the Users section or its search tells one. roles: names by id, for answers that tell only ids."""
    values = attributes_of(person)
    manager = values.get("reportsTo", "")
    return PersonRow(
        id=person.id,
        name=person.name.strip(),
        email=person.email or person.user_name,
        role=person.role_name or roles.get(person.role_id, ""),
        role_id=person.role_id,
        title=person.title,
        department=person.department,
        phone=person.phone,
        location=person.location,
        manager_id=manager if manager.isdecimal() else "",
        active=person.active,
        deleted=person.raw.get("deleted") is True,
        seen=person.last_activity,
        created=moment(person.raw, "created", "createdDate"),
    )


def attributes_of(person: Person) -> dict[str, str]:
    """Return the attributes as texts by their keys; several values of one are joined."""
    found: dict[str, str] = {}
    for pair in mappings(person.raw, "attributes"):
        values = pair.get("values")
        listed = values if isinstance(values, list) else [values]
        joined = ", ".join(str(value) for value in listed if value not in (None, ""))
        key = text(pair, "key")
        if key and joined:
            found[key] = joined
    return found


def groups_told(person: Person) -> list[tuple[str, str]] | None:
    """Return (id, name) of the person's groups; None where the answer says nothing of groups."""
    if not isinstance(person.raw.get("groups"), list):
        return None
    return [
        (identifier(group, "id", "groupId"), text(group, "name", "displayName"))
        for group in mappings(person.raw, "groups")
        if identifier(group, "id", "groupId")
    ]
