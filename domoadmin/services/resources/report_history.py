"""Scheduled Reports API: what was created and what was sent."""

from __future__ import annotations

from typing import Annotated

from domoadmin.services.arguments import Between, Digits, Identifier
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import operation
from domoadmin.services.places import Query
from domoadmin.services.request import Request
from domoadmin.services.resources.report_arguments import SKIPPING, RunOrder, ScheduleId
from domoadmin.services.results.base import Listing
from domoadmin.services.results.fields import wire_number
from domoadmin.services.results.reports import CreatedReport, ReportRun


class ReportHistory(Resource):
    """The histories of scheduled reports. `filter` says whose: USER is the default, public clients know ALL."""

    @operation(
        id="reports.list_history_by_schedule",
        method="GET",
        path="/api/content/v1/reportschedules/{schedule_id}/history",
        heading="Get Report History by Schedule ID",
        paging=SKIPPING,
    )
    def list_history_by_schedule(
        self,
        schedule_id: ScheduleId,
        limit: Annotated[int | None, Between(1)] = None,
        skip: Annotated[int | None, Between(0)] = None,
    ) -> Request[Listing[ReportRun]]:
        """Return the mailings of one schedule with their recipients, 100 unless `limit` says otherwise."""
        return Request(parse=ReportRun.listing)

    @operation(
        id="reports.list_created_history",
        method="GET",
        path="/api/content/v1/reportschedules/created",
        heading="Get Created Report History",
    )
    def list_created_history(
        self,
        filter: str | None = None,
        days: Annotated[int | None, Between(0)] = None,
        is_ascending: bool | None = None,
    ) -> Request[Listing[CreatedReport]]:
        """Return the schedules that were created in the last `days`, 10 unless said; they aren't paged."""
        return Request(parse=CreatedReport.listing)

    @operation(
        id="reports.list_extended_history",
        method="GET",
        path="/api/content/v1/reportschedules/extendedHistory",
        heading="Get Extended Report History",
    )
    def list_extended_history(
        self,
        filter: str | None = None,
        days: Annotated[int | None, Between(0)] = None,
        order_by: RunOrder | None = None,
        is_ascending: bool | None = None,
    ) -> Request[Listing[ReportRun]]:
        """Return the mailings of the last `days`, 10 unless said, with what was sent; they aren't paged."""
        return Request(parse=ReportRun.listing)

    @operation(
        id="reports.list_history",
        method="GET",
        path="/api/content/v1/reportschedules/history",
        heading="Get Report History",
        paging=SKIPPING,
    )
    def list_history(
        self,
        filter: str | None = None,
        limit: Annotated[int | None, Between(1)] = None,
        skip: Annotated[int | None, Between(0)] = None,
        order_by: RunOrder | None = None,
        is_ascending: bool | None = None,
        # False by default, although the sample shows recipients: who wants them says so.
        include_recipient_info: bool | None = None,
    ) -> Request[Listing[ReportRun]]:
        """Return mailings, 100 unless `limit` says otherwise, the newest first unless ordered otherwise."""
        return Request(parse=ReportRun.listing)

    @operation(
        id="reports.get_history",
        method="GET",
        path="/api/content/v1/reportschedules/history/{id}",
        heading="Get Report History by ID",
    )
    def get_history(self, id: Annotated[Identifier, Digits()]) -> Request[ReportRun]:
        """Return one mailing by the id of its entry in the history, which is not the id of the schedule."""
        return Request(parse=ReportRun.from_answer)

    @operation(
        id="reports.search_history",
        method="POST",
        path="/api/content/v1/reportschedules/history/search",
        heading="Search Report History",
        mutates=False,  # reads, although it is a POST
        paging=SKIPPING,
    )
    def search_history(
        self,
        include_title_clause: bool | None = None,
        title_search_text: str | None = None,
        include_status_clause: bool | None = None,
        status: str | None = None,
        include_type_clause: bool | None = None,
        is_automated: bool | None = None,
        include_schedule_id_clause: bool | None = None,
        # The document leaves the name of the field out; public clients call it scheduleId.
        schedule_id: ScheduleId | None = None,
        filter: Annotated[str | None, Query()] = None,
        limit: Annotated[int | None, Between(1), Query()] = None,
        skip: Annotated[int | None, Between(0), Query()] = None,
        order_by: Annotated[RunOrder | None, Query()] = None,
        is_ascending: Annotated[bool | None, Query()] = None,
    ) -> Request[Listing[ReportRun]]:
        """Return the mailings that meet all conditions given, without their recipients.

        The upstream looks at a condition only when its switch is on: giving the condition turns its switch on.
        """
        conditions = (
            ("includeTitleClause", include_title_clause, "titleSearchText", title_search_text),
            ("includeStatusClause", include_status_clause, "status", status),
            ("includeTypeClause", include_type_clause, "isAutomated", is_automated),
            ("includeScheduleIdClause", include_schedule_id_clause, "scheduleId", schedule_id),
        )
        body: dict[str, bool | str | int] = {}
        for switch, switched, name, wanted in conditions:
            if switched is not None or wanted is not None:
                body[switch] = switched if switched is not None else True
            if wanted is not None:
                body[name] = wire_number(wanted) if name == "scheduleId" else wanted
        return Request(parse=ReportRun.listing, json=body)
