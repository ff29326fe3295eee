"""The alerts as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from domoadmin.sandbox.alerts.generated import Alert, generated_alerts
from domoadmin.sandbox.catalog import READ_ACCESS, now_ms
from domoadmin.sandbox.company.cards import FIRST_CARD, FIRST_PAGE
from domoadmin.sandbox.company.content import owned_by
from domoadmin.sandbox.errors import ApiError, not_found

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

SUBSCRIBER_TYPES = ("USER", "GROUP", "BUZZ", "DAILY", "WEEKLY", "AUTO")
Subscription = dict[str, int | str]


class Alerts:
    """Made by `world.part(Alerts)`. Changes go through to the store."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._alerts = {alert.id: alert for alert in generated_alerts(world)}
        for identifier, values in world.store.all("alert").items():
            self._alerts[int(identifier)] = replace(self._alerts[int(identifier)], **values)

    def all(self) -> list[Alert]:
        """Every alert that was not deleted, oldest id first."""
        return [alert for alert in self._alerts.values() if not alert.deleted]

    def find(self, alert_id: str) -> Alert:
        """An alert; ApiError 404."""
        found = self._alerts.get(int(alert_id)) if alert_id.isdecimal() else None
        if found is None or found.deleted:
            raise not_found("Alert", alert_id)
        return found

    def delete(self, alert_id: str) -> None:
        """Delete an alert; ApiError 403 and 404."""
        self._change(self._changeable(alert_id), deleted=True)

    def set_owner(self, alert_id: str, owner: Any) -> Alert:
        """Gives an alert to another user; ApiError 400, 403 and 404."""
        alert = self._changeable(alert_id)
        if not str(owner).isdecimal() or not self._known("USER", str(owner)):
            raise ApiError(400, f"owner {owner} is not a user of this instance")
        return self._change(alert, owner_id=str(owner))

    def subscribe(self, alert_id: str, subscriptions: list[Subscription]) -> None:
        """Adds subscriptions; those that are there already stay. ApiError 404."""
        with self._world.store.lock:
            alert = self.find(alert_id)
            added = [each for each in subscriptions if each not in alert.subscriptions]
            self._change(alert, subscriptions=[*alert.subscriptions, *added])

    def unsubscribe(self, alert_id: str, subscription: Subscription) -> None:
        """Takes a subscription away, if it is there. ApiError 404."""
        with self._world.store.lock:
            alert = self.find(alert_id)
            kept = [each for each in alert.subscriptions if each != subscription]
            self._change(alert, subscriptions=kept)

    def subscription(self, subscriber: Any, kind: Any, must_exist: bool = True) -> Subscription:
        """A subscription from what a client sent; ApiError 400 naming the field."""
        if kind not in SUBSCRIBER_TYPES:
            raise ApiError(400, f"type must be one of {', '.join(SUBSCRIBER_TYPES)}")
        if isinstance(subscriber, bool) or not str(subscriber).isdecimal():
            raise ApiError(400, "subscriberId is required and must be a number")
        if must_exist and not self._known(kind, str(subscriber)):
            raise ApiError(400, f"subscriberId {subscriber} is not a {kind.lower()} of this instance")
        return {"subscriberId": int(subscriber), "type": kind}

    def is_subscribed(self, alert: Alert) -> bool:
        """Whether the token's owner is told, alone or as a member of a group."""
        me = self._world.directory.me
        mine = {("USER", int(me.id))} | {("GROUP", int(group)) for group in me.group_ids}
        return any((each["type"], each["subscriberId"]) in mine for each in alert.subscriptions)

    def name(self, alert: Alert) -> str:
        """What the alert is called; it follows the name of the dataset."""
        return f"{self._world.catalog.table.names[alert.dataset]} {alert.told}"

    def owner_id(self, alert: Alert) -> str:
        """The id of the user whose alert it is."""
        return alert.owner_id or str(self._dataset_owner(alert))

    def _dataset_owner(self, alert: Alert) -> int:
        return int(self._world.catalog.owner(alert.dataset).id)

    def dataset_id(self, alert: Alert) -> str:
        """The id of the watched dataset."""
        return self._world.catalog.table.ids[alert.dataset]

    def page_of(self, alert: Alert) -> int | None:
        """The id of the page on which the watched card lies."""
        if alert.card_id is None:
            return None
        return FIRST_PAGE + self._world.cards.page_of(alert.card_id - FIRST_CARD)

    def record(self, alert: Alert) -> dict[str, Any]:
        """All fields, as Get an alert shows them."""
        resource_type = "DATASET" if alert.card_id is None else "CARD"
        error = self._error(alert)
        return {
            "actions": [],
            "active": alert.enabled and not error,
            "category": "DATA",
            "configurations": [],
            "contextual": alert.card_id is not None,
            "createdAt": _written(alert.created),
            "createdBy": self._dataset_owner(alert),
            "currentUserSubscribed": self.is_subscribed(alert),
            "description": alert.rule,
            "enabled": alert.enabled,
            "error": error,
            "filterGroups": [],
            "id": alert.id,
            "modifiedAt": _written(alert.modified),
            "modifiedBy": int(alert.modified_by or self._dataset_owner(alert)),
            "name": self.name(alert),
            "owner": int(self.owner_id(alert)),
            "resourceId": self.dataset_id(alert) if alert.card_id is None else str(alert.card_id),
            "resourceName": self._resource_name(alert),
            "resourceType": resource_type,
            "rule": alert.rule,
            "subscriptions": [dict(each) for each in alert.subscriptions],
            "triggerFrequency": alert.frequency,
            "triggered": alert.triggered,
            "type": alert.type,
        }

    def search_records(self) -> list[dict[str, Any]]:
        """What a search for the entity "alert" finds."""
        people = {person.id: person for person in self._world.directory.people}
        return [
            {
                "databaseId": str(alert.id),
                "winnerText": self.name(alert),
                "name": self.name(alert),
                "displayName": self.name(alert),
                "description": alert.rule,
                "createDate": alert.created,
                "lastModified": alert.modified,
                **owned_by(people[self.owner_id(alert)]),
            }
            for alert in self.all()
        ]

    def _known(self, kind: str, identifier: str) -> bool:
        # The other types stand for channels and digests, whose ids no document lists.
        if kind == "GROUP":
            return identifier in self._world.directory.groups
        if kind != "USER":
            return True
        try:
            return bool(self._world.directory.person(identifier))
        except ApiError:
            return False

    def _changeable(self, alert_id: str) -> Alert:
        alert = self.find(alert_id)
        if self.owner_id(alert) != self._world.directory.me.id and self._access(alert) == READ_ACCESS:
            raise ApiError(403, f"You do not have permission to change alert {alert_id}")
        return alert

    def _access(self, alert: Alert) -> str:
        return self._world.catalog.permissions_text(alert.dataset)

    def _error(self, alert: Alert) -> dict[str, Any]:
        catalog = self._world.catalog
        if catalog.is_deleted(alert.dataset):
            return {"message": "The DataSet of this alert no longer exists"}
        if catalog.table.failed[alert.dataset]:
            return {"message": "The last update of the DataSet failed"}
        return {} if self._is_active(self.owner_id(alert)) else {"message": "The owner of this alert is not active"}

    def _is_active(self, user_id: str) -> bool:
        try:
            return self._world.directory.person(user_id).active
        except ApiError:
            return False

    def _resource_name(self, alert: Alert) -> str:
        if alert.card_id is not None:
            return self._world.cards.title(alert.card_id - FIRST_CARD, alert.dataset)
        return self._world.catalog.table.names[alert.dataset]

    def _change(self, alert: Alert, **values: Any) -> Alert:
        with self._world.store.lock:
            changed = replace(alert, **values, modified=now_ms(), modified_by=self._world.directory.me.id)
            document = asdict(changed)
            del document["id"]
            self._world.store.put("alert", str(alert.id), document)
            self._alerts[alert.id] = changed
        return changed


def _written(moment: int) -> str:
    """A time as this area writes it: without a zone, in UTC."""
    return datetime.fromtimestamp(moment // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
