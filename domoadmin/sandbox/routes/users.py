"""Users."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.company.people import Person
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.roles import Roles
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/identity/v1/users"
PARTS = {"MINIMAL", "SIMPLE", "DETAILED", "GROUPS", "ROLE"}
SORTABLE = {"displayName": "name", "emailAddress": "email", "title": "title", "department": "department"}


def user_record(world: World, person: Person, parts: str = "") -> dict[str, Any]:
    """A user as the Users section shows one; more with parts DETAILED, GROUPS and ROLE."""
    attributes: dict[str, Any] = {"title": person.title, "department": person.department, "phoneNumber": person.phone}
    attributes |= {"employeeLocation": person.location, "hireDate": person.created}
    if person.manager_id:
        attributes["reportsTo"] = int(person.manager_id)
    record: dict[str, Any] = {
        "attributes": [{"key": key, "values": [value]} for key, value in attributes.items() if value],
        "id": int(person.id),
        "displayName": person.name,
        "userName": person.email,
        "roleId": person.role_id,
        "emailAddress": person.email,
    }
    wanted = {part.strip().upper() for part in parts.split(",") if part.strip()}
    if not wanted <= PARTS:
        raise ApiError(400, f"parts must be of {', '.join(sorted(PARTS))}")
    if wanted & {"DETAILED", "SIMPLE", "ROLE"}:
        record["role"] = {"id": person.role_id, "name": world.part(Roles).name(person.role_id)}
    if wanted & {"DETAILED", "SIMPLE"}:
        record |= {"active": person.active, "created": person.created, "lastActivity": person.last_seen}
        record |= {"title": person.title, "department": person.department, "deleted": person.deleted}
    if wanted & {"DETAILED", "GROUPS"}:
        groups = [world.directory.groups[group_id] for group_id in person.group_ids]
        record["groups"] = [{"groupId": int(group.id), "name": group.name} for group in groups]
    return record


@router.add("users.list", "GET", BASE)
def list_users(world: World, request: Request) -> Any:
    """Get All Users; no document names limit and offset, which public clients send."""
    people = world.directory.present()
    offset, limit = request.number("offset", 0, 1_000_000), request.number("limit", len(people), 1_000_000)
    parts = request.query.get("parts", "")
    return {"users": [user_record(world, person, parts) for person in people[offset : offset + limit]]}


@router.add("users.get", "GET", BASE + "/{user_id}")
def get_user(world: World, request: Request, user_id: str) -> Any:
    """Get User By Id: one user inside a list. With parts=detailed in lower case, the answer of the Groups section."""
    person = world.directory.person(user_id)
    parts = request.query.get("parts", "")
    if parts == "detailed":
        manager = next((each.name for each in world.directory.people if each.id == person.manager_id), "")
        return [
            {
                "name": person.name,
                "id": int(person.id),
                "location": person.location,
                "manager": manager,
                "phoneNumber": person.phone,
                "title": person.title,
            }
        ]
    return {"users": [user_record(world, person, parts)]}


@router.add("users.create", "POST", BASE)
def create_user(world: World, request: Request) -> Any:
    """Create User."""
    return user_record(world, world.directory.create(request.json_object()))


@router.add("users.update", "PATCH", BASE + "/{user_id}")
def update_user(world: World, request: Request, user_id: str) -> Any:
    """Update User."""
    return user_record(world, world.directory.update(user_id, request.json_object()))


@router.add("users.delete", "DELETE", BASE + "/{user_id}")
def delete_user(world: World, request: Request, user_id: str) -> Any:
    """Delete User: the bare number 1."""
    world.directory.delete(user_id)
    return 1


@router.add("users.search", "POST", BASE + "/search", mutates=False)
def search_users(world: World, request: Request) -> Any:
    """The user search of public clients: filters, ids, sort, limit, offset, showCount."""
    body = request.json_object()
    people = world.directory.people if _is_true(body, "includeDeleted") else world.directory.present()
    if _is_true(body, "onlyDeleted"):
        people = [person for person in world.directory.people if person.deleted]
    if body.get("ids"):
        wanted = {str(each) for each in body["ids"]}
        people = [person for person in people if person.id in wanted]
    for entry in body.get("filters") or []:
        people = [person for person in people if _fits(person, entry)]
    sort = body.get("sort") or {}
    if sort.get("field") in SORTABLE:
        attribute = SORTABLE[sort["field"]]
        descending = str(sort.get("order", "ASC")).upper() == "DESC"
        people = sorted(people, key=lambda person: str(getattr(person, attribute)).casefold(), reverse=descending)
    limit, offset = _whole(body, "limit", 100), _whole(body, "offset", 0)
    parts = ",".join(body.get("parts") or [])
    answer: dict[str, Any] = {"users": [user_record(world, each, parts) for each in people[offset : offset + limit]]}
    if _is_true(body, "showCount") or _is_true(body, "count"):
        answer["count"] = len(people)
    return answer


def _whole(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name)
    if value is not None and not str(value).isdigit():
        raise ApiError(400, f"{name} must be a whole number from 0")
    return int(value or default)


def _is_true(body: dict[str, Any], name: str) -> bool:
    """A switch of the search; some clients send it as text."""
    return str(body.get(name, "")).lower() == "true"


def _fits(person: Person, entry: Any) -> bool:
    if not isinstance(entry, dict):
        raise ApiError(400, "A filter must be an object")
    record = {"displayName": person.name, "emailAddress": person.email, "userName": person.email}
    record |= {"title": person.title, "department": person.department, "roleId": str(person.role_id), "id": person.id}
    field = str(entry.get("field", ""))
    if entry.get("filterType") == "text":
        # Clients join several addresses with spaces: one of the words is enough.
        words = str(entry.get("text", "")).lower().split() or [""]
        texts = [record[field]] if field in record else list(record.values())
        return any(word in value.lower() for word in words for value in texts)
    wanted = {str(value).lower() for value in entry.get("values") or [entry.get("value")]}
    return (record.get(field, "").lower() in wanted) != (str(entry.get("not", "")).lower() == "true")


@router.add("users.list_content", "GET", "/api/content/v2/users")
def list_content_users(world: World, request: Request) -> Any:
    """The older list of all users, which public clients still read."""
    return [content_record(person) for person in world.directory.present()]


def content_record(person: Person) -> dict[str, Any]:
    """A user as the older calls show one."""
    return {
        "id": int(person.id),
        "displayName": person.name,
        "emailAddress": person.email,
        "userName": person.email,
        "title": person.title,
        "department": person.department,
        "phoneNumber": person.phone,
        "employeeLocation": person.location,
        "avatarKey": f"/avatar/thumb/domo/{person.id}",
        "roleId": person.role_id,
        "active": person.active,
        "created": person.created,
        "lastActivity": person.last_seen,
        "detail": {"active": person.active, "email": person.email, "title": person.title, "created": person.created},
    }


@router.add("users.get_content", "GET", "/api/content/v2/users/{user_id}")
def get_content_user(world: World, request: Request, user_id: str) -> Any:
    """The older read of one user, which public clients still use."""
    return content_record(world.directory.person(user_id))


@router.add("users.teams", "GET", "/api/content/v2/users/{user_id}/teams")
def get_teams(world: World, request: Request, user_id: str) -> Any:
    """Whom a user reports to; known from public clients."""
    person = world.directory.person(user_id)
    managers = [each for each in world.directory.people if each.id == person.manager_id]
    return {"reportsTo": [{"userId": int(each.id), "displayName": each.name} for each in managers]}


@router.add("users.get_detailed", "GET", "/api/content/v3/users/{user_id}")
def get_detailed_user(world: World, request: Request, user_id: str) -> Any:
    """The same in its third version."""
    return content_record(world.directory.person(user_id))


@router.add("users.create_content", "POST", "/api/content/v3/users")
def create_content_user(world: World, request: Request) -> Any:
    """The older way to create a user: the address stands in `detail`."""
    values = request.json_object()
    detail = values.get("detail")
    email = detail.get("email") if isinstance(detail, dict) else None
    return content_record(world.directory.create({"emailAddress": email, **values}))
