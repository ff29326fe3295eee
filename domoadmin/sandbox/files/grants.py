"""Who may do what with a file: its permissions as clients read and send them."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.directory import Directory
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.store import Document

READ, WRITE, DELETE, SHARE = "READ", "WRITE", "DELETE", "SHARE"
FULL = "READ_WRITE_DELETE_SHARE_ADMIN"
WORDS = frozenset(FULL.split("_"))
ENTITY_TYPES = ("USER", "GROUP")


def grant_entry(kind: str, identifier: str, grant: str = FULL) -> Document:
    """One line of the permissions of a file."""
    return {"entityType": kind, "entityId": identifier, "grant": grant, "pass": "NONE"}


def allows(file: Document, directory: Directory, word: str) -> bool:
    """Whether the token's owner may read, write, delete or share."""
    me = directory.me
    if file["owner"] == me.id or (word == READ and file["public"]):
        return True
    mine = {("USER", me.id), *(("GROUP", group) for group in me.group_ids)}
    return any(
        word in entry["grant"].split("_")
        for entry in file["entries"]
        if (entry["entityType"], entry["entityId"]) in mine
    )


def read_permissions(body: dict[str, Any], directory: Directory) -> Document:
    """The permissions that a client sends; ApiError 400 naming the field."""
    if not isinstance(body.get("publicAccess"), bool):
        raise ApiError(400, "publicAccess is required and must be true or false")
    entries = body.get("entries")
    if not isinstance(entries, list):
        raise ApiError(400, "entries is required and must be a list")
    return {
        "public": body["publicAccess"],
        "entries": [_read_entry(entry, place, directory) for place, entry in enumerate(entries)],
    }


def _read_entry(entry: Any, place: int, directory: Directory) -> Document:
    if not isinstance(entry, dict):
        raise ApiError(400, f"entries[{place}] must be an object")
    kind, identifier = entry.get("entityType"), str(entry.get("entityId") or "")
    if kind not in ENTITY_TYPES:
        raise ApiError(400, f"entries[{place}].entityType must be one of {', '.join(ENTITY_TYPES)}")
    known = directory.groups if kind == "GROUP" else {person.id for person in directory.present()}
    if identifier not in known:
        raise ApiError(400, f"entries[{place}].entityId: there is no {kind.lower()} {identifier}")
    grant = entry.get("grant")
    if not isinstance(grant, str) or not grant or not set(grant.split("_")) <= WORDS:
        raise ApiError(400, f"entries[{place}].grant must be made of {', '.join(FULL.split('_'))}")
    return {**grant_entry(str(kind), identifier, grant), "pass": str(entry.get("pass") or "NONE")}
