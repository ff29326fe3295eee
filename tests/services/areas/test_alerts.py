"""Alerts: what the document leaves open, decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments, UnexpectedAnswer
from domoadmin.services.operations import RetrySafety, registry
from tests.services.conftest import TOKEN
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, Asked, Told, Upstream, told

LISTED = {"id": 358, "name": "Any row", "createdAt": "2024-12-12 23:37:32", "modifiedAt": "2024-12-13 18:55:17"}


def query_of(asked: Asked) -> dict[str, list[str]]:
    return parse_qs(urlsplit(asked.path).query)


@quirk("alerts.list", "the example answer wraps the array")
@pytest.mark.parametrize("answer", [[LISTED], {"alerts": [LISTED]}])
def test_alerts_are_read_from_an_array_bare_or_wrapped(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    assert [alert.id for alert in client.alerts.list()] == ["358"]


@quirk("alerts.list", "the example answer wraps the array")
def test_the_sample_as_printed_is_no_json_and_says_so(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b'{ [ {"id": 358} ] }', {"Content-Type": "application/json"}))
    with pytest.raises(UnexpectedAnswer):
        client.alerts.list()


@quirk("alerts.list", "triggered is typed String")
@pytest.mark.parametrize(("given", "sent"), [(True, "true"), (False, "false"), ("true", "true")])
def test_triggered_passes_as_flag_and_as_text(client: Client, upstream: Upstream, given: Any, sent: str) -> None:
    upstream.answers(told([]))
    client.alerts.list(triggered=given)
    assert query_of(upstream.last) == {"triggered": [sent]}


@quirk("alerts.list", "the dataset filter is spelled")
def test_the_filter_by_dataset_has_a_capital_s(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([]))
    client.alerts.list(data_set_id="58b3775b")
    assert query_of(upstream.last) == {"dataSetId": ["58b3775b"]}


@quirk("alerts.list", "the Endpoint line shows all=true&limit=5")
def test_all_and_limit_go_together_and_neither_by_itself(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([]))
    client.alerts.list()
    assert query_of(upstream.last) == {}
    client.alerts.list(all=True, limit=5)
    assert query_of(upstream.last) == {"all": ["true"], "limit": ["5"]}


@quirk("alerts.list", "createdAt and modifiedAt")
@quirk("alerts.get", "times are")
@pytest.mark.parametrize("call", [lambda client: client.alerts.get(358), lambda client: client.alerts.list()[0]])
def test_times_without_a_zone_are_utc(client: Client, upstream: Upstream, call: Callable[[Client], Any]) -> None:
    upstream.script(lambda asked: told(LISTED if asked.path.endswith("/358") else [LISTED]))
    alert = call(client)
    assert alert.created == datetime(2024, 12, 12, 23, 37, 32, tzinfo=UTC)
    assert alert.modified == datetime(2024, 12, 13, 18, 55, 17, tzinfo=UTC)


@quirk("alerts.list", "the example answer lacks description")
def test_without_a_description_the_rule_stands_in(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([LISTED, {**LISTED, "rule": "Any row"}, {**LISTED, "rule": "Any row", "description": "Why"}]))
    assert [alert.description for alert in client.alerts.list()] == ["", "Any row", "Why"]


@quirk("alerts.get", "the format of fields")
@pytest.mark.parametrize(("given", "sent"), [("all", "all"), ("id,owner", "id,owner"), (["id", "owner"], "id,owner")])
def test_fields_are_joined_by_commas(client: Client, upstream: Upstream, given: Any, sent: str) -> None:
    upstream.answers(told(LISTED))
    client.alerts.get(358, fields=given)
    assert query_of(upstream.last) == {"fields": [sent]}


@quirk("alerts.list", "the example calls a relative URL")
@quirk("alerts.get", "the example calls a relative URL")
@quirk("alerts.delete", "the example calls a relative URL")
@quirk("alerts.subscribe", "the example calls a relative URL")
@quirk("alerts.unsubscribe", "the example calls a relative URL")
@quirk("alerts.share", "the example calls a relative URL")
@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.alerts.list(),
        lambda client: client.alerts.get(1),
        lambda client: client.alerts.delete(1),
        lambda client: client.alerts.subscribe(1, 2, "USER"),
        lambda client: client.alerts.unsubscribe(1, 2, "USER"),
        lambda client: client.alerts.share(1, "See", [{"subscriberId": 2, "type": "USER"}]),
    ],
)
def test_every_call_carries_the_token(client: Client, upstream: Upstream, call: Callable[[Client], Any]) -> None:
    upstream.script(lambda asked: told([] if asked.method == "GET" and asked.path.endswith("alerts") else {}))
    call(client)
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN


@quirk("alerts.delete", "the answer is described only")
@quirk("alerts.subscribe", "no answer body")
@quirk("alerts.unsubscribe", "no answer body")
@quirk("alerts.share", "no answer body")
@pytest.mark.parametrize("answer", [Told(200), Told(204), told({"success": True}), told(True)])
def test_any_answer_of_a_success_will_do(client: Client, upstream: Upstream, answer: Told) -> None:
    upstream.answers(answer)
    client.alerts.delete(1)
    client.alerts.subscribe(1, 2, "USER")
    client.alerts.unsubscribe(1, 2, "USER")
    client.alerts.share(1, "See", [{"subscriberId": 2, "type": "USER"}])
    assert len(upstream.asked) == 4


@quirk("alerts.delete", "alertId is listed under Arguments")
def test_the_alert_to_delete_stands_in_the_path(client: Client, upstream: Upstream) -> None:
    client.alerts.delete(358)
    assert (upstream.last.method, upstream.last.path, upstream.last.body) == (
        "DELETE",
        "/api/social/v4/alerts/358",
        b"",
    )


@quirk("alerts.subscribe", "the code lacks method", "the body is documented only in the code")
def test_subscribing_is_a_post_of_json(client: Client, upstream: Upstream) -> None:
    client.alerts.subscribe("358", "12345", "USER")
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/social/v4/alerts/358/subscriptions")
    assert upstream.last.headers["Content-Type"] == "application/json"
    assert upstream.last.json == {"subscriberId": 12345, "type": "USER"}


@quirk("alerts.subscribe", "the type values are listed only")
@quirk("alerts.share", '"See above for entity params"')
def test_types_of_subscribers_are_those_of_unsubscribing(client: Client, upstream: Upstream) -> None:
    for kind in ("USER", "GROUP", "BUZZ", "DAILY", "WEEKLY", "AUTO"):
        client.alerts.subscribe(1, 2, kind)
        client.alerts.share(1, "See", [{"subscriberId": 2, "type": kind}])
    with pytest.raises(InvalidArguments) as caught:
        client.alerts.subscribe(1, 2, "user")  # type: ignore[arg-type]  # what is tested
    assert caught.value.argument == "type"
    with pytest.raises(InvalidArguments) as caught:
        client.alerts.share(1, "See", [{"subscriberId": 2, "type": "EVERYONE"}])
    assert caught.value.argument == "alert_subscriptions"
    assert len(upstream.asked) == 12


@quirk("alerts.unsubscribe", "the section says POST", "the subscriber goes in the query")
def test_unsubscribing_is_a_delete_with_a_query(client: Client, upstream: Upstream) -> None:
    client.alerts.unsubscribe(358, "12345", "USER")
    assert (upstream.last.method, upstream.last.body) == ("DELETE", b"")
    assert upstream.last.path.startswith("/api/social/v4/alerts/358/subscriptions?")
    assert query_of(upstream.last) == {"subscriberId": ["12345"], "type": ["USER"]}


no_bearing("alerts.unsubscribe", "the alertId description", "a copied sentence; the path says what the id is")


@quirk("alerts.share", "the code lacks method", "the code function takes email", "sendEmail and metaData have no")
def test_sharing_is_a_post_and_mails_only_when_told(client: Client, upstream: Upstream) -> None:
    subscriptions = [{"subscriberId": "12345", "type": "USER"}]
    client.alerts.share(358, "See", subscriptions)
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/social/v4/alerts/358/share")
    body = {"userMessage": "See", "alertSubscriptions": [{"subscriberId": 12345, "type": "USER"}]}
    assert upstream.last.json == body
    client.alerts.share(358, "See", subscriptions, send_email=True, meta_data={})
    assert upstream.last.json == {**body, "sendEmail": True, "metaData": {}}


@quirk("alerts.share", "userMessage is required")
def test_sharing_needs_a_message_and_somebody(client: Client, upstream: Upstream) -> None:
    for named, arguments in (
        ("user_message", {"alert_subscriptions": [{"subscriberId": 2, "type": "USER"}]}),
        ("alert_subscriptions", {"user_message": "See", "alert_subscriptions": []}),
        ("alert_subscriptions", {"user_message": "See", "alert_subscriptions": [{"type": "USER"}]}),
    ):
        with pytest.raises(InvalidArguments) as caught:
            client.call("alerts.share", alert_id=1, **arguments)
        assert caught.value.argument == named
    assert upstream.asked == []


def test_sharing_is_never_repeated_and_deleting_is(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.alerts.share(1, "See", [{"subscriberId": 2, "type": "USER"}])
    assert len(upstream.asked) == 1
    assert registry.get("alerts.share").retry_safety is RetrySafety.UNSAFE
    upstream.answers(CUT, told({}))
    client.alerts.delete(1)
    assert len(upstream.asked) == 3


def test_an_alert_is_read_with_its_trouble_and_its_subscribers(client: Client, upstream: Upstream) -> None:
    raw = {
        "id": "7",
        "owner": 5,
        "error": {"message": "No longer loads"},
        "subscriptions": [{"subscriberId": 5, "type": "USER"}],
        "currentUserSubscribed": True,
    }
    upstream.answers(told(raw))
    alert = client.alerts.get(7)
    assert (alert.id, alert.owner_id, alert.error, alert.subscribed) == ("7", "5", "No longer loads", True)
    assert [(each.subscriber_id, each.type) for each in alert.subscriptions] == [("5", "USER")]


def test_an_alert_is_given_away_as_public_clients_do(client: Client, upstream: Upstream) -> None:
    client.alerts.change_owner("358", "901234")
    assert (upstream.last.method, upstream.last.json) == ("PATCH", {"id": 358, "owner": 901234})
    with pytest.raises(InvalidArguments) as caught:
        client.alerts.get("all")
    assert caught.value.argument == "alert_id"


def test_alerts_are_walked_by_offset(client: Client, upstream: Upstream) -> None:
    def script(asked: Asked) -> Told:
        query = {name: int(values[0]) for name, values in query_of(asked).items()}
        start, size = query.get("offset", 0), query["limit"]
        return told([{"id": number} for number in range(start, min(start + size, 250))])

    upstream.script(script)
    assert [alert.id for alert in client.walk("alerts.list")] == [str(number) for number in range(250)]
