"""People and groups as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.people import GROUP_OF_OTHERS, Group, Person
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.roles import role_exists
from domoadmin.sandbox.store import Store

CHANGEABLE = {
    "displayName": "name",
    "emailAddress": "email",
    "title": "title",
    "department": "department",
    "roleId": "role_id",
    "phoneNumber": "phone",
    "employeeLocation": "location",
    "reportsTo": "manager_id",
}
GROUP_KINDS = ("closed", "open", "dynamic")


class Directory:
    """Users by place in `people` (places never change; datasets refer to them) and groups by id."""

    def __init__(self, people: list[Person], groups: list[Group], store: Store) -> None:
        self.people = people
        self.groups = {group.id: group for group in groups}
        self._store = store
        self.revision = 0
        self._place = {person.id: place for place, person in enumerate(people)}
        for identifier, values in store.all("user").items():
            self._keep(Person(**{**values, "id": identifier}))
        for identifier, values in store.all("group").items():
            self._keep_group(Group(**{**values, "id": identifier}))

    def _keep(self, person: Person) -> None:
        place = self._place.get(person.id)
        if place is None:
            self._place[person.id] = len(self.people)
            self.people.append(person)
        else:
            self.people[place] = person
        self.revision += 1

    def _keep_group(self, group: Group) -> None:
        members = set() if group.deleted else set(group.member_ids)
        for person in self.people:
            member = person.id in members
            if member != (group.id in person.group_ids):
                person.group_ids = [each for each in person.group_ids if each != group.id] + [group.id] * member
        if group.deleted:
            self.groups.pop(group.id, None)
        else:
            self.groups[group.id] = group
        self.revision += 1

    @property
    def me(self) -> Person:
        """The owner of the token."""
        return self.people[0]

    def present(self) -> list[Person]:
        """Everyone who was not deleted, whether active or not."""
        return [person for person in self.people if not person.deleted]

    def person(self, user_id: str) -> Person:
        """A user who was not deleted; ApiError 404."""
        place = self._place.get(user_id)
        if place is None or self.people[place].deleted:
            raise not_found("User", user_id)
        return self.people[place]

    def create(self, values: dict[str, Any]) -> Person:
        """Create User; ApiError 400 and 409."""
        name, email = values.get("displayName"), values.get("emailAddress")
        if not isinstance(name, str) or not name.strip():
            raise ApiError(400, "displayName is required")
        person = Person(
            id=str(4_300_000_000 + secrets.randbelow(600_000_000)),
            name=name.strip(),
            email=_checked_email(email),
            title=str(values.get("title", "")),
            department=str(values.get("department", "")),
            role_id=self._role(values.get("roleId", 4)),
            manager_id=None,
            created=now_ms(),
            last_seen=None,
        )
        with self._store.lock:
            self._check_free(person)
            self._save(person)
        return person

    def _role(self, value: Any) -> int:
        if not str(value).isdigit() or not role_exists(self._store, str(value)):
            raise ApiError(400, f"roleId {value} is not the id of a role")
        return int(value)

    def update(self, user_id: str, values: dict[str, Any]) -> Person:
        """Update User: the fields that are sent, by name or as `attributes` in the way of public clients."""
        sent = {name: value for name, value in values.items() if name not in ("attributes", "transactionId", "id")}
        for attribute in values.get("attributes") or []:
            found = attribute.get("values") if isinstance(attribute, dict) else None
            if not isinstance(found, list):
                raise ApiError(400, "attributes must be objects with key and values")
            sent[str(attribute.get("key"))] = found[0] if found else ""
        changes = {_changeable(name): value for name, value in sent.items()}
        if "role_id" in changes:
            changes["role_id"] = self._role(changes["role_id"])
        if "manager_id" in changes:
            changes["manager_id"] = self.person(str(changes["manager_id"])).id if changes["manager_id"] else None
        with self._store.lock:
            person = replace(self.person(user_id), **changes)
            self._check_free(person)
            self._save(person)
        return person

    def _check_free(self, person: Person) -> None:
        _checked_email(person.email)
        taken = (each.id for each in self.present() if each.email.lower() == person.email.lower())
        if any(identifier != person.id for identifier in taken):
            raise ApiError(409, f"A user with the email address {person.email} exists already")

    def delete(self, user_id: str) -> None:
        """Delete User. What the person owned stays behind; the token's owner can't delete their own account."""
        with self._store.lock:
            person = self.person(user_id)
            if person is self.me:
                raise ApiError(403, "You cannot delete yourself")
            for group in [self.groups[each] for each in person.group_ids]:
                others = [member for member in group.member_ids if member != user_id]
                self._save_group(replace(group, member_ids=others))
            self._save(replace(person, active=False, deleted=True, group_ids=[]))

    def _save(self, person: Person) -> None:
        values = asdict(person)
        del values["id"]
        self._store.put("user", person.id, values)
        self._keep(person)

    def group(self, group_id: str) -> Group:
        """A group; ApiError 404."""
        found = self.groups.get(group_id)
        if found is None:
            raise not_found("Group", group_id)
        return found

    def create_group(self, values: dict[str, Any]) -> Group:
        """Create a Group; ApiError 400."""
        name, kind = values.get("name"), values.get("type")
        if not isinstance(name, str) or not name.strip():
            raise ApiError(400, "name is required")
        if kind not in GROUP_KINDS:
            raise ApiError(400, f"type must be one of {', '.join(GROUP_KINDS)}")
        identifier = str(4_900_000_000 + secrets.randbelow(900_000_000))
        description = str(values.get("description") or "")
        group = Group(identifier, name.strip(), description, str(kind), self.me.id, now_ms(), [])
        with self._store.lock:
            self._check_name(group)
            self._save_group(group)
        return group

    def _check_name(self, group: Group) -> None:
        taken = (each.id for each in self.groups.values() if each.name.lower() == group.name.lower())
        if any(identifier != group.id for identifier in taken):
            raise ApiError(409, f"A group named {group.name} exists already")

    def manageable(self, group_id: str) -> Group:
        """A group that the token's owner may change; ApiError 403 or 404."""
        group = self.group(group_id)
        if group.name == GROUP_OF_OTHERS and self.me.id not in (group.creator_id, *group.owner_ids):
            raise ApiError(403, f"Only the owners of {group.name} may change it")
        return group

    def update_group(self, group_id: str, **changes: Any) -> None:
        """Keeps a changed name, description, kind or owners; ApiError 400, 403, 404 and 409."""
        if "kind" in changes and changes["kind"] not in GROUP_KINDS:
            raise ApiError(400, f"type must be one of {', '.join(GROUP_KINDS)}")
        with self._store.lock:
            group = replace(self.manageable(group_id), **changes)
            self._check_name(group)
            self._save_group(group)

    def delete_groups(self, group_ids: list[str]) -> None:
        """Deletes groups, all or none."""
        with self._store.lock:
            for group in [self.manageable(group_id) for group_id in group_ids]:
                self._save_group(replace(group, deleted=True))

    def set_member(self, group_id: str, user_id: str, member: bool) -> None:
        """Puts a user into a group or takes them out; ApiError 403 and 404."""
        self.change_members(group_id, {user_id} if member else set(), set() if member else {user_id})

    def change_members(self, group_id: str, added: set[str], removed: set[str]) -> None:
        """Puts users into a group and takes others out; ApiError 403 and 404."""
        with self._store.lock:
            group = self.manageable(group_id)
            for user_id in sorted(added):
                self.person(user_id)
            for user_id in sorted(removed):
                if user_id not in self._place:
                    raise not_found("User", user_id)
            kept = [each for each in group.member_ids if each not in removed | added]
            self._save_group(replace(group, member_ids=[*kept, *sorted(added)]))

    def _save_group(self, group: Group) -> None:
        values = asdict(group)
        del values["id"]
        self._store.put("group", group.id, values)
        self._keep_group(group)


def _checked_email(email: Any) -> str:
    if not isinstance(email, str) or "@" not in email.strip("@"):
        raise ApiError(400, "emailAddress is required")
    return email.strip()


def _changeable(name: str) -> str:
    if name not in CHANGEABLE:
        raise ApiError(400, f"Unknown field {name}")
    return CHANGEABLE[name]
