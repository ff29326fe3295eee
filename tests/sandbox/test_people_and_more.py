"""Signing in, users, groups, roles, accounts, activity, and the two other APIs."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.sandbox_process import SandboxProcess

DAY_MS = 86_400_000


def test_who_am_i(client: httpx.Client) -> None:
    me = client.get("/api/content/v2/users/me").json()
    assert (me["displayName"], me["role"], me["active"]) == ("Marta Lindqvist", "Admin", True)
    assert client.get(f"/api/identity/v1/users/{me['id']}").json()["users"][0]["emailAddress"] == me["emailAddress"]


@pytest.mark.parametrize("headers", [{}, {"X-DOMO-Developer-Token": "wrong"}, {"X-DOMO-Authentication": "wrong"}])
def test_without_the_right_token_everything_is_a_401(sandbox: SandboxProcess, headers: dict[str, str]) -> None:
    for path in ("/api/content/v2/users/me", "/api/identity/v1/users"):
        answer = httpx.get(sandbox.url + path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["message"] == "Full authentication is required to access this resource"


def test_a_session_token_works_as_well(sandbox: SandboxProcess, client: httpx.Client) -> None:
    email = client.get("/api/content/v2/users/me").json()["emailAddress"]
    url = f"{sandbox.url}/api/content/v2/authentication"
    wrong = httpx.post(url, json={"method": "password", "emailAddress": email, "password": "wrong"})
    assert (wrong.status_code, wrong.json()["reason"]) == (200, "INVALID_CREDENTIALS")
    body = {"method": "password", "emailAddress": email, "password": sandbox.token}
    session = httpx.post(url, json=body).json()["sessionToken"]
    headers = {"x-domo-authentication": session}
    assert httpx.get(f"{sandbox.url}/api/content/v2/users/me", headers=headers).status_code == 200


def test_a_user_from_creation_to_deletion(client: httpx.Client) -> None:
    body = {"displayName": "Ylva Strand", "emailAddress": "ylva.strand@halden-outdoor.example", "roleId": 4}
    user = client.post("/api/identity/v1/users", json=body).json()
    assert user["id"] > 2**32
    assert client.post("/api/identity/v1/users", json=body).status_code == 409
    path = f"/api/identity/v1/users/{user['id']}"
    assert client.patch(path, json={"roleId": 3}).json()["roleId"] == 3
    assert client.patch(path, json={"roleId": 77}).status_code == 400
    detailed = client.get(path, params={"parts": "DETAILED"}).json()["users"][0]
    assert detailed["role"] == {"id": 3, "name": "Editor"}
    assert client.get(path, params={"parts": "detailed"}).json()[0]["name"] == "Ylva Strand"
    assert client.delete(path).json() == 1
    assert client.get(path).status_code == 404


def test_user_search(client: httpx.Client) -> None:
    body = {
        "filters": [{"filterType": "text", "text": "wieczorek"}],
        "showCount": True,
        "parts": ["DETAILED"],
        "sort": {"field": "displayName", "order": "ASC"},
    }
    answer = client.post("/api/identity/v1/users/search", json=body).json()
    assert answer["count"] == len(answer["users"]) >= 1
    assert answer["users"][0]["displayName"] == "Tomasz Wieczorek"
    gone = client.post("/api/identity/v1/users/search", json={"onlyDeleted": True}).json()["users"]
    assert "Victor Hale" in {user["displayName"] for user in gone}


def test_groups(client: httpx.Client) -> None:
    identifier = client.post("/api/content/v2/groups", json={"name": "Relay team", "type": "closed"}).json()["id"]
    assert isinstance(identifier, str)
    users = [user["id"] for user in client.get("/api/identity/v1/users").json()["users"][:3]]
    path = f"/api/content/v2/groups/{identifier}"
    for user in users:
        assert client.put(f"{path}/user/{user}").json() is True
    assert client.get(path).json()["userIds"] == users
    assert client.delete(f"{path}/removeuser/{users[0]}").json() is True
    removed = [{"groupId": identifier, "removeMembers": [{"type": "USER", "id": str(users[1])}]}]
    assert client.put("/api/content/v2/groups/access", json=removed).json() is True
    assert client.get(path).json()["userIds"] == users[2:]
    listed = client.get("/api/content/v2/groups/grouplist", params={"search": "relay"}).json()
    assert [(group["groupId"], group["memberCount"]) for group in listed] == [(int(identifier), 1)]
    assert client.post("/api/content/v2/groups", json={"name": "Relay team", "type": "closed"}).status_code == 409


def test_roles_and_authorities(client: httpx.Client) -> None:
    roles = client.get("/api/authorization/v1/roles").json()
    assert client.get(f"/api/authorization/v1/roles/{roles[0]['id']}").json() == roles[0]
    known = {entry["authority"] for entry in client.get("/api/authorization/v1/authorities").json()}
    held = client.get(f"/api/authorization/v1/roles/{roles[0]['id']}/authorities").json()
    assert {"dataset.manage", "dataset.export"} <= {entry["authority"] for entry in held} <= known
    assert len(held) == roles[0]["authorityCount"]
    members = client.get(f"/api/authorization/v1/roles/{roles[0]['id']}/users").json()
    assert members["totalCount"] == roles[0]["userCount"]


def test_data_accounts(client: httpx.Client) -> None:
    created = client.post("/api/data/v1/accounts", json={"displayName": "New", "accountType": "Standard"}).json()
    assert client.get(f"/api/data/v1/accounts/{created['accountId']}").json() == created
    listed = client.get("/api/data/v1/accounts/").json()
    assert {"accountId": created["accountId"], "displayName": "New"} in listed


def test_the_activity_log(client: httpx.Client) -> None:
    now = round(time.time() * 1000)
    period = {"start": now - 3 * DAY_MS, "end": now}
    entries = client.get("/api/audit/v1/user-audits", params={**period, "limit": 50}).json()
    assert entries
    assert all(period["start"] <= entry["time"] <= now for entry in entries)
    wanted = client.get("/api/audit/v1/user-audits", params={**period, "objectType": "DATA_SOURCE,PAGE"}).json()
    assert {entry["objectType"] for entry in wanted} <= {"DATA_SOURCE", "PAGE"}
    assert "DATA_SOURCE" in client.get("/api/audit/v1/user-audits/objectTypes").json()
    assert client.get("/api/audit/v1/user-audits").status_code == 400


def test_the_domain_api(sandbox: SandboxProcess) -> None:
    headers = {"Authorization": sandbox.token, "x-api-key": "key"}
    with httpx.Client(base_url=sandbox.url, headers=headers) as client:
        page = client.get("/domains/list", params={"size": 1, "attributes": "id,name"}).json()
        assert page["domains"] == [{"id": "halden", "name": "Halden Outdoor"}]
        following = client.get("/domains/list", params={"size": 1, "marker": page["pageInfo"]["nextMarker"]}).json()
        assert (following["domains"], following["pageInfo"]["hasNext"]) == ([{"id": "franchise"}], True)
        assert client.get("/domains").json()["halden"]["stores"]["stores.us"]["attributes"]["name"] == "Stores US"
        assert client.get("/domains/stores").json()["parentId"] == "halden"
        assert client.get("/domains/nowhere").json()["key"] == "DOMAIN_NOT_FOUND"
    assert httpx.get(f"{sandbox.url}/domains/list", headers={"Authorization": sandbox.token}).status_code == 401


def test_domoscios_exchange_of_tokens(sandbox: SandboxProcess) -> None:
    url = f"{sandbox.url}/v2/instances/1/knowledge_graphs"
    first = httpx.get(url, headers={"Authorization": f"Bearer {sandbox.token}"})
    assert first.headers["Total"] == str(len(first.json()))
    pair = {name: first.headers[name] for name in ("AccessToken", "RefreshToken")}
    second = httpx.get(url, headers=pair)
    assert second.status_code == 200
    assert second.headers["AccessToken"] != pair["AccessToken"]
    assert httpx.get(url, headers={"Authorization": f"Token token={sandbox.token}"}).status_code == 200
    lost = httpx.get(url, headers={"AccessToken": "old", "RefreshToken": "old"})
    assert (lost.status_code, lost.json()["error"]["status"]) == (401, 401)
    graph = {"name": "Knots", "uid": "knots"}
    bearer = {"Authorization": f"Bearer {sandbox.token}"}
    assert httpx.post(url, json=graph, headers=bearer).json()["uid"] == "knots"
    assert httpx.post(url, json=graph, headers=bearer).status_code == 422
