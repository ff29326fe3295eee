"""Histories of scheduled reports: what the document leaves open, decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from tests.services.quirks import quirk
from tests.services.upstream import Upstream, told

REPORTS = "/api/content/v1/reportschedules"
PERSON = {"userId": 901234, "displayName": "John Doe", "emailAddress": "john.doe@example.com"}
ENTRY = {
    "id": 789012,
    "reportId": 123456,
    "reportTitle": "Monthly",
    "startTime": "2024-11-01T09:00:00Z",
    "status": "success",
}


@quirk("reports.list_history_by_schedule", "times are ISO", "reportId is the schedule id")
@quirk("reports.get_history", "the parameter is called id", "history/{id} here")
def test_a_mailing_has_its_own_id_and_that_of_its_schedule(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([ENTRY]))
    run = client.reports.list_history_by_schedule(123456)[0]
    assert upstream.last.path == f"{REPORTS}/123456/history"
    assert (run.id, run.report_id, run.succeeded) == ("789012", "123456", True)
    assert run.started == datetime(2024, 11, 1, 9, tzinfo=UTC)
    upstream.answers(told(ENTRY))
    assert client.reports.get_history(run.id).title == "Monthly"
    assert upstream.last.path == f"{REPORTS}/history/789012"
    with pytest.raises(InvalidArguments) as caught:
        client.reports.get_history("search")
    assert caught.value.argument == "id"


@quirk("reports.list_created_history", "a window in days", "created is ISO")
@quirk("reports.list_extended_history", "a window in days")
def test_windows_in_days_are_read_in_one_call(client: Client, upstream: Upstream) -> None:
    created = {"reportId": 1, "created": "2024-11-14T10:00:00Z", "resourceType": "PAGE", "resourceId": 456}
    upstream.answers(told([{**created, "reportId": number} for number in range(150)]))
    found = list(client.walk("reports.list_created_history", days=30))
    assert (len(found), found[0].created) == (150, datetime(2024, 11, 14, 10, tzinfo=UTC))
    assert (found[0].resource.type, found[0].resource.resource_id) == ("PAGE", "456")
    upstream.answers(told([{**ENTRY, "id": number} for number in range(150)]))
    assert len(list(client.walk("reports.list_extended_history", days=30))) == 150
    assert [parse_qs(urlsplit(asked.path).query) for asked in upstream.asked] == [{"days": ["30"]}] * 2


@quirk("reports.list_history", "includeRecipientInfo is false")
@pytest.mark.parametrize("wanted", [None, True, False])
def test_recipients_are_read_whether_asked_for_or_not(client: Client, upstream: Upstream, wanted: bool | None) -> None:
    upstream.answers(told([{**ENTRY, "recipients": [PERSON]}, ENTRY]))
    with_people, without = client.reports.list_history(include_recipient_info=wanted)
    assert [(each.value, each.name) for each in with_people.recipients] == [("901234", "John Doe")]
    assert without.recipients == ()
    sent = parse_qs(urlsplit(upstream.last.path).query).get("includeRecipientInfo")
    assert sent == (None if wanted is None else [str(wanted).lower()])


@quirk("reports.search_history", "read-only although it is a POST", "no includeRecipientInfo here")
def test_a_search_has_its_page_in_the_query_and_is_repeated_like_a_read(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({}, 503), told([ENTRY]))
    found = client.reports.search_history(status="success", limit=20, skip=40, order_by="emailSize", filter="ALL")
    assert len(upstream.asked) == 2
    assert (found[0].id, found[0].recipients) == ("789012", ())
    query = parse_qs(urlsplit(upstream.last.path).query)
    assert query == {"limit": ["20"], "skip": ["40"], "orderBy": ["emailSize"], "filter": ["ALL"]}
    with pytest.raises(InvalidArguments):
        client.call("reports.search_history", include_recipient_info=True)


@quirk("reports.search_history", "a condition counts only", "ReportLogSearchCriteria", "the name of the schedule id")
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"title_search_text": "Sales"}, {"includeTitleClause": True, "titleSearchText": "Sales"}),
        ({"status": "failure"}, {"includeStatusClause": True, "status": "failure"}),
        ({"is_automated": False}, {"includeTypeClause": True, "isAutomated": False}),
        ({"schedule_id": "123456"}, {"includeScheduleIdClause": True, "scheduleId": 123456}),
        (
            {"status": "failure", "include_status_clause": False},
            {"includeStatusClause": False, "status": "failure"},
        ),
        ({}, {}),
    ],
)
def test_a_condition_brings_its_switch_along(
    client: Client, upstream: Upstream, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    upstream.answers(told([]))
    client.call("reports.search_history", **given)
    assert upstream.last.json == sent
