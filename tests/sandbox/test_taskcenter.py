"""Task Center as a client of other hands uses it."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

QUEUES = "/api/queues/v1"


def _queues(client: httpx.Client, **parameters: Any) -> dict[str, dict[str, Any]]:
    listed = client.get(f"{QUEUES}/", params=parameters).raise_for_status().json()
    return {queue["name"]: queue for queue in listed}


def _tasks(client: httpx.Client, render: bool = False, **filters: Any) -> list[dict[str, Any]]:
    answer = client.post(f"{QUEUES}/tasks/list", params={"render": render}, json=filters)
    found: list[dict[str, Any]] = answer.raise_for_status().json()
    return found


def _free(client: httpx.Client, queue: str, place: int = 0) -> dict[str, Any]:
    """An open task that nobody has locked."""
    identifier = _queues(client)[queue]["id"]
    found = _tasks(client, queueId=[identifier], status=["OPEN"], orderByString=["createdOn"])
    return [task for task in found if task["lockedBy"] is None][place]


def _path(task: dict[str, Any]) -> str:
    return f"{QUEUES}/{task['queueId']}/tasks/{task['id']}"


def _me(client: httpx.Client) -> str:
    return str(client.get("/api/content/v2/users/me").json()["id"])


def test_queues_are_those_the_token_may_see(client: httpx.Client) -> None:
    live = _queues(client, combineAttributes=True, archived=False)
    assert {"Returns above limit", "Data quality exceptions", "Contract renewals"} <= set(live)
    assert "Confidential reports" not in live
    archived = _queues(client, archived=True)
    assert set(archived) == {"Holiday stock take 2024"}
    assert archived["Holiday stock take 2024"]["active"] is False
    one = live["Returns above limit"]
    assert client.get(f"{QUEUES}/{one['id']}").json() == one
    assert client.get(f"{QUEUES}/00000000-0000-4000-8000-000000000000").status_code == 404


def test_tasks_are_filtered_as_documented(client: httpx.Client) -> None:
    everything = _tasks(client)
    assert {task["status"] for task in everything} == {"OPEN", "COMPLETED", "VOIDED"}
    queue = _queues(client)["Warranty claims to review"]["id"]
    mine = _tasks(client, queueId=[queue], status=["COMPLETED"], displayType=["ENIGMA_FORM"])
    assert mine
    assert all((t["queueId"], t["status"], t["displayType"]) == (queue, "COMPLETED", "ENIGMA_FORM") for t in mine)
    assert all(t["completedOn"] and t["completedBy"] and t["outputVariables"] for t in mine)
    me = _me(client)
    assert {task["assignedTo"] for task in _tasks(client, assignedTo=[int(me)])} == {me}
    newest = max(task["createdOn"] for task in everything)
    span = ["2020-01-01T00:00:00.000Z", sorted(task["createdOn"] for task in everything)[40]]
    older = _tasks(client, createdOn=[span])
    assert len(older) == 41
    assert newest not in {task["createdOn"] for task in older}
    ordered = [task["createdOn"] for task in _tasks(client, orderByString=["createdOn"])]
    assert ordered == sorted(ordered)
    assert {task["version"] for task in _tasks(client, version=["2"])} == {2}
    paged = client.post(f"{QUEUES}/tasks/list", params={"limit": 5, "offset": 5}, json={}).json()
    assert [task["id"] for task in paged] == [task["id"] for task in everything[5:10]]


def test_some_open_tasks_are_overdue_and_some_are_locked(client: httpx.Client) -> None:
    today = time.strftime("%Y-%m-%d", time.gmtime())
    due = [task["inputVariables"]["Decision_due"] for task in _tasks(client, status=["OPEN"])]
    assert any(day < today for day in due)
    assert any(day >= today for day in due)
    assert any(task["lockedBy"] for task in _tasks(client, status=["OPEN"]))


@pytest.mark.parametrize(
    ("filters", "word"),
    [({"status": ["DONE"]}, "status"), ({"createdOn": ["yesterday"]}, "createdOn"), ({"colour": ["red"]}, "colour")],
)
def test_a_bad_filter_is_named(client: httpx.Client, filters: dict[str, Any], word: str) -> None:
    answer = client.post(f"{QUEUES}/tasks/list", json=filters)
    assert (answer.status_code, word in answer.json()["message"]) == (400, True)


def test_the_form_comes_when_it_is_to_be_rendered(client: httpx.Client) -> None:
    task = _free(client, "Returns above limit")
    assert task["displayEntity"] is None
    alone = client.get(_path(task), params={"render": True}).json()
    aliases = {field["alias"] for field in alone["displayEntity"]["sections"][0]["fields"]}
    contract = {each["name"] for side in ("input", "output") for each in task["contract"][side]}
    assert aliases == contract
    assert "userPermissions" in alone["displayEntity"]
    parts: dict[str, str | bool] = {"render": True, "renderParts": "NAME, VERSIONS"}
    listed = client.post(f"{QUEUES}/tasks/list", params=parts, json={"queueId": [task["queueId"]]}).json()
    assert set(listed[0]["displayEntity"]) == {"id", "name", "version", "releasedOn"}


def test_a_task_is_saved_and_completed_with_its_version(client: httpx.Client) -> None:
    task = _free(client, "Returns above limit", 1)
    saved = client.put(f"{_path(task)}/outputs", json={"Approved": True}).raise_for_status().json()
    assert (saved["outputVariables"], saved["lockedBy"], saved["version"]) == (
        {"Approved": True},
        _me(client),
        task["version"],
    )
    missing = client.post(f"{_path(task)}/complete", params={"version": task["version"]}, json={})
    assert (missing.status_code, "Reason" in missing.json()["message"]) == (400, True)
    values = {"Reason": "Seam leaks", "Approved": False}
    wrong = client.put(f"{_path(task)}/outputs", json={"Approved": "yes"})
    assert (wrong.status_code, "Approved" in wrong.json()["message"]) == (400, True)
    assert client.post(f"{_path(task)}/complete", json=values).status_code == 400
    stale = client.post(f"{_path(task)}/complete", params={"version": task["version"] + 7}, json=values)
    assert stale.status_code == 409
    done = client.post(f"{_path(task)}/complete", params={"version": task["version"]}, json=values).json()
    assert (done["status"], done["outputVariables"]["Approved"]) == ("COMPLETED", False)
    assert client.get(_path(task)).json() == done
    assert client.post(f"{_path(task)}/void").status_code == 409


def test_a_moved_task_lives_in_the_other_queue_and_can_be_voided_there(client: httpx.Client) -> None:
    task = _free(client, "Marketing budget requests")
    target = _queues(client)["Supplier payments to release"]["id"]
    assert client.put(f"{_path(task)}/move").status_code == 400
    moved = client.put(f"{_path(task)}/move", params={"targetQueueId": target}).raise_for_status().json()
    assert (moved["queueId"], moved["version"]) == (target, task["version"] + 1)
    assert client.get(_path(task)).status_code == 404
    assert client.post(f"{_path(moved)}/void").json()["status"] == "VOIDED"
    assert client.get(_path(moved)).json()["status"] == "VOIDED"


def test_assigning_takes_both_spellings_of_the_list(client: httpx.Client) -> None:
    first, second = _free(client, "Price change approvals"), _free(client, "Price change approvals", 1)
    me = _me(client)
    body = {"tasksId": [], "type": "USER", "userId": int(me)}
    assert client.put(f"{_path(first)}/assign", json=body).json()["assignedTo"] == me
    others = {"taskIds": [second["id"]], "type": "USER", "userId": me}
    assert client.put(f"{_path(first)}/assign", json=others).status_code == 200
    assert client.get(_path(second)).json()["assignedTo"] == me
    assert client.put(f"{_path(first)}/assign", json={**body, "userId": "1"}).status_code == 404
    assert client.put(f"{_path(first)}/assign", json={"type": "USER"}).status_code == 400


def test_permissions_decide_who_may_change_a_queue(client: httpx.Client) -> None:
    queues = _queues(client)
    read_only = _tasks(client, queueId=[queues["Contract renewals"]["id"]], status=["OPEN"])[0]
    assert client.post(f"{_path(read_only)}/void").status_code == 403
    me = client.get("/api/content/v2/users/me").json()
    path = f"{QUEUES}/{queues['Store energy anomalies']['id']}"
    entry = {"id": str(me["id"]), "name": me["displayName"], "type": "USER", "permissions": ["READ", "SHARE"]}
    answer = client.post(f"{path}/permissions", json=[entry])
    assert (answer.status_code, answer.content) == (200, b"")
    task = _tasks(client, queueId=[queues["Store energy anomalies"]["id"]], status=["OPEN"])[0]
    assert client.post(f"{_path(task)}/void").status_code == 403
    client.post(f"{path}/permissions", json=[{**entry, "permissions": ["ADMIN"]}]).raise_for_status()
    assert client.post(f"{_path(task)}/void").status_code == 200
    for change, word in (({"type": "ROBOT"}, "type"), ({"permissions": ["FLY"]}, "permissions"), ({"id": ""}, "id")):
        refused = client.post(f"{path}/permissions", json=[{**entry, **change}])
        assert (refused.status_code, word in refused.json()["message"]) == (400, True)
