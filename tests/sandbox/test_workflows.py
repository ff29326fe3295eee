"""Workflows as a client of other hands uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.workflows.models import model_id
from domoadmin.sandbox.workflows.runs import Runs
from domoadmin.sandbox.world import World

BASE = "/api/workflow/v1"


def _start(
    client: httpx.Client, name: str, data: dict[str, Any], change: dict[str, Any] | None = None
) -> httpx.Response:
    body = {
        "messageName": f"Start {name}",
        "version": "1.1.0",
        "modelId": model_id(name),
        "data": data,
        **(change or {}),
    }
    return client.post(f"{BASE}/instances/message", json=body)


def test_an_instance_runs_some_seconds_and_ends(client: httpx.Client) -> None:
    started = _start(client, "AddTwoNumbers", {"parameter1": 13, "parameter2": 7}).raise_for_status().json()
    assert (started["modelName"], started["modelVersion"], started["status"]) == ("AddTwoNumbers", "1.1.0", None)
    cancelled = client.post(f"{BASE}/instances/{started['id']}/cancel").raise_for_status().json()
    assert (cancelled["status"], cancelled["isTestRun"], cancelled["modelId"]) == (
        "CANCELED",
        False,
        started["modelId"],
    )
    assert client.post(f"{BASE}/instances/{started['id']}/cancel").json() == cancelled
    assert client.post(f"{BASE}/instances/nothing/cancel").status_code == 404


def test_a_process_with_people_leaves_a_task_and_ends_with_it(client: httpx.Client) -> None:
    data = {"Campaign": "Repair week", "Requested_amount": 900, "Decision_due": "2026-12-01"}
    started = _start(client, "Campaign budget", data).raise_for_status().json()
    listed = client.post("/api/queues/v1/tasks/list", json={"status": ["OPEN"]}).json()
    task = next(task for task in listed if task["sourceInfo"]["instanceId"] == started["id"])
    assert task["inputVariables"] == data
    path = f"/api/queues/v1/{task['queueId']}/tasks/{task['id']}"
    filled = {"Granted_amount": 700, "Approved": True}
    client.post(f"{path}/complete", params={"version": task["version"]}, json=filled).raise_for_status()

    assert client.get(path).json()["outputVariables"] == filled
    second = _start(client, "Campaign budget", data).json()
    client.post(f"{BASE}/instances/{second['id']}/cancel").raise_for_status()
    left = client.post("/api/queues/v1/tasks/list", json={"status": ["VOIDED"]}).json()
    assert second["id"] in {each["sourceInfo"]["instanceId"] for each in left}


def test_the_state_follows_the_clock(tmp_path: Path) -> None:
    world = World("small", 1, tmp_path, "token")
    runs = world.part(Runs)
    data = {"parameter1": 1, "parameter2": 2}
    started = runs.start(model_id("AddTwoNumbers"), "1.2.0", "Start AddTwoNumbers", data)
    run = world.store.get("workflow-instance", started["id"])
    assert run is not None
    states = []
    for seconds in (0, 2, 60):
        earlier = {name: run[name] - seconds * 1000 for name in ("createdOn", "endsOn")}
        world.store.put("workflow-instance", started["id"], {**run, **earlier})
        states.append(runs.status(started["id"], {**run, **earlier}))
    assert states == [None, "IN_PROGRESS", "COMPLETED"]
    with pytest.raises(ApiError) as refused:
        runs.cancel(started["id"])
    assert refused.value.status == 409
    world.close()


@pytest.mark.parametrize(
    ("name", "data", "change", "status", "word"),
    [
        ("AddTwoNumbers", {"parameter1": 13}, {}, 400, "data.parameter2"),
        ("AddTwoNumbers", {"parameter1": 13, "parameter2": "seven"}, {}, 400, "data.parameter2"),
        ("AddTwoNumbers", {"parameter1": 1, "parameter2": 2, "parameter3": 3}, {}, 400, "data.parameter3"),
        ("AddTwoNumbers", {}, {"messageName": "Begin"}, 400, "messageName"),
        ("AddTwoNumbers", {}, {"version": "9.9.9"}, 404, "9.9.9"),
        ("AddTwoNumbers", {}, {"version": "2.0.0"}, 409, "deployed"),
        ("AddTwoNumbers", {}, {"modelId": "nothing"}, 404, "nothing"),
        ("AddTwoNumbers", {}, {"data": None}, 400, "data"),
        ("Archive contracts", {}, {}, 403, "permission"),
        ("Refresh store extracts", {"from_day": "someday"}, {}, 400, "data.from_day"),
        ("Tell owners of stale datasets", {"datasets": ["nothing"]}, {}, 400, "data.datasets"),
    ],
)
def test_a_bad_start_is_refused(
    client: httpx.Client, name: str, data: dict[str, Any], change: dict[str, Any], status: int, word: str
) -> None:
    answer = _start(client, name, data, change)
    assert (answer.status_code, word in answer.json()["message"]) == (status, True)


def test_permissions_are_kept_and_decide(client: httpx.Client) -> None:
    name = "Nightly price export"
    path = f"{BASE}/models/{model_id(name)}"
    me = client.get("/api/content/v2/users/me").json()
    assert client.get(path).json()["name"] == name
    entry = {"id": me["id"], "type": "USER", "permissions": ["READ", "SHARE"]}
    assert client.post(f"{path}/permissions", json=[entry]).status_code == 200
    held = {each["id"]: each["permissions"] for each in client.get(f"{path}/permissions").json()["USER"]}
    assert held[str(me["id"])] == ["READ", "SHARE"]
    assert _start(client, name, {}).status_code == 403
    client.post(f"{path}/permissions", json=[{**entry, "permissions": ["ADMIN"]}]).raise_for_status()
    assert _start(client, name, {"minimum_margin": 0.3}).status_code == 200
    assert client.post(f"{path}/permissions", json={"id": "1"}).status_code == 400
