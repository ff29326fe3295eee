"""AppDB: documents, queries with operators, bulk deletes, schema, permissions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

V1, V2 = "/api/datastores/v1/collections", "/api/datastores/v2/collections"


def collection(client: httpx.Client, name: str) -> str:
    return next(str(each["id"]) for each in client.get(V1).json() if each["name"] == name)


def create(client: httpx.Client, where: str, **content: Any) -> dict[str, Any]:
    answer = client.post(f"{V1}/{where}/documents/", json={"content": content})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def query(client: httpx.Client, where: str, conditions: dict[str, Any], **parameters: Any) -> list[dict[str, Any]]:
    answer = client.post(f"{V2}/{where}/documents/query", json=conditions, params=parameters)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_document_is_created_read_replaced_and_deleted(client: httpx.Client) -> None:
    where = collection(client, "StoreVisits")
    made = create(client, where, store="NO-0001", rating=4)
    assert set(made) == {
        *("id", "datastoreId", "collectionId", "syncRequired", "owner"),
        *("createdBy", "createdOn", "updatedOn", "updatedBy", "content"),
    }
    path = f"{V1}/{where}/documents/{made['id']}"
    assert client.get(path).json()["content"] == {"store": "NO-0001", "rating": 4}
    replaced = client.put(path, json={"content": {"rating": 5}}).json()
    assert (replaced["content"], replaced["createdOn"]) == ({"rating": 5}, made["createdOn"])
    assert made["id"] in {each["id"] for each in client.get(f"{V1}/{where}/documents").json()}
    answer = client.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(path).status_code == client.delete(path).status_code == 404


CONTENTS: dict[str, dict[str, Any]] = {
    "a": {"n": 1, "text": "Alpine", "tags": ["red", "blue"], "inner": {"x": 1}},
    "b": {"n": 2, "text": "boot", "tags": [], "inner": {"x": 2}},
    "c": {"n": 3.5, "text": "camp", "flag": True},
    "d": {"n": "4", "text": None},
}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"content.n": {"$eq": 2}}, "b"),
        ({"content.n": 2}, "b"),
        ({"content.n": {"$ne": 2}}, "acd"),
        ({"content.n": {"$gt": 1, "$lte": 3.5}}, "bc"),
        ({"content.n": {"$gte": 2}, "content.text": {"$lt": "c"}}, "b"),
        ({"content.text": {"$in": ["boot", "camp"]}}, "bc"),
        ({"content.text": {"$nin": ["boot", "camp"]}}, "ad"),
        ({"content.tags": {"$eq": "red"}}, "a"),
        ({"content.tags": {"$all": ["red", "blue"]}}, "a"),
        ({"content.tags": {"$size": 0}}, "b"),
        ({"content.inner.x": {"$gt": 0}}, "ab"),
        ({"content.inner": {"$exists": False}}, "cd"),
        ({"content.flag": {"$eq": 1}}, ""),
        ({"content.text": {"$eq": None}}, "d"),
        ({"content.text": {"$regex": "^AL", "$options": "i"}}, "a"),
        ({"content.n": {"$not": {"$gt": 1}}}, "ad"),
        ({"$or": [{"content.n": 1}, {"content.n": 2}]}, "ab"),
        ({"$and": [{"content.n": {"$gt": 1}}, {"content.n": {"$lt": 3}}]}, "b"),
        ({"$nor": [{"content.n": 1}, {"content.flag": True}]}, "bd"),
        ({}, "abcd"),
    ],
)
def test_queries_mean_what_their_operators_say(client: httpx.Client, conditions: dict[str, Any], expected: str) -> None:
    where = collection(client, "UserSettings")
    made = {key: create(client, where, probe="operators", **content)["id"] for key, content in CONTENTS.items()}
    found = {each["id"] for each in query(client, where, {"$and": [{"content.probe": "operators"}, conditions]})}
    assert {key for key, identifier in made.items() if identifier in found} == set(expected)
    client.delete(f"{V1}/{where}/documents/bulk", params={"ids": ",".join(made.values())}).raise_for_status()


@pytest.mark.parametrize(
    "conditions", [{"content.n": {"$near": 1}}, {"$xor": []}, {"content.n": {"$in": 1}}, {"content.n": {"$regex": "("}}]
)
def test_operators_that_do_not_exist_are_refused(client: httpx.Client, conditions: dict[str, Any]) -> None:
    where = collection(client, "UserSettings")
    answer = client.post(f"{V2}/{where}/documents/query", json=conditions)
    assert answer.status_code == 400
    assert "$" in answer.json()["message"]


def test_a_list_stops_at_ten_thousand_documents(client: httpx.Client) -> None:
    where = collection(client, "TillIncidents")
    first = client.get(f"{V1}/{where}/documents").json()
    assert len(first) == 10_000
    rest = client.get(f"{V1}/{where}/documents", params={"offset": 10_000}).json()
    assert len(rest) > 1_000
    assert not {each["id"] for each in first} & {each["id"] for each in rest}


@pytest.mark.parametrize("form", ["{0},{1}", "[{0},{1}]", '["{0}", "{1}"]'])
def test_bulk_delete_takes_all_forms_of_the_list(client: httpx.Client, form: str) -> None:
    where = collection(client, "UserSettings")
    gone = [create(client, where, number=number)["id"] for number in range(2)]
    kept = create(client, where, number=3)["id"]
    path = f"{V1}/{where}/documents"
    answer = client.delete(f"{path}/bulk", params={"ids": form.format(*gone)})
    assert (answer.status_code, answer.json()) == (200, {"Deleted": 2})
    left = {each["id"] for each in client.get(path).json()}
    assert kept in left
    assert not left & set(gone)
    assert client.delete(f"{path}/bulk", params={"ids": "x" * 9000}).status_code == 414
    assert client.delete(f"{path}/bulk").status_code == 400


def test_schema_sync_and_permissions_are_kept(client: httpx.Client) -> None:
    where = collection(client, "UserSettings")
    columns = [{"type": "STRING", "name": "username", "visible": True}]
    changed = client.put(f"{V1}/{where}", json={"schema": {"columns": columns}, "syncEnabled": True}).json()
    assert (changed["schema"], changed["syncEnabled"]) == ({"columns": columns}, True)
    document = create(client, where, username="marta")
    assert document["syncRequired"] is True
    path = f"{V1}/{where}/documents/{document['id']}"
    wait_until(lambda: client.get(path).json()["syncRequired"] is False, "synchronised")
    assert client.get(f"{V1}/{where}").json()["schema"] == {"columns": columns}
    assert client.put(f"{V1}/{where}", json={"syncEnabled": False}).json()["schema"] == {"columns": columns}
    wrong = {"schema": {"columns": [{"type": "BLOB", "name": "x"}]}}
    assert "type" in client.put(f"{V1}/{where}", json=wrong).json()["message"]
    proxy = f"{V1}/{where}/permission/RYUU_APP/proxy-1"
    answer = client.put(proxy, params={"permissions": "read,create_content"})
    assert (answer.status_code, answer.content) == (204, b"")
    found = client.get(f"{V1}/{where}/permission").json()
    assert {"type": "RYUU_APP", "id": "proxy-1", "permissions": ["read", "create_content"]} in found
    assert client.put(proxy, params={"permissions": "READ"}).status_code == 400
    assert client.put(proxy).status_code == 400


def test_collections_of_others_are_guarded(client: httpx.Client) -> None:
    readable = collection(client, "AssortmentComments")
    assert client.get(f"{V1}/{readable}/documents").status_code == 200
    assert client.post(f"{V1}/{readable}/documents/", json={"content": {}}).status_code == 403
    assert client.put(f"{V1}/{readable}", json={"syncEnabled": True}).status_code == 403
    assert "ReviewCycle" not in {each["name"] for each in client.get(V1).json()}
    assert client.get(f"{V1}/unknown/documents").status_code == 404
    assert client.post(f"{V1}/{collection(client, 'UserSettings')}/documents/", json={"a": 1}).status_code == 400


def test_documents_survive_a_kill(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path)
    with process, process.client() as client:
        where = collection(client, "WarrantyDecisions")
        made = create(client, where, claim="W-1")
        gone = client.get(f"{V1}/{where}/documents").json()[0]["id"]
        client.delete(f"{V1}/{where}/documents/{gone}").raise_for_status()
        process.kill()
    with process, process.client() as client:
        left = {each["id"]: each["content"] for each in client.get(f"{V1}/{where}/documents").json()}
        assert left[made["id"]] == {"claim": "W-1"}
        assert gone not in left


def test_a_collection_is_created_in_the_datastore_of_an_app(client: httpx.Client) -> None:
    known = client.get(f"{V1}/{collection(client, 'EquipmentCheckouts')}").json()
    body = {"name": "Reservations", "schema": {"columns": [{"type": "STRING", "name": "asset"}]}}
    path = f"/api/datastores/v1/{known['datastoreId']}/collections"
    made = client.post(path, json=body).json()
    assert (made["name"], made["datastoreId"], made["syncEnabled"]) == ("Reservations", known["datastoreId"], False)
    assert client.get(f"{V1}/{made['id']}/documents").json() == []
    assert create(client, made["id"], asset="EQ-1000")["content"] == {"asset": "EQ-1000"}
    assert client.post(path, json=body).status_code == 409
    assert client.post(path, json={}).status_code == 400
    assert client.post("/api/datastores/v1/nope/collections", json=body).status_code == 404
