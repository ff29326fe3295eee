"""Groups."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.company.people import Group
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/content/v2/groups"


@router.add("groups.list", "GET", BASE + "/grouplist")
def list_groups(world: World, request: Request) -> Any:
    """The group list of public clients; the id is called groupId here."""
    wanted, query = request.query.get("search", "").strip().lower(), request.query
    groups = [group for group in world.directory.groups.values() if wanted in group.name.lower()]
    if query.get("owner"):
        groups = [group for group in groups if query["owner"] in owner_ids(group)]
    if query.get("groupType"):
        groups = [group for group in groups if group.kind == query["groupType"]]
    if query.get("members"):
        groups = [group for group in groups if set(query["members"].split(",")) <= set(group.member_ids)]
    by_size = query.get("sort", "name").strip() == "memberCount"
    groups.sort(key=lambda group: (len(group.member_ids) if by_size else 0, group.name.casefold()))
    if query.get("ascending") == "false":
        groups.reverse()
    limit, offset = request.number("limit", 50, 1000), request.number("offset", 0, 1_000_000)
    names = {person.id: person.name for person in world.directory.people}
    return [_listed(group, names) for group in groups[offset : offset + limit]]


def owner_ids(group: Group) -> list[str]:
    """The owners, its maker unless others were named."""
    return group.owner_ids or [group.creator_id]


def _listed(group: Group, names: dict[str, str]) -> dict[str, Any]:
    members = [_member(identifier, names) for identifier in group.member_ids]
    return {
        "groupId": int(group.id),
        "name": group.name,
        "description": group.description,
        "groupType": group.kind,
        "memberCount": len(group.member_ids),
        "owners": [_member(identifier, names) for identifier in owner_ids(group)],
        "members": members,
        "groupMembers": members,
        "created": group.created,
    }


def _member(identifier: str, names: dict[str, str]) -> dict[str, Any]:
    return {"id": identifier, "type": "USER", "displayName": names.get(identifier, "")}


@router.add("groups.remove_members", "PUT", BASE + "/access")
def change_access(world: World, request: Request) -> Any:
    """Remove Multiple People from a Group; adding, and owners, as public clients send them."""
    body = request.json()
    if not isinstance(body, list) or not body or not all(isinstance(entry, dict) for entry in body):
        raise ApiError(400, "A list of groups with removeMembers is expected")
    for entry in body:
        # All groups are looked at before the first one is changed.
        world.directory.manageable(str(entry.get("groupId")))
    for entry in body:
        group = world.directory.manageable(str(entry.get("groupId")))
        world.directory.change_members(group.id, _ids(entry, "addMembers"), _ids(entry, "removeMembers"))
        owners = [each for each in owner_ids(group) if each not in _ids(entry, "removeOwners")]
        wanted = list(dict.fromkeys([*owners, *sorted(_ids(entry, "addOwners"))]))
        if wanted != owner_ids(group):
            world.directory.update_group(group.id, owner_ids=wanted)
    return True


def _ids(entry: dict[str, Any], name: str) -> set[str]:
    listed = entry.get(name) or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) and each.get("id") for each in listed):
        raise ApiError(400, f"{name} must be a list of objects with type and id")
    return {str(each["id"]) for each in listed if str(each.get("type", "USER")).upper() == "USER"}


@router.add("groups.list_members", "GET", BASE + "/users")
def list_members(world: World, request: Request) -> Any:
    """The members of one group; known from public clients."""
    group = world.directory.group(request.query.get("group", ""))
    people = [world.directory.person(identifier) for identifier in group.member_ids]
    limit, offset = request.number("limit", len(people), 10_000), request.number("offset", 0, 1_000_000)
    members = [
        {"id": int(each.id), "userId": each.id, "displayName": each.name, "email": each.email}
        for each in people[offset : offset + limit]
    ]
    return {"groupUserList": members, "totalCount": len(people)}


@router.add("groups.list_owners", "POST", BASE + "/permissions", mutates=False)
def list_owners(world: World, request: Request) -> Any:
    """The owners of several groups; known from public clients."""
    wanted = request.json()
    if not isinstance(wanted, list):
        raise ApiError(400, "A list of group ids is expected")
    names = {person.id: person.name for person in world.directory.people}
    groups = [world.directory.group(str(identifier)) for identifier in wanted]
    return [
        {"id": int(group.id), "permissions": {"owners": [_member(each, names) for each in owner_ids(group)]}}
        for group in groups
    ]


@router.add("groups.update", "PUT", BASE)
def update_groups(world: World, request: Request) -> Any:
    """Name, description and type of several groups; known from public clients."""
    body = request.json()
    if not isinstance(body, list) or not all(isinstance(entry, dict) and "groupId" in entry for entry in body):
        raise ApiError(400, "A list of groups with groupId is expected")
    names = {"name": "name", "description": "description", "type": "kind"}
    for entry in body:
        changes = {names[key]: str(value) for key, value in entry.items() if key in names}
        world.directory.update_group(str(entry["groupId"]), **changes)
    return True


@router.add("groups.delete", "DELETE", BASE)
def delete_groups(world: World, request: Request) -> Any:
    """Deletes the groups whose ids are sent; known from public clients."""
    wanted = request.json()
    if not isinstance(wanted, list) or not wanted:
        raise ApiError(400, "A list of group ids is expected")
    world.directory.delete_groups([str(identifier) for identifier in wanted])
    return True


@router.add("groups.get", "GET", BASE + "/{group}")
def get_group(world: World, request: Request, group: str) -> Any:
    """Fetch Group."""
    found = world.directory.group(group)
    return {
        "id": int(found.id),
        "name": found.name,
        "type": found.kind,
        "userIds": [int(member) for member in found.member_ids],
        "creatorId": int(found.creator_id),
        "memberCount": len(found.member_ids),
        "guid": f"group-{found.id}",
        "description": found.description,
        "hidden": False,
        "default": False,
        "active": True,
    }


@router.add("groups.create", "POST", BASE)
def create_group(world: World, request: Request) -> Any:
    """Create a Group: the answer holds the id as text."""
    return {"id": world.directory.create_group(request.json_object()).id}


@router.add("groups.add_member", "PUT", BASE + "/{group}/user/{user_id}")
def add_member(world: World, request: Request, group: str, user_id: str) -> Any:
    """Add People to a Group."""
    world.directory.set_member(group, user_id, True)
    return True


@router.add("groups.remove_member", "DELETE", BASE + "/{group}/removeuser/{user_id}")
def remove_member(world: World, request: Request, group: str, user_id: str) -> Any:
    """Remove a Person from a Group."""
    world.directory.set_member(group, user_id, False)
    return True
