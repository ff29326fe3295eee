"""Scheduled Reports API: the schedules themselves. History and sending stand in rooms of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.reports.generated import Schedule
from domoadmin.sandbox.reports.rules import next_run
from domoadmin.sandbox.reports.schedules import Schedules
from domoadmin.sandbox.routes import report_history, report_sending
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
# Their fixed words stand where an id can stand: they come first.
router.routes += report_history.router.routes + report_sending.router.routes
BASE = "/api/content/v1/reportschedules"
RESOURCE_TYPES = ("OPEN", "PAGE", "CARD", "REPORT")
EVERYTHING = 1_000_000
ORDERS: dict[str, Callable[[Schedule], Any]] = {
    "startDate": lambda schedule: int(schedule.rule.get("startDate") or 0),
    "nextRunDate": lambda schedule: next_run(schedule.rule, now_ms()) or 0,
    "title": lambda schedule: schedule.title.casefold(),
}


@router.add("reports.list", "GET", BASE)
def list_schedules(world: World, request: Request) -> Any:
    """List Report Schedules: filter, title, orderBy; limit 0, the default, gives all."""
    schedules = world.part(Schedules)
    wanted = request.query.get("title", "").casefold()
    found = [each for each in schedules.of(request.query.get("filter", "USER")) if wanted in each.title.casefold()]
    order = request.query.get("orderBy") or "startDate"
    if order not in ORDERS:
        raise ApiError(400, f"Parameter orderBy must be one of {', '.join(ORDERS)}")
    found.sort(key=lambda each: (ORDERS[order](each), each.id), reverse=not request.flag("isAscending"))
    skip, limit = request.number("skip", 0, EVERYTHING), request.number("limit", 0, EVERYTHING) or EVERYTHING
    return [schedules.record(each) for each in found[skip : skip + limit]]


@router.add("reports.list_sorted", "GET", BASE + "/sortby")
def list_sorted(world: World, request: Request) -> Any:
    """Get Report Schedules Map: the document shows the same list under another path."""
    return list_schedules(world, request)


@router.add("reports.create", "POST", BASE)
def create(world: World, request: Request) -> Any:
    """Create Report Schedule."""
    schedules = world.part(Schedules)
    return schedules.record(schedules.create(request.json_object()))


@router.add("reports.delete_by_page", "DELETE", BASE)
def delete_by_page(world: World, request: Request) -> Any:
    """Delete Report Schedule by Page ID: the schedules that send this page, never those of all pages."""
    schedules, page_id = world.part(Schedules), request.query.get("pageId", "")
    if not page_id.isdecimal():
        raise ApiError(400, "Parameter pageId is required")
    found = _sending(schedules, "PAGE", page_id)
    if not found:
        raise not_found("Report schedule of page", page_id)
    schedules.delete(found)
    return Response(200)


@router.add("reports.list_misconfigured", "GET", BASE + "/misconfigured")
def list_misconfigured(world: World, request: Request) -> Any:
    """Get Misconfigured Reports: their owner is gone, or what they send, or nobody gets them."""
    schedules = world.part(Schedules)
    found = [schedule for schedule in schedules.of("ALL") if schedules.problem(schedule)]
    return [schedules.record(schedule) for schedule in _page(request, found)]


@router.add("reports.list_resources", "GET", BASE + "/resources")
def list_resources(world: World, request: Request) -> Any:
    """Get Resources with Reports, each once."""
    wanted = request.query.get("title", "").casefold()
    records = {
        (schedule.resource_type, schedule.resource_id): {
            "resourceId": schedule.resource_id,
            "title": schedule.subject,
            "type": schedule.resource_type,
        }
        for schedule in world.part(Schedules).of("ALL")
        if wanted in schedule.subject.casefold()
    }
    return _page(request, list(records.values()))


@router.add("reports.list_by_resource", "GET", BASE + "/resources/{resource_type}/{resource_id}")
def list_by_resource(world: World, request: Request, resource_type: str, resource_id: str) -> Any:
    """Get Report Schedules by Resource ID: the caller's, or all with showAll. OPEN stands for any kind of resource."""
    schedules, kind = world.part(Schedules), resource_type.upper()
    if kind not in RESOURCE_TYPES:
        raise ApiError(400, f"resourceType must be one of {', '.join(RESOURCE_TYPES)}")
    found = _sending(schedules, kind, resource_id)
    shown = "ALL" if request.flag("showAll") else "USER"
    return [schedules.record(schedule) for schedule in found if schedules.passes(shown, schedule)]


@router.add("reports.get_by_view", "GET", BASE + "/views/{view_id}")
def get_by_view(world: World, request: Request, view_id: str) -> Any:
    """Get Report Schedule by View ID."""
    schedules = world.part(Schedules)
    return schedules.detailed(schedules.by_view(view_id))


@router.add("reports.get", "GET", BASE + "/{schedule_id}")
def get(world: World, request: Request, schedule_id: str) -> Any:
    """Get Report Schedule by ID."""
    schedules = world.part(Schedules)
    return schedules.detailed(schedules.find(schedule_id))


@router.add("reports.update", "PUT", BASE + "/{schedule_id}")
def update(world: World, request: Request, schedule_id: str) -> Any:
    """Update Report Schedule."""
    schedules = world.part(Schedules)
    return schedules.record(schedules.update(schedule_id, request.json_object()))


@router.add("reports.delete", "DELETE", BASE + "/{schedule_id}")
def delete(world: World, request: Request, schedule_id: str) -> Any:
    """Delete Report Schedule."""
    schedules = world.part(Schedules)
    schedules.delete([schedules.find(schedule_id)])
    return Response(200)


def _sending(schedules: Schedules, kind: str, identifier: str) -> list[Schedule]:
    """The schedules that send a resource."""
    found = []
    for schedule in schedules.of("ALL"):
        own = str(schedule.id if kind == "REPORT" else schedule.resource_id)
        if own == identifier and kind in ("OPEN", "REPORT", schedule.resource_type):
            found.append(schedule)
    return found


def _page(request: Request, found: list[Any]) -> list[Any]:
    skip = request.number("skip", 0, EVERYTHING)
    return found[skip : skip + request.number("limit", 100, EVERYTHING)]
