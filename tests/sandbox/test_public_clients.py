"""The calls around people that public clients send and no document has."""

from __future__ import annotations

import time

import httpx

GROUPS = "/api/content/v2/groups"
USERS = "/api/identity/v1/users"
AUDITS = "/api/audit/v1/user-audits"
DAY_MS = 86_400_000


def test_groups_as_domolibrary_handles_them(client: httpx.Client) -> None:
    group = client.post(GROUPS, json={"name": "Cable team", "type": "open", "description": ""}).json()["id"]
    people = [user["id"] for user in client.get(USERS).json()["users"][1:4]]
    body = {
        "groupId": int(group),
        "addMembers": [{"type": "USER", "id": str(people[0])}, {"type": "USER", "id": str(people[1])}],
        "addOwners": [{"type": "USER", "id": str(people[2])}],
    }
    assert client.put(f"{GROUPS}/access", json=[body]).json() is True
    members = client.get(f"{GROUPS}/users", params={"group": group}).json()["groupUserList"]
    assert {member["id"] for member in members} == set(people[:2])
    owners = client.post(f"{GROUPS}/permissions?checkOwnership=true&includeUsers=false", json=[group]).json()
    assert str(people[2]) in [owner["id"] for owner in owners[0]["permissions"]["owners"]]
    renamed = [{"groupId": int(group), "name": "Rope team", "type": "closed"}]
    client.put(GROUPS, json=renamed).raise_for_status()
    listed = client.get(f"{GROUPS}/grouplist?ascending=true&search=rope&sort=name ").json()
    assert [(each["name"], each["groupType"], len(each["members"])) for each in listed] == [("Rope team", "closed", 2)]
    mine = client.get(f"{GROUPS}/grouplist", params={"owner": people[2], "limit": 30}).json()
    assert int(group) in {each["groupId"] for each in mine}
    client.request("DELETE", GROUPS, json=[group]).raise_for_status()
    assert client.get(f"{GROUPS}/{group}").status_code == 404
    assert client.request("DELETE", GROUPS, json=[group]).status_code == 404


def test_a_group_of_others_may_not_be_changed(client: httpx.Client) -> None:
    group = client.get(f"{GROUPS}/grouplist", params={"search": "Board reporting"}).json()[0]
    path = f"{GROUPS}/{group['groupId']}"
    user = client.get(USERS).json()["users"][0]["id"]
    assert client.put(f"{path}/user/{user}").status_code == 403
    removed = [{"groupId": str(group["groupId"]), "removeMembers": [{"type": "USER", "id": str(user)}]}]
    assert client.put(f"{GROUPS}/access", json=removed).status_code == 403
    assert client.get(path).json()["memberCount"] == group["memberCount"]


def test_users_as_domolibrary_handles_them(client: httpx.Client) -> None:
    everyone = client.get(USERS).json()["users"]
    wanted = [str(user["id"]) for user in everyone[3:6]]
    by_id = {"field": "id", "filterType": "value", "values": wanted, "operator": "EQ"}
    body = {"includeDeleted": False, "includeSupport": False, "filters": [by_id], "limit": 2, "offset": 0}
    first = client.post(f"{USERS}/search", json=body).json()["users"]
    second = client.post(f"{USERS}/search", json={**body, "offset": 2}).json()["users"]
    assert [str(user["id"]) for user in [*first, *second]] == wanted
    addresses = " ".join(user["emailAddress"] for user in everyone[3:5])
    by_mail = {"filterType": "text", "field": "emailAddress", "text": addresses}
    found = client.post(f"{USERS}/search", json={"includeDeleted": "false", "filters": [by_mail]}).json()["users"]
    assert {user["id"] for user in found} == {user["id"] for user in everyone[3:5]}
    created = client.post(
        "/api/content/v3/users",
        json={"displayName": "Bo Kay", "detail": {"email": "bo.kay@halden-outdoor.example"}, "roleId": 2},
    ).json()
    attributes = [{"key": "title", "values": ["Sailmaker"]}, {"key": "roleId", "values": [3]}]
    changed = client.patch(f"{USERS}/{created['id']}", json={"attributes": attributes}).json()
    assert changed["roleId"] == 3
    assert {"key": "title", "values": ["Sailmaker"]} in changed["attributes"]
    assert client.get(f"/api/content/v3/users/{created['id']}?includeDetails=true").json()["detail"]["active"] is True


def test_what_people_may_not_do(client: httpx.Client) -> None:
    me = client.get("/api/content/v2/users/me").json()["id"]
    assert client.delete(f"{USERS}/{me}").status_code == 403
    other = client.get(USERS).json()["users"][7]
    taken = client.get(USERS).json()["users"][8]["emailAddress"]
    assert client.patch(f"{USERS}/{other['id']}", json={"emailAddress": taken}).status_code == 409
    for body, named in (({"magic": 1}, "magic"), ({"emailAddress": "x"}, "emailAddress"), ({"roleId": 77}, "roleId")):
        answer = client.patch(f"{USERS}/{other['id']}", json=body)
        assert (answer.status_code, named in answer.json()["message"]) == (400, True)
    assert client.get(f"{USERS}/{other['id']}", params={"parts": "EVERYTHING"}).status_code == 400


def test_someone_who_is_deleted_leaves_the_groups(client: httpx.Client) -> None:
    group = client.post(GROUPS, json={"name": "Short stay", "type": "closed"}).json()["id"]
    body = {"displayName": "Una Short", "emailAddress": "una.short@halden-outdoor.example", "roleId": 4}
    user = client.post(USERS, json=body).json()["id"]
    client.put(f"{GROUPS}/{group}/user/{user}").raise_for_status()
    client.delete(f"{USERS}/{user}").raise_for_status()
    assert client.get(f"{GROUPS}/{group}").json()["userIds"] == []


def test_the_activity_log_as_clients_narrow_it(client: httpx.Client) -> None:
    now = round(time.time() * 1000)
    period = {"start": now - 30 * DAY_MS, "end": now, "limit": 1000}
    entries = client.get(AUDITS, params=period).json()
    someone, thing = entries[0]["userId"], next(each["objectId"] for each in entries if each["objectId"])
    for name, key, value in (
        ("userId", "userId", someone),
        ("objectId", "objectId", thing),
        ("eventType", "actionType", "EXPORTED"),
        ("objectType", "objectType", "GROUP"),
    ):
        found = client.get(AUDITS, params={**period, name: value}).json()
        assert found == [each for each in entries if each[key] == value]
        count = client.get(f"{AUDITS}/count", params={**period, name: value}).json()["count"]
        assert count == len(found)
    pages = client.get(f"{AUDITS}/objectTypes/PAGE", params=period).json()
    assert pages == client.get(AUDITS, params={**period, "objectType": "PAGE"}).json()
    page = next(each for each in entries if each["objectType"] == "PAGE")
    search = {"query": "*", "entityList": [["page"]], "count": 100}
    search["filters"] = [{"filterType": "term", "field": "databaseId", "value": page["objectId"]}]
    hits = client.post("/api/search/v1/query", json=search).json()["searchObjects"]
    assert [hit["name"] for hit in hits] == [page["objectName"]]
