"""The Domain API as its document describes it, asked by a plain HTTP client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox_process import SandboxProcess

LOGINS = {"stores": "tomasz.wieczorek@halden-outdoor.example", "warehouses": "ben.carver@halden-outdoor.example"}


def signed_in(sandbox: SandboxProcess, token: str = "", path: str = "") -> httpx.Client:
    """A client of the Domain API."""
    headers = {"Authorization": token or sandbox.token, "x-api-key": "key"}
    return httpx.Client(base_url=sandbox.url + path, headers=headers, timeout=30)


@pytest.fixture
def api(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    """A client with all rights on the home domain, whose trials are thrown away afterwards."""
    with signed_in(sandbox) as client:
        yield client
        for name in ("t1", "t2"):
            client.delete(f"/domains/{name}", params={"returnDomainTree": "false"})
    sandbox.reset()


def made(api: httpx.Client, identifier: str, parent: str = "pilots", **more: Any) -> dict[str, Any]:
    """A new domain; gives the answer."""
    answer = api.post("/domains", json={"id": identifier, "parentId": parent, "name": identifier.upper(), **more})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response) -> tuple[str, str | None]:
    """Key and param of a refusal, which must be readable in both ways."""
    assert answer.status_code >= 400, answer.text
    body = answer.json()
    assert (body["key"], body["param"]) == (body["messageKey"], body["messageParams"].get("property"))
    assert body["message"]
    return body["key"], body["param"]


def test_a_domain_from_creation_to_removal(api: httpx.Client) -> None:
    body = {"description": "Trial", "data": {"email": "t@halden.example"}, "settings": {"max_users": 2}}
    metadata = [{"id": "lang", "label": "language", "type": "text"}]
    tree = made(api, "t1", **body, domainMetadata=metadata)
    assert tree["halden"]["pilots"]["t1"] == {"attributes": {"name": "T1", **body}}
    assert tree["halden"]["attributes"] == {}
    small = {"returnDomainTree": "false"}
    assert api.patch("/domains/t1", json={"name": "One"}, params=small).json() == {
        "t1": {"name": "One", "description": "Trial", "data": body["data"]}
    }
    changed = api.patch("/domains/t1", json={"settings": {"max_users": None, "max_things": 7}}, params=small).json()
    assert changed["t1"]["settings"] == {"max_things": 7}
    made(api, "t2", "t1")
    moved = api.patch("/domains/t2", json={"parentId": "devices"}).json()
    assert moved["halden"]["devices"]["t2"]["attributes"]["name"] == "T2"
    found = api.get("/domains/t1").json()
    assert (found["parentId"], found["data"], found["domainMetadata"]) == ("pilots", body["data"], metadata)
    assert api.delete("/domains/t1").json()["halden"]["pilots"]["attributes"] == {"id": "pilots", "name": "Pilots"}
    assert refused(api.get("/domains/t1")) == ("DOMAIN_NOT_FOUND", "id")
    assert api.delete("/domains/t2", params=small).json() == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "key", "param"),
    [
        ("POST", "", {"parentId": "pilots", "name": "x"}, 400, "INVALID_ARGUMENTS", "id"),
        ("POST", "", {"id": "x", "name": "x"}, 400, "INVALID_ARGUMENTS", "parentId"),
        ("POST", "", {"id": "x", "parentId": "pilots"}, 400, "INVALID_ARGUMENTS", "name"),
        ("POST", "", {"id": "a b", "parentId": "pilots", "name": "x"}, 400, "INVALID_ARGUMENTS", "id"),
        ("POST", "", {"id": "x", "parentId": "cascade", "name": "x"}, 403, "NOT_AUTHORIZED_DOMAIN", "parentId"),
        ("POST", "", {"id": "x", "parentId": "franchise", "name": "x"}, 403, "NOT_AUTHORIZED_DOMAIN", "parentId"),
        ("POST", "", {"id": "stores", "parentId": "pilots", "name": "x"}, 409, "DOMAIN_ID_EXISTS", "id"),
        ("GET", "/nowhere", None, 404, "DOMAIN_NOT_FOUND", "id"),
        ("GET", "/cascade", None, 403, "NOT_AUTHORIZED_DOMAIN", "parentId"),
        ("GET", "/%20", None, 400, "PROPERTY_REQUIRED", "id"),
        ("GET", "/", None, 400, "PROPERTY_REQUIRED", "id"),
        ("GET", "/nowhere/list", None, 404, "DOMAIN_NOT_FOUND", "id"),
        ("PATCH", "", {"name": "x"}, 400, "PROPERTY_REQUIRED", "id"),
        ("PATCH", "/cascade", {"name": "x"}, 403, "NOT_AUTHORIZED_DOMAIN", "id"),
        ("PATCH", "/franchise", {"name": "x"}, 403, "NOT_AUTHORIZED_DOMAIN", "id"),
        ("PATCH", "/repair.lyon", {"parentId": "pilots"}, 403, "NOT_AUTHORIZED_DOMAIN", "id"),
        ("PATCH", "/pilots", {"parentId": "repair"}, 403, "NOT_AUTHORIZED_DOMAIN", "parentId"),
        ("PATCH", "/pilots", {"parentId": "cascade"}, 403, "NOT_AUTHORIZED_DOMAIN", "parentId"),
        ("PATCH", "/pilots", {"parentId": "pilots.smart-shelf"}, 400, "INVALID_ARGUMENTS", "parentId"),
        ("PATCH", "/stores", {"data": {"floor_area": "wide"}}, 400, "INVALID_ARGUMENTS", "data"),
        ("PATCH", "/stores", {"domainMetadata": [{"id": "a", "type": "text"}]}, 400, "INVALID_ARGUMENTS", None),
        ("PATCH", "/stores", {"settings": {"max_users": -1}}, 400, "INVALID_ARGUMENTS", "settings"),
        ("DELETE", "", None, 400, "PROPERTY_REQUIRED", "id"),
        ("DELETE", "/nowhere", None, 404, "DOMAIN_NOT_FOUND", "id"),
        ("DELETE", "/cascade", None, 403, "NOT_AUTHORIZED_DOMAIN", "id"),
        ("DELETE", "/halden", None, 403, "NOT_AUTHORIZED_DOMAIN", "id"),
        ("DELETE", "/repair.bergen", None, 403, "NOT_AUTHORIZED_DOMAIN", "id"),
        ("DELETE", "/stores", None, 409, "DOMAIN_HAS_THINGS", None),
        ("DELETE", "/offices", None, 409, "DOMAIN_HAS_USERS", None),
        ("DELETE", "/devices", None, 409, "DOMAIN_HAS_THING_TYPES", None),
    ],
)
def test_each_refusal_has_its_key(
    api: httpx.Client, method: str, path: str, body: Any, status: int, key: str, param: str | None
) -> None:
    answer = api.request(method, f"/domains{path}", json=body)
    assert answer.status_code == status
    found = refused(answer)
    assert found == (key, param) or (param is None and found[0] == key)


def test_a_tree_ends_at_the_tenth_level(api: httpx.Client) -> None:
    made(api, "t1")
    for level in range(4, 11):
        made(api, f"t1.{level}", "t1" if level == 4 else f"t1.{level - 1}")
    body = {"id": "t1.11", "parentId": "t1.10", "name": "x"}
    assert refused(api.post("/domains", json=body)) == ("DOMAIN_DEPTH_EXCEEDED", None)
    assert refused(api.patch("/domains/t1", json={"parentId": "pilots.smart-shelf"})) == ("DOMAIN_DEPTH_EXCEEDED", None)


def test_what_is_seen_of_the_tree(api: httpx.Client) -> None:
    tree = api.get("/domains", params={"attributes": "name"}).json()
    assert tree["halden"]["stores"]["stores.us"]["attributes"] == {"name": "Stores US"}
    assert tree["repair.lyon"] == {"name": "Atelier Rhone, Lyon"}, "outside home: flat, without attributes"
    assert set(tree) == {"halden", "repair", "repair.bergen", "repair.bergen.bench", "repair.lyon"} | {
        "franchise",
        "franchise.baltics",
    }
    attributes = {"attributes": "id,parents,settings"}
    tops = api.get("/domains/list", params=attributes).json()["domains"]
    assert [(each["id"], each["parents"]) for each in tops] == [("halden", []), ("franchise", []), ("repair", [])]
    assert tops[0]["settings"]["max_users"] == 5000
    below = api.get("/domains/stores.us/list", params=attributes).json()["domains"]
    assert below[0]["parents"] == ["stores.us", "stores", "halden"]


def test_pages_of_subdomains_stay_right_while_domains_come_and_go(api: httpx.Client) -> None:
    path = "/domains/stores/list"
    every = [each["id"] for each in api.get(path, params={"size": 100}).json()["domains"]]
    first = api.get(path, params={"size": 4}).json()
    assert first["pageInfo"] == {
        "itemCount": 4,
        "size": 4,
        "hasNext": True,
        "marker": None,
        "nextMarker": first["pageInfo"]["nextMarker"],
    }
    made(api, "a-new-one", "stores")
    rest = api.get(path, params={"size": 500, "marker": first["pageInfo"]["nextMarker"]}).json()
    api.delete("/domains/a-new-one")
    assert [each["id"] for each in first["domains"] + rest["domains"]] == every
    assert (rest["pageInfo"]["size"], rest["pageInfo"]["nextMarker"]) == (100, None)
    for query, culprit in (({"marker": "!"}, "marker"), ({"size": "many"}, "size"), ({"size": "0"}, "size")):
        assert refused(api.get(path, params=query)) == ("INVALID_ARGUMENTS", culprit)


def test_a_child_named_attributes_and_swedish_letters(api: httpx.Client) -> None:
    made(api, "t1")
    tree = made(api, "attributes", "t1")
    assert tree["halden"]["pilots"]["t1"] == {"attributes": {}}
    assert api.get("/domains").json()["halden"]["pilots"]["t1"]["attributes"]["name"] == "T1"
    assert api.get("/domains/t1/list").json()["domains"] == [{"id": "attributes"}]
    made(api, "skärgård,ö", "t1")
    assert api.get("/domains/sk%C3%A4rg%C3%A5rd%2C%C3%B6").json()["parentId"] == "t1"


def test_each_login_sees_and_does_what_its_rights_allow(sandbox: SandboxProcess, api: httpx.Client) -> None:
    def login(email: str) -> httpx.Response:
        body = {"userName": email, "password": sandbox.token}
        return httpx.post(f"{sandbox.url}/auth/login", json=body, headers={"x-api-key": "key"})

    assert login("nobody@halden-outdoor.example").json()["messageKey"] == "INVALID_LOGIN"
    manager, reader = (login(LOGINS[home]).json() for home in ("stores", "warehouses"))
    assert manager["user"]["domainName"] == "stores"
    with signed_in(sandbox, manager["credentials"]["token"]) as client:
        assert list(client.get("/domains").json()) == ["stores"]
        assert refused(client.get("/domains/warehouses")) == ("NOT_AUTHORIZED_DOMAIN", "parentId")
        assert "parentId" in client.get("/domains/stores").json()
        assert client.get("/domains/stores").json()["parentId"] is None, "what lies above isn't told"
    with signed_in(sandbox, reader["credentials"]["token"]) as client:
        assert client.get("/domains/warehouses").status_code == 200
        assert refused(client.patch("/domains/warehouses", json={"name": "x"}))[0] == "NOT_AUTHORIZED"
    with signed_in(sandbox, manager["credentials"]["token"] + "x") as client:
        assert client.get("/domains").status_code == 401


def test_it_stands_behind_a_path_of_its_own_as_well(sandbox: SandboxProcess) -> None:
    with signed_in(sandbox, f"Bearer {sandbox.token}", "/domain-api") as client:
        assert client.get("/domains/pilots").json()["name"] == "Pilots"
        assert client.get("/domains/list").json()["domains"][0] == {"id": "halden"}
    assert httpx.get(f"{sandbox.url}/domain-api/domains", headers={"Authorization": sandbox.token}).status_code == 401


def test_a_large_tree_and_its_changes_outlive_a_killed_process(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path, size="large")
    with sandbox, signed_in(sandbox) as api:
        made(api, "pilots.new")
        api.patch("/domains/pilots.smart-shelf", json={"parentId": "devices"}).raise_for_status()
        api.delete("/domains/pilots.new").raise_for_status()
        made(api, "pilots.newer", data={"n": 1})
        assert len(api.get("/domains").content) > 200_000
        sandbox.kill()
        sandbox.start()
        with signed_in(sandbox) as again:
            assert again.get("/domains/pilots/list").json()["domains"] == [{"id": "pilots.newer"}]
            assert again.get("/domains/pilots.smart-shelf.oslo").json()["parentId"] == "pilots.smart-shelf"
            assert again.get("/domains/pilots.smart-shelf").json()["parentId"] == "devices"
