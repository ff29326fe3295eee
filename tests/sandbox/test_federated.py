"""Federated migrations as their document describes them, asked by a plain HTTP client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

BASE = "/api/query/migration"
V1 = f"{BASE}/federated/v1/to/v2"
TABLE = {"catalog": "HALDEN", "schema": "NULL", "table": "MOVED"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox of its own: a dataset whose move has failed once remembers it."""
    with SandboxProcess(tmp_path_factory.mktemp("federated")) as process:
        yield process


def read(client: httpx.Client, path: str) -> Any:
    """What a listing answers."""
    answer = client.get(path)
    answer.raise_for_status()
    return answer.json()


def moved(client: httpx.Client, path: str, **body: str) -> dict[str, Any]:
    """What a move answers when it has ended."""
    answer = client.post(path, json=body) if body else client.post(path)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    assert datetime.fromisoformat(found["startTime"]) <= datetime.fromisoformat(found["endTime"])
    return found


def all_at_once(call: Callable[[str], dict[str, Any]], identifiers: list[str]) -> dict[str, dict[str, Any]]:
    """The answers of calls that take some seconds each, by dataset."""
    with ThreadPoolExecutor(40) as pool:
        return dict(zip(identifiers, pool.map(call, identifiers), strict=True))


def mine(client: httpx.Client, identifiers: list[str]) -> list[str]:
    """The datasets that the token's owner may change."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: read(client, f"/api/data/v3/datasources/{each}"), identifiers))
    return [each["id"] for each in found if each["permissions"] != "READ"]


def standing(client: httpx.Client, account: str) -> dict[str, dict[str, Any]]:
    """The candidates of an account by id."""
    return {each["id"]: each for each in read(client, f"{V1}/candidates/{account}")}


def integration(client: httpx.Client, kind: str = "snowflake") -> str:
    """The id of the first integration of a type."""
    return str(read(client, f"{BASE}/integrations/{kind}")[0]["id"])


def candidates(client: httpx.Client, reverse: bool = False) -> dict[str, dict[str, Any]]:
    """The candidates for the first Snowflake integration, or for the way back."""
    way = "amplifier/to/federated" if reverse else "federated/to/amplifier"
    return {each["id"]: each for each in read(client, f"{BASE}/candidates/{way}/integrations/{integration(client)}")}


def test_types_and_accounts(client: httpx.Client) -> None:
    types = read(client, f"{V1}/types")
    assert types == ["mysql-federated", "saphana-federated", "snowflake-federated"]
    accounts = {kind: read(client, f"{V1}/accounts/{kind}") for kind in types}
    assert accounts["saphana-federated"] == [], "no V2 account was created for it"
    assert accounts["snowflake-federated"] == [
        {"id": "3", "type": "snowflake-federated", "name": "Snowflake reporting"}
    ]
    assert client.get(f"{V1}/candidates/4").status_code == 403, "somebody else's account"
    assert client.get(f"{V1}/candidates/99").status_code == 404


def test_v1_datasets_move_to_v2_and_back(client: httpx.Client) -> None:
    before = standing(client, "3")
    assert {each["migrated"] for each in before.values()} == {True, False}
    waiting = mine(client, [identifier for identifier, each in before.items() if not each["migrated"]])
    answers = all_at_once(lambda each: moved(client, f"{V1}/{each}/accounts/3", **TABLE), waiting)
    states = {identifier: each["state"] for identifier, each in answers.items()}
    assert set(states.values()) == {"COMPLETE", "INCOMPLETE", "ABORTED"}
    after = standing(client, "3")
    for identifier, answer in answers.items():
        assert (answer["datasourceId"], answer["direction"]) == (identifier, "V1_TO_V2")
        assert (answer["errorMessage"] is None) == (answer["state"] == "COMPLETE")
        assert after[identifier]["migrated"] == (answer["state"] == "COMPLETE")
        assert after[identifier]["migrationDate"] == (answer["endTime"] if answer["state"] == "COMPLETE" else None)
    half_way = [identifier for identifier, state in states.items() if state == "INCOMPLETE"]
    again = all_at_once(lambda each: moved(client, f"{V1}/{each}/accounts/3", **TABLE), half_way)
    assert {each["state"] for each in again.values()} == {"COMPLETE"}
    gone = [identifier for identifier, state in states.items() if state == "COMPLETE"] + half_way
    back = all_at_once(lambda each: moved(client, f"{V1}/{each}/reverse"), gone)
    assert {each["direction"] for each in back.values()} == {"V2_TO_V1"}
    assert {each["state"] for each in back.values()} == {"COMPLETE", "INCOMPLETE"}
    stuck = [identifier for identifier, each in back.items() if each["state"] == "INCOMPLETE"]
    all_at_once(lambda each: moved(client, f"{V1}/{each}/reverse"), stuck)
    assert standing(client, "3") == before
    refused = moved(client, f"{V1}/{gone[0]}/reverse")
    assert (refused["state"], "not migrated" in refused["errorMessage"]) == ("ABORTED", True)


@pytest.mark.parametrize("missing", ["catalog", "schema", "table"])
def test_the_table_must_be_named(client: httpx.Client, missing: str) -> None:
    identifier = next(iter(standing(client, "1")))
    for body in ({**TABLE, missing: None}, {name: text for name, text in TABLE.items() if name != missing}):
        answer = client.post(f"{V1}/{identifier}/accounts/1", json=body)
        assert (answer.status_code, answer.json()["message"]) == (400, f"{missing} is required")
    assert client.post(f"{V1}/nothing/accounts/1", json=TABLE).status_code == 404


def test_integrations_are_found_in_any_case(client: httpx.Client) -> None:
    assert read(client, f"{BASE}/integrations/types") == ["BIGQUERY", "SNOWFLAKE"]
    found = read(client, f"{BASE}/integrations/SnowFlake")
    assert {(each["type"], each["authMethod"]) for each in found} == {
        ("SNOWFLAKE", "OAUTH"),
        ("SNOWFLAKE", "SERVICE_ACCOUNT"),
    }
    assert client.get(f"{BASE}/candidates/federated/to/amplifier/integrations/nothing").status_code == 404


def test_v2_datasets_move_to_an_integration_and_back(client: httpx.Client) -> None:
    before = candidates(client)
    colliding = {identifier: each for identifier, each in before.items() if each["collision"]}
    for identifier, each in colliding.items():
        answer = moved(client, f"{BASE}/federated/to/amplifier/{identifier}/integrations/{integration(client)}")
        assert (answer["state"], each["collidingDatasourceId"] in answer["errorMessage"]) == ("ABORTED", True)
        assert (
            client.get(f"/api/data/v3/datasources/{each['collidingDatasourceId']}").json()["name"]
            == (each["collidingDatasourceName"])
        )
    assert colliding
    waiting = mine(client, [key for key, each in before.items() if not each["migrated"] and not each["collision"]])
    path = f"{BASE}/federated/to/amplifier/{{}}/integrations/{integration(client)}"
    answers = all_at_once(lambda each: moved(client, path.format(each)), waiting)
    assert {each["state"] for each in answers.values()} == {"COMPLETE", "INCOMPLETE", "ABORTED"}
    for each in answers.values():
        assert ("errorMessage" in each) == (each["state"] != "COMPLETE")
    gone = [identifier for identifier, each in answers.items() if each["state"] == "COMPLETE"]
    back_again = candidates(client, reverse=True)
    assert set(gone) <= set(back_again)
    assert all(each["migrated"] and each["migrationDate"] for each in back_again.values())
    returned = all_at_once(lambda each: moved(client, f"{BASE}/amplifier/to/federated/{each}"), gone)
    stuck = [identifier for identifier, each in returned.items() if each["state"] == "INCOMPLETE"]
    all_at_once(lambda each: moved(client, f"{BASE}/amplifier/to/federated/{each}"), stuck)
    stayed = {identifier for identifier, each in returned.items() if each["state"] == "ABORTED"}
    after = {identifier: each for identifier, each in candidates(client).items() if identifier not in stayed}
    assert after == {identifier: each for identifier, each in before.items() if identifier not in stayed}


def test_a_move_goes_on_when_nobody_waits_and_only_once_at_a_time(client: httpx.Client) -> None:
    waiting = [key for key, each in candidates(client).items() if not each["migrated"] and not each["collision"]]
    waiting = mine(client, waiting)[:5]
    path = f"{BASE}/federated/to/amplifier/{{}}/integrations/{integration(client)}"
    started = time.monotonic()
    for identifier in waiting:
        with pytest.raises(httpx.ReadTimeout):
            client.post(path.format(identifier), timeout=0.05)
        refused = moved(client, path.format(identifier))
        assert (refused["state"], "already" in refused["errorMessage"]) == ("ABORTED", True)
    assert not candidates(client)[waiting[0]]["migrated"], "it is still under way"
    wait_until(lambda: any(candidates(client)[each]["migrated"] for each in waiting), "moved")
    assert time.monotonic() - started > 0.9


def test_what_may_not_be_changed_may_not_be_moved(client: httpx.Client, sandbox: SandboxProcess) -> None:
    legal = [
        identifier
        for identifier in [*standing(client, "3"), *candidates(client)]
        if client.get(f"/api/data/v3/datasources/{identifier}").json()["permissions"] == "READ"
    ]
    for identifier in legal:
        assert client.post(f"{V1}/{identifier}/accounts/3", json=TABLE).status_code == 403
    sandbox.control(token_mode="read_only")
    assert client.post(f"{V1}/{next(iter(standing(client, '3')))}/accounts/3", json=TABLE).status_code == 403
