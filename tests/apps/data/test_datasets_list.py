"""The list of datasets against the sandbox: pages, filters, order, export, faults."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.palette import registered_sources
from tests.apps.data.support import (
    LIST,
    PARTIAL,
    calls,
    create_dataset,
    csv_rows,
    datasets,
    ids_shown,
    names_shown,
    text_of,
)
from tests.clients import client_of, client_with_role
from tests.sandbox_process import SandboxProcess, sandbox_of_one_file

__all__ = ["sandbox_of_one_file"]  # fixture

DAY = 86_400_000
Keep = Callable[[dict[str, Any]], bool]


@pytest.fixture
def viewer(halden: Connection) -> Client:
    """A viewer on the sandbox."""
    return client_with_role("viewer")


def test_one_call_brings_the_page_the_total_and_the_facets(viewer: Client, sandbox: SandboxProcess) -> None:
    every = datasets(sandbox)
    sandbox.reset()
    text = text_of(viewer.get(LIST))
    assert calls(sandbox) == {"search.query": 1}
    assert len(ids_shown(text)) == 25
    assert f"{len(every):,}</strong> datasets visible to this token" in text
    assert "Snowflake (" in text
    assert "Certified (" in text


def test_a_filtered_list_makes_one_call_more_and_only_once_a_minute(viewer: Client, sandbox: SandboxProcess) -> None:
    total = len(datasets(sandbox))
    sandbox.reset()
    text = text_of(viewer.get(f"{LIST}?q=sales"))
    assert calls(sandbox) == {"search.query": 2}
    assert f" of {total:,} datasets visible to this token match" in text
    text_of(viewer.get(f"{LIST}?q=store"))
    assert calls(sandbox) == {"search.query": 3}


def test_pages_follow_each_other_without_gap_or_overlap(viewer: Client, sandbox: SandboxProcess) -> None:
    expected = [each["databaseId"] for each in sorted(datasets(sandbox), key=lambda each: each["name"].casefold())]
    shown: list[str] = []
    for number in range(1, -(-len(expected) // 100) + 1):
        shown += ids_shown(text_of(viewer.get(f"{LIST}?per=100&page={number}")))
    assert shown == expected


@pytest.mark.parametrize("page", ["0", "-1", "99999", "x", ""])
def test_a_page_that_is_none_shows_one_that_is(viewer: Client, page: str) -> None:
    assert ids_shown(text_of(viewer.get(f"{LIST}?page={page}")))


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("name", "name"),
        ("owner", "ownedByName"),
        ("rows", "rowCount"),
        ("cards", "cardCount"),
        ("updated", "lastUpdated"),
        ("created", "createDate"),
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_each_column_sorts(viewer: Client, sandbox: SandboxProcess, column: str, field: str, sign: str) -> None:
    by_id = {each["databaseId"]: each for each in datasets(sandbox)}
    shown = ids_shown(text_of(viewer.get(f"{LIST}?sort={sign}{column}&per=100")))
    values = [by_id[each][field] for each in shown]
    keys = [value.casefold() if column == "name" else value for value in values]
    assert keys == sorted(keys, reverse=bool(sign))
    every = sorted((each[field] for each in by_id.values()), reverse=bool(sign))
    assert column == "name" or values[0] == every[0]


def test_an_order_that_is_not_listed_is_the_default(viewer: Client) -> None:
    first = ids_shown(text_of(viewer.get(LIST)))
    assert ids_shown(text_of(viewer.get(f"{LIST}?sort=permissions"))) == first
    assert ids_shown(text_of(viewer.get(f"{LIST}?sort=-id"))) == first


def _certified(*states: str) -> Keep:
    return lambda each: ((each.get("certification") or {}).get("state") or "") in states


def _updated(days: int, within: bool) -> Keep:
    border = time.time() * 1000 - days * DAY
    return lambda each: (each["lastUpdated"] >= border) is within


@pytest.mark.parametrize(
    ("filters", "keep"),
    [
        ({"q": "sales"}, lambda each: "sales" in each["name"].lower()),
        ({"q": "STORE*daily"}, lambda each: "store sales daily" in each["name"].lower()),
        ({"q": "#core"}, lambda each: "core" in each["tags"]),
        ({"tag": "emea"}, lambda each: "emea" in each["tags"]),
        ({"type": "Snowflake"}, lambda each: each["dataProviderName"] == "Snowflake"),
        ({"certification": "certified"}, _certified("CERTIFIED")),
        ({"certification": "requested"}, _certified("REQUESTED", "PENDING")),
        ({"certification": "expired"}, _certified("EXPIRED")),
        ({"certification": "none"}, _certified("")),
        ({"updated": "within-7"}, _updated(7, True)),
        ({"updated": "within-30"}, _updated(30, True)),
        ({"updated": "not-30"}, _updated(30, False)),
        ({"updated": "not-90"}, _updated(90, False)),
        ({"tag": "core", "certification": "none"}, lambda each: _certified("")(each) and "core" in each["tags"]),
    ],
)
def test_each_filter_narrows_to_the_truth(
    viewer: Client, sandbox: SandboxProcess, filters: dict[str, str], keep: Keep
) -> None:
    every = datasets(sandbox)
    expected = {each["databaseId"] for each in every if keep(each)}
    assert 0 < len(expected) < len(every)
    text = text_of(viewer.get(f"{LIST}export.csv?{urlencode(filters)}"))
    assert {row[0] for row in csv_rows(text)[1:]} == expected
    page = text_of(viewer.get(f"{LIST}?{urlencode(filters)}&per=100"))
    assert f"{len(expected):,}</strong>" in page
    assert set(ids_shown(page)) <= expected


def test_an_id_finds_its_dataset(viewer: Client, sandbox: SandboxProcess) -> None:
    wanted = datasets(sandbox)[7]["databaseId"]
    assert ids_shown(text_of(viewer.get(f"{LIST}?q={wanted.upper()}"))) == [wanted]


def test_an_owner_is_found_by_id_and_by_a_part_of_the_name(viewer: Client, sandbox: SandboxProcess) -> None:
    every = datasets(sandbox)
    name, identifier = every[0]["ownedByName"], every[0]["ownedById"]
    own = {each["databaseId"] for each in every if each["ownedById"] == identifier}
    for text in (identifier, f"{name} ({identifier})"):
        page = text_of(viewer.get(f"{LIST}?{urlencode({'owner': text, 'per': 100})}"))
        assert set(ids_shown(page)) == own
        assert f"Owner: {name}" in page
    family = name.split()[-1]
    of_family = {each["databaseId"] for each in every if family in each["ownedByName"]}
    page = text_of(viewer.get(f"{LIST}?{urlencode({'owner': family, 'per': 100})}"))
    assert set(ids_shown(page)) == of_family


def test_an_owner_who_is_gone_is_found_by_name(viewer: Client, sandbox: SandboxProcess) -> None:
    with sandbox.client() as client:
        body = {"count": 1000, "query": "*", "entityList": [["user"]]}
        people = {each["databaseId"] for each in client.post("/api/search/v1/query", json=body).json()["searchObjects"]}
    gone = next(each for each in datasets(sandbox) if each["ownedById"] not in people)
    page = text_of(viewer.get(f"{LIST}?{urlencode({'owner': gone['ownedByName'], 'per': 100})}"))
    assert gone["databaseId"] in ids_shown(page)
    assert "Owner left" in page


def test_owners_are_suggested_while_one_types(viewer: Client, sandbox: SandboxProcess) -> None:
    name = datasets(sandbox)[0]["ownedByName"]
    assert f'hx-get="{LIST}owners/"' in text_of(viewer.get(LIST))
    text = text_of(viewer.get(f"{LIST}owners/?{urlencode({'owner': name.split()[0][:4].lower()})}", headers=PARTIAL))
    assert f'<option value="{name} (' in text
    sandbox.reset()
    assert "<option" not in text_of(viewer.get(f"{LIST}owners/?owner=a", headers=PARTIAL))
    assert calls(sandbox) == {}


def test_chips_name_what_is_set_and_take_it_away(viewer: Client) -> None:
    text = text_of(viewer.get(f"{LIST}?tag=core&certification=certified&page=2&sort=-rows"))
    assert "Remove filter Tag: core" in text
    assert "Remove filter State: Certified" in text
    assert 'href="/c/halden/data/datasets/?certification=certified&amp;sort=-rows"' in text
    assert 'href="/c/halden/data/datasets/?sort=-rows"' in text


def test_what_matches_nothing_offers_the_way_back(viewer: Client, sandbox: SandboxProcess) -> None:
    text = text_of(viewer.get(f"{LIST}?q=zzzz&tag=core"))
    assert "No dataset matches" in text
    assert "Clear all filters" in text


def test_the_fragment_is_the_list_alone(viewer: Client) -> None:
    response = viewer.get(f"{LIST}?q=sales", headers=PARTIAL)
    text = text_of(response)
    assert text.lstrip().startswith("<list-card")
    assert "<html" not in text
    assert response.headers["Cache-Control"] == "no-store"
    page = viewer.get(f"{LIST}?q=sales", headers={**PARTIAL, "HX-History-Restore-Request": "true"})
    assert "<html" in text_of(page)
    assert "HX-Request-Type" in page.headers["Vary"]


def test_columns_are_chosen_and_kept(viewer: Client) -> None:
    assert "cell-source" not in text_of(viewer.get(LIST))
    text = text_of(viewer.get(f"{LIST}?columns=&columns=source&columns=tags"))
    assert "cell-source" in text
    assert "cell-cards" not in text
    # Another browser, another session: the choice is the person's.
    person = User.objects.get()
    assert "cell-source" in text_of(client_of(person).get(LIST))
    assert person.list_columns == {"datasets": ["source", "tags"]}


def test_the_export_holds_all_that_match_in_order_and_nothing_that_a_spreadsheet_runs(
    viewer: Client, sandbox: SandboxProcess
) -> None:
    names = ['=HYPERLINK("http://evil.example","x")', "<script>alert(1)</script>", "@SUM(1)", 'quote " and, comma']
    created = {create_dataset(sandbox, name): name for name in names}
    every = datasets(sandbox)
    sandbox.reset()
    response = viewer.get(f"{LIST}export.csv?sort=-rows")
    rows = csv_rows(text_of(response))
    assert calls(sandbox)["search.query"] == 2
    assert "attachment" in response.headers["Content-Disposition"]
    assert len(rows) - 1 == len(every)
    assert [int(row[6]) for row in rows[1:] if row[6]] == sorted((each["rowCount"] for each in every), reverse=True)
    exported = {row[0]: row[1] for row in rows[1:]}
    assert exported[next(iter(created))] == "'" + names[0]
    assert all(not name.startswith(("=", "@", "+")) for name in exported.values())
    page = text_of(viewer.get(f"{LIST}?q=script"))
    assert "<script>alert(1)</script>" not in page
    assert "<script>alert(1)</script>" in names_shown(page)


def test_a_search_that_is_hostile_is_only_text(viewer: Client) -> None:
    hostile = '"><script>alert(1)</script>'
    text = text_of(viewer.get(f"{LIST}?{urlencode({'q': hostile, 'tag': hostile, 'owner': hostile})}"))
    assert "<script>alert(1)" not in text


@pytest.mark.parametrize(
    ("faults", "status", "words"),
    [
        ({"status_503": 1.0}, 502, "The list could not be loaded"),
        ({"html_maintenance_503": 1.0}, 503, "maintenance"),
        ({"token_mode": "expired"}, 502, "token"),
    ],
)
def test_a_failing_upstream_leaves_the_toolbar_and_tells_why(
    viewer: Client, sandbox: SandboxProcess, faults: dict[str, Any], status: int, words: str
) -> None:
    sandbox.control(**faults)
    text = text_of(viewer.get(f"{LIST}?q=sales"), status)
    assert words in text
    assert 'value="sales"' in text
    assert "Try again" in text
    assert "Your filters are kept." in text
    if "html_maintenance_503" not in faults:
        assert "Request id" in text


def test_an_expired_token_makes_the_export_a_page_and_no_file(viewer: Client, sandbox: SandboxProcess) -> None:
    sandbox.control(token_mode="expired")
    response = viewer.get(f"{LIST}export.csv")
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.status_code == 502


def test_nobody_gets_to_the_sign_in_page(halden: Connection) -> None:
    response = Client().get(LIST)
    assert response.status_code == 302
    assert "sign-in" in response.headers["Location"]


def test_a_connection_of_other_roles_is_refused(halden: Connection) -> None:
    halden.roles = ["support"]
    halden.save()
    assert "support" in text_of(client_with_role("viewer").get(LIST), 403)


def test_the_palette_finds_datasets_with_their_rows(viewer: Client, sandbox: SandboxProcess) -> None:
    text = text_of(viewer.get("/palette/upstream/?q=store+sales&connection=halden", headers=PARTIAL))
    assert "Datasets in Halden Outdoor" in text
    assert "Store sales daily" in text
    assert "49,418,425 rows" in text
    # One search for datasets; other sources ask for their own objects.
    asked = calls(sandbox)
    assert 1 <= asked["search.query"] <= 2
    assert sum(asked.values()) <= len(registered_sources())


def test_the_palette_tells_quietly_that_the_upstream_failed(viewer: Client, sandbox: SandboxProcess) -> None:
    sandbox.control(token_mode="expired")
    text = text_of(viewer.get("/palette/upstream/?q=store&connection=halden", headers=PARTIAL))
    assert "Upstream search failed" in text


def test_the_figures_of_the_home_page_are_those_of_the_lists(viewer: Client, sandbox: SandboxProcess) -> None:
    every = datasets(sandbox)
    sandbox.reset()
    text = text_of(viewer.get(f"{LIST}health/", headers=PARTIAL))
    assert calls(sandbox) == {"search.query": 4}
    certified = sum(1 for each in every if _certified("CERTIFIED")(each))
    stale = sum(1 for each in every if _updated(90, False)(each))
    plain = sum(1 for each in every if _certified("")(each))
    for number in (len(every), certified, stale, plain):
        assert f"{number:,}</span>" in text
    for query in ("certification=certified", "certification=none", "updated=not-90"):
        assert f"{LIST}?{query}" in text


def test_views_are_saved_for_this_connections_list(viewer: Client) -> None:
    query = urlencode({"q": "sales", "sort": "-rows"})
    assert "Save view" in text_of(viewer.get(f"{LIST}?{query}&page=1"))
    viewer.post("/views/add/", {"name": "Large sales", "path": LIST, "query": query, "shared": "on"})
    text = text_of(client_with_role("steward").get(f"{LIST}?sort=-rows&q=sales"))
    assert 'aria-current="true">Large sales' in text
    assert "Edit view" not in text, "It is somebody else's"
