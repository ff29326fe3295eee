"""Signing in and who-am-I."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.roles import Roles
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.signing_in import same, session_token
from domoadmin.sandbox.world import World

router = Router()


@router.add("identity.authenticate", "POST", "/api/content/v2/authentication", mutates=False)
def authenticate(world: World, request: Request) -> Any:
    """Password login. The password is the access token; a wrong one is answered with 200 and a reason, as at Domo."""
    values = request.json_object()
    me = world.directory.me
    given = str(values.get("password", ""))
    if str(values.get("emailAddress", "")).lower() == me.email and same(given, world.token):
        return {"success": True, "userId": int(me.id), "sessionToken": session_token(world.token)}
    return {"success": False, "reason": "INVALID_CREDENTIALS"}


@router.add("users.me", "GET", "/api/content/v2/users/me")
def me(world: World, request: Request) -> Any:
    """The owner of the token."""
    person = world.directory.me
    return {
        "id": int(person.id),
        "invitorUserId": None,
        "displayName": person.name,
        "userName": person.email,
        "emailAddress": person.email,
        "department": person.department,
        "title": person.title,
        "phoneNumber": person.phone,
        "role": world.part(Roles).name(person.role_id),
        "roleId": person.role_id,
        "avatarKey": f"/avatar/thumb/domo/{person.id}",
        "accepted": True,
        "pending": False,
        "active": person.active,
        "created": person.created,
        "groups": [
            {"id": int(group_id), "name": world.directory.groups[group_id].name} for group_id in person.group_ids
        ],
    }
