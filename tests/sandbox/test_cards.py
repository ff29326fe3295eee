"""Cards: titles, and pictures that are what they say they are."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import httpx
import pytest

from tests.sandbox.clients import DatasetClient, dataset_id

BASE = "/api/content/v1/cards"
BODY: dict[str, Any] = {"queryOverrides": {}, "treatLongsAsStrings": True, "cardLoadContext": {}}


def _cards(client: httpx.Client, dataset: str = "Loyalty members") -> list[dict[str, Any]]:
    answer = client.get(f"/api/content/v1/datasources/{dataset_id(client, dataset)}/cards", params={"drill": "true"})
    return list(answer.raise_for_status().json())


def _pieces(*texts: str) -> dict[str, Any]:
    return {"text": [{"type": "TEXT", "text": text} for text in texts]}


def test_a_title_changes_wherever_the_card_is_shown(client: httpx.Client) -> None:
    card = _cards(client)[3]["id"]
    body = {"dynamicTitle": _pieces("Members ", "by tier"), "dynamicDescription": _pieces("Without test accounts")}
    assert client.put(f"{BASE}/{card}/title", json=body).json() == {}
    assert _cards(client)[3]["title"] == "Members by tier"
    client.put(f"{BASE}/{card}/title", json={"dynamicDescription": _pieces("All accounts")}).raise_for_status()
    (shown,) = client.get(BASE, params={"urns": f"{card},unknown"}).json()
    assert (shown["title"], shown["description"]) == ("Members by tier", "All accounts")


@pytest.mark.parametrize("body", [{}, {"dynamicTitle": "text"}, {"dynamicTitle": {"text": [{"type": "TEXT"}]}}])
def test_titles_are_checked(client: httpx.Client, body: dict[str, Any]) -> None:
    card = _cards(client)[0]["id"]
    answer = client.put(f"{BASE}/{card}/title", json=body)
    assert (answer.status_code, "dynamicTitle" in answer.json()["message"]) == (400, True)
    assert client.put(f"{BASE}/1/title", json={"dynamicTitle": _pieces("x")}).status_code == 404


def test_a_card_renders_as_pdf_and_png(client: httpx.Client) -> None:
    card = _cards(client)[0]
    path = f"{BASE}/kpi/{card['urn']}/render"
    answer = client.put(path, params={"parts": "title,imagePDF,image,"}, json=BODY)
    answer.raise_for_status()
    pdf, png = (base64.b64decode(each, validate=True) for each in answer.json()["data"])
    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.endswith(b"%%EOF\n")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    length = struct.unpack(">I", png[33:37])[0]
    assert len(zlib.decompress(png[41 : 41 + length])) == 270 * (1 + 480 * 3)
    assert answer.json()["title"] == card["title"]


def test_a_table_holds_values_of_the_dataset(client: httpx.Client) -> None:
    path = f"{BASE}/kpi/{_cards(client)[0]['urn']}/render"
    table = client.put(path, params={"parts": "table"}, json=BODY).raise_for_status().json()["table"]
    assert table["columns"] == ["channel", "cost"]
    assert {"Email", "Social", "Print"} <= {row[0] for row in table["rows"]}


@pytest.mark.parametrize("parts", ["", "title,title", "sculpture"])
def test_parts_are_checked(client: httpx.Client, parts: str) -> None:
    path = f"{BASE}/kpi/{_cards(client)[0]['urn']}/render"
    answer = client.put(path, params={"parts": parts}, json=BODY)
    assert (answer.status_code, "parts" in answer.json()["message"]) == (400, True)


def test_cards_without_data_or_access_are_refused(client: httpx.Client) -> None:
    dataset = DatasetClient(client, dataset_id(client, "Markdown plan"))
    card = _cards(client, "Markdown plan")[0]["urn"]
    numbers = [version["dataId"] for version in dataset.versions()]
    path = f"/api/data/v2/datasources/{dataset.id}/dataversions"
    client.request("DELETE", path, params={"index": "true"}, json=numbers).raise_for_status()
    answer = client.put(f"{BASE}/kpi/{card}/render", params={"parts": "image"}, json=BODY)
    assert (answer.status_code, "no data" in answer.json()["message"]) == (409, True)
    page = client.get("/api/data/v3/datasources", params={"limit": 500}).json()["dataSources"]
    legal = [each for each in page if each["permissions"] == "READ" and each["cardCount"] > 2]
    cards = client.get(f"/api/content/v1/datasources/{legal[0]['id']}/cards").json()
    asked = [client.put(f"{BASE}/kpi/{each['urn']}/render", params={"parts": "image"}, json=BODY) for each in cards[:3]]
    assert 403 in {answer.status_code for answer in asked}


def _found(client: httpx.Client, *filters: dict[str, Any]) -> list[dict[str, Any]]:
    body = {"count": 50, "query": "*", "entityList": [["card"]], "filters": list(filters)}
    return list(client.post("/api/search/v1/query", json=body).raise_for_status().json()["searchObjects"])


def test_the_search_finds_cards_by_certification_page_and_owner(client: httpx.Client) -> None:
    certified = {"filterType": "term", "field": "certification.state", "value": "CERTIFIED"}
    card = _found(client, certified)[0]
    state = f"/api/tags/v3/CARD/{card['databaseId']}/system/CERTIFIED/state"
    assert client.get(state).json()["state"] == "ACTIVE"
    client.delete(state).raise_for_status()
    assert client.get(state).json()["state"] is None
    assert card["databaseId"] not in [each["databaseId"] for each in _found(client, certified)]
    client.put(f"{state}/ACTIVE").raise_for_status()
    page = {"filterType": "wildcard", "field": "pages", "query": f"*{card['pages'][0]}*"}
    assert all(card["pages"][0] in each["pages"][0] for each in _found(client, page))
    owner = {"filterType": "wildcard", "field": "owned_by_name", "query": card["ownedByName"]}
    assert {each["ownedByName"] for each in _found(client, owner)} == {card["ownedByName"]}
