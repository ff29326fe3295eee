"""Streams: definition, history, runs that take their time."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from tests.sandbox.clients import dataset_id
from tests.waiting import wait_until

BASE = "/api/data/v1/streams"
DEFINITION: dict[str, Any] = {
    "transport": {"type": "CONNECTOR", "description": "com.domo.connector.snowflakeunloadv2", "version": "1"},
    "configuration": [{"name": "query", "value": "SELECT * FROM table", "type": "string", "category": "METADATA"}],
    "account": {"id": 3},
    "updateMethod": "APPEND",
    "dataProvider": {"key": "snowflake-unload-v2"},
    "dataSource": {"name": "Supplier lead times", "description": "Loaded for the range review"},
    "advancedScheduleJson": '{"type": "MANUAL", "timezone": "UTC"}',
}


def _stream(client: httpx.Client, stream: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{BASE}/{stream}").raise_for_status().json()
    return found


def _create(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = client.post(BASE, json={**DEFINITION, **changes}).raise_for_status().json()
    return made


def _run(client: httpx.Client, stream: int) -> str:
    """Runs a stream; gives the state that it ended in."""
    client.post(f"{BASE}/{stream}/executions", json={"runType": "MANUAL"}).raise_for_status()
    wait_until(lambda: _stream(client, stream)["currentExecution"] is None, "the run is over")
    return str(_stream(client, stream)["currentExecutionState"])


def _listed(client: httpx.Client) -> list[dict[str, Any]]:
    return list(client.get(BASE, params={"limit": 500}).raise_for_status().json())


def test_a_stream_coheres_with_its_dataset(client: httpx.Client) -> None:
    identifier = dataset_id(client, "GL balances by cost center")
    dataset = client.get(f"/api/data/v3/datasources/{identifier}").json()
    stream = _stream(client, dataset["streamId"])
    last = stream["lastSuccessfulExecution"]
    assert stream["dataSource"] == dataset
    assert last["rowsInserted"] == dataset["rowCount"]
    # The daily runs have gone on since the company was made.
    assert (last["endedAt"] - dataset["lastUpdated"] // 1000) % 86_400 == 0
    assert stream["account"]["displayName"] == "SAP HANA finance"
    account = client.get(f"/api/data/v1/accounts/{stream['account']['id']}").json()
    assert (account["displayName"], account["status"]) == ("SAP HANA finance", "Active")
    assert json.loads(stream["advancedScheduleJson"])["type"] == "DAY"
    assert stream["currentExecution"] is None


def test_times_are_seconds_and_the_index_key_keeps_its_digits(client: httpx.Client) -> None:
    text = client.get(f"{BASE}/4812").text
    assert re.search(r'"indexRequestKey":\d{14}\.\d{3},', text)
    assert re.search(r'"lastExecution":{[^}]*"startedAt":\d{10},', text)


def test_the_history_is_newest_first_and_tells_what_went_wrong(client: httpx.Client) -> None:
    history = client.get(f"{BASE}/4812/history/aggregate").raise_for_status().json()
    numbers = [each["executionId"] for each in history]
    assert numbers == list(range(numbers[0], numbers[0] - 100, -1))
    failed = [each for each in history if each["currentState"] == "ERROR"]
    assert failed
    assert all(each["errors"][0]["message"] and each["rowsInserted"] == 0 for each in failed)
    assert "errors" not in next(each for each in history if each["currentState"] == "SUCCESS")


def test_streams_of_failed_datasets_failed_last(client: httpx.Client) -> None:
    broken = [each for each in _listed(client) if each["dataSource"]["status"] == "ERROR"]
    assert broken
    for stream in broken:
        assert stream["lastExecution"]["currentState"] == "ERROR"
        assert stream["lastExecution"]["errors"]
        good = stream["lastSuccessfulExecution"]
        assert good is None or good["endedAt"] < stream["lastExecution"]["startedAt"]


def test_a_stream_brings_its_dataset_and_can_be_updated(client: httpx.Client) -> None:
    made = _create(client)
    source = made["dataSource"]
    assert (source["name"], source["streamId"], source["rowCount"]) == ("Supplier lead times", made["id"], 0)
    assert (made["updateMethod"], made["account"]["id"]) == ("APPEND", 3)
    changed = {**DEFINITION, "updateMethod": "REPLACE", "dataSource": {"name": "Supplier lead times by lane"}}
    client.put(f"{BASE}/{made['id']}", json=changed).raise_for_status()
    stream = _stream(client, made["id"])
    assert (stream["updateMethod"], stream["dataSource"]["name"]) == ("REPLACE", "Supplier lead times by lane")
    assert stream["configuration"][0]["value"] == "SELECT * FROM table"


def test_a_run_loads_rows_into_the_dataset(client: httpx.Client) -> None:
    made = _create(client)
    answer = client.post(f"{BASE}/{made['id']}/executions", json={"runType": "MANUAL"})
    execution = answer.json()
    assert answer.status_code == 201
    assert (execution["currentState"], execution["endedAt"], execution["executionId"]) == ("ACTIVE", None, 1)
    second = client.post(f"{BASE}/{made['id']}/executions", json={"action": "MANUAL"})
    assert second.status_code == 409
    path = f"/api/data/v3/datasources/{made['dataSource']['id']}"
    wait_until(lambda: client.get(path).json()["rowCount"] == 1200, "the rows are there")
    assert _stream(client, made["id"])["currentExecutionState"] == "SUCCESS"
    assert client.get(f"{BASE}/{made['id']}/history/aggregate").json()[0]["rowsInserted"] == 1200
    answer = client.post(f"{BASE}/{made['id']}/executions", json={"action": "Manual"})
    assert (answer.status_code, answer.json()) == (200, {})
    path = f"{BASE}/{made['id']}/executions/2/abort"
    assert client.put(path).status_code == 200
    assert _stream(client, made["id"])["currentExecutionState"] == "CANCELLED"
    assert client.put(path).status_code == 409


def test_a_run_with_an_account_that_cannot_sign_in_fails(client: httpx.Client) -> None:
    accounts = client.get("/api/data/v1/accounts/").json()
    invalid = next(
        each["accountId"]
        for each in accounts
        if client.get(f"/api/data/v1/accounts/{each['accountId']}").json()["status"] == "Invalid"
    )
    made = _create(client, account={"id": invalid})
    assert _run(client, made["id"]) == "ERROR"
    stream = _stream(client, made["id"])
    assert f"account {invalid}" in stream["lastExecution"]["errors"][0]["message"]
    assert (stream["dataSource"]["status"], stream["dataSource"]["rowCount"]) == ("ERROR", 0)
    client.put(f"{BASE}/{made['id']}", json=DEFINITION).raise_for_status()
    assert _run(client, made["id"]) == "SUCCESS"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"transport": {}}, "transport.type"),
        ({"configuration": None}, "configuration"),
        ({"configuration": [{"name": "a", "value": 1}]}, "value of a must be a text"),
        ({"account": {"id": 999_999}}, "account.id"),
        ({"updateMethod": "SOMEHOW"}, "updateMethod"),
        ({"dataProvider": {}}, "dataProvider.key"),
        ({"dataSource": {"name": " "}}, "dataSource.name"),
        ({"advancedScheduleJson": {"type": "MANUAL"}}, "advancedScheduleJson"),
    ],
)
def test_definitions_are_checked(client: httpx.Client, changes: dict[str, Any], words: str) -> None:
    answer = client.post(BASE, json={**DEFINITION, **changes})
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_unknown_streams_and_those_of_others_are_refused(client: httpx.Client) -> None:
    assert client.get(f"{BASE}/99").status_code == 404
    legal = next(each for each in _listed(client) if each["dataSource"]["permissions"] == "READ")
    run = client.post(f"{BASE}/{legal['id']}/executions", json={"runType": "MANUAL"})
    assert (run.status_code, "permission" in run.json()["message"]) == (403, True)
    wrong = client.post(f"{BASE}/4812/executions", json={"runType": "SOON"})
    assert (wrong.status_code, wrong.json()["message"]) == (400, "runType must be MANUAL")
