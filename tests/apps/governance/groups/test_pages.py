"""The list of groups and the page of one, against the sandbox over real HTTP."""

from __future__ import annotations

from django.test import Client

from tests.apps.data.support import csv_rows, text_of
from tests.apps.governance.groups.support import BASE, LIST, Groups

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_the_list_shows_searches_filters_and_orders(groups: Groups, viewer: Client) -> None:
    one, two, *_ = groups.ids(2)
    mine = groups.create(one, two, name="Aardvark planning")
    dynamic = groups.create(kind="dynamic", name="Aardvark by rule")
    text = text_of(viewer.get(LIST, {"q": "aardvark"}))
    assert (mine in text, dynamic in text, "Dynamic" in text) == (True, True, True)
    assert "New group" not in text, "A viewer makes none"
    text = text_of(viewer.get(LIST, {"q": "aardvark", "kind": "dynamic"}))
    assert (mine in text, dynamic in text) == (False, True)
    text = text_of(viewer.get(LIST, {"q": "aardvark", "member": f"Somebody ({one})"}))
    assert (mine in text, dynamic in text) == (True, False)
    largest = text_of(viewer.get(LIST, {"q": "aardvark", "sort": "-members"}))
    assert largest.index(mine) < largest.index(dynamic)
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv", {"q": "aardvark"})))
    assert [row[1] for row in rows[1:]] == ["Aardvark by rule", "Aardvark planning"]


def test_a_long_list_says_that_more_follow(groups: Groups, viewer: Client) -> None:
    for _ in range(6):
        groups.create()
    count = len(groups.ask("GET", f"{BASE}/grouplist?limit=1000"))
    text = text_of(viewer.get(LIST, {"per": 25}))
    assert f'<strong class="text-body">{count}</strong> groups visible to this token' in text, "The search counts"
    groups.sandbox.reset()
    for number in range(26):
        groups.create(name=f"Quarry {number}")
    assert "or more visible to this token" in text_of(viewer.get(LIST, {"per": "25", "q": "quarry"}))
    pages = -(-len(groups.ask("GET", f"{BASE}/grouplist?limit=1000")) // 25)
    last = text_of(viewer.get(LIST, {"per": "25", "page": str(pages)}))
    assert "groups visible to this token" in last


def test_a_group_shows_its_members_with_owners_beside_it(groups: Groups, viewer: Client, admin: Client) -> None:
    people = groups.people(3)
    group_id = groups.create(*groups.ids(3), name="Board pack")
    text = text_of(viewer.get(f"{LIST}{group_id}/"))
    assert all(each["displayName"] in text and each["emailAddress"] in text for each in people)
    assert "Add a person" not in text
    assert "Remove " not in text
    assert "Match a list" in text_of(admin.get(f"{LIST}{group_id}/"))
    found = text_of(viewer.get(f"{LIST}{group_id}/", {"q": people[1]["emailAddress"]}))
    assert (people[1]["emailAddress"] in found, people[0]["emailAddress"] in found) == (True, False)
    about = text_of(viewer.get(f"{LIST}{group_id}/about/", headers=PARTIAL))
    assert ("Owner" in about, "Closed" in about) == (True, True)
    rows = csv_rows(text_of(viewer.get(f"{LIST}{group_id}/members.csv")))
    assert {row[0] for row in rows[1:]} == set(groups.ids(3))


def test_a_dynamic_group_is_not_edited_by_hand(groups: Groups, admin: Client) -> None:
    group_id = groups.create(kind="dynamic")
    text = text_of(admin.get(f"{LIST}{group_id}/"))
    assert "Nobody can be put in or taken out by hand" in text
    assert "Match a list" not in text
    assert "can’t be changed by hand" in text_of(admin.get(f"{LIST}{group_id}/list/"), 409)
    answer = admin.post(f"{LIST}{group_id}/add/", {"person": groups.ids(1)[0]})
    assert "dynamic" in text_of(answer, 422)
    assert groups.effects().get("groups.add_member", 0) == 0


def test_an_unknown_group_says_so(groups: Groups, viewer: Client) -> None:
    assert "does not have it" in text_of(viewer.get(f"{LIST}1/"), 404)


def test_suggestions(groups: Groups, viewer: Client) -> None:
    somebody = groups.people(1)[0]
    text = text_of(viewer.get(f"{LIST}people/", {"person": somebody["displayName"][:6]}, headers=PARTIAL))
    assert f"({somebody['id']})" in text
    group_id = groups.create(name="Quartz suggestions")
    assert group_id in text_of(viewer.get(f"{LIST}suggestions/", {"a": "quartz"}, headers=PARTIAL))
