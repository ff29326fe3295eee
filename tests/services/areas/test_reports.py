"""Report schedules: what the document leaves open, decided. History and sending have modules of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Asked, Told, Upstream, told

REPORTS = "/api/content/v1/reportschedules"
TIMING = {"frequency": "WEEKLY", "daysToRun": "MON", "hourOfDay": 8, "minOfHour": 0, "enabled": True}


def query_of(asked: Asked) -> dict[str, list[str]]:
    return parse_qs(urlsplit(asked.path).query, keep_blank_values=True)


@quirk("reports.list", "limit is 0 by default")
@quirk("reports.list_sorted", "limit is 0 by default")
@pytest.mark.parametrize("name", ["list", "list_sorted"])
def test_a_limit_and_an_order_are_always_sent(client: Client, upstream: Upstream, name: str) -> None:
    upstream.answers(told([]))
    client.call(f"reports.{name}")
    assert query_of(upstream.last) == {"limit": ["100"], "orderBy": ["startDate"]}
    client.call(f"reports.{name}", limit=0)
    assert query_of(upstream.last)["limit"] == ["0"]


@quirk("reports.list", "the paging parameter is skip")
@quirk("reports.list_sorted", "the paging parameter is skip")
@quirk("reports.list_misconfigured", "the paging parameter is skip")
@quirk("reports.list_resources", "the paging parameter is skip")
@quirk("reports.list_history_by_schedule", "the paging parameter is skip")
@quirk("reports.list_history", "the paging parameter is skip")
@quirk("reports.search_history", "the paging parameter is skip")
@pytest.mark.parametrize(
    "operation",
    [
        "reports.list",
        "reports.list_sorted",
        "reports.list_misconfigured",
        "reports.list_resources",
        "reports.list_history_by_schedule",
        "reports.list_history",
        "reports.search_history",
    ],
)
def test_lists_are_walked_by_skip(client: Client, upstream: Upstream, operation: str) -> None:
    def script(asked: Asked) -> Told:
        query = query_of(asked)
        assert "offset" not in query
        start, size = int(query.get("skip", ["0"])[0]), int(query["limit"][0])
        return told([{"id": number, "resourceId": number} for number in range(start, min(start + size, 230))])

    upstream.script(script)
    arguments = {"schedule_id": 1} if operation.endswith("by_schedule") else {}
    assert len(list(client.walk(operation, **arguments))) == 230
    assert len(upstream.asked) == 3


@quirk("reports.list", "filter has the default USER")
@quirk("reports.list_sorted", "filter has the default USER")
@quirk("reports.list_created_history", "filter has the default USER")
@quirk("reports.list_extended_history", "filter has the default USER")
@quirk("reports.list_history", "filter has the default USER")
@pytest.mark.parametrize(
    "name", ["list", "list_sorted", "list_created_history", "list_extended_history", "list_history"]
)
def test_any_filter_passes_and_none_is_left_to_the_upstream(client: Client, upstream: Upstream, name: str) -> None:
    upstream.answers(told([]))
    client.call(f"reports.{name}")
    assert "filter" not in query_of(upstream.last)
    client.call(f"reports.{name}", filter="ALL")
    assert query_of(upstream.last)["filter"] == ["ALL"]


@quirk("reports.list", "the sample holds embedViewId", "owner is a boolean")
@quirk("reports.list_misconfigured", "active stands beside")
def test_a_schedule_is_read_with_or_without_the_rarer_fields(client: Client, upstream: Upstream) -> None:
    full = {"id": 1, "embedViewId": 5, "cardId": 6, "owner": True, "ownerId": 901234, "schedule": TIMING}
    broken = {"id": 2, "title": "Broken", "schedule": {"frequency": "MONTHLY", "enabled": True}, "active": False}
    upstream.answers(told([full, broken]))
    first, second = client.reports.list_misconfigured()
    assert (first.embed_view_id, first.card_id, first.mine, first.owner_id) == ("5", "6", True, "901234")
    assert (second.embed_view_id, second.card_id, second.mine, second.owner_id) == ("", "", None, "")
    assert (first.active, second.active, second.timing.enabled) == (None, False, True)


no_bearing("reports.list_misconfigured", "why a report is misconfigured", "nothing is answered that could be read")


@quirk("reports.create", "the ReportScheduleInfo object", "additionalRecipients stands inside", "viewId in the request")
@quirk("reports.get_by_view", "the view id is called")
def test_a_schedule_is_created_from_what_is_given(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": 123457, "reportViewId": 789012}))
    recipients = [{"type": "EMAIL", "value": "user@example.com"}]
    timing = {**TIMING, "additionalRecipients": recipients}
    made = client.reports.create("Weekly", view_id="789012", schedule=timing, attachment_include=True)
    body = {"title": "Weekly", "viewId": 789012, "schedule": timing, "attachmentInclude": True}
    assert (upstream.last.method, upstream.last.json) == ("POST", body)
    assert (made.id, made.view_id) == ("123457", "789012")
    assert client.reports.get_by_view(789012).view_id == "789012"


@quirk("reports.create", "timezone and additionalRecipients are in", "success is 200")
@pytest.mark.parametrize("status", [200, 201])
def test_a_created_schedule_may_say_less_than_was_sent(client: Client, upstream: Upstream, status: int) -> None:
    upstream.answers(told({"id": 1, "schedule": {"frequency": "WEEKLY", "daysToRun": "MON,FRI"}}, status))
    timing = client.reports.create(page_id=5, schedule=TIMING).timing
    assert (timing.timezone, timing.additional_recipients, timing.days) == ("", (), ("MON", "FRI"))


@quirk("reports.create", "nextRunDate is epoch")
@quirk("reports.update", "nextRunDate is epoch", "the answer lacks pageId")
def test_the_next_run_is_a_time(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": 1, "schedule": {"nextRunDate": 1700481600000}}))
    for found in (client.reports.create(page_id=5, schedule=TIMING), client.reports.update(1, schedule=TIMING)):
        assert found.timing.next_run == datetime(2023, 11, 20, 12, tzinfo=UTC)
        assert (found.page_id, found.view_id) == ("", "")


@quirk("reports.create", "daysToRun is text")
def test_a_day_of_the_month_goes_out_as_text(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": 1}))
    client.reports.create(page_id=5, schedule={**TIMING, "frequency": "MONTHLY", "daysToRun": 15})
    assert upstream.last.json["schedule"]["daysToRun"] == "15"


def test_a_schedule_that_can_not_be_is_refused_before_it_is_sent(client: Client, upstream: Upstream) -> None:
    for wrong in ({"hourOfDay": 24}, {"minOfHour": "0"}, {"enabled": "yes"}, {"additionalRecipients": [{"type": "X"}]}):
        with pytest.raises(InvalidArguments) as caught:
            client.reports.create(page_id=5, schedule={**TIMING, **wrong})
        assert caught.value.argument == "schedule"
    assert upstream.asked == []


no_bearing("reports.create", "the example body is repeated", "a slip of copying; the body above it is the one")


@quirk("reports.delete_by_page", "DELETE on the collection path")
@pytest.mark.parametrize("page_id", [None, "", " ", "all", "12,13", "-1", True])
def test_schedules_are_never_deleted_without_a_page(client: Client, upstream: Upstream, page_id: Any) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.call("reports.delete_by_page", **({} if page_id is None else {"page_id": page_id}))
    assert caught.value.argument == "page_id"
    assert upstream.asked == []


@quirk("reports.delete_by_page", "DELETE on the collection path", "no answer body")
@quirk("reports.delete", "answers 200, not 204")
@pytest.mark.parametrize("answer", [Told(200), Told(204), told(None), told({"id": 1})])
def test_deleting_takes_any_answer_of_a_success(client: Client, upstream: Upstream, answer: Told) -> None:
    upstream.answers(answer)
    client.reports.delete_by_page("345678")
    assert (upstream.last.method, upstream.last.path) == ("DELETE", f"{REPORTS}?pageId=345678")
    client.reports.delete(123456)
    assert (upstream.last.method, upstream.last.path) == ("DELETE", f"{REPORTS}/123456")


@quirk("reports.get", "static words")
@quirk("reports.list_created_history", "this word shares")
@quirk("reports.list_extended_history", "this word shares")
@quirk("reports.list_history", "this word shares")
@quirk("reports.list_misconfigured", "this word shares")
@quirk("reports.list_resources", "this word shares")
@quirk("reports.list_sorted", "this word shares")
@quirk("reports.set_emails_enabled", "emails/enabled has the shape")
@pytest.mark.parametrize(
    "word", ["created", "history", "resources", "sortby", "misconfigured", "extendedHistory", "emails", "views"]
)
def test_a_word_is_no_schedule(client: Client, upstream: Upstream, word: str) -> None:
    for operation, arguments in (
        ("reports.get", {}),
        ("reports.delete", {}),
        ("reports.update", {"title": "Mine"}),
        ("reports.set_enabled", {"enabled": True}),
        ("reports.unsubscribe", {}),
    ):
        with pytest.raises(InvalidArguments) as caught:
            client.call(operation, schedule_id=word, **arguments)
        assert caught.value.argument == "schedule_id"
    assert upstream.asked == []


@quirk("reports.list_created_history", "this word shares")
@quirk("reports.list_extended_history", "this word shares", "camelCase path word")
@quirk("reports.list_history", "this word shares")
@quirk("reports.list_misconfigured", "this word shares")
@quirk("reports.list_resources", "this word shares")
@quirk("reports.list_sorted", "this word shares")
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("list_created_history", "created"),
        ("list_extended_history", "extendedHistory"),
        ("list_history", "history"),
        ("list_misconfigured", "misconfigured"),
        ("list_resources", "resources"),
        ("list_sorted", "sortby"),
    ],
)
def test_words_are_paths_of_their_own(client: Client, upstream: Upstream, name: str, word: str) -> None:
    upstream.answers(told([]))
    client.call(f"reports.{name}")
    assert urlsplit(upstream.last.path).path == f"{REPORTS}/{word}"


@quirk("reports.update", "the ReportScheduleInfo object", "the example sends only title and schedule")
def test_a_change_sends_the_rest_of_the_schedule_as_it_is(client: Client, upstream: Upstream) -> None:
    present = {
        "id": 123456,
        "reportViewId": 789012,
        "pageId": 345678,
        "title": "Monthly",
        "attachmentInclude": True,
        "schedule": {**TIMING, "timezone": "Europe/Oslo", "nextRunDate": 1700481600000},
    }
    upstream.answers(told(present))
    client.reports.change(123456, title="Weekly", schedule={"hourOfDay": 10})
    assert upstream.last.method == "PUT"
    assert upstream.last.json == {
        "title": "Weekly",
        "pageId": 345678,
        "viewId": 789012,
        "attachmentInclude": True,
        "schedule": {**TIMING, "timezone": "Europe/Oslo", "hourOfDay": 10},
    }
    client.reports.update(123456, title="Alone")
    assert upstream.last.json == {"title": "Alone"}


@quirk("reports.set_enabled", "the body is the bare JSON value")
@quirk("reports.set_emails_enabled", "the body is a bare JSON boolean")
@pytest.mark.parametrize(("value", "sent"), [(True, b"true"), (False, b"false")])
def test_switches_send_a_bare_value(client: Client, upstream: Upstream, value: bool, sent: bytes) -> None:
    upstream.answers(Told(200))
    client.reports.set_enabled(123456, value)
    assert (upstream.last.path, upstream.last.body) == (f"{REPORTS}/123456/enabled", sent)
    assert upstream.last.headers["Content-Type"] == "application/json"
    client.reports.set_emails_enabled(value)
    assert (upstream.last.path, upstream.last.body) == (f"{REPORTS}/emails/enabled", sent)
    assert upstream.last.headers["Content-Type"] == "application/json"


@quirk("reports.set_emails_enabled", "no schedule id")
def test_the_switch_for_all_mails_is_never_sent_by_default(client: Client, upstream: Upstream) -> None:
    for arguments in ({}, {"enabled": None}, {"enabled": "false"}, {"enabled": 0}):
        with pytest.raises(InvalidArguments) as caught:
            client.call("reports.set_emails_enabled", **arguments)
        assert caught.value.argument == "enabled"
    assert upstream.asked == []


@quirk("reports.list_by_resource", "the meaning of resource type OPEN", "no paging")
def test_schedules_of_a_resource_come_whole(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{"id": number} for number in range(150)]))
    assert len(list(client.walk("reports.list_by_resource", resource_type="OPEN", resource_id=5, show_all=True))) == 150
    assert [asked.path for asked in upstream.asked] == [f"{REPORTS}/resources/OPEN/5?showAll=true"]
    with pytest.raises(InvalidArguments) as caught:
        client.call("reports.list_by_resource", resource_type="DATASET", resource_id=5)
    assert caught.value.argument == "resource_type"


@quirk("reports.list_sorted", "titled a map")
@pytest.mark.parametrize("answer", [[{"id": 1}, {"id": 2}], {"1": {"id": 1}, "2": {"id": 2}}, []])
def test_the_map_of_schedules_is_read_as_list_and_as_map(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    assert [schedule.id for schedule in client.reports.list_sorted()] == ["1", "2"][: len(answer)]


@quirk("reports.list_sorted", "same parameters as reports.list")
def test_the_map_takes_what_the_list_takes(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([]))
    arguments = {"filter": "ALL", "title": "Sales", "skip": 3, "order_by": "title", "is_ascending": True}
    client.call("reports.list", **arguments)
    client.call("reports.list_sorted", **arguments)
    listed, mapped = upstream.asked
    assert query_of(listed) == query_of(mapped)


def test_resources_of_two_kinds_may_share_an_id(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{"resourceId": 5, "type": "PAGE"}, {"resourceId": 5, "type": "CARD"}]))
    assert [found.type for found in client.walk("reports.list_resources")] == ["PAGE", "CARD"]
