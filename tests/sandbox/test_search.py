"""The search API against what the document says of it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.sandbox.search.text import TextIndex, contains_pattern, whole_pattern
from tests.sandbox.clients import DatasetClient, hits, names
from tests.sandbox_process import SandboxProcess

DAY_MS = 86_400_000


def _found(client: httpx.Client, *filters: dict[str, Any], count: int = 500, **body: Any) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = hits(client, filters=list(filters), count=count, **body)["searchObjects"]
    return objects


def test_the_answer_has_the_documented_shape(client: httpx.Client) -> None:
    answer = hits(client, "store", count=3)
    assert set(answer) == {
        "facetMap",
        "totalResultCount",
        "sort",
        "queryUuid",
        "hideSearchObjects",
        "searchObjects",
        "searchResultsMap",
    }
    assert answer["sort"]["isRelevance"] is True
    assert answer["searchResultsMap"]["dataset"] == answer["searchObjects"]
    hit = answer["searchObjects"][0]
    assert hit["winnerText"] == hit["name"]
    assert hit["databaseId"]
    assert hit["entityType"] == "dataset"


def test_the_best_match_comes_first(client: httpx.Client) -> None:
    assert names(client, "store sales daily")[0] == "Store sales daily"
    assert names(client, "sto*ales dai*")[0] == "Store sales daily"
    assert names(client, "nothing-like-this") == []


def test_pages_follow_each_other_without_gaps(client: httpx.Client) -> None:
    sort = {"fieldSorts": [{"field": "name", "sortOrder": "ASC"}], "isRelevance": False}
    whole = names(client, count=120, sort=sort)
    pages = [name for offset in range(0, 120, 40) for name in names(client, count=40, offset=offset, sort=sort)]
    assert pages == whole
    assert whole == sorted(whole, key=str.casefold)
    assert len(names(client)) == 10


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("createDate", "createDate"),
        ("lastUpdated", "lastUpdated"),
        ("rowCount", "rowCount"),
        ("cardCount", "cardCount"),
        ("display_name_sort", None),
        ("last_modified", "lastModified"),
        ("owner", "ownedByName"),
    ],
)
def test_sorting_down(client: httpx.Client, field: str, key: str | None) -> None:
    found = _found(client, sort={"fieldSorts": [{"field": field, "sortOrder": "DESC"}]})
    values = [hit[key] if key else hit["name"].casefold() for hit in found]
    assert values == sorted(values, reverse=True)


def test_the_wall_at_ten_thousand(client: httpx.Client) -> None:
    body = {"query": "*", "entityList": [["dataset"]], "count": 1, "offset": 10_000}
    answer = client.post("/api/search/v1/query", json=body)
    assert answer.status_code == 400
    assert "10000" in answer.json()["message"]
    assert client.post("/api/search/v1/query", json={**body, "offset": 9_999}).status_code == 200


def test_the_older_entities_spelling_and_several_groups(client: httpx.Client) -> None:
    older = client.post("/api/search/v1/query", json={"query": "*", "entities": ["DATASET"], "count": 2}).json()
    assert len(older["searchObjects"]) == 2
    body = {"query": "finance", "entityList": [["group"], ["user", "page"], ["account"]], "count": 50}
    several = client.post("/api/search/v1/query", json=body).json()
    assert set(several["searchResultsMap"]) == {"group", "user_page", "account"}
    kinds = {hit["entityType"] for hit in several["searchObjects"]}
    assert {"group", "page", "account"} <= kinds
    assert several["totalResultCount"] == len(several["searchObjects"])


@pytest.mark.parametrize("entity", ["card", "page", "user", "group", "dataflow", "account", "alert", "connector"])
def test_other_entities_are_found_and_paged(client: httpx.Client, entity: str) -> None:
    body = {"query": "*", "entityList": [[entity]], "count": 3, "sort": {"fieldSorts": [{"field": "name"}]}}
    answer = client.post("/api/search/v1/query", json=body).json()
    assert answer["totalResultCount"] >= 3
    titles = [hit["winnerText"].casefold() for hit in answer["searchObjects"]]
    assert titles == sorted(titles)
    assert all(hit["databaseId"] and hit["entityType"] == entity for hit in answer["searchObjects"])


def test_accounts_by_name(client: httpx.Client) -> None:
    body = {
        "count": 100,
        "combineResults": False,
        "query": "*snowflake*",
        "filters": [],
        "facetValuesToInclude": ["DATAPROVIDERNAME", "OWNED_BY_ID", "VALID", "USED", "LAST_MODIFIED_DATE"],
        "facetValueLimit": 5,
        "queryProfile": "GLOBAL",
        "entityList": [["account"]],
        "sort": {"fieldSorts": [{"field": "display_name_sort", "sortOrder": "ASC"}]},
    }
    answer = client.post("/api/search/v1/query", json=body).json()
    assert all("Snowflake" in hit["displayName"] for hit in answer["searchObjects"])
    assert answer["facetMap"]["DATAPROVIDERNAME"]["facetValues"][0]["value"] == "Snowflake"


def test_term_filters(client: httpx.Client) -> None:
    snowflake = {"filterType": "term", "field": "dataProviderType", "value": "snowflake"}
    found = _found(client, snowflake)
    assert found
    assert all(hit["dataProviderType"] == "snowflake" for hit in found)
    others = _found(client, {**snowflake, "not": True})
    assert len(found) + len(others) == hits(client)["totalResultCount"]
    several = _found(client, {"filterType": "term", "field": "dataProviderType", "values": ["snowflake", "webform"]})
    assert {hit["dataProviderType"] for hit in several} == {"snowflake", "webform"}
    owner = found[0]["ownedById"]
    mine = _found(client, {"filterType": "term", "field": "owned_by_id", "value": f"{owner}:USER"})
    assert {hit["ownedById"] for hit in mine} == {owner}
    single = _found(client, {"filterType": "term", "field": "databaseId", "value": found[0]["databaseId"]})
    assert [hit["name"] for hit in single] == [found[0]["name"]]
    certified = _found(client, {"filterType": "term", "field": "certification.state", "value": "CERTIFIED"})
    assert {hit["certification"]["state"] for hit in certified} == {"CERTIFIED"}
    tagged = _found(client, {"filterType": "term", "field": "tags", "value": "core"})
    assert all("core" in hit["tags"] for hit in tagged)


def test_text_filters(client: httpx.Client) -> None:
    found = _found(client, {"filterType": "wildcard", "field": "name_sort", "query": "store*daily"})
    assert found
    assert all(hit["name"].lower().startswith("store") and hit["name"].lower().endswith("daily") for hit in found)
    words = _found(client, {"filterType": "queryString", "field": "name", "queryString": "daily store"})
    assert all("daily" in hit["name"].lower() and "store" in hit["name"].lower() for hit in words)
    owned = _found(client, {"filterType": "wildcard", "field": "owned_by_name", "query": "tomasz*"})
    assert {hit["ownedByName"] for hit in owned} == {"Tomasz Wieczorek"}


def test_date_filters(client: httpx.Client) -> None:
    now = time.time() * 1000
    week = _found(client, {"filterType": "dateBucket", "field": "lastUpdated", "value": "LAST_WEEK"})
    assert all(hit["lastUpdated"] >= now - 7.01 * DAY_MS for hit in week)
    stale = {"filterType": "dateRange", "field": "last_modified", "to": now - 90 * DAY_MS}
    found, others = _found(client, stale), _found(client, {**stale, "not": True})
    assert all(hit["lastModified"] < now - 90 * DAY_MS for hit in found)
    assert len(found) + len(others) == hits(client)["totalResultCount"]


@pytest.mark.parametrize("operator", ["LT", "LTE", "EQ", "GT", "GTE"])
def test_numeric_filters(client: httpx.Client, operator: str) -> None:
    value = 49_418_425
    compare = {"filterType": "numeric", "field": "rowCount", "operator": operator, "longNumber": value}
    expected = {"LT": (-1,), "LTE": (-1, 0), "EQ": (0,), "GT": (1,), "GTE": (0, 1)}[operator]
    found = _found(client, compare)
    assert found
    assert all((hit["rowCount"] > value) - (hit["rowCount"] < value) in expected for hit in found)


def test_range_boolean_and_missing_filters(client: httpx.Client) -> None:
    ranged = _found(client, {"filterType": "range", "field": "cardCount", "from": 20, "to": 40})
    assert ranged
    assert all(20 <= hit["cardCount"] <= 40 for hit in ranged)
    certified = _found(client, {"filterType": "boolean", "field": "certified", "value": True})
    assert {hit["certification"]["state"] for hit in certified} == {"CERTIFIED"}
    missing = _found(client, {"filterType": "missing", "field": "certification.state"})
    assert {hit["certification"] for hit in missing} == {None}


def test_or_and_not_filters(client: httpx.Client) -> None:
    certified = {"filterType": "term", "field": "certification.state", "value": "CERTIFIED"}
    large = {"filterType": "numeric", "field": "rowCount", "operator": "GT", "longNumber": 10_000_000}
    either = _found(client, orFilters=[certified, large])
    assert all(
        (hit["certification"] or {}).get("state") == "CERTIFIED" or hit["rowCount"] > 10_000_000 for hit in either
    )
    neither = _found(client, notFilters=[certified, large])
    assert len(either) + len(neither) == hits(client)["totalResultCount"]


def test_facets_count_what_filters_find(client: httpx.Client) -> None:
    wanted = ["OWNED_BY_ID", "DATAPROVIDERNAME", "CERTIFICATION", "TAG"]
    answer = hits(client, facetValuesToInclude=wanted, facetValueLimit=50)
    assert hits(client, facetValuesToInclude=wanted)["facetMap"]["TAG"]["facetValues"] == []
    for name, field in (
        ("OWNED_BY_ID", "owned_by_id"),
        ("DATAPROVIDERNAME", "dataprovidername_facet"),
        ("TAG", "tags"),
    ):
        value = answer["facetMap"][name]["facetValues"][0]
        counted = hits(client, filters=[{"filterType": "term", "field": field, "value": value["value"]}])
        assert counted["totalResultCount"] == value["count"]


def test_changes_are_found_at_once(client: httpx.Client) -> None:
    hits(client)
    dataset = DatasetClient.create(client, {"n": "LONG"}, name="Zeppelin timetable")
    assert names(client, "zeppelin") == ["Zeppelin timetable"]
    client.post(f"/api/data/ui/v3/datasources/{dataset.id}/tags", json=["airship"]).raise_for_status()
    assert names(client, "airship") == ["Zeppelin timetable"]
    assert names(client, filters=[{"filterType": "term", "field": "tags", "value": "airship"}]) == [
        "Zeppelin timetable"
    ]
    client.delete(f"/api/data/v3/datasources/{dataset.id}").raise_for_status()
    assert names(client, "zeppelin") == []


def test_only_the_wanted_fields_come_back(client: httpx.Client) -> None:
    hit = hits(client, fieldsToReturn=["name"], count=1)["searchObjects"][0]
    assert set(hit) == {"entityType", "databaseId", "name"}


@pytest.mark.parametrize(
    "body",
    [
        {"query": "*"},
        {"entityList": [["dataset"]]},
        {"query": "*", "entityList": ["dataset"]},
        {"query": "*", "entityList": [["dataset"]], "count": -1},
        {"query": "*", "entityList": [["dataset"]], "filters": [{"filterType": "magic", "field": "name"}]},
        {"query": "*", "entityList": [["dataset"]], "filters": [{"filterType": "term", "field": "name"}]},
        {
            "query": "*",
            "entityList": [["dataset"]],
            "filters": [{"filterType": "dateBucket", "field": "x", "value": "A"}],
        },
        {"query": "*", "entityList": [["dataset"]], "sort": {"fieldSorts": ["name"]}},
    ],
)
def test_wrong_bodies_are_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    assert client.post("/api/search/v1/query", json=body).status_code == 400


TEXTS = st.lists(st.text(alphabet="abcÄß* .(\n", max_size=12), min_size=1, max_size=20)


@given(texts=TEXTS, wanted=st.text(alphabet="abcä.(*", min_size=1, max_size=4))
def test_the_text_index_finds_what_plain_looking_finds(texts: list[str], wanted: str) -> None:
    index = TextIndex(texts)
    pieces = [piece for piece in wanted.lower().split("*") if piece]

    def holds(text: str) -> bool:
        position, folded = 0, text.lower().replace("\n", " ")
        for piece in pieces:
            position = folded.find(piece, position)
            if position < 0:
                return False
            position += len(piece)
        return True

    found = index.find(contains_pattern(wanted), len(texts), set(), lambda _: "")
    assert found.tolist() == [holds(text) for text in texts]


def test_whole_patterns_hold_from_end_to_end() -> None:
    index = TextIndex(["store sales", "my store", "store"])
    for pattern, expected in (("store", [2]), ("store*", [0, 2]), ("*store", [1, 2]), ("s?ore", [2])):
        found = index.find(whole_pattern(pattern), 3, set(), lambda _: "")
        assert found.nonzero()[0].tolist() == expected


def test_datasets_may_come_and_change_while_others_search(sandbox: SandboxProcess, client: httpx.Client) -> None:
    def search_often(number: int) -> None:
        with sandbox.client() as another:
            sort = {"fieldSorts": [{"field": ("name", "rowCount")[number % 2], "sortOrder": "DESC"}]}
            for _ in range(15):
                hits(another, "a", sort=sort, facetValuesToInclude=["TAG"], facetValueLimit=3)

    with ThreadPoolExecutor(4) as threads:
        searching = [threads.submit(search_often, number) for number in range(3)]
        for number in range(10):
            dataset = DatasetClient.create(client, {"n": "LONG"}, name=f"Passing cloud {number}")
            client.post(f"/api/data/ui/v3/datasources/{dataset.id}/tags", json=["cloud"]).raise_for_status()
        for each in searching:
            each.result()
    assert hits(client, "passing cloud")["totalResultCount"] == 10
