"""An upstream of other hands, which answers strictly what the document shows: no facets, few fields, odd shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from apps.connections.models import Connection
from tests.clients import client_with_role
from tests.services.upstream import Asked, Told, Upstream, page, told

LIST = "/c/halden/data/datasets/"
ID = "4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e02"
SHOW = f"{LIST}{ID}/"
HOSTILE = '<script>alert(1)</script>=HYPERLINK("x")'
SEARCH = "/api/search/v1/query"
# endpoints.json, datasets.get_metadata: the documented example.
METADATA = {
    "id": "dataset id",
    "displayType": "webform",
    "dataProviderType": "webform",
    "type": "webform",
    "name": HOSTILE,
    "owner": {"id": "User id", "name": "User name", "type": "USER", "group": False},
    "status": "SUCCESS",
    "created": 1231234124,
    "lastTouched": 1231421312,
    "lastUpdated": 12341234412,
    "rowCount": 2,
    "columnCount": 3,
    "cardInfo": {"cardCount": 3, "cardViewCount": 0},
    "state": "SUCCESS",
    "streamId": 25222,
    "permissions": "READ_WRITE_DELETE_SHARE_ADMIN",
    "cardCount": 3,
}
DOCUMENTED: dict[str, Any] = {
    f"/api/data/v3/datasources/{ID}": METADATA,
    f"/api/data/v3/datasources/{ID}/permissions": {
        "list": [{"type": "USER", "id": "966365811", "accessLevel": "OWNER", "name": "Scott Thompson"}],
        "totalUserCount": 1,
        "totalGroupCount": 0,
    },
    f"/api/query/v1/datasources/{ID}/schema/indexed": {
        "name": "schema",
        "tables": [{"columns": [{"name": "Role", "id": "Role", "type": "STRING", "visible": True, "order": 0}]}],
        "dataSourceId": ID,
    },
    f"/api/data/v2/datasources/{ID}/schemas/latest": {
        "schema": {"columns": [{"type": "<TYPE>", "name": "<NAME>", "id": "<ID>", "visible": True}]}
    },
    f"/api/data/v2/datasources/{ID}/dataversions": [
        {
            "schemaId": 5,
            "dataId": 3,
            "uploadStatus": "success",
            "recordedDate": "2023-03-31T14:21:13Z",
            "uploadCompletedDate": "2023-03-31T14:21:13Z",
            "numRows": 18,
            "numBytes": 458,
        }
    ],
    f"/api/content/v1/datasources/{ID}/cards": [
        {
            "id": 93905300,
            "urn": "93905300",
            "type": "kpi",
            "chartType": "badge_xyscatterplot",
            "title": "Page Views by User",
            "ownerId": 587894148,
            "owners": [{"id": "587894148", "type": "USER", "displayName": "Bryan Van Kampen"}],
            "access": True,
            "datasourceId": ID,
        }
    ],
    # The example's numbers and its empty columns and rows do not fit each other.
    f"/api/query/v1/execute/export/{ID}": {
        "datasource": ID,
        "columns": [],
        "metadata": [],
        "numColumns": 10,
        "rows": [],
        "numRows": 15,
    },
}


def documented(asked: Asked) -> Told:
    """Answer as the document does; a search finds the few fields that any upstream must have."""
    path = asked.path.partition("?")[0]
    if path == SEARCH:
        return told(search_answer([{"databaseId": ID, "name": HOSTILE}, {"id": 12}, {"unexpected": True}]))
    if path in DOCUMENTED:
        return told(DOCUMENTED[path])
    return told({"status": 404, "statusReason": "Not Found", "message": "Not Found", "toe": "TOE-404"}, 404)


def search_answer(hits: list[Any], total: Any = 3, facets: Any = None) -> dict[str, Any]:
    """Return the document's answer to a search, with these hits."""
    return {
        "facetMap": facets if facets is not None else {},
        "totalResultCount": total,
        "sort": {"fieldSorts": None, "isRelevance": True},
        "queryUuid": "d775bcda-f3f6-4c62-b0b1-d3c57a609637",
        "hideSearchObjects": False,
        "searchObjects": hits,
        "searchResultsMap": {"dataset": []},
    }


@pytest.fixture
def steward(other_hands: Connection, upstream: Upstream) -> Client:
    """A steward on the upstream of other hands, which answers by the document."""
    upstream.script(documented)
    return client_with_role("steward")


def text_of(client: Client, url: str, status: int = 200) -> str:
    """Return a page's text after checking its status."""
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_the_list_shows_what_there_is_and_says_what_is_not(steward: Client) -> None:
    text = text_of(steward, LIST)
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;=HYPERLINK" in text
    assert text.count("not reported") >= 4
    assert f'href="{SHOW}"' in text


def test_without_facets_source_and_tag_are_text_fields(steward: Client) -> None:
    text = text_of(steward, LIST)
    assert '<input type="text" name="type"' in text
    assert '<input type="text" name="tag"' in text


@pytest.mark.parametrize(
    "facets",
    [
        {"DATAPROVIDERNAME": {"fieldName": "x", "facetValues": []}},
        {"DATAPROVIDERNAME": None},
        {"DATAPROVIDERNAME": {"facetValues": [None, "x", {"value": None}, {"count": "many"}]}},
        [],
    ],
)
def test_odd_facets_do_no_harm(steward: Client, upstream: Upstream, facets: Any) -> None:
    upstream.answers(told(search_answer([{"databaseId": ID, "name": "x"}], facets=facets)))
    assert '<input type="text" name="type"' in text_of(steward, LIST)


def test_numbers_and_times_may_come_as_text(steward: Client, upstream: Upstream) -> None:
    hit = {
        "databaseId": ID,
        "name": "Sales",
        "rowCount": "1204481",
        "cardCount": "86",
        "lastUpdated": "2020-01-31T14:21:13Z",
        "certification": {"state": "CERTIFIED"},
        "tags": "no list",
    }
    upstream.answers(told(search_answer([hit], total="1")))
    text = text_of(steward, LIST)
    assert "1,204,481" in text
    assert "Certified" in text
    assert "Stale" in text


def test_hits_may_come_in_the_map_and_without_a_total(steward: Client, upstream: Upstream) -> None:
    answer = search_answer([], total=None) | {
        "searchResultsMap": {"dataset": [{"databaseId": ID, "name": "In the map"}]}
    }
    upstream.answers(told(answer))
    assert "In the map" in text_of(steward, LIST)


def test_a_list_that_is_empty_differs_from_one_where_nothing_matches(steward: Client, upstream: Upstream) -> None:
    upstream.answers(told(search_answer([], total=0)))
    assert "No datasets yet" in text_of(steward, LIST)
    text = text_of(steward, f"{LIST}?q=nothing")
    assert "No dataset matches" in text
    assert "No datasets yet" not in text


def test_the_page_of_the_documented_dataset(steward: Client) -> None:
    text = text_of(steward, SHOW)
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;" in text
    assert "Webform, <a " in text
    assert ">stream 25222</a>" in text
    assert "Upload a CSV" in text
    assert "Open in Domo" not in text


@pytest.mark.parametrize(
    ("panel", "words"),
    [
        ("schema", ["&lt;NAME&gt;", "not indexed yet", "only in the index"]),
        ("access", ["Scott Thompson", "Owner", "1 person"]),
        ("versions", ["18", "Succeeded", "458 bytes"]),
        ("cards", ["Page Views by User", "Bryan Van Kampen"]),
        ("preview", ["no rows that can be queried"]),
        ("columns", ["Role", "Text"]),
    ],
)
def test_every_panel_reads_the_documented_answer(steward: Client, panel: str, words: list[str]) -> None:
    text = text_of(steward, f"{SHOW}panels/{panel}/")
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("answer", [None, [], {}, "text", 12, {"status": "ok"}, {"list": None}])
@pytest.mark.parametrize("panel", ["schema", "access", "versions", "cards", "preview", "columns"])
def test_an_odd_answer_fails_one_panel_at_most(steward: Client, upstream: Upstream, panel: str, answer: Any) -> None:
    upstream.answers(Told(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"}))
    response = steward.get(f"{SHOW}panels/{panel}/")
    assert response.status_code in (200, 502)


@pytest.mark.parametrize("answer", [None, [], {}, "text", {"searchObjects": None}, {"searchObjects": [None, 3, []]}])
def test_an_odd_search_is_an_error_of_the_list_or_an_empty_one(
    steward: Client, upstream: Upstream, answer: Any
) -> None:
    upstream.answers(Told(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"}))
    response = steward.get(LIST)
    assert response.status_code in (200, 502)
    text = response.content.decode()
    assert "Name, id or #tag" in text, text[text.find("<main") :]


def test_a_page_in_place_of_an_answer_is_told(steward: Client, upstream: Upstream) -> None:
    upstream.answers(page("<html><title>Domo - Blocked</title></html>"))
    response = steward.get(SHOW)
    assert response.status_code == 502
    assert "IP allow-list" in response.content.decode()


def test_a_dataset_that_the_token_may_only_read_offers_no_upload_and_says_why(
    steward: Client, upstream: Upstream
) -> None:
    upstream.answers(told(METADATA | {"permissions": "READ_SHARE"}))
    text = text_of(steward, SHOW)
    assert "may not write to this dataset" in text
    assert "Its rights here: read, share." in text
    assert "Upload a CSV" not in text
    # Where the upstream doesn't tell the rights, the upload finds out.
    upstream.answers(told({name: value for name, value in METADATA.items() if name != "permissions"}))
    assert "Upload a CSV" in text_of(steward, SHOW)


def test_only_one_of_the_two_query_calls_is_enough(steward: Client, upstream: Upstream) -> None:
    def without_export(asked: Asked) -> Told:
        if asked.path.startswith(f"/api/query/v1/execute/{ID}"):
            return told([{"column1": "value 1", "column2": None}])
        return documented(asked) if "/export/" not in asked.path else told({"status": 404, "message": "none"}, 404)

    upstream.script(without_export)
    text = text_of(steward, f"{SHOW}panels/preview/")
    assert "value 1" in text
    assert "null" in text
    response = steward.post(f"{SHOW}query/result.csv", {"sql": "SELECT 1"})
    assert b"".join(response).decode("utf-8-sig") == "column1,column2\r\nvalue 1,\r\n"


def test_the_home_page_says_what_the_upstream_does_not_filter(steward: Client, upstream: Upstream) -> None:
    fresh = {"databaseId": ID, "name": "x", "lastUpdated": 4_000_000_000_000, "certification": {"state": "CERTIFIED"}}
    upstream.answers(told(search_answer([fresh], total=7)))
    text = text_of(steward, f"{LIST}health/")
    # Every search finds the same certified, fresh dataset: "not certified" and "stale" can't be true.
    assert text.count("not reported") == 2


def test_the_home_page_lives_with_a_filter_that_is_refused(steward: Client, upstream: Upstream) -> None:
    def refusing(asked: Asked) -> Told:
        if asked.json["filters"] or asked.json.get("notFilters"):
            return told({"status": 400, "message": "unknown field", "toe": "T"}, 400)
        return told(search_answer([], total=12))

    upstream.script(refusing)
    text = text_of(steward, f"{LIST}health/")
    assert text.count("not reported") == 3
    assert ">12<" in text


def many(asked: Asked) -> Told:
    """Answer as a search over 12,846 datasets that reaches 10,000 of them."""
    offset, count = asked.json["offset"], asked.json["count"]
    if offset + count > 10_000:
        return told({"status": 400, "message": "Result window is too large", "toe": "T"}, 400)
    hits = [
        {"databaseId": f"00000000-0000-4000-8000-{number:012}", "name": f"D {number}"}
        for number in range(offset, offset + count)
    ]
    return told(search_answer(hits, total=12_846))


@pytest.mark.parametrize("number", [400, 401, 514, 99_999])
def test_the_list_says_where_the_search_ends(steward: Client, upstream: Upstream, number: int) -> None:
    upstream.script(many)
    text = text_of(steward, f"{LIST}?page={number}")
    assert "12,846</strong>" in text
    assert "Only the first 10,000 can be paged to." in text
    assert "D 9999<" in text


def test_the_export_says_first_that_it_can_not_hold_everything(steward: Client, upstream: Upstream) -> None:
    upstream.script(many)
    text = text_of(steward, f"{LIST}export.csv?sort=-rows")
    assert "Only 10,000 of 12,846 datasets can be exported at once" in text
    assert f"{LIST}export.csv?sort=-rows&amp;first=1" in text
    response = steward.get(f"{LIST}export.csv?sort=-rows&first=1")
    lines = b"".join(response).decode().splitlines()
    assert len(lines) == 10_001
    assert len(set(lines)) == 10_001


def test_an_upstream_that_ignores_the_offset_ends_the_export(steward: Client, upstream: Upstream) -> None:
    upstream.answers(told(search_answer([{"databaseId": ID, "name": "x"}] * 3, total=9_000)))
    lines = b"".join(steward.get(f"{LIST}export.csv")).decode().splitlines()
    assert len(lines) == 2
    assert len(upstream.asked) <= 3
