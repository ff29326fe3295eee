"""Scheduled reports: schedules, who gets them, what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail. `type` is EMAIL, USER or GROUP; `value` an address or an id."""

    type: str
    value: str
    name: str = ""

    @property
    def is_address(self) -> bool:
        """Whether it is a plain mail address."""
        return self.type == "EMAIL"


def read_recipient(raw: Raw) -> Recipient:
    """Read {type, value}, or {userId, displayName, emailAddress}, which other endpoints use for the same."""
    user = identifier(raw, "userId")
    address = text(raw, "emailAddress", "emailId", "value")
    kind = text(raw, "type").upper() or ("USER" if user else "EMAIL")
    return Recipient(kind, user if kind == "USER" and user else address, text(raw, "displayName", "name"))


def read_recipients(raw: Raw, *names: str) -> tuple[Recipient, ...]:
    """Read a list of recipients in either form."""
    return tuple(read_recipient(each) for each in mappings(raw, *names))


@dataclass(frozen=True, kw_only=True)
class ReportTiming:
    """When a report runs: `days` are weekdays (MON) or days of the month (15), in `timezone`."""

    frequency: str
    days: tuple[str, ...]
    hour: int | None
    minute: int | None
    timezone: str
    enabled: bool | None
    next_run: datetime | None
    additional_recipients: tuple[Recipient, ...]

    @classmethod
    def from_raw(cls, raw: Raw) -> Self:
        """Read the schedule object; daysToRun is a text, also for days of the month."""
        return cls(
            frequency=text(raw, "frequency"),
            days=tuple(day.strip() for day in text(raw, "daysToRun").split(",") if day.strip()),
            hour=number(raw, "hourOfDay"),
            minute=number(raw, "minOfHour"),
            timezone=text(raw, "timezone"),
            enabled=flag(raw, "enabled"),
            next_run=moment(raw, "nextRunDate"),
            additional_recipients=read_recipients(raw, "additionalRecipients"),
        )


@dataclass(frozen=True, kw_only=True)
class ReportSchedule(Result):
    """A report schedule. Which fields come differs from endpoint to endpoint; what is absent is empty.

    `mine` says whether the caller owns it. `active` is false for one that can't run; why isn't said.
    """

    id: str
    view_id: str
    embed_view_id: str
    page_id: str
    card_id: str
    title: str
    view_name: str
    type: str
    owner_id: str
    mine: bool | None
    active: bool | None
    attachment_include: bool | None
    card_count: int | None
    recipient_count: int | None
    timing: ReportTiming
    recipients: tuple[Recipient, ...]
    unsubscribed: tuple[Recipient, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a schedule: the view is called reportViewId in answers and viewId in requests."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            view_id=identifier(raw, "reportViewId", "viewId"),
            embed_view_id=identifier(raw, "embedViewId"),
            page_id=identifier(raw, "pageId"),
            card_id=identifier(raw, "cardId"),
            title=text(raw, "title", "subject"),
            view_name=text(raw, "viewName"),
            type=text(raw, "type"),
            owner_id=identifier(raw, "ownerId", "owner.id"),
            mine=flag(raw, "owner"),
            active=flag(raw, "active"),
            attachment_include=flag(raw, "attachmentInclude"),
            card_count=number(raw, "cardCount"),
            recipient_count=number(raw, "recipientCount"),
            timing=ReportTiming.from_raw(mapping(raw, "schedule")),
            recipients=read_recipients(raw, "recipients"),
            unsubscribed=read_recipients(raw, "unsubscribedRecipients"),
        )

    @classmethod
    def listed_or_mapped(cls, answer: Answer) -> Listing[Self]:
        """Read a list of schedules, or a map whose values are schedules."""
        data: Any = answer.data
        if isinstance(data, Mapping) and data and all(isinstance(value, Mapping) for value in data.values()):
            answer = replace(answer, data=list(data.values()))
        return cls.listing(answer)

    def as_arguments(self) -> dict[str, Any]:
        """Return what `update` takes of this schedule, so that a change leaves nothing out."""
        schedule = {name: value for name, value in mapping(self.raw, "schedule").items() if name != "nextRunDate"}
        found = {
            "title": self.title or None,
            "page_id": self.page_id or None,
            "view_id": self.view_id or None,
            "schedule": schedule or None,
            "attachment_include": self.attachment_include,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class ReportResource(Result):
    """Something that reports send: a page or a card. Their ids are apart only together with the type."""

    resource_id: str
    title: str
    type: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a resource."""
        return cls(
            raw=raw,
            request_id=request_id,
            resource_id=identifier(raw, "resourceId", "id"),
            title=text(raw, "title", "resourceName"),
            type=text(raw, "type", "resourceType"),
        )


@dataclass(frozen=True, kw_only=True)
class ReportRun(Result):
    """One mailing of a report: `id` is the entry of the history, `report_id` the schedule. Sizes are in bytes.

    `status` is what the upstream calls it; only "success" is documented.
    """

    id: str
    report_id: str
    title: str
    subject: str
    started: datetime | None
    ended: datetime | None
    automated: bool | None
    card_count: int | None
    attachment_count: int | None
    attachment_size: int | None
    email_size: int | None
    status: str
    owner_id: str
    recipient_count: int | None
    resource: ReportResource
    recipients: tuple[Recipient, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an entry of any of the histories; its times are ISO 8601 text."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            report_id=identifier(raw, "reportId"),
            title=text(raw, "reportTitle"),
            subject=text(raw, "reportSubject"),
            started=moment(raw, "startTime"),
            ended=moment(raw, "endTime"),
            automated=flag(raw, "automated"),
            card_count=number(raw, "cardCount"),
            attachment_count=number(raw, "attachmentCount"),
            attachment_size=number(raw, "attachmentSize"),
            email_size=number(raw, "emailSize"),
            status=text(raw, "status"),
            owner_id=identifier(raw, "ownerId"),
            recipient_count=number(raw, "recipientCount"),
            resource=_resource_of(raw),
            recipients=read_recipients(raw, "recipients"),
        )

    @property
    def succeeded(self) -> bool:
        """Whether the mailing is known to have gone well."""
        return self.status.lower() == "success"


@dataclass(frozen=True, kw_only=True)
class CreatedReport(Result):
    """A schedule that was created lately; `id` is that of the schedule."""

    id: str
    title: str
    owner_id: str
    created: datetime | None
    resource: ReportResource

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an entry."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "reportId", "id"),
            title=text(raw, "reportTitle", "title"),
            owner_id=identifier(raw, "ownerId"),
            created=moment(raw, "created"),
            resource=_resource_of(raw),
        )


def _resource_of(raw: Raw) -> ReportResource:
    known: Mapping[str, Any] = {
        name: raw[name] for name in ("resourceType", "resourceId", "resourceName") if name in raw
    }
    return ReportResource.from_raw(known)
