"""Scheduled Reports API: the schedules. History and sending stand in rooms of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Digits, Identifier
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.resources.report_arguments import (
    SKIPPING,
    ScheduleId,
    ScheduleOrder,
    Timing,
    timing_body,
)
from domoadmin.services.resources.report_history import ReportHistory
from domoadmin.services.resources.report_sending import ReportSending
from domoadmin.services.results.base import Done, Listing
from domoadmin.services.results.fields import wire_number
from domoadmin.services.results.reports import ReportResource, ReportSchedule
from domoadmin.services.roles import Role


def _body(
    title: str | None,
    page_id: Identifier | None,
    view_id: Identifier | None,
    schedule: Mapping[str, Any] | None,
    attachment_include: bool | None,
) -> dict[str, Any]:
    """Return the body of a schedule, without what wasn't said: the additional recipients stand inside `schedule`."""
    fields = {
        "title": title,
        "pageId": None if page_id is None else wire_number(page_id),
        "viewId": None if view_id is None else wire_number(view_id),
        "schedule": None if schedule is None else timing_body(schedule),
        "attachmentInclude": attachment_include,
    }
    return {name: value for name, value in fields.items() if value is not None}


class Reports(ReportHistory, ReportSending):
    """Report schedules. `filter` says whose: USER is the default and the caller's own, public clients know ALL."""

    @operation(
        id="reports.list",
        method="GET",
        path="/api/content/v1/reportschedules",
        heading="List Report Schedules",
        paging=SKIPPING,
    )
    def list(
        self,
        filter: str | None = None,
        title: str | None = None,
        # The document's default, 0, seems to mean all: a limit is always sent. So is the order: public clients found
        # that schedules repeat and go missing from page to page without one.
        limit: Annotated[int, Between(0)] = 100,
        skip: Annotated[int | None, Between(0)] = None,
        order_by: ScheduleOrder = "startDate",
        is_ascending: bool | None = None,
    ) -> Request[Listing[ReportSchedule]]:
        """Return schedules, `title` being a part of theirs; a limit of 0 means all."""
        return Request(parse=ReportSchedule.listing)

    # It differs from the list by name only: the sample is an array too, though the title speaks of a map.
    @operation(
        id="reports.list_sorted",
        method="GET",
        path="/api/content/v1/reportschedules/sortby",
        heading="Get Report Schedules Map",
        paging=SKIPPING,
    )
    def list_sorted(
        self,
        filter: str | None = None,
        title: str | None = None,
        limit: Annotated[int, Between(0)] = 100,
        skip: Annotated[int | None, Between(0)] = None,
        order_by: ScheduleOrder = "startDate",
        is_ascending: bool | None = None,
    ) -> Request[Listing[ReportSchedule]]:
        """Return schedules as `list` does; how it differs isn't documented. A map from ids is read as well."""
        return Request(parse=ReportSchedule.listed_or_mapped)

    @operation(
        id="reports.create",
        method="POST",
        path="/api/content/v1/reportschedules",
        heading="Create Report Schedule",
        reverse="reports.delete",
        role=Role.STEWARD,
        # The schedules of the page tell whether it happened.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self,
        title: str | None = None,
        page_id: Identifier | None = None,
        view_id: Identifier | None = None,
        schedule: Timing | None = None,
        attachment_include: bool | None = None,
    ) -> Request[ReportSchedule]:
        """Create a schedule that mails a page or view; which fields must be there isn't documented.

        `schedule` is {"frequency": "WEEKLY", "daysToRun": "MON", "hourOfDay", "minOfHour", "timezone", "enabled",
        "additionalRecipients": [{"type": "EMAIL", "value"}]}; daysToRun of a MONTHLY one is "15".
        """
        body = _body(title, page_id, view_id, schedule, attachment_include)
        return Request(parse=ReportSchedule.from_answer, json=body)

    # A DELETE on the path of all schedules: it never goes out without the id of a page, which must be a number.
    @operation(
        id="reports.delete_by_page",
        method="DELETE",
        path="/api/content/v1/reportschedules",
        heading="Delete Report Schedule by Page ID",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_by_page(self, page_id: Annotated[Identifier, Digits()]) -> Request[Done]:
        """Delete the schedules that mail a page; there is no way back."""
        return Request(parse=Done.from_answer, query={"pageId": wire_number(page_id)}, expects=Expects.ANYTHING)

    @operation(
        id="reports.get",
        method="GET",
        path="/api/content/v1/reportschedules/{schedule_id}",
        heading="Get Report Schedule by ID",
    )
    def get(self, schedule_id: ScheduleId) -> Request[ReportSchedule]:
        """Return one schedule."""
        return Request(parse=ReportSchedule.from_answer)

    @operation(
        id="reports.update",
        method="PUT",
        path="/api/content/v1/reportschedules/{schedule_id}",
        heading="Update Report Schedule",
        reverse="reports.update",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update(
        self,
        schedule_id: ScheduleId,
        title: str | None = None,
        page_id: Identifier | None = None,
        view_id: Identifier | None = None,
        schedule: Timing | None = None,
        attachment_include: bool | None = None,
    ) -> Request[ReportSchedule]:
        """Replace a schedule: whether what is left out stays isn't documented, so send all (`change` does).

        Undone by sending the earlier schedule.
        """
        body = _body(title, page_id, view_id, schedule, attachment_include)
        return Request(parse=ReportSchedule.from_answer, json=body)

    @operation(
        id="reports.change_owner",
        method="PUT",
        path="/api/content/v1/reportschedules/{schedule_id}",
        # The document describes the object nowhere; what it shows of it holds ownerId in answers only.
        heading="Update Report Schedule, with the ownerId of its answers",
        documented=False,
        reverse="reports.change_owner",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def change_owner(
        self,
        schedule_id: ScheduleId,
        owner: Identifier,
        title: str | None = None,
        page_id: Identifier | None = None,
        view_id: Identifier | None = None,
        schedule: Timing | None = None,
        attachment_include: bool | None = None,
    ) -> Request[ReportSchedule]:
        """Replace a schedule with another user as its owner; send all the rest of it, as for `update`.

        Read it again: an upstream that knows ownerId in answers only leaves the owner as it was.
        """
        body = _body(title, page_id, view_id, schedule, attachment_include) | {"ownerId": wire_number(owner)}
        return Request(parse=ReportSchedule.from_answer, json=body)

    def change(self, schedule_id: ScheduleId, **changes: Any) -> ReportSchedule:
        """Change some arguments of `update` and send the others as they are; raises like get and update."""
        present = self.get(schedule_id).as_arguments()
        if changes.get("schedule") is not None:
            changes["schedule"] = {**present.get("schedule", {}), **changes["schedule"]}
        return self.update(schedule_id, **{**present, **changes})

    @operation(
        id="reports.delete",
        method="DELETE",
        path="/api/content/v1/reportschedules/{schedule_id}",
        heading="Delete Report Schedule",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete(self, schedule_id: ScheduleId) -> Request[Done]:
        """Delete a schedule; there is no way back."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.set_enabled",
        method="PUT",
        path="/api/content/v1/reportschedules/{schedule_id}/enabled",
        heading="Enable/Disable Report Schedule",
        reverse="reports.set_enabled",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def set_enabled(self, schedule_id: ScheduleId, enabled: Annotated[bool, Whole()]) -> Request[Done]:
        """Switch one schedule; undone by the opposite value."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.list_misconfigured",
        method="GET",
        path="/api/content/v1/reportschedules/misconfigured",
        heading="Get Misconfigured Reports",
        paging=SKIPPING,
    )
    def list_misconfigured(
        self, limit: Annotated[int | None, Between(1)] = None, skip: Annotated[int | None, Between(0)] = None
    ) -> Request[Listing[ReportSchedule]]:
        """Return the schedules that can't run, 100 unless `limit` says otherwise; why they can't isn't said."""
        return Request(parse=ReportSchedule.listing)

    @operation(
        id="reports.list_resources",
        method="GET",
        path="/api/content/v1/reportschedules/resources",
        heading="Get Resources with Reports",
        paging=SKIPPING,
    )
    def list_resources(
        self,
        limit: Annotated[int | None, Between(1)] = None,
        skip: Annotated[int | None, Between(0)] = None,
        title: str | None = None,
    ) -> Request[Listing[ReportResource]]:
        """Return the pages and cards that reports send, 100 unless `limit` says otherwise."""
        return Request(parse=ReportResource.listing)

    @operation(
        id="reports.list_by_resource",
        method="GET",
        path="/api/content/v1/reportschedules/resources/{resource_type}/{resource_id}",
        heading="Get Report Schedules by Resource ID",
    )
    def list_by_resource(
        self,
        resource_type: Literal["OPEN", "PAGE", "CARD", "REPORT"],
        resource_id: Annotated[Identifier, Digits()],
        show_all: bool | None = None,
    ) -> Request[Listing[ReportSchedule]]:
        """Return the schedules of one page, card or report; what OPEN stands for isn't documented. Not paged."""
        return Request(parse=ReportSchedule.listing)

    @operation(
        id="reports.get_by_view",
        method="GET",
        path="/api/content/v1/reportschedules/views/{view_id}",
        heading="Get Report Schedule by View ID",
    )
    def get_by_view(self, view_id: Annotated[Identifier, Digits()]) -> Request[ReportSchedule]:
        """Return the schedule that sends a view."""
        return Request(parse=ReportSchedule.from_answer)
