"""Roles as clients change them."""

from __future__ import annotations

import httpx
import pytest

BASE = "/api/authorization/v1/roles"


def _created(client: httpx.Client, name: str, source: int = 4) -> int:
    body = {"name": name, "description": "For the auditors of spring", "fromRoleId": source}
    answer = client.post(BASE, json=body).raise_for_status().json()
    assert set(answer) == {"id", "name", "description"}
    return int(answer["id"])


def _held(client: httpx.Client, role: int) -> list[str]:
    return [entry["authority"] for entry in client.get(f"{BASE}/{role}/authorities").json()]


def test_a_role_from_creation_to_deletion(client: httpx.Client) -> None:
    role = _created(client, "Spring auditor")
    shown = client.get(f"{BASE}/{role}").json()
    assert shown["authorityCount"] == client.get(f"{BASE}/4").json()["authorityCount"]
    assert (shown["userCount"], shown["name"]) == (0, "Spring auditor")
    assert shown in client.get(BASE).json()
    assert set(shown) == {"id", "name", "description", "authorityCount", "userCount", "created", "modified"}
    wanted = ["dataset.export", "dataset.manage"]
    answer = client.patch(f"{BASE}/{role}/authorities", json=wanted)
    assert answer.json() == {"status": "SUCCESS", "message": ""}
    assert sorted(_held(client, role)) == wanted
    assert client.get(f"{BASE}/{role}").json()["authorityCount"] == 2
    gone = client.delete(f"{BASE}/{role}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert client.get(f"{BASE}/{role}").status_code == 404
    assert client.delete(f"{BASE}/{role}").status_code == 404


def test_a_role_that_people_have_cannot_be_deleted(client: httpx.Client) -> None:
    role = _created(client, "Night shift")
    user = client.get("/api/identity/v1/users").json()["users"][5]
    assert client.patch(f"/api/identity/v1/users/{user['id']}", json={"roleId": role}).json()["roleId"] == role
    refused = client.delete(f"{BASE}/{role}")
    assert (refused.status_code, "assigned" in refused.json()["message"]) == (409, True)
    members = client.get(f"{BASE}/{role}/users").json()
    assert [member["id"] for member in members["users"]] == [user["id"]]
    client.patch(f"/api/identity/v1/users/{user['id']}", json={"roleId": user["roleId"]}).raise_for_status()
    assert client.delete(f"{BASE}/{role}").status_code == 204


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"description": "x", "fromRoleId": 4}, "name"),
        ({"name": "x", "fromRoleId": 4}, "description"),
        ({"name": "x", "description": "x", "fromRoleId": 77}, "fromRoleId"),
    ],
)
def test_a_wrong_role_is_refused_by_the_name_of_the_field(
    client: httpx.Client, body: dict[str, object], named: str
) -> None:
    answer = client.post(BASE, json=body)
    assert (answer.status_code, named in answer.json()["message"]) == (400, True)


def test_what_may_not_be_done_to_roles(client: httpx.Client) -> None:
    assert client.patch(f"{BASE}/1/authorities", json=["dataset.manage"]).status_code == 403
    assert client.delete(f"{BASE}/2").status_code == 409
    role = _created(client, "Wrong authority")
    answer = client.patch(f"{BASE}/{role}/authorities", json=["dataset.manage", "magic.do"])
    assert (answer.status_code, "magic.do" in answer.json()["message"]) == (400, True)
    assert client.patch(f"{BASE}/{role}/authorities", json={"a": 1}).status_code == 400
    assert client.patch(f"{BASE}/77/authorities", json=[]).status_code == 404


def test_what_domolibrary_does_with_roles(client: httpx.Client) -> None:
    role = client.post(BASE, json={"name": "By script", "description": "No role to copy from"}).json()["id"]
    assert _held(client, role) == []
    client.put(f"{BASE}/{role}/authorities", json=["dataset.manage"]).raise_for_status()
    body = {"name": "By script 2", "description": "Renamed", "id": role}
    client.put(f"{BASE}/{role}", json=body).raise_for_status()
    assert client.get(f"{BASE}/{role}").json()["name"] == "By script 2"
    entry = next(
        each for each in client.get("/api/authorization/v1/authorities").json() if each["authority"] == "dataset.manage"
    )
    assert role in entry["roleIds"]
    assert {"title", "description", "authorityUIGroup", "dependsOnAuthorities"} <= set(entry)
