"""Alerts and who is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, text


@dataclass(frozen=True)
class AlertSubscription:
    """Who is told: a user or group by id, or one of the channels (BUZZ, DAILY, WEEKLY, AUTO)."""

    subscriber_id: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Alert(Result):
    """An alert. Lists give the first few fields only, unless more are asked for; times are in UTC."""

    id: str
    name: str
    description: str
    category: str
    type: str
    resource_type: str
    resource_id: str
    resource_name: str
    created: datetime | None
    created_by: str
    modified: datetime | None
    modified_by: str
    owner_id: str
    rule: str
    error: str
    active: bool | None
    enabled: bool | None
    triggered: bool | None
    trigger_frequency: str
    subscribed: bool | None
    subscriptions: tuple[AlertSubscription, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an alert of a list or alone; `error` is the message of an object that is empty when all is well."""
        error = mapping(raw, "error")
        subscriptions = mappings(raw, "subscriptions")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            name=text(raw, "name", "title"),
            # The sample of the list lacks the description although it is a default field; the rule says as much.
            description=text(raw, "description", "rule"),
            category=text(raw, "category"),
            type=text(raw, "type"),
            resource_type=text(raw, "resourceType"),
            resource_id=identifier(raw, "resourceId"),
            resource_name=text(raw, "resourceName"),
            created=moment(raw, "createdAt"),
            created_by=identifier(raw, "createdBy"),
            modified=moment(raw, "modifiedAt"),
            modified_by=identifier(raw, "modifiedBy"),
            owner_id=identifier(raw, "owner", "owner.id", "ownerId"),
            rule=text(raw, "rule"),
            error=text(error, "message", "error", "code") if error else text(raw, "error"),
            active=flag(raw, "active"),
            enabled=flag(raw, "enabled"),
            triggered=flag(raw, "triggered"),
            trigger_frequency=text(raw, "triggerFrequency"),
            subscribed=flag(raw, "currentUserSubscribed"),
            subscriptions=tuple(
                AlertSubscription(identifier(each, "subscriberId", "id"), text(each, "type")) for each in subscriptions
            ),
        )
