"""Beast Modes as a client of other hands uses them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

FUNCTIONS = "/api/query/v1/functions"
BY_NAME = {"field": "name", "ascending": True}
DOCUMENTED = """(CASE  WHEN (sum((CASE  WHEN ((DateDiff(AddDate(Current_Date(),-1),`Date`) < (28 + (52 * 7)))
 AND (DateDiff(Current_Date(),`Date`) > (52 * 7))) THEN `Orders` END )) = 0) THEN 0 ELSE 1 END )"""


def _search(client: httpx.Client, *filters: dict[str, Any], **body: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {"name": "", "filters": list(filters), "sort": BY_NAME, "limit": 5000, "offset": 0, **body}
    answer = client.post(f"{FUNCTIONS}/search", json=sent).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _get(client: httpx.Client, identifier: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{FUNCTIONS}/template/{identifier}").raise_for_status().json()
    return found


def _sound(client: httpx.Client, name: str, place: int = 0) -> dict[str, Any]:
    """One whose links are all valid and which may be changed."""
    found = _search(client, {"field": "notvariable"}, {"field": "locked", "value": False}, name=name)["results"]
    sound: list[dict[str, Any]] = [each for each in found if all(link["valid"] == "VALID" for link in each["links"])]
    return sound[place]


def test_pages_of_a_search_make_up_the_whole(client: httpx.Client) -> None:
    whole = _search(client, {"field": "notvariable"})
    names = [each["name"] for each in whole["results"]]
    assert names == sorted(names, key=str.casefold)
    assert whole["totalHits"] == len(names)
    assert whole["hasMore"] is False
    pages = [_search(client, {"field": "notvariable"}, limit=100, offset=start) for start in range(0, len(names), 100)]
    assert [each["id"] for page in pages for each in page["results"]] == [each["id"] for each in whole["results"]]
    assert all(page["hasMore"] for page in pages[:-1])
    backwards = _search(client, {"field": "notvariable"}, sort={"field": "created", "ascending": False})["results"]
    assert [each["created"] for each in backwards] == sorted((each["created"] for each in backwards), reverse=True)


def test_statistics_agree_with_the_search(client: httpx.Client) -> None:
    counts = client.get(f"{FUNCTIONS}/statistics").json()
    everything = _search(client, {"field": "notvariable"})["results"]
    assert counts["total"] == counts["onDatasets"] + counts["onCards"] == len(everything)
    assert counts["locked"] == sum(each["locked"] for each in everything) > 0
    assert counts["archived"] == _search(client, {"field": "notvariable"}, {"field": "archived"})["totalHits"] > 0
    assert counts["invalid"] == sum(each["status"] != "VALID" for each in everything) > 0
    broken = [each for each in everything if any(link["valid"] == "ILLEGAL_REFERENCE" for link in each["links"])]
    assert counts["invalidLink"] == len(broken) > 0
    assert counts["inVisualizations"] == sum(bool(each["activeLinks"]) for each in everything)


def test_links_lead_to_real_datasets_and_cards_and_some_are_duplicates(client: httpx.Client) -> None:
    found = _sound(client, "Net sales")
    linked = {link["resource"]["type"]: link["resource"]["id"] for link in found["links"]}
    dataset = linked["DATA_SOURCE"]
    assert client.get(f"/api/data/v3/datasources/{dataset}").status_code == 200
    on_it = _search(client, {"field": "dataset", "idList": [dataset]})["results"]
    assert found["id"] in {each["id"] for each in on_it}
    cards = {card["id"] for card in client.get(f"/api/content/v1/datasources/{dataset}/cards").json()}
    for mode in on_it:
        used = [link["resource"]["id"] for link in mode["links"] if link["resource"]["type"] == "CARD"]
        assert {int(each.rpartition(":")[2]) for each in used} <= cards
    copy = next(each for each in _search(client, name="(copy)")["results"])
    twin = _search(client, {"field": "notvariable"}, name=copy["name"].removesuffix(" (copy)"))["results"]
    sums = [_get(client, each["id"])["checkSum"] for each in twin]
    assert sums.count(_get(client, copy["id"])["checkSum"]) > 1


def test_a_formula_is_changed_and_read_back_with_what_follows_from_it(client: httpx.Client) -> None:
    found = _sound(client, "Net sales")
    path = f"{FUNCTIONS}/template/{found['id']}"
    expression = "DATEDIFF(CURRENT_DATE(), `sale_date`)"
    changed = client.put(path, params={"strict": "false"}, json={"expression": expression}).raise_for_status().json()
    assert changed == _get(client, found["id"])
    assert (changed["expression"], changed["dataType"], changed["aggregated"]) == (expression, "LONG", False)
    assert (changed["functions"], changed["cacheWindow"]) == (["DATEDIFF"], "day")
    assert changed["columnPositions"] == [{"columnName": "`sale_date`", "columnPosition": 25}]
    assert changed["lastModified"] > found["lastModified"]


def test_strict_refuses_what_lax_keeps_with_a_broken_link(client: httpx.Client) -> None:
    found = _sound(client, "Average basket")
    path = f"{FUNCTIONS}/template/{found['id']}"
    for expression in (DOCUMENTED, "SUM(`net_amount`", "SUM(`net_amount`), 1"):
        refused = client.put(path, params={"strict": "true"}, json={"expression": expression})
        assert (refused.status_code, "expression" in refused.json()["message"]) == (400, True)
    kept = client.put(path, params={"strict": "false"}, json={"expression": DOCUMENTED}).raise_for_status().json()
    assert {link["valid"] for link in kept["links"] if link["resource"]["type"] == "DATA_SOURCE"} == {
        "ILLEGAL_REFERENCE"
    }
    broken = client.put(path, params={"strict": "false"}, json={"expression": "SUM("}).raise_for_status().json()
    assert broken["status"] != "VALID"


def test_a_locked_one_cannot_be_altered_until_it_is_unlocked(client: httpx.Client) -> None:
    found = _sound(client, "Member share")
    path = f"{FUNCTIONS}/template/{found['id']}"
    assert client.put(path, json={"locked": True}).json()["locked"] is True
    refused = client.put(path, params={"strict": "false"}, json={"expression": "COUNT(*)"})
    assert (refused.status_code, "locked" in refused.json()["message"]) == (409, True)
    assert client.put(path, json={"locked": False}).json()["locked"] is False
    assert client.put(path, json={"expression": "COUNT(*)"}).json()["expression"] == "COUNT(*)"


def test_owners_change_in_bulk_and_nested_ones_are_computed(client: httpx.Client) -> None:
    first = _sound(client, "Net sales, last 28 days")
    owner = client.get("/api/content/v2/users/me").json()["id"]
    body = {"update": [{**first, "owner": owner}]}
    assert client.post(f"{FUNCTIONS}/bulk/template", json=body).status_code == 200
    mine = _search(client, {"field": "owner", "idList": [owner]})["results"]
    assert first["id"] in {each["id"] for each in mine}
    nested = {"expression": f"DOMO_BEAST_MODE({first['id']}) / COUNT(*)"}
    target = _sound(client, "Card payments share")
    changed = client.put(f"{FUNCTIONS}/template/{target['id']}", json=nested).raise_for_status().json()
    assert (changed["functionTemplateDependencies"], changed["dataType"]) == ([first["id"]], "DOUBLE")


@pytest.mark.parametrize(
    ("without", "change", "word"),
    [
        ("filters", {}, "filters"),
        ("sort", {}, "sort"),
        ("limit", {}, "limit"),
        ("", {"limit": 0}, "limit"),
        ("", {"limit": 5001}, "limit"),
        ("", {"filters": [{"field": "nonsense"}]}, "filters.field"),
        ("", {"sort": {"field": "nonsense"}}, "sort.field"),
    ],
)
def test_a_bad_search_names_the_field(client: httpx.Client, without: str, change: dict[str, Any], word: str) -> None:
    body = {"filters": [], "sort": BY_NAME, "limit": 3, **change}
    body.pop(without, None)
    answer = client.post(f"{FUNCTIONS}/search", json=body)
    assert (answer.status_code, word in answer.json()["message"]) == (400, True)


def test_unknown_and_foreign_ones_are_refused(client: httpx.Client) -> None:
    assert client.get(f"{FUNCTIONS}/template/999999").status_code == 404
    assert client.put(f"{FUNCTIONS}/template/999999", json={"locked": True}).status_code == 404
    refused = {
        client.put(f"{FUNCTIONS}/template/{each['id']}", json={"locked": each["locked"]}).status_code
        for each in _search(client, {"field": "notvariable"}, name="Open records")["results"]
    }
    assert 403 in refused
    some = _sound(client, "Sale month")
    assert client.put(f"{FUNCTIONS}/template/{some['id']}", json={}).status_code == 400
