"""Permissions that users and groups hold on one thing, for queues and workflows: read from a body, kept, looked up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domoadmin.sandbox.company.people import Person
from domoadmin.sandbox.directory import Directory
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.reading import choices_field, read_identifier
from domoadmin.sandbox.store import Document, Store

KINDS = ("USER", "GROUP")
EVERYTHING = "ADMIN"

Grants = dict[str, list[str]]


def grant_key(kind: str, identifier: str) -> str:
    """The key of a user or group among the grants."""
    return f"{kind}:{identifier}"


def read_grants(directory: Directory, body: Any, known: tuple[str, ...], with_names: bool) -> Grants:
    """The entries of a permissions call; ApiError 400 naming the field, 404 for an unknown user or group."""
    if not isinstance(body, list) or not all(isinstance(each, dict) for each in body):
        raise ApiError(400, "An array of users and groups with permissions is expected")
    read: Grants = {}
    for each in body:
        identifier, kind = read_identifier(each.get("id"), "id"), each.get("type")
        if kind not in KINDS:
            raise ApiError(400, f"type must be one of {', '.join(KINDS)}")
        if with_names and not isinstance(each.get("name"), str):
            raise ApiError(400, "name is required")
        if "permissions" not in each:
            raise ApiError(400, "permissions is required")
        permissions = choices_field(each, "permissions", known)
        # taking permissions from someone who is gone must stay possible
        if permissions:
            directory.person(identifier) if kind == "USER" else directory.group(identifier)
        read[grant_key(kind, identifier)] = permissions
    return read


class GrantBook:
    """Grants by thing: the generated ones until a client sends its own. Entries left out keep what they hold."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store, self._kind = store, kind

    def of(self, identifier: str, generated: Grants) -> Grants:
        """The grants on a thing as they are now; empty ones are gone."""
        changed: Document = self._store.get(self._kind, identifier) or {}
        return {key: held for key, held in {**generated, **changed}.items() if held}

    def change(self, identifier: str, grants: Grants) -> None:
        """Keeps what was sent on top of what was sent before."""
        with self._store.lock:
            self._store.put(self._kind, identifier, {**(self._store.get(self._kind, identifier) or {}), **grants})


def held_by(person: Person, owner: str, grants: Grants) -> set[str]:
    """What a person may do, directly or through a group; owners and administrators may do everything."""
    if person.id == owner:
        return {EVERYTHING}
    keys = [grant_key("USER", person.id), *(grant_key("GROUP", group) for group in person.group_ids)]
    return {permission for key in keys for permission in grants.get(key, ())}


def require(held: set[str], wanted: Iterable[str], what: str) -> None:
    """ApiError 403 unless one of the wanted permissions is held."""
    if EVERYTHING not in held and not held & set(wanted):
        raise ApiError(403, f"You do not have permission to change {what}")
