"""Alerts API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.alerts.alerts import Alerts
from domoadmin.sandbox.alerts.generated import Alert
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/social/v4/alerts"
DEFAULT_FIELDS = [
    *("id", "category", "type", "name", "description", "resourceType", "resourceId"),
    *("createdAt", "createdBy", "modifiedAt", "modifiedBy"),
]
LARGEST_PAGE = 10_000
# The document says only that a success or an error comes, and its samples parse JSON.
SUCCESS = {"success": True}


@router.add("alerts.list", "GET", BASE)
def list_alerts(world: World, request: Request) -> Any:
    """Get alerts: filters, sort, fields, limit and offset; all=true lifts the default limit, not one that is sent."""
    alerts = world.part(Alerts)
    found = [alert for alert in alerts.all() if all(passes(alert) for passes in _filters(alerts, world, request))]
    records = [alerts.record(alert) for alert in found]
    sort = request.query.get("sort") or "createdAt"
    if records and sort not in records[0]:
        raise ApiError(400, f"Parameter sort: alerts have no field {sort}")
    records.sort(key=lambda record: (_sortable(record[sort]), record["id"]))
    limit = request.number("limit", LARGEST_PAGE if request.flag("all") else 100, LARGEST_PAGE)
    offset = request.number("offset", 0, 1_000_000)
    names = _fields(request, DEFAULT_FIELDS)
    return [_only(record, names) for record in records[offset : offset + limit]]


def _filters(alerts: Alerts, world: World, request: Request) -> list[Callable[[Alert], bool]]:
    """One test for each filter of the query; a switch that is false keeps everything."""
    query = request.query
    tests: list[Callable[[Alert], bool]] = []
    if query.get("cardId"):
        tests.append(lambda alert: str(alert.card_id) == query["cardId"])
    if query.get("dataSetId"):
        tests.append(lambda alert: alert.card_id is None and alerts.dataset_id(alert) == query["dataSetId"].lower())
    if query.get("pageId"):
        tests.append(lambda alert: str(alerts.page_of(alert)) == query["pageId"])
    if query.get("ownerId"):
        tests.append(lambda alert: alerts.owner_id(alert) == query["ownerId"])
    if query.get("subscriberId"):
        tests.append(lambda alert: query["subscriberId"] in {str(each["subscriberId"]) for each in alert.subscriptions})
    if query.get("subscriptionTypes"):
        types = {each.strip().upper() for each in query["subscriptionTypes"].strip("[]").split(",")}
        tests.append(lambda alert: any(each["type"] in types for each in alert.subscriptions))
    if request.flag("currentUserSubscriptions"):
        tests.append(alerts.is_subscribed)
    if request.flag("disabled"):
        tests.append(lambda alert: not alert.enabled)
    if request.flag("suggested"):
        tests.append(lambda alert: alert.suggested and not alerts.is_subscribed(alert))
    if request.flag("triggered"):
        tests.append(lambda alert: alert.triggered)
    return tests


def _sortable(value: Any) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value).casefold())


def _fields(request: Request, default: list[str] | None) -> list[str] | None:
    """The names of the wanted fields; None stands for all."""
    text = request.query.get("fields", "")
    if not text:
        return default
    return None if text == "all" else [name.strip() for name in text.split(",")]


def _only(record: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    return record if names is None else {name: record[name] for name in names if name in record}


@router.add("alerts.get", "GET", BASE + "/{alert_id}")
def get_alert(world: World, request: Request, alert_id: str) -> Any:
    """Get an alert."""
    alerts = world.part(Alerts)
    return _only(alerts.record(alerts.find(alert_id)), _fields(request, None))


@router.add("alerts.delete", "DELETE", BASE + "/{alert_id}")
def delete_alert(world: World, request: Request, alert_id: str) -> Any:
    """Delete an alert."""
    world.part(Alerts).delete(alert_id)
    return SUCCESS


@router.add("alerts.change_owner", "PATCH", BASE + "/{alert_id}")
def change_owner(world: World, request: Request, alert_id: str) -> Any:
    """Gives an alert to another user; not in the document, but public clients do it."""
    alerts = world.part(Alerts)
    return alerts.record(alerts.set_owner(alert_id, request.json_object().get("owner")))


@router.add("alerts.subscribe", "POST", BASE + "/{alert_id}/subscriptions")
def subscribe(world: World, request: Request, alert_id: str) -> Any:
    """Subscribe user to an alert. Without a body it is the POST by which one section wrongly says to unsubscribe."""
    if not request.body and "subscriberId" in request.query:
        return unsubscribe(world, request, alert_id)
    alerts, body = world.part(Alerts), request.json_object()
    alerts.find(alert_id)
    alerts.subscribe(alert_id, [alerts.subscription(body.get("subscriberId"), body.get("type"))])
    return SUCCESS


@router.add("alerts.unsubscribe", "DELETE", BASE + "/{alert_id}/subscriptions")
def unsubscribe(world: World, request: Request, alert_id: str) -> Any:
    """Unsubscribe user from an alert; someone who has left Domo can be taken off as well."""
    alerts = world.part(Alerts)
    alerts.find(alert_id)
    wanted = alerts.subscription(request.query.get("subscriberId"), request.query.get("type"), must_exist=False)
    alerts.unsubscribe(alert_id, wanted)
    return SUCCESS


@router.add("alerts.share", "POST", BASE + "/{alert_id}/share")
def share(world: World, request: Request, alert_id: str) -> Any:
    """Share an alert: the recipients are subscribed, and told."""
    alerts, body = world.part(Alerts), request.json_object()
    alerts.find(alert_id)
    if not isinstance(body.get("userMessage"), str):
        raise ApiError(400, "userMessage is required")
    entries = body.get("alertSubscriptions")
    if not isinstance(entries, list) or not entries or not all(isinstance(each, dict) for each in entries):
        raise ApiError(400, "alertSubscriptions is required")
    if not isinstance(body.get("sendEmail", False), bool):
        raise ApiError(400, "sendEmail must be true or false")
    alerts.subscribe(alert_id, [alerts.subscription(each.get("subscriberId"), each.get("type")) for each in entries])
    return SUCCESS
