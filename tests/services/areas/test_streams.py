"""Streams: definitions, executions, runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from domoadmin.reference import entries
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.conftest import TOKEN
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

no_bearing("streams.execute", "streamId is listed under", "its example path holds it")
no_bearing("streams.create", "no endpoint to delete", "nothing is sent for it; the docstring warns")

CREATED = entries()["streams.create"]["body"]["example"]
STREAM = entries()["streams.get"]["response"]["example"]
DEFINITION: dict[str, Any] = {
    "transport": CREATED["transport"],
    "configuration": CREATED["configuration"],
    "account": {"id": "3"},
    "update_method": "APPEND",
    "data_provider": CREATED["dataProvider"],
    "data_source": CREATED["dataSource"],
    "advanced_schedule_json": CREATED["advancedScheduleJson"],
}


@quirk(
    "streams.create", "the example headers hold", "advancedScheduleJson is JSON", "account.id is a number", "no answer"
)
@quirk(
    "streams.update", "the example headers hold", "all parts are required", "advancedScheduleJson is JSON", "no answer"
)
@pytest.mark.parametrize("answer", [Told(200), told({}), told({"id": 371}), told({"stream": {"id": "371"}})])
def test_a_definition_goes_whole_whatever_is_answered(client: Client, upstream: Upstream, answer: Told) -> None:
    upstream.answers(answer)
    made = client.streams.create(**DEFINITION)
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/data/v1/streams")
    assert upstream.last.json == CREATED
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN
    assert made.id in ("", "371")
    client.streams.update(371, **DEFINITION)
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/data/v1/streams/371")
    assert upstream.last.json == CREATED
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN


def test_a_stream_without_an_account_goes_back_without_one(client: Client, upstream: Upstream) -> None:
    """The example of streams.get has null for it."""
    upstream.answers(told({}))
    client.streams.update(371, **{**DEFINITION, "account": None})
    assert upstream.last.json == CREATED | {"account": None}


@quirk("streams.update", "an absent value")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transport", {"type": "CONNECTOR"}),
        ("configuration", [{"name": "fetch_size", "value": None, "type": "string", "category": "METADATA"}]),
        ("configuration", [{"name": "fetch_size", "value": 5, "type": "string", "category": "METADATA"}]),
        ("account", {}),
        ("data_provider", {"key": 5}),
        ("data_source", {"description": "x"}),
        ("advanced_schedule_json", '{"type": '),
        ("advanced_schedule_json", '"MANUAL"'),
    ],
)
def test_a_definition_is_checked_before_it_is_sent(client: Client, upstream: Upstream, name: str, value: Any) -> None:
    """An absent value is the text "None", as the example has it: null is refused."""
    for call in (client.streams.create, lambda **given: client.streams.update(371, **given)):
        with pytest.raises(InvalidArguments) as caught:
            call(**{**DEFINITION, name: value})
        assert caught.value.argument == name
    assert upstream.asked == []


@quirk("streams.get", "execution times", "advancedScheduleJson and dataSource.tags", "stream_id is typed")
@quirk("streams.get", "account and currentExecution", "the example shows no authentication")
def test_a_stream_is_read_from_the_documented_example(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(STREAM))
    found = client.streams.get("371")
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN
    assert (found.id, found.account_id, found.current_execution, found.state) == ("371", "", None, "SUCCESS")
    assert found.schedule["interval"] == 30
    assert found.last_execution is not None
    assert found.last_execution.started == datetime(2022, 5, 13, 22, 43, 2, tzinfo=UTC)
    assert found.created == datetime(2020, 7, 8, 16, 13, 16, tzinfo=UTC)
    assert found.dataset is not None
    assert found.dataset.created == datetime(2020, 7, 8, 16, 13, 15, tzinfo=UTC)
    assert found.dataset.tags == ("s_covid-19", "udt_MINUTE at undefined", "um_REPLACE", "covid-19")
    assert [setting.value for setting in found.configuration] == ["0", "time_series_tracker_data"]
    upstream.answers(told({"id": 371, "account": {"id": 3}, "advancedScheduleJson": "none"}))
    assert (client.streams.get(371).account_id, client.streams.get(371).schedule) == ("3", {})


@quirk("streams.get", "indexRequestKey is a decimal number")
def test_the_index_key_keeps_its_digits(client: Client, upstream: Upstream) -> None:
    text = json.dumps({"id": 371, "lastExecution": {"executionId": 5, "indexRequestKey": "KEY"}})
    body = text.replace('"KEY"', "20220513224325.628").encode()
    upstream.answers(Told(200, body, {"Content-Type": "application/json"}))
    found = client.streams.get(371).last_execution
    assert found is not None
    assert found.index_request_key == "20220513224325.628"


@quirk(
    "streams.history", "times are epoch seconds", "newest first", "the path ends", "the example shows no authentication"
)
def test_the_history_is_read_in_its_order(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(entries()["streams.history"]["response"]["example"]))
    newest, older = client.streams.history(371)
    assert upstream.last.path == "/api/data/v1/streams/371/history/aggregate"
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN
    assert (newest.id, older.id, newest.rows_inserted, newest.running) == ("34320", "34319", 297164, False)
    assert newest.started == datetime(2022, 6, 23, 18, 43, 4, tzinfo=UTC)
    assert registry.get("streams.history").paging is None
    upstream.answers(told([{"executionId": 5, "currentState": "ERROR", "errors": [{"message": "timed out"}, "odd"]}]))
    assert client.streams.history(371)[0].errors == ("timed out", "odd")


@quirk("streams.execute", "the Connectors section sends", "the table of the Datasets section", "the Connectors example")
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {"runType": "MANUAL"}),
        ({"run_type": "MANUAL"}, {"runType": "MANUAL"}),
        ({"action": "MANUAL"}, {"action": "MANUAL"}),
        ({"action": "Manual"}, {"action": "MANUAL"}),
    ],
)
def test_a_run_is_asked_for_in_either_form(
    client: Client, upstream: Upstream, given: dict[str, Any], sent: dict[str, str]
) -> None:
    client.streams.execute(25775, **given)
    assert (upstream.last.path, upstream.last.json) == ("/api/data/v1/streams/25775/executions", sent)
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN
    client.call("connectors.run", stream_id=25775, **given)
    assert upstream.last.json == sent
    assert registry.get("streams.execute").retry_safety is RetrySafety.VERIFIABLE


@quirk("streams.execute", "streamId is typed", "startedAt is epoch seconds", "follow the run")
@pytest.mark.parametrize("status", [200, 201])
def test_a_run_answers_with_the_execution_or_with_nothing(client: Client, upstream: Upstream, status: int) -> None:
    example = entries()["streams.execute"]["response"]["example"]
    body = json.dumps(example).replace("1734458216.0", "1734458216.500000000").encode()
    upstream.answers(Told(status, body, {"Content-Type": "application/json"}))
    found = client.streams.execute("25775")
    assert (found.stream_id, found.id, found.state, found.running) == ("25775", "2", "ACTIVE", True)
    assert found.started == datetime(2024, 12, 17, 17, 56, 56, 500000, UTC)
    assert found.request_id == "HAK43KQGQ7-GNKF0-SRC9Y"
    for nothing in (told({}), Told(200), told({"HTTP/1.1": "200 OK", "body": {}})):
        upstream.answers(nothing)
        empty = client.streams.execute("25775")
        assert (empty.id, empty.state, empty.running) == ("", "", False)
