"""What clients make or change anywhere is found by the search."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.clients import dataset_id


def found(client: httpx.Client, entity: str, query: str = "*", **body: Any) -> list[dict[str, Any]]:
    """The hits of a search for one entity."""
    sent = {"query": query, "entityList": [[entity]], "count": 100, **body}
    answer = client.post("/api/search/v1/query", json=sent).raise_for_status()
    hits: list[dict[str, Any]] = answer.json()["searchObjects"]
    return hits


@pytest.mark.parametrize(
    "entity",
    ["account", "alert", "beast_mode", "connector", "dataflow", "group", "package", "page", "queue", "user"],
)
def test_every_entity_is_found_with_what_clients_read(client: httpx.Client, entity: str) -> None:
    hits = found(client, entity)
    assert hits
    for hit in hits:
        assert hit["entityType"] == entity
        assert hit["databaseId"]
        assert hit["name"]
    one = hits[-1]
    by_id = [{"filterType": "term", "field": "databaseId", "value": one["databaseId"]}]
    assert [hit["name"] for hit in found(client, entity, filters=by_id)] == [one["name"]]
    beginning = [{"filterType": "wildcard", "field": "databaseId", "query": f"{one['databaseId'][:3]}*"}]
    assert one["databaseId"] in {hit["databaseId"] for hit in found(client, entity, filters=beginning)}


def test_ids_of_datasets_and_cards_are_found_by_their_beginning(client: httpx.Client) -> None:
    dataset = dataset_id(client, "Product master")
    beginning = [{"filterType": "wildcard", "field": "databaseId", "query": f"{dataset[:8]}*"}]
    assert [hit["name"] for hit in found(client, "dataset", filters=beginning)] == ["Product master"]
    card = found(client, "card")[0]["databaseId"]
    hits = found(client, "card", filters=[{"filterType": "wildcard", "field": "databaseId", "query": f"{card[:-1]}*"}])
    assert card in {hit["databaseId"] for hit in hits}
    assert all(hit["databaseId"].startswith(card[:-1]) for hit in hits)


def test_a_new_account_group_and_user_are_found_and_lost_again(client: httpx.Client) -> None:
    account = {"displayName": "Quay pilot feed", "accountType": "Standard"}
    client.post("/api/data/v1/accounts", json=account).raise_for_status()
    assert [hit["displayName"] for hit in found(client, "account", "quay pilot")] == ["Quay pilot feed"]
    group = client.post("/api/content/v2/groups", json={"name": "Quay pilots", "type": "open"}).json()["id"]
    assert [hit["databaseId"] for hit in found(client, "group", "quay pilots")] == [group]
    client.request("DELETE", "/api/content/v2/groups", json=[group]).raise_for_status()
    assert found(client, "group", "quay pilots") == []
    person = {"displayName": "Quinn Quay", "emailAddress": "quinn.quay@halden-outdoor.example", "roleId": 4}
    user = client.post("/api/identity/v1/users", json=person).json()["id"]
    assert [hit["databaseId"] for hit in found(client, "user", "quinn quay")] == [str(user)]
    client.delete(f"/api/identity/v1/users/{user}").raise_for_status()
    assert found(client, "user", "quinn quay") == []


def test_a_new_title_of_a_card_is_found(client: httpx.Client) -> None:
    card = found(client, "card", "warranty")[0]
    title = {"dynamicTitle": {"text": [{"type": "TEXT", "text": "Zebra crossing"}]}}
    client.put(f"/api/content/v1/cards/{card['databaseId']}/title", json=title).raise_for_status()
    assert [hit["databaseId"] for hit in found(client, "card", "zebra crossing")] == [card["databaseId"]]


def test_what_domolibrary_sends_is_answered(client: httpx.Client) -> None:
    body = {
        "entities": ["DATASET"],
        "filters": [
            {"field": "name_sort", "filterType": "wildcard", "query": "*store*"},
            {"filterType": "term", "field": "dataprovidername_facet", "value": "Snowflake", "not": False},
        ],
        "combineResults": False,
        "query": "*",
        "count": 100,
        "offset": 0,
    }
    answer = client.post("/api/search/v1/query", json=body).json()
    assert answer["searchObjects"]
    for hit in answer["searchObjects"]:
        assert "store" in hit["name"].lower()
        assert hit["dataProviderName"] == "Snowflake"
    assert answer["totalResultCount"] == len(answer["searchObjects"]) < 100
    owner = answer["searchObjects"][0]["ownedById"]
    owned = {"name": "OWNED_BY_ID", "field": "owned_by_id", "facetType": "user", "filterType": "term"}
    mine = client.post(
        "/api/search/v1/query",
        json={**body, "entities": ["CARD"], "filters": [{**owned, "value": f"{owner}:USER"}]},
    ).json()
    assert {hit["ownedById"] for hit in mine["searchObjects"]} <= {owner}
