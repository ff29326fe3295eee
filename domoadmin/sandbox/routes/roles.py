"""Roles Governance API, and the calls around it that public clients know."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.company.authorities import AUTHORITIES, group_of
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.roles import Roles
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/authorization/v1"


def _record(roles: Roles, role_id: str) -> dict[str, Any]:
    role = roles.find(role_id)
    return {
        "id": int(role_id),
        "name": role["name"],
        "description": role["description"],
        "authorityCount": len(role["authorities"]),
        "userCount": roles.user_count(role_id),
        "created": role["created"],
        "modified": role["modified"],
    }


@router.add("roles.list", "GET", BASE + "/roles")
def list_roles(world: World, request: Request) -> Any:
    """Get All Roles."""
    roles = world.part(Roles)
    return [_record(roles, role_id) for role_id in roles.all()]


@router.add("roles.get", "GET", BASE + "/roles/{role_id}")
def get_role(world: World, request: Request, role_id: str) -> Any:
    """Get Role By Id."""
    return _record(world.part(Roles), role_id)


@router.add("roles.create", "POST", BASE + "/roles")
def create_role(world: World, request: Request) -> Any:
    """Create Role: the counts are not in the answer."""
    roles = world.part(Roles)
    role_id = roles.create(request.json_object())
    role = roles.find(role_id)
    return {"id": int(role_id), "name": role["name"], "description": role["description"]}


@router.add("roles.update", "PUT", BASE + "/roles/{role_id}")
def update_role(world: World, request: Request, role_id: str) -> Any:
    """Name and description; known from public clients."""
    values = request.json_object()
    changed = {name: values[name] for name in ("name", "description") if isinstance(values.get(name), str)}
    world.part(Roles).change(role_id, **changed)
    return _record(world.part(Roles), role_id)


@router.add("roles.update_authorities", "PATCH", BASE + "/roles/{role_id}/authorities")
def update_authorities(world: World, request: Request, role_id: str) -> Any:
    """Update Role Authorities: what is left out is taken away."""
    world.part(Roles).set_authorities(role_id, request.json())
    return {"status": "SUCCESS", "message": ""}


@router.add("roles.set_authorities", "PUT", BASE + "/roles/{role_id}/authorities")
def set_authorities(world: World, request: Request, role_id: str) -> Any:
    """The same as public clients send it."""
    world.part(Roles).set_authorities(role_id, request.json())
    return Response(204)


@router.add("roles.delete", "DELETE", BASE + "/roles/{role_id}")
def delete_role(world: World, request: Request, role_id: str) -> Any:
    """Delete Role: 204, or 409 while it is in use."""
    world.part(Roles).delete(role_id)
    return Response(204)


def _authorities(world: World, wanted: set[str]) -> list[dict[str, Any]]:
    holders: dict[str, list[int]] = {}
    for role_id, role in world.part(Roles).all().items():
        for authority in role["authorities"]:
            holders.setdefault(authority, []).append(int(role_id))
    return [
        {
            "authority": key,
            "title": title,
            "description": title,
            "authorityUIGroup": group_of(key),
            "dependsOnAuthorities": [],
            "roleIds": holders.get(key, []),
        }
        for key, title in AUTHORITIES
        if key in wanted
    ]


@router.add("identity.authorities", "GET", BASE + "/authorities")
def list_authorities(world: World, request: Request) -> Any:
    """All authorities of the instance; known from public clients."""
    return _authorities(world, {key for key, _ in AUTHORITIES})


@router.add("roles.list_authorities", "GET", BASE + "/roles/{role_id}/authorities")
def role_authorities(world: World, request: Request, role_id: str) -> Any:
    """The authorities of one role; known from public clients."""
    return _authorities(world, set(world.part(Roles).find(role_id)["authorities"]))


@router.add("roles.list_users", "GET", BASE + "/roles/{role_id}/users")
def role_users(world: World, request: Request, role_id: str) -> Any:
    """The members of a role; known from public clients."""
    world.part(Roles).find(role_id)
    people = [person for person in world.directory.present() if str(person.role_id) == role_id]
    limit, offset = request.number("limit", 50, 1000), request.number("offset", 0, 1_000_000)
    users = [
        {"id": int(each.id), "displayName": each.name, "emailAddress": each.email, "roleId": each.role_id}
        for each in people[offset : offset + limit]
    ]
    return {"users": users, "totalCount": len(people), "totalFilteredCount": len(people)}


@router.add("roles.add_users", "PUT", BASE + "/roles/{role_id}/users")
def add_users(world: World, request: Request, role_id: str) -> Any:
    """Gives people the role; known from public clients, which send ids or whole people."""
    world.part(Roles).find(role_id)
    sent = request.json()
    if not isinstance(sent, list):
        raise ApiError(400, "A list of users is expected")
    for each in sent:
        user_id = each.get("id") if isinstance(each, dict) else each
        world.directory.update(str(user_id), {"roleId": int(role_id)})
    return Response(204)
