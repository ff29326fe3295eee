"""Scheduled Reports API: sending by hand, and who wants mail. A mail that went out can't be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from domoadmin.services.arguments import Digits, Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Query, Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.resources.report_arguments import (
    RECIPIENT,
    Entries,
    People,
    Recipients,
    ScheduleId,
    people_body,
)
from domoadmin.services.results.base import Done, Listing
from domoadmin.services.results.card_emails import CardEmail, read_card_emails
from domoadmin.services.results.fields import wire_number
from domoadmin.services.roles import Role
from domoadmin.services.times import epoch_milliseconds

ViewId = Annotated[Identifier, Digits()]
CardIds = Annotated[Sequence[Annotated[Identifier, Digits()]], Whole(), Length()]


class ReportSending(Resource):
    """Sending reports. Sends answer 202, accepted: what became of them is in the history."""

    @operation(
        id="reports.build_and_email",
        method="POST",
        path="/api/content/v1/reportschedules/{schedule_id}/notifications",
        heading="Build and Email Report",
        role=Role.STEWARD,
        retry_safety=RetrySafety.UNSAFE,
    )
    def build_and_email(self, schedule_id: ScheduleId, people: People) -> Request[Done]:
        """Build a report and mail it now: `people` are {"userId", "displayName", "emailAddress"}."""
        return Request(parse=Done.from_answer, json=people_body(people), expects=Expects.ANYTHING)

    @operation(
        id="reports.queue_build_and_email",
        method="POST",
        path="/api/content/v1/reportschedules/{schedule_id}/notifications/queue",
        heading="Queue Build and Email Report",
        role=Role.STEWARD,
        retry_safety=RetrySafety.UNSAFE,
    )
    def queue_build_and_email(self, schedule_id: ScheduleId, people: People) -> Request[Done]:
        """Queue a report to be built and mailed: `people` are {"userId", "displayName", "emailAddress"}."""
        return Request(parse=Done.from_answer, json=people_body(people), expects=Expects.ANYTHING)

    @operation(
        id="reports.queue_now",
        method="POST",
        path="/api/content/v1/reportschedules/{schedule_id}/queue",
        heading="Queue Report Now",
        role=Role.STEWARD,
        retry_safety=RetrySafety.UNSAFE,
    )
    def queue_now(self, schedule_id: ScheduleId, recipients: Recipients) -> Request[Done]:
        """Queue a report to be mailed: `recipients` are {"type": "EMAIL", "value": address}."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    # sendnow here, sendNow on the path of a view, sendResubscribe below: paths are spelled as the document spells them.
    @operation(
        id="reports.send_now",
        method="POST",
        path="/api/content/v1/reportschedules/{schedule_id}/sendnow",
        heading="Send Report Now",
        role=Role.STEWARD,
        retry_safety=RetrySafety.UNSAFE,
    )
    def send_now(self, schedule_id: ScheduleId, recipients: Recipients) -> Request[Done]:
        """Mail a report now: `recipients` are {"type": "EMAIL", "value": address}."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.send_resubscribe_email",
        method="POST",
        path="/api/content/v1/reportschedules/{schedule_id}/sendResubscribe",
        heading="Send Resubscribe Email",
        role=Role.STEWARD,
        retry_safety=RetrySafety.UNSAFE,
    )
    def send_resubscribe_email(self, schedule_id: ScheduleId, recipients: Recipients) -> Request[Done]:
        """Mail people an offer to get a report again: `recipients` are {"type": "EMAIL", "value": address}."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.send_now_by_view",
        method="POST",
        path="/api/content/v1/reportschedules/views/{view_id}/sendNow",
        heading="Send Report Now by View ID",
        role=Role.STEWARD,
        retry_safety=RetrySafety.UNSAFE,
    )
    def send_now_by_view(
        self,
        view_id: ViewId,
        recipients: Recipients,
        # In the query here, in the body where a schedule is created.
        attachment_include: Annotated[bool | None, Query()] = None,
    ) -> Request[Done]:
        """Mail the report of a view now: `recipients` are {"type": "EMAIL", "value": address}."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.send_now_with_params",
        method="POST",
        path="/api/content/v1/reportschedules/views/{view_id}/sendNowWithParams",
        heading="Send Report Now with Parameters by View ID",
        role=Role.STEWARD,
        retry_safety=RetrySafety.UNSAFE,
    )
    def send_now_with_params(
        self,
        view_id: ViewId,
        # A field of an object here, while sendNow takes the list itself.
        recipients: Annotated[Entries | None, Length(), RECIPIENT] = None,
        alert_action_id: Identifier | None = None,
        email_params: Mapping[str, Any] | None = None,
        attachment_include: Annotated[bool | None, Query()] = None,
    ) -> Request[Done]:
        """Mail the report of a view now with parameters for the mail, whose keys are free."""
        fields = {
            "recipients": recipients,
            "alertActionId": None if alert_action_id is None else wire_number(alert_action_id),
            "emailParams": email_params,
        }
        body = {name: value for name, value in fields.items() if value is not None}
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)

    @operation(
        id="reports.rerun_failed",
        method="POST",
        path="/api/content/v1/reportschedules/failures/rerun",
        heading="Rerun Failed Scheduled Reports",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.UNSAFE,
    )
    def rerun_failed(
        self, start: Annotated[int | datetime, Query()], end: Annotated[int | datetime, Query()]
    ) -> Request[Done]:
        """Mail every report again that failed in a period: a time, or a number in epoch milliseconds.

        All recipients of all these reports get mail. Look at the history first, and keep the period short.
        """
        # No unit is documented: milliseconds, as in the activity log and in nextRunDate.
        first, last = (epoch_milliseconds(each) if isinstance(each, datetime) else each for each in (start, end))
        if first > last:
            raise InvalidArguments("start must not be after end", argument="start")
        return Request(parse=Done.from_answer, query={"start": first, "end": last}, expects=Expects.ANYTHING)

    @operation(
        id="reports.set_emails_enabled",
        method="PUT",
        path="/api/content/v1/reportschedules/emails/enabled",
        heading="Enable/Disable Scheduled Report Emails",
        reverse="reports.set_emails_enabled",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def set_emails_enabled(self, enabled: Annotated[bool, Whole()]) -> Request[Done]:
        """Switch the mails of all scheduled reports, perhaps for the whole instance: ask a person before.

        Whom it reaches isn't documented, and the present value can't be read.
        """
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.unsubscribe",
        method="POST",
        path="/api/content/v1/reportschedules/{schedule_id}/unsubscribe",
        heading="Unsubscribe from Report",
        reverse="reports.resubscribe",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def unsubscribe(self, schedule_id: ScheduleId) -> Request[Done]:
        """Stop mails of a report to the token's owner; nobody else can be named."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.resubscribe",
        method="POST",
        path="/api/content/v1/reportschedules/{schedule_id}/resubscribe",
        heading="Resubscribe to Report",
        reverse="reports.unsubscribe",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def resubscribe(
        self,
        schedule_id: ScheduleId,
        user_id: Annotated[Identifier | None, Query()] = None,
        # A mail address, although it is called an id.
        email_id: Annotated[str | None, Query()] = None,
    ) -> Request[Done]:
        """Send a report again to a user or a mail address; with neither, presumably to the token's owner."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.delete_unsubscribed_recipient",
        method="DELETE",
        path="/api/content/v1/reportschedules/{schedule_id}/unsubscribe/recipient",
        heading="Delete Unsubscribed Recipient",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_unsubscribed_recipient(
        self, schedule_id: ScheduleId, user_id: Identifier | None = None, email_id: str | None = None
    ) -> Request[Done]:
        """Forget that a user or a mail address had unsubscribed: mails may reach them again."""
        # Neither of them is required upstream; whose record it would take then isn't said.
        if not str(user_id or "").strip() and not str(email_id or "").strip():
            raise InvalidArguments("say user_id or email_id", argument="user_id")
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="reports.render_cards_for_email",
        method="POST",
        path="/api/content/v1/reportschedules/card-email-data",
        heading="Render Card for Email",
        mutates=False,  # reads, although it is a POST
    )
    def render_cards_for_email(self, card_ids: CardIds) -> Request[Listing[CardEmail]]:
        """Return cards as a mail would show them: title, summary number, picture, HTML; nothing is sent to anyone."""
        asked = [str(card_id) for card_id in card_ids]
        return Request(
            parse=lambda answer: read_card_emails(answer, asked), json=[wire_number(card_id) for card_id in card_ids]
        )
