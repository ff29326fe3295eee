"""Changing owners, by the calls that public clients know and the documents lack."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.clients import DatasetClient, hits

CARDS, PAGES = "/api/content/v1/cards", "/api/content/v1/pages"


def _people(client: httpx.Client) -> list[str]:
    me = str(client.get("/api/content/v2/users/me").json()["id"])
    found = client.get("/api/identity/v1/users", params={"limit": 5}).json()["users"]
    return [str(each["id"]) for each in found if str(each["id"]) != me]


def _owners(client: httpx.Client, entity: str, identifier: str) -> list[str]:
    body: dict[str, Any] = {"filters": [{"filterType": "term", "field": "databaseId", "value": identifier}]}
    found = client.post("/api/search/v1/query", json={"query": "*", "entityList": [[entity]], **body}).json()
    return [owner["id"] for owner in found["searchObjects"][0]["owners"]]


def test_a_dataset_goes_to_somebody_else_with_its_access(client: httpx.Client) -> None:
    dataset, (first, second) = DatasetClient.create(client, {"n": "LONG"}), _people(client)[:2]
    for owner in (first, second):
        move = {"dataSourceIds": [dataset.id], "entityIdentifier": {"id": owner, "type": "USER"}}
        client.put("/api/data/ui/v3/datasources/ownedBy", json=[move]).raise_for_status()
    assert client.get(dataset.path).json()["owner"]["id"] == second
    listed = client.get(f"{dataset.path}/permissions").json()["list"]
    assert [(each["id"], each["accessLevel"]) for each in listed] == [(second, "OWNER")]
    by_owner = [{"filterType": "term", "field": "owned_by_id", "value": second}]
    assert dataset.id in {hit["databaseId"] for hit in hits(client, filters=by_owner, count=1000)["searchObjects"]}
    move = {"dataSourceIds": [dataset.id], "entityIdentifier": {"id": "1", "type": "USER"}}
    assert client.put("/api/data/ui/v3/datasources/ownedBy", json=[move]).status_code == 404
    assert client.put("/api/data/ui/v3/datasources/ownedBy", json=[]).status_code == 400


def test_pages_and_cards_have_many_owners_and_never_none(client: httpx.Client) -> None:
    new = _people(client)[0]
    card = hits(client, entityList=[["card"]], count=1)["searchObjects"][0]["databaseId"]
    page = hits(client, entityList=[["page"]], count=1)["searchObjects"][0]["databaseId"]
    owner = [{"id": new, "type": "USER"}]
    client.post(f"{CARDS}/owners/add", json={"cardIds": [card], "cardOwners": owner}).raise_for_status()
    client.put(f"{PAGES}/bulk/owners", json={"pageIds": [page], "owners": owner}).raise_for_status()
    assert new in _owners(client, "card", card)
    assert new in _page_owners(client, page)
    former = [{"id": each, "type": "USER"} for each in _owners(client, "card", card) if each != new]
    if former:
        client.post(f"{CARDS}/owners/remove", json={"cardIds": [card], "cardOwners": former}).raise_for_status()
    assert _owners(client, "card", card) == [new]
    assert client.post(f"{CARDS}/owners/remove", json={"cardIds": [card], "cardOwners": owner}).status_code == 409
    former = [{"id": each, "type": "USER"} for each in _page_owners(client, page) if each != new]
    body = {"pageIds": [page], "owners": former}
    client.post(f"{PAGES}/bulk/owners/remove", json=body).raise_for_status()
    assert _page_owners(client, page) == [new]
    body = {"pageIds": [page], "owners": owner}
    assert client.post(f"{PAGES}/bulk/owners/remove", json=body).status_code == 409


def _page_owners(client: httpx.Client, page: str) -> list[str]:
    found = client.post(f"{PAGES}/adminsummary", params={"limit": 1000}, json={}).json()["pageAdminSummaries"]
    return [owner["id"] for each in found if str(each["pageId"]) == page for owner in each["owners"]]


def test_an_account_has_owners_and_never_none(client: httpx.Client) -> None:
    first = _people(client)[0]
    body = {"displayName": "Leaver account", "accountType": "Standard"}
    account = str(client.post("/api/data/v1/accounts", json=body).raise_for_status().json()["accountId"])
    mine = _owners(client, "account", account)
    path, entry = f"/api/data/v2/accounts/share/{account}", {"type": "USER", "id": int(first)}
    client.put(path, json={**entry, "accessLevel": "OWNER"}).raise_for_status()
    assert _owners(client, "account", account) == [*mine, first]
    client.put(path, json={"type": "USER", "id": int(mine[0]), "accessLevel": "NONE"}).raise_for_status()
    assert _owners(client, "account", account) == [first]
    assert client.put(path, json={**entry, "accessLevel": "NONE"}).status_code == 409
    assert client.put(path, json={**entry, "accessLevel": "ROOT"}).status_code == 400


def test_a_dataflow_goes_to_somebody_else(client: httpx.Client) -> None:
    new = _people(client)[0]
    dataflow = hits(client, entityList=[["dataflow"]], count=1)["searchObjects"][0]["databaseId"]
    path = f"/api/dataprocessing/v1/dataflows/{dataflow}/patch"
    client.put(path, json={"responsibleUserId": int(new)}).raise_for_status()
    assert _owners(client, "dataflow", dataflow) == [new]
    assert client.put(path, json={}).status_code == 400
    assert client.put(path.replace(dataflow, "1"), json={"responsibleUserId": int(new)}).status_code == 404
