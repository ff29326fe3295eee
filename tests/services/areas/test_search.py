"""Search: what is sent, what is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, SearchLimitReached
from domoadmin.services.operations import registry
from domoadmin.services.results import SearchPage
from domoadmin.services.search_splitting import WholeSearch
from tests.services.conftest import Connecting, FakeTime
from tests.services.quirks import no_bearing, quirk
from tests.services.scripted_search import ScriptedSearch, Traits
from tests.services.upstream import Asked, Told, Upstream, told

WHEN = datetime(2023, 3, 31, 14, 21, 13, tzinfo=UTC)
ALWAYS = {
    "count": 50,
    "offset": 0,
    "query": "*",
    "filters": [],
    "sort": {},
    "facetValuesToInclude": [],
    "facetValueLimit": 0,
    "facetValueOffset": 0,
    "includePhonetic": True,
    "entityList": [["dataset"]],
}
ACCOUNTS = {
    "count": 100,
    "offset": 0,
    "combineResults": False,
    "query": "*sdk*",
    "filters": [],
    "facetValuesToInclude": ["DATAPROVIDERNAME", "OWNED_BY_ID", "VALID", "USED", "LAST_MODIFIED_DATE"],
    "facetValueLimit": 50,
    "facetValueOffset": 0,
    "includePhonetic": True,
    "queryProfile": "GLOBAL",
    "entityList": [["account"]],
    "sort": {"fieldSorts": [{"field": "display_name_sort", "sortOrder": "ASC"}]},
}
# Python always says what would otherwise be left to defaults that differ from section to section.
DECIDED_BODIES = {
    ("search.query", 1): ACCOUNTS,
    ("search.query", 2): {**ALWAYS, "filters": [{"filterType": "term", "field": "databaseId", "value": "abcd-xyz"}]},
    ("search.query", 3): {
        **ALWAYS,
        "sort": {"fieldSorts": [{"field": "createDate", "sortOrder": "DESC"}], "isRelevance": False},
    },
}

no_bearing("search.query", "the Endpoint line gives a full URL", "the path is the same, and the base URL is configured")


@quirk("search.query", "an empty sort object", "facetValueLimit is 0", "combineResults and queryProfile")
def test_search_sends_what_the_example_shows(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"totalResultCount": 0, "searchObjects": []}))
    client.search.query(["dataflow"], "sales", count=20)
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/search/v1/query")
    assert upstream.last.json == {**ALWAYS, "count": 20, "query": "sales", "entityList": [["dataflow"]]}
    assert upstream.last.headers["Content-Type"] == upstream.last.headers["Accept"] == "application/json"
    client.search.query(facets=["TAG"], combine_results=False, query_profile="GLOBAL", fields_to_return=["name"])
    sent = upstream.last.json
    assert (sent["combineResults"], sent["queryProfile"], sent["fieldsToReturn"]) == (False, "GLOBAL", ["name"])
    assert sent["facetValueLimit"] == 50


@quirk("search.query", "the sort key is sortOrder")
def test_search_sends_filters_sort_and_facets(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"totalResultCount": 0}))
    client.call(
        "accounts.search",
        entities=["account"],
        filters=[filters.term("databaseId", "a"), filters.wildcard("name_sort", "*x*")],
        not_filters=[filters.missing("tags", negated=True)],
        or_filters=[filters.numeric("rowCount", "GT", 5), filters.numeric("rowCount", "LT", 0.5)],
        sort=[("createDate", "DESC")],
        facets=["OWNER_ID"],
    )
    sent = upstream.last.json
    assert sent["filters"][0] == {"filterType": "term", "field": "databaseId", "value": "a"}
    assert sent["filters"][1] == {"filterType": "wildcard", "field": "name_sort", "query": "*x*"}
    assert sent["notFilters"] == [{"filterType": "missing", "field": "tags", "not": True}]
    assert [set(item) & {"longNumber", "floatNumber"} for item in sent["orFilters"]] == [
        {"longNumber"},
        {"floatNumber"},
    ]
    assert sent["sort"] == {"fieldSorts": [{"field": "createDate", "sortOrder": "DESC"}], "isRelevance": False}


@quirk("search.query", "entityList is an array of arrays")
def test_entities_may_be_grouped_and_may_be_any(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"totalResultCount": 0}))
    client.search.query(["account", ["data_app", "app_card"]])
    assert upstream.last.json["entityList"] == [["account"], ["data_app", "app_card"]]
    with pytest.raises(InvalidArguments) as caught:
        client.search.query([])
    assert caught.value.argument == "entities"


@quirk("search.query", "the numeric operators have no NE", "the format of Timestamp")
def test_other_filters_follow_the_document() -> None:
    assert filters.term("owner", "1", "2", negated=True) == {
        "filterType": "term",
        "field": "owner",
        "values": ["1", "2"],
        "not": True,
    }
    assert filters.date_range("created", start=WHEN)["from"] == 1680272473000
    assert filters.date_bucket("created", "LAST_WEEK")["value"] == "LAST_WEEK"
    assert filters.number_range("rowCount", most=5) == {"filterType": "range", "field": "rowCount", "to": 5}
    assert filters.boolean("valid", True)["value"] is True
    assert filters.query_string("name", "x")["queryString"] == "x"
    unequal = filters.numeric("rowCount", "EQ", 5, negated=True)
    assert (unequal["operator"], unequal["not"]) == ("EQ", True)


@quirk("search.query", "each filter needs filterType")
@pytest.mark.parametrize(
    "wrong",
    [
        {"field": "name", "value": "x"},
        {"filterType": "term", "value": "x"},
        {"filterType": "term", "field": "name"},
        {"filterType": "term", "field": "name", "value": "x", "values": ["x"]},
        {"filterType": "wildcard", "field": "name", "value": "x"},
        {"filterType": "wildcard", "field": "name", "query": "x", "not": True},
        {"filterType": "numeric", "field": "rowCount", "longNumber": 5},
        {"filterType": "numeric", "field": "rowCount", "longNumber": 5, "floatNumber": 5.0, "operator": "LT"},
        {"filterType": "dateBucket", "field": "createDate"},
        {"filterType": "range", "field": "rowCount", "from": 1, "not": True},
    ],
)
def test_a_wrong_filter_is_not_sent(client: Client, upstream: Upstream, wrong: dict[str, Any]) -> None:
    for argument in ("filters", "or_filters", "not_filters"):
        with pytest.raises(InvalidArguments) as caught:
            client.call("search.query", **{argument: [wrong]})
        assert caught.value.argument == argument
    assert upstream.asked == []


def test_kinds_of_filters_beyond_the_document_are_sent(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"totalResultCount": 0}))
    client.search.query(filters=[{"filterType": "ofTheFuture", "anything": 1}])
    assert upstream.last.json["filters"] == [{"filterType": "ofTheFuture", "anything": 1}]


@quirk("search.query", "missing is described as")
@pytest.mark.parametrize("means_present", [False, True])
def test_what_missing_means_is_found_out_by_counting(means_present: bool) -> None:
    records: list[dict[str, Any]] = [{"databaseId": f"{number:02d}", "name": "x"} for number in range(40)]
    for number, record in enumerate(records[10:]):
        record["createDate"] = 1_600_000_000_000 + number
    traits = Traits(
        negation="present only", missing_means_present=means_present, wildcards=frozenset(), takes_not_filters=False
    )
    search = ScriptedSearch(records, traits)
    found = [hit.id for hit in WholeSearch(search.query, {}, 5, traits.reach).hits()]
    assert sorted(found) == sorted(record["databaseId"] for record in records)


@quirk("search.query", "rate limited")
def test_searches_keep_to_the_limit_of_the_connection(
    connecting: Connecting, upstream: Upstream, time: FakeTime
) -> None:
    upstream.answers(told({"totalResultCount": 0}))
    client = connecting(search_per_minute=10)
    for _ in range(15):
        client.search.query(count=0)
    assert sum(time.slept) > 60
    assert registry.get("search.query").limit == "search"


@quirk("search.query", "read-only although it is a POST")
def test_a_search_is_repeated_like_any_read(client: Client, upstream: Upstream) -> None:
    assert not registry.get("search.query").mutates
    upstream.answers(told({}, 503), Told(cut=True), told({"totalResultCount": 3}))
    assert client.search.query(count=0).total == 3
    assert len(upstream.asked) == 3


def test_pages_are_walked_by_declaration(client: Client, upstream: Upstream) -> None:
    upstream.script(searching(250))
    assert [hit.id for hit in client.walk("search.query", entities=["user"])] == [str(n) for n in range(250)]
    assert isinstance(client.search.query(count=1), SearchPage)


HIT = {
    "databaseId": "d1",
    "name": "Orders",
    "ownedById": 7,
    "ownedByName": "Ann",
    "rowCount": "12",
    "lastUpdated": 1680272473000,
    "certification": {"state": "CERTIFIED"},
    "tags": '["a","b"]',
}


@quirk("search.query", "the Data Accounts section shows", "facet names differ")
@pytest.mark.parametrize(
    "answer",
    [
        {"searchObjects": [HIT], "totalResultCount": 1, "searchResultsMap": {"dataset": [HIT]}},
        {"searchObjects": [], "totalResultCount": 1, "searchResultsMap": {"dataset": [HIT]}},
        {"results": [HIT], "totalResultCount": 1},
    ],
)
def test_search_reads_every_shape(client: Client, upstream: Upstream, answer: dict[str, Any]) -> None:
    facet = {"OWNER_ID": {"facetValues": [{"value": "7", "count": 3}, {"value": None}]}}
    upstream.answers(told({**answer, "facetMap": facet, "toe": "T1"}))
    found = client.search.query(["dataset"])
    hit = found.hits[0]
    assert (found.total, found.request_id, found.facets) == (1, "T1", {"OWNER_ID": (("7", 3),)})
    assert (hit.entity, hit.id, hit.owner_id, hit.owner_name, hit.row_count) == ("dataset", "d1", "7", "Ann", 12)
    assert (hit.last_updated, hit.certified, hit.tags) == (WHEN, True, ("a", "b"))


def searching(total: int, *, says_total: bool = True, ignores_offset: bool = False) -> Any:
    """Answer searches over so many things."""

    def script(asked: Asked) -> Told:
        body = asked.json
        start = 0 if ignores_offset else body["offset"]
        hits = [{"databaseId": number} for number in range(start, min(total, start + body["count"]))]
        return told({"searchObjects": hits, **({"totalResultCount": total} if says_total else {})})

    return script


@pytest.mark.parametrize("says_total", [True, False])
@pytest.mark.parametrize("total", [0, 1, 100, 101, 250])
def test_walking_a_search_yields_everything_once(
    connecting: Connecting, upstream: Upstream, total: int, says_total: bool
) -> None:
    upstream.script(searching(total, says_total=says_total))
    found = [hit.id for hit in connecting().search.walk(page_size=100, entities=["dataset"])]
    assert found == [str(number) for number in range(total)]


def test_walking_ends_when_the_offset_is_ignored(client: Client, upstream: Upstream) -> None:
    upstream.script(searching(1000, ignores_offset=True))
    assert len(list(client.search.walk(page_size=10))) == 10
    assert len(upstream.asked) == 2


def test_walking_is_lazy(client: Client, upstream: Upstream) -> None:
    upstream.script(searching(1000))
    next(client.search.walk(page_size=10))
    assert len(upstream.asked) == 1


@quirk("search.query", "at most 10,000 records")
def test_the_wall_of_ten_thousand_is_told(client: Client, upstream: Upstream) -> None:
    upstream.script(searching(10_500))
    found: list[str] = []
    with pytest.raises(SearchLimitReached) as caught:
        found.extend(hit.id for hit in client.search.walk(page_size=3000))
    assert (len(set(found)), caught.value.total) == (10_000, 10_500)
    assert [asked.json["count"] for asked in upstream.asked] == [3000, 3000, 3000, 1000]
    with pytest.raises(SearchLimitReached):
        client.search.query(count=100, offset=9_901)


def test_exactly_ten_thousand_is_no_wall(client: Client, upstream: Upstream) -> None:
    upstream.script(searching(10_000))
    assert sum(1 for _ in client.search.walk(page_size=5000)) == 10_000


def test_everything_is_read_over_http_too(client: Client, upstream: Upstream) -> None:
    def script(asked: Asked) -> Told:
        body = asked.json
        numbers = list(range(30))
        for each in body["filters"]:
            fits = [number for number in numbers if number <= each["to"] - 1_600_000_000_000]
            numbers = [number for number in numbers if (number in fits) != each.get("not", False)]
        hits = [{"databaseId": str(n), "createDate": 1_600_000_000_000 + n} for n in numbers]
        return told({"searchObjects": hits[body["offset"] :][: body["count"]], "totalResultCount": len(hits)})

    upstream.script(script)
    found = [int(hit.id) for hit in client.search.walk_all(page_size=5, reach=12, entities=["card"], query="x")]
    assert sorted(found) == list(range(30))
    assert {(tuple(asked.json["entityList"][0]), asked.json["query"]) for asked in upstream.asked} == {(("card",), "x")}
    assert all(asked.json["offset"] + asked.json["count"] <= 12 for asked in upstream.asked)
