"""The roles as they are now: those of the company with what clients have changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.authorities import AUTHORITIES
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document, Store

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

KIND = "role"
FIRST_ROLE = 1_300_000_001
ADMIN = 1
SYSTEM_ROLES = frozenset(role[0] for role in words.ROLES if role[0] < 10)
KNOWN_AUTHORITIES = tuple(key for key, _ in AUTHORITIES)


def role_exists(store: Store, role_id: str) -> bool:
    """Whether people can be given this role."""
    kept = store.get(KIND, role_id)
    return not kept.get("deleted") if kept is not None else any(str(role[0]) == role_id for role in words.ROLES)


class Roles:
    """Reads and changes roles; a role is a document with name, description, authorities, created and modified."""

    def __init__(self, world: World) -> None:
        self._world, self._store, self._anchor = world, world.store, world.company.anchor

    def all(self) -> dict[str, Document]:
        """All roles by id, in the order of their creation."""
        generated = {str(role[0]): self._generated(place) for place, role in enumerate(words.ROLES)}
        roles = {**generated, **self._store.all(KIND)}
        return {role_id: role for role_id, role in roles.items() if not role.get("deleted")}

    def _generated(self, place: int) -> Document:
        _, name, description, authorities = words.ROLES[place]
        return {
            "name": name,
            "description": description,
            "authorities": list(KNOWN_AUTHORITIES[:authorities]),
            "created": self._anchor - (2000 - place) * DAY_MS,
            "modified": self._anchor - (300 - place) * DAY_MS,
        }

    def find(self, role_id: str) -> Document:
        """One role; ApiError 404."""
        role = self.all().get(role_id)
        if role is None:
            raise not_found("Role", role_id)
        return role

    def name(self, role_id: int) -> str:
        """The name of a role; empty for one that is gone."""
        return str(self.all().get(str(role_id), {}).get("name", ""))

    def create(self, values: dict[str, Any]) -> str:
        """Create Role: the id of the new one. Without fromRoleId, as public clients send it, it allows nothing yet."""
        name, description = _text(values, "name"), _text(values, "description")
        source = values.get("fromRoleId")
        with self._store.lock:
            if source is not None and not role_exists(self._store, str(source)):
                raise ApiError(400, f"fromRoleId {source} is not the id of a role")
            authorities = list(self.find(str(source))["authorities"]) if source is not None else []
            role_id = str(self._store.next_number(KIND, FIRST_ROLE))
            moment = now_ms()
            self._store.put(
                KIND,
                role_id,
                {
                    "name": name,
                    "description": description,
                    "authorities": authorities,
                    "created": moment,
                    "modified": moment,
                },
            )
        return role_id

    def change(self, role_id: str, **values: Any) -> None:
        """Keeps changed values of a role; ApiError 403 for the one role that stays as it is."""
        with self._store.lock:
            role = self.find(role_id)
            if int(role_id) == ADMIN:
                raise ApiError(403, "The Admin role cannot be changed")
            self._store.put(KIND, role_id, {**role, **values, "modified": now_ms()})

    def set_authorities(self, role_id: str, wanted: Any) -> None:
        """Update Role Authorities: the complete list; ApiError 400 naming an authority that does not exist."""
        if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
            raise ApiError(400, "The body must be an array with the complete list of authorities")
        unknown = [each for each in wanted if each not in KNOWN_AUTHORITIES]
        if unknown:
            raise ApiError(400, f"Unknown authority {unknown[0]}")
        self.change(role_id, authorities=list(dict.fromkeys(wanted)))

    def delete(self, role_id: str) -> None:
        """Delete Role; ApiError 409 while people have it, and for the roles that came with the instance."""
        with self._store.lock:
            role = self.find(role_id)
            if int(role_id) in SYSTEM_ROLES:
                raise ApiError(409, f"{role['name']} is a system role and cannot be deleted")
            if self.user_count(role_id):
                raise ApiError(409, f"The role {role['name']} is assigned to users")
            self._store.put(KIND, role_id, {**role, "deleted": True})

    def user_count(self, role_id: str) -> int:
        """How many people have the role."""
        return sum(str(person.role_id) == role_id for person in self._world.directory.present())


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not (value.strip() or name == "description"):
        raise ApiError(400, f"{name} is required")
    return value.strip()
