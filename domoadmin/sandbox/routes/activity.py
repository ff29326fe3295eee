"""Activity Log API."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.company.activity import OBJECT_TYPES, ActivityFilter
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/audit/v1/user-audits"
LONGEST_PAGE = 1000
LATEST = 10**14


def _entries(world: World, request: Request, object_types: str) -> Any:
    """The numbers of the entries that are asked for, newest first; ApiError 400 without a period."""
    for name in ("start", "end"):
        if not request.query.get(name):
            raise ApiError(400, f"Required parameter '{name}' is not present")
    start, end = request.number("start", 0, LATEST), request.number("end", 0, LATEST)
    if start > end:
        raise ApiError(400, "start must not be after end")
    query = request.query
    wanted = ActivityFilter(
        _named(object_types),
        # Only the object types are documented: the others are what the product's own pages and clients send.
        _named(query.get("eventType") or query.get("actionType", "")),
        query.get("userId") or query.get("user", ""),
        query.get("objectId", ""),
    )
    return world.activity.numbers(start, end, wanted)


def _named(listed: str) -> frozenset[str]:
    return frozenset(each.strip().upper() for each in listed.split(",") if each.strip())


def _page(world: World, request: Request, object_types: str) -> list[dict[str, Any]]:
    limit, offset = request.number("limit", 300, LONGEST_PAGE), request.number("offset", 0, 10**9)
    numbers = _entries(world, request, object_types)
    return [world.activity.entry(int(number)) for number in numbers[offset : offset + limit]]


@router.add("activity_log.list", "GET", BASE, heavy=True)
def list_entries(world: World, request: Request) -> Any:
    """Get Activity Log, newest first; start and end are epoch milliseconds, both included."""
    return _page(world, request, request.query.get("objectType", ""))


@router.add("activity_log.list_object_types", "GET", BASE + "/objectTypes")
def list_object_types(world: World, request: Request) -> Any:
    """The object types that can stand in the log."""
    return OBJECT_TYPES


@router.add("activity_log.list_of_type", "GET", BASE + "/objectTypes/{object_type}", heavy=True)
def list_of_type(world: World, request: Request, object_type: str) -> Any:
    """The entries of one object type, as public clients ask for them."""
    return _page(world, request, object_type)


@router.add("activity_log.count", "GET", BASE + "/count", heavy=True)
def count_entries(world: World, request: Request) -> Any:
    """How many entries there are, as public clients ask for it."""
    return {"count": len(_entries(world, request, request.query.get("objectType", "")))}
