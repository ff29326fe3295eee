"""Sending reports and rendering cards: what the document leaves open, decided."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments, UnexpectedAnswer
from domoadmin.services.operations import RetrySafety, registry
from domoadmin.services.roles import Role
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, Told, Upstream, told

REPORTS = "/api/content/v1/reportschedules"
ADDRESSES = [{"type": "EMAIL", "value": "user@example.com"}]
PEOPLE = [{"userId": 901234, "displayName": "John Doe", "emailAddress": "john.doe@example.com"}]
SENDS: dict[str, Callable[[Client], Any]] = {
    "notifications": lambda client: client.reports.build_and_email(1, PEOPLE),
    "notifications/queue": lambda client: client.reports.queue_build_and_email(1, PEOPLE),
    "queue": lambda client: client.reports.queue_now(1, ADDRESSES),
    "sendnow": lambda client: client.reports.send_now(1, ADDRESSES),
    "sendResubscribe": lambda client: client.reports.send_resubscribe_email(1, ADDRESSES),
}


@quirk("reports.build_and_email", "recipients are")
@quirk("reports.queue_build_and_email", "recipients are")
@quirk("reports.queue_now", "recipients are")
@quirk("reports.send_now", "recipients are", "sendnow is all lower case")
@quirk("reports.send_resubscribe_email", "recipients are", "sendResubscribe is camelCase")
@quirk("reports.send_now_by_view", "recipients are", "sendNow here")
def test_each_send_takes_its_own_form_of_recipients_on_its_own_path(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(202))
    for place, send in SENDS.items():
        send(client)
        assert upstream.last.path == f"{REPORTS}/1/{place}"
        assert upstream.last.json == (PEOPLE if place.startswith("notifications") else ADDRESSES)
    client.reports.send_now_by_view(789012, ADDRESSES)
    assert (upstream.last.path, upstream.last.json) == (f"{REPORTS}/views/789012/sendNow", ADDRESSES)
    count = len(upstream.asked)
    for call, wrong in (
        (client.reports.build_and_email, ADDRESSES),
        (client.reports.queue_build_and_email, ADDRESSES),
        (client.reports.queue_now, PEOPLE),
        (client.reports.send_now, PEOPLE),
        (client.reports.send_resubscribe_email, PEOPLE),
        (client.reports.send_now_by_view, PEOPLE),
        (client.reports.send_now, []),
    ):
        with pytest.raises(InvalidArguments) as caught:
            call(1, wrong)
        assert caught.value.argument in ("people", "recipients")
    assert len(upstream.asked) == count


@quirk("reports.build_and_email", "202: accepted")
@quirk("reports.queue_build_and_email", "202: accepted")
@quirk("reports.queue_now", "202: accepted")
@quirk("reports.send_now", "202: accepted")
@quirk("reports.send_resubscribe_email", "202: accepted")
@quirk("reports.send_now_by_view", "202: accepted")
@quirk("reports.send_now_with_params", "202: accepted")
@pytest.mark.parametrize("answer", [Told(202), told(None, 202), told({"id": 1}, 200)])
def test_a_send_is_accepted_with_or_without_words(client: Client, upstream: Upstream, answer: Told) -> None:
    upstream.answers(answer)
    for send in SENDS.values():
        send(client)
    client.reports.send_now_by_view(1, ADDRESSES)
    client.reports.send_now_with_params(1, ADDRESSES)
    assert len(upstream.asked) == 7


@pytest.mark.parametrize("place", SENDS)
def test_mail_is_never_sent_twice(client: Client, upstream: Upstream, place: str) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        SENDS[place](client)
    assert len(upstream.asked) == 1


def test_every_send_counts_as_unsafe() -> None:
    names = [
        *("build_and_email", "queue_build_and_email", "queue_now", "send_now", "send_resubscribe_email"),
        *("send_now_by_view", "send_now_with_params", "rerun_failed"),
    ]
    assert {registry.get(f"reports.{name}").retry_safety for name in names} == {RetrySafety.UNSAFE}


no_bearing(
    "reports.queue_build_and_email", "how it differs", "both are sent as documented; the history shows which ran"
)


@quirk("reports.send_now_by_view", "attachmentInclude is in the query")
def test_attachments_are_asked_for_in_the_query_of_a_view(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(202))
    client.reports.send_now_by_view(789012, ADDRESSES, attachment_include=True)
    assert upstream.last.path.endswith("/sendNow?attachmentInclude=true")
    assert upstream.last.json == ADDRESSES


@quirk("reports.send_now_with_params", "the body is an object", "ResourceSendNowInfo")
def test_parameters_go_beside_the_recipients(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(202))
    client.reports.send_now_with_params(1, ADDRESSES, "789012", {"param1": "value1"}, attachment_include=False)
    body = {"recipients": ADDRESSES, "alertActionId": 789012, "emailParams": {"param1": "value1"}}
    assert upstream.last.json == body
    assert upstream.last.path.endswith("?attachmentInclude=false")
    client.reports.send_now_with_params(1, ADDRESSES)
    assert upstream.last.json == {"recipients": ADDRESSES}


@quirk("reports.resubscribe", "userId and emailId are both optional", "the address is called emailId", "no body")
@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({}, {}),
        ({"user_id": 5}, {"userId": ["5"]}),
        ({"email_id": "a@b.example"}, {"emailId": ["a@b.example"]}),
    ],
)
def test_resubscribing_names_nobody_a_user_or_an_address(
    client: Client, upstream: Upstream, given: dict[str, Any], query: dict[str, list[str]]
) -> None:
    upstream.answers(Told(200))
    client.call("reports.resubscribe", schedule_id=1, **given)
    assert parse_qs(urlsplit(upstream.last.path).query) == query
    assert upstream.last.body == b""


@quirk("reports.unsubscribe", "takes neither body nor query")
def test_unsubscribing_names_nobody(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200))
    client.reports.unsubscribe(123456)
    assert (upstream.last.path, upstream.last.body) == (f"{REPORTS}/123456/unsubscribe", b"")
    with pytest.raises(InvalidArguments):
        client.call("reports.unsubscribe", schedule_id=1, user_id=5)


@quirk("reports.delete_unsubscribed_recipient", "userId and emailId are both optional", "it deletes the record")
@pytest.mark.parametrize("given", [{}, {"user_id": ""}, {"email_id": " "}, {"user_id": None, "email_id": None}])
def test_no_record_is_deleted_without_saying_whose(client: Client, upstream: Upstream, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments):
        client.call("reports.delete_unsubscribed_recipient", schedule_id=1, **given)
    assert upstream.asked == []
    upstream.answers(Told(200))
    client.reports.delete_unsubscribed_recipient(1, email_id="a@b.example")
    assert upstream.last.path == f"{REPORTS}/1/unsubscribe/recipient?emailId=a%40b.example"
    assert registry.get("reports.delete_unsubscribed_recipient").destructive


@quirk("reports.rerun_failed", "start and end are integer", "parameters in the query", "answers 200 although")
def test_a_rerun_names_its_period_in_milliseconds_and_happens_once(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200))
    client.reports.rerun_failed(datetime(2023, 11, 20, tzinfo=UTC), datetime(2023, 11, 20, 12, tzinfo=UTC))
    assert upstream.last.path == f"{REPORTS}/failures/rerun?start=1700438400000&end=1700481600000"
    assert upstream.last.body == b""
    client.reports.rerun_failed(1700438400000, 1700481600000)
    assert upstream.last.path == upstream.asked[0].path
    with pytest.raises(InvalidArguments) as caught:
        client.reports.rerun_failed(2, 1)
    assert (caught.value.argument, len(upstream.asked)) == ("start", 2)
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.reports.rerun_failed(1, 2)
    assert len(upstream.asked) == 3
    assert registry.get("reports.rerun_failed").role is Role.SUPPORT


CARD = {"title": "Sample Card", "encodedImage": base64.b64encode(b"\x89PNG").decode(), "cardType": "kpi"}


@quirk("reports.render_cards_for_email", "read-only although", "the only path word")
def test_rendering_is_repeated_like_a_read(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({}, 503), told({"123": CARD}))
    assert [card.id for card in client.reports.render_cards_for_email(["123"])] == ["123"]
    assert [(asked.method, asked.path) for asked in upstream.asked] == [("POST", f"{REPORTS}/card-email-data")] * 2
    assert upstream.last.json == [123]


@quirk("reports.render_cards_for_email", "the sample wraps the card")
@pytest.mark.parametrize(
    ("answer", "asked", "ids"),
    [
        ({"123": CARD, "456": CARD}, [123, 456], ["123", "456"]),
        ({"additionalProperties": CARD}, [123], ["123"]),
        ({"additionalProperties": CARD}, [123, 456], [""]),
        ({}, [123], []),
    ],
)
def test_rendered_cards_are_read_by_id_or_as_the_sample_has_them(
    client: Client, upstream: Upstream, answer: Any, asked: list[int], ids: list[str]
) -> None:
    upstream.answers(told(answer))
    assert [card.id for card in client.reports.render_cards_for_email(asked)] == ids


def test_a_rendered_card_that_is_none_is_no_success(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"123": "not found"}))
    with pytest.raises(UnexpectedAnswer):
        client.reports.render_cards_for_email([123])


@quirk("reports.render_cards_for_email", "encodedImage is base64")
def test_the_picture_is_decoded_or_none(client: Client, upstream: Upstream) -> None:
    broken = {**CARD, "encodedImage": "not base64!"}
    upstream.answers(told({"1": CARD, "2": broken, "3": {**CARD, "encodedImage": None}}))
    assert [card.image for card in client.reports.render_cards_for_email([1, 2, 3])] == [b"\x89PNG", None, None]


@quirk("reports.render_cards_for_email", "htmlContent is HTML")
def test_markup_is_marked_as_such_and_its_words_can_be_had(client: Client, upstream: Upstream) -> None:
    markup = "<div onclick='x()'>Sales &amp; <b>returns</b><script>alert(1)</script><style>b{}</style></div>"
    upstream.answers(told({"1": {**CARD, "htmlContent": markup}}))
    card = client.reports.render_cards_for_email([1])[0]
    assert card.untrusted_html == markup
    assert card.plain_text == "Sales & returns"
