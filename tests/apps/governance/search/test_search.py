"""The search over everything, against the sandbox and against an upstream of other hands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from apps.connections.models import Connection
from apps.governance.search.conditions import Condition
from tests.apps.data.support import PARTIAL, calls, csv_rows, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

SEARCH = "/c/halden/governance/search/"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def viewer(halden: Connection) -> Client:
    """A viewer on the sandbox."""
    return client_with_role("viewer")


def asked(sandbox: SandboxProcess, *entities: str, **body: Any) -> dict[str, Any]:
    """Return the sandbox's own answer."""
    with sandbox.client() as client:
        search = {"count": 5, "query": "*", "entityList": [[entity] for entity in entities], **body}
        answer: dict[str, Any] = client.post("/api/search/v1/query", json=search).raise_for_status().json()
    return answer


def address(*conditions: Condition, **parameters: Any) -> str:
    """Return an address of the search."""
    pairs = list(parameters.items())
    return f"?{urlencode([*pairs, *(('f', condition.as_text()) for condition in conditions)], doseq=True)}"


def test_everything_is_asked_by_one_call_with_facets(viewer: Client, sandbox: SandboxProcess) -> None:
    total = asked(sandbox, "dataset", "card", "page", "dataflow", "user", "group", "account", "alert", "beast_mode",
                  "connector", "app", "data_app")["totalResultCount"]  # fmt: skip
    sandbox.reset()
    text = text_of(viewer.get(SEARCH))
    assert calls(sandbox) == {"search.query": 1}
    assert f'<strong class="text-body">{total:,}</strong>' in text
    assert "Owned by" in text
    assert "Count each" in text
    counted = text_of(viewer.get(f"{SEARCH}counts/", headers=PARTIAL))
    assert str(asked(sandbox, "page")["totalResultCount"]) in counted
    assert f'href="{SEARCH}?type=page"' in counted


def test_results_lead_to_their_pages_and_to_what_is_told(viewer: Client, sandbox: SandboxProcess) -> None:
    page = asked(sandbox, "page")["searchObjects"][0]
    text = text_of(viewer.get(SEARCH + address(type="page", q=page["name"])))
    assert f'href="/c/halden/governance/pages/{page["databaseId"]}/"' in text
    connector = asked(sandbox, "connector")["searchObjects"][0]
    text = text_of(viewer.get(SEARCH + address(type="connector")))
    assert f"{SEARCH}fields/?type=connector&amp;id={connector['databaseId']}" in text
    fields = text_of(viewer.get(f"{SEARCH}fields/?type=page&id={page['databaseId']}"))
    assert page["ownedByName"] in fields
    assert "Find the same" in fields
    assert "does not know it" in text_of(viewer.get(f"{SEARCH}fields/?type=page&id=7"), 404)


def test_conditions_in_the_address_filter_and_stand_as_chips(viewer: Client, sandbox: SandboxProcess) -> None:
    page = asked(sandbox, "page")["searchObjects"][0]
    own = Condition("term", "owned_by_id", (page["ownedById"],))
    rows = csv_rows(text_of(viewer.get(f"{SEARCH}export.csv" + address(own, type="page"))))
    assert page["databaseId"] in [row[1] for row in rows]
    assert {row[5] for row in rows[1:]} == {page["ownedById"]}
    others = Condition("term", "owned_by_id", (page["ownedById"],), place="none")
    left = csv_rows(text_of(viewer.get(f"{SEARCH}export.csv" + address(others, type="page"))))
    assert len(rows) + len(left) - 2 == asked(sandbox, "page")["totalResultCount"]
    text = text_of(viewer.get(SEARCH + address(own, type="page")))
    assert f"Remove filter owned_by_id: {page['ownedById']}" in text
    assert "is-chosen" in text
    bad = text_of(viewer.get(f"{SEARCH}?f=type%3Dterm"))
    assert "asks for nothing" in bad


def test_the_builder_leads_to_the_search_with_the_condition(viewer: Client) -> None:
    url = f"{SEARCH}condition/?q=orders&page=2"
    assert 'list="search-fields"' in text_of(viewer.get(url, headers=PARTIAL))
    posted = {"place": "none", "kind": "wildcard", "field": "name_sort", "pattern": "*test*"}
    made = viewer.post(url, posted, headers=PARTIAL)
    condition = Condition("wildcard", "name_sort", ("*test*",), place="none")
    wanted = f"{SEARCH}?{urlencode({'q': 'orders', 'f': condition.as_text()})}"
    assert made.headers["HX-Redirect"] == wanted
    assert viewer.post(url, posted).headers["Location"] == wanted
    assert "Give a pattern" in text_of(viewer.post(url, posted | {"pattern": ""}, headers=PARTIAL), 422)
    edit = f"{SEARCH}condition/?{wanted.partition('?')[2]}&edit=0"
    assert 'value="*test*"' in text_of(viewer.get(edit, headers=PARTIAL))
    changed = viewer.post(edit, posted | {"pattern": "*old*"}, headers=PARTIAL)
    assert changed.headers["HX-Redirect"].count("f=") == 1
    assert "old" in changed.headers["HX-Redirect"]
    assert "edit" not in changed.headers["HX-Redirect"]
    many = {
        "place": "all",
        "kind": "term",
        "field": "databaseId",
        "terms": "\n".join(f"{n}" * 12 for n in range(101, 199)),
    }
    assert "gets too long" in text_of(viewer.post(url, many, headers=PARTIAL), 422)


def test_the_order_is_the_document_s(viewer: Client, sandbox: SandboxProcess) -> None:
    rows = csv_rows(text_of(viewer.get(f"{SEARCH}export.csv?type=page&order=createDate+DESC")))
    created = [row[9] for row in rows[1:]]
    assert created == sorted(created, reverse=True)
    text = text_of(viewer.get(f"{SEARCH}?type=page&order=createDate+DESC"))
    assert "Sorted by</span> createDate DESC" in text
    known = text_of(viewer.get(f"{SEARCH}condition/", headers=PARTIAL))
    assert '<option value="ownedByName">' in known
    text = text_of(viewer.get(f"{SEARCH}?type=page&order=createDate+sideways"))
    assert "write a field, then ASC or DESC" in text


def test_a_failure_keeps_the_question(viewer: Client, sandbox: SandboxProcess) -> None:
    sandbox.control(match="search.query", status_503=1.0)
    text = text_of(viewer.get(f"{SEARCH}?q=freight"), 502)
    assert "Your filters are kept" in text
    assert 'value="freight"' in text


def test_the_palette_leads_here_without_a_call(viewer: Client, sandbox: SandboxProcess) -> None:
    from django.urls import reverse

    text = text_of(viewer.get(reverse("shell:palette_upstream"), {"q": "freight", "connection": "halden"}))
    assert "Search everything for “freight”" in text
    assert f'href="{SEARCH}?q=freight"' in text


def beyond(asked: Asked) -> Told:
    """Answer more than count and offset can reach, each record by its owner; refuse what lies past it."""
    body = asked.json
    if body["count"] + body["offset"] > 10_000:
        return told({"status": 400, "message": "too large", "toe": "TOE-400"}, 400)
    chosen = list(range(10_400))
    for place, keep in (("filters", True), ("notFilters", False)):
        for each in body.get(place, []):
            if each["field"] != "ownedById":
                return told({"status": 400, "message": "no such field", "toe": "TOE-400"}, 400)
            values = each.get("values") or [each.get("value")]
            fits = keep != bool(each.get("not"))
            chosen = [number for number in chosen if (f"owner-{number % 4}" in values) is fits]
    hits = [
        {"databaseId": str(number), "name": f"{HOSTILE} {number}", "ownedById": f"owner-{number % 4}"}
        for number in chosen[body["offset"] : body["offset"] + body["count"]]
    ]
    return told({"totalResultCount": len(chosen), "searchObjects": [], "searchResultsMap": {"card": hits}})


def test_the_wall_is_told_and_walked_past_for_the_export(other_hands: Connection, upstream: Upstream) -> None:
    upstream.script(beyond)
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(f"{SEARCH}?type=card"))
    assert "Domo pages to the first 10,000" in text
    assert "10,400" in text
    assert HOSTILE not in text
    assert "Card" in text
    rows = csv_rows(text_of(viewer.get(f"{SEARCH}export.csv?type=card")))
    assert len({row[1] for row in rows[1:]}) == len(rows) - 1 == 10_400
    assert rows[1][0] == "card"


def test_an_upstream_that_tells_little_still_gives_a_list(other_hands: Connection, upstream: Upstream) -> None:
    groups = {"user": [{"id": 7, "displayName": HOSTILE}], "page": [{"unexpected": True}]}
    upstream.answers(told({"totalResultCount": 2, "searchResultsMap": groups, "facetMap": {}, "searchObjects": []}))
    text = text_of(client_with_role("viewer").get(SEARCH))
    assert "Person" in text
    assert HOSTILE not in text
    assert "No values told for Owned by" in text
    sent = upstream.last.json
    assert sent["entityList"] == [
        ["dataset"], ["card"], ["page"], ["dataflow"], ["user"], ["group"], ["account"], ["alert"], ["beast_mode"],
        ["connector"], ["app"], ["data_app"],
    ]  # fmt: skip
    assert (sent["sort"], sent["facetValueLimit"], sent["facetValuesToInclude"]) == ({}, 8, ["OWNED_BY_ID"])
