"""Scheduled Reports API: what was created and what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.reports.generated import Schedule
from domoadmin.sandbox.reports.resources import Resources
from domoadmin.sandbox.reports.rules import iso
from domoadmin.sandbox.reports.runs import KEPT_DAYS, Run, Runs, read_moment
from domoadmin.sandbox.reports.schedules import Schedules
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/content/v1/reportschedules"
USUAL_DAYS = 10
USUAL_PAGE, LARGEST_PAGE = 100, 5_000
Pair = tuple[Run, Schedule]
ORDERS: dict[str, Callable[[Pair], Any]] = {
    "reportTitle": lambda pair: pair[1].title.casefold(),
    "startTime": lambda pair: pair[0].start,
    "endTime": lambda pair: pair[0].end,
    "automated": lambda pair: pair[0].automated,
}
COUNTED = ("cardCount", "attachmentCount", "attachmentSize", "emailSize")


def _sorted(runs: Runs, pairs: list[Pair], request: Request) -> list[Pair]:
    """In the order of orderBy and isAscending; ApiError 400."""
    name = request.query.get("orderBy") or "startTime"
    if name not in ORDERS and name not in COUNTED:
        raise ApiError(400, f"Parameter orderBy must be one of {', '.join((*ORDERS, *COUNTED))}")
    order = ORDERS.get(name) or (lambda pair: runs.record(*pair)[name])
    return sorted(pairs, key=lambda pair: (order(pair), pair[0].id), reverse=not request.flag("isAscending"))


def _page(request: Request, pairs: list[Pair]) -> list[Pair]:
    skip = request.number("skip", 0, 10_000_000)
    return pairs[skip : skip + request.number("limit", USUAL_PAGE, LARGEST_PAGE)]


def _told(runs: Runs, pair: Pair, with_recipients: bool) -> dict[str, Any]:
    record = runs.record(*pair)
    return {**record, "recipients": runs.recipients(*pair)} if with_recipients else record


@router.add("reports.list_created_history", "GET", BASE + "/created")
def list_created_history(world: World, request: Request) -> Any:
    """Get Created Report History: schedules that were created in the last days."""
    since = now_ms() - request.number("days", USUAL_DAYS, 36_500) * DAY_MS
    resources = world.part(Resources)
    found = [each for each in world.part(Schedules).of(request.query.get("filter", "USER")) if each.created >= since]
    found.sort(key=lambda each: (each.created, each.id), reverse=not request.flag("isAscending"))
    return [
        {
            "reportId": schedule.id,
            "reportTitle": schedule.title,
            "ownerId": int(schedule.owner_id),
            "created": iso(schedule.created),
            "resourceType": schedule.resource_type,
            "resourceId": schedule.resource_id,
            "resourceName": resources.name(schedule.resource_type, schedule.resource_id) or schedule.subject,
        }
        for schedule in found
    ]


@router.add("reports.list_extended_history", "GET", BASE + "/extendedHistory", heavy=True)
def list_extended_history(world: World, request: Request) -> Any:
    """Get Extended Report History of the last days."""
    runs = world.part(Runs)
    pairs = runs.of(request.query.get("filter", "USER"), request.number("days", USUAL_DAYS, KEPT_DAYS))
    return [runs.record(*pair) for pair in _sorted(runs, pairs, request)]


@router.add("reports.rerun_failed", "POST", BASE + "/failures/rerun", heavy=True)
def rerun_failed(world: World, request: Request) -> Any:
    """Rerun Failed Scheduled Reports of a period; what was run again since is left alone."""
    start, end = (read_moment(request.query.get(name, ""), name) for name in ("start", "end"))
    if start > end:
        raise ApiError(400, "start must not be after end")
    world.part(Runs).rerun_failed(start, end)
    return Response(200)


@router.add("reports.list_history", "GET", BASE + "/history", heavy=True)
def list_history(world: World, request: Request) -> Any:
    """Get Report History; recipients only when they are asked for."""
    runs = world.part(Runs)
    pairs = _sorted(runs, runs.of(request.query.get("filter", "USER")), request)
    with_recipients = request.flag("includeRecipientInfo")
    return [_told(runs, pair, with_recipients) for pair in _page(request, pairs)]


@router.add("reports.search_history", "POST", BASE + "/history/search", mutates=False, heavy=True)
def search_history(world: World, request: Request) -> Any:
    """Search Report History: a condition counts only when its include...Clause is true."""
    runs, body, now = world.part(Runs), request.json_object(), now_ms()
    pairs = runs.of(request.query.get("filter", "USER"))
    if body.get("includeTitleClause") is True:
        wanted = str(body.get("titleSearchText") or "").casefold()
        pairs = [pair for pair in pairs if wanted in pair[1].title.casefold()]
    if body.get("includeStatusClause") is True:
        status = str(body.get("status") or "").lower()
        pairs = [pair for pair in pairs if pair[0].status(now) == status]
    if body.get("includeTypeClause") is True:
        pairs = [pair for pair in pairs if pair[0].automated is bool(body.get("isAutomated"))]
    if body.get("includeScheduleIdClause") is True:
        # The document leaves the name of the field out; public clients say scheduleId.
        pairs = [pair for pair in pairs if str(pair[1].id) == str(body.get("scheduleId"))]
    return [runs.record(*pair) for pair in _page(request, _sorted(runs, pairs, request))]


@router.add("reports.get_history", "GET", BASE + "/history/{id}")
def get_history(world: World, request: Request, id: str) -> Any:
    """Get Report History by ID."""
    runs = world.part(Runs)
    return _told(runs, runs.find(id), True)


@router.add("reports.list_history_by_schedule", "GET", BASE + "/{schedule_id}/history")
def list_history_by_schedule(world: World, request: Request, schedule_id: str) -> Any:
    """Get Report History by Schedule ID, the newest first."""
    runs = world.part(Runs)
    pairs = runs.of_schedule(world.part(Schedules).find(schedule_id))
    return [_told(runs, pair, True) for pair in _page(request, pairs)]
