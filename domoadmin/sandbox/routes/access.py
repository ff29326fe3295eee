"""Who may see a dataset: list, share, and three spellings of taking it away."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.company.access import entry, generated_access
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/data/v3/datasources/{dataset_id}"
LEVELS = ("CAN_VIEW", "CAN_EDIT", "CAN_SHARE", "CO_OWNER", "OWNER")
READER_LEVELS = {"READ": "CAN_VIEW", "VIEWER": "CAN_VIEW", "EDITOR": "CAN_EDIT"}


def access_list(world: World, index: int) -> list[dict[str, Any]]:
    """The access list as it is now."""
    patch = world.catalog.patches.get(index, {})
    if "permissions" in patch:
        return list(patch["permissions"])
    owner = world.catalog.owner(index)
    if index >= world.catalog.generated:
        return [entry("USER", owner.id, "OWNER", owner.name)]
    groups = list(world.company.groups)
    return generated_access(index, owner, world.company.people[: world.company.size.people], groups)


@router.add("datasets.list_permissions", "GET", BASE + "/permissions")
def list_permissions(world: World, request: Request, dataset_id: str) -> Any:
    """Dataset Access List."""
    entries = access_list(world, world.catalog.find(dataset_id))
    users = sum(each["type"] == "USER" for each in entries)
    return {"list": entries, "totalUserCount": users, "totalGroupCount": len(entries) - users}


@router.add("datasets.share", "POST", BASE + "/share")
def share(world: World, request: Request, dataset_id: str) -> Any:
    """Share Dataset with Access permissions. Someone who has access already gets the level that is sent."""
    index = world.catalog.writable(dataset_id)
    body = request.json_object()
    wanted = body.get("permissions")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(each, dict) for each in wanted):
        raise ApiError(400, "permissions is required")
    added = [_read(world, each) for each in wanted]
    with world.store.lock:
        entries = {(each["type"], each["id"]): each for each in access_list(world, index)}
        for each in added:
            held = entries.get((each["type"], each["id"]))
            if held is None or held["accessLevel"] != "OWNER":
                entries[(each["type"], each["id"])] = each
        world.catalog.change(index, permissions=list(entries.values()))
    return {}


def _read(world: World, values: dict[str, Any]) -> dict[str, Any]:
    kind, identifier = str(values.get("type", "USER")), str(values.get("id", ""))
    level = str(values.get("accessLevel", ""))
    level = READER_LEVELS.get(level, level)
    if level not in LEVELS:
        raise ApiError(400, f"accessLevel must be one of {', '.join(LEVELS)}")
    if kind == "USER":
        return entry(kind, identifier, level, world.directory.person(identifier).name)
    if kind == "GROUP":
        return entry(kind, identifier, level, world.directory.group(identifier).name)
    raise ApiError(400, "type must be USER or GROUP")


def _revoke(world: World, dataset_id: str, gone: set[tuple[str, str]]) -> dict[str, Any]:
    index = world.catalog.writable(dataset_id)
    with world.store.lock:
        entries = access_list(world, index)
        if any((each["type"], each["id"]) in gone and each["accessLevel"] == "OWNER" for each in entries):
            raise ApiError(400, "The owner's access cannot be revoked")
        kept = [each for each in entries if (each["type"], each["id"]) not in gone]
        world.catalog.change(index, permissions=kept)
    return {}


@router.add("datasets.change_owner", "PUT", "/api/data/ui/v3/datasources/ownedBy")
def change_owner(world: World, request: Request) -> Any:
    """Gives datasets to other people, as public clients do; all of them or none."""
    body = request.json()
    if not isinstance(body, list) or not body or not all(isinstance(each, dict) for each in body):
        raise ApiError(400, "A list of datasets with their new owner is expected")
    with world.store.lock:
        moves = [(index, place) for each in body for index, place in _read_move(world, each)]
        for index, place in moves:
            former, owner = world.catalog.owner(index), world.directory.people[place]
            entries = [each for each in access_list(world, index) if each["id"] not in (former.id, owner.id)]
            permissions = [entry("USER", owner.id, "OWNER", owner.name), *entries]
            world.catalog.change(index, owner=place, permissions=permissions)
    return {}


def _read_move(world: World, values: dict[str, Any]) -> list[tuple[int, int]]:
    """The places of datasets, each with that of its new owner; ApiError 400, 403 and 404."""
    to, listed = values.get("entityIdentifier"), values.get("dataSourceIds")
    if not isinstance(to, dict) or to.get("type") != "USER" or not isinstance(listed, list) or not listed:
        raise ApiError(400, "dataSourceIds and entityIdentifier with id and type USER are required")
    owner = world.directory.person(str(to.get("id")))
    place = next(number for number, person in enumerate(world.directory.people) if person.id == owner.id)
    return [(world.catalog.writable(str(identifier)), place) for identifier in listed]


@router.add("datasets.revoke_access", "DELETE", BASE + "/permissions/USER/{user_id}")
def revoke_access(world: World, request: Request, dataset_id: str, user_id: str) -> Any:
    """Revoke Dataset Access."""
    return _revoke(world, dataset_id, {("USER", user_id)})


@router.add("datasets.revoke_group", "DELETE", BASE + "/permissions/GROUP/{group_id}")
def revoke_group(world: World, request: Request, dataset_id: str, group_id: str) -> Any:
    """The same for a group; not in the documents."""
    return _revoke(world, dataset_id, {("GROUP", group_id)})


@router.add("datasets.remove_user", "DELETE", BASE + "/USERS/{user_id}")
def remove_user(world: World, request: Request, dataset_id: str, user_id: str) -> Any:
    """Remove user from dataset."""
    return _revoke(world, dataset_id, {("USER", user_id)})


@router.add("datasets.remove_users", "DELETE", BASE + "/users")
def remove_users(world: World, request: Request, dataset_id: str) -> Any:
    """Remove multiple users from dataset."""
    body = request.json()
    if not isinstance(body, list) or not body or not all(isinstance(each, dict) for each in body):
        raise ApiError(400, "A list of users is expected")
    return _revoke(world, dataset_id, {(str(each.get("type", "USER")), str(each.get("id"))) for each in body})
