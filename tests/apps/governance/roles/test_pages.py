"""The list of roles, the page of one, the matrix and the difference of two, against the sandbox over real HTTP."""

from __future__ import annotations

import re

from django.test import Client

from tests.apps.data.support import csv_rows, text_of
from tests.apps.governance.roles.support import BASE, LIST, SandboxRoles

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_the_list_shows_searches_and_orders(roles: SandboxRoles, viewer: Client) -> None:
    mine = roles.create(name="Aardvark keepers")
    text = text_of(viewer.get(LIST))
    assert (f"{LIST}{mine}/" in text, "Comes with Domo" in text, "New role" in text) == (True, True, False)
    text = text_of(viewer.get(LIST, {"q": "aardvark"}))
    assert (f"{LIST}{mine}/" in text, f"{LIST}1/" in text) == (True, False)
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv", {"sort": "-authority_count"})))
    counts = [int(row[5]) for row in rows[1:]]
    assert counts == sorted(counts, reverse=True)


def test_a_role_shows_authorities_and_people(roles: SandboxRoles, viewer: Client) -> None:
    role_id = roles.create("dataset.view", "content.card.view")
    text = text_of(viewer.get(f"{LIST}{role_id}/"))
    assert "Change authorities" not in text
    panel = text_of(viewer.get(f"{LIST}{role_id}/authorities/", headers=PARTIAL))
    assert ("View datasets" in panel, "Edit datasets" in panel) == (True, False)
    assert "Nobody has this role" in text_of(viewer.get(f"{LIST}{role_id}/people-panel/", headers=PARTIAL))
    many = roles.ask("GET", f"{BASE}/4/users?limit=3")
    text = text_of(viewer.get(f"{LIST}4/people/"))
    assert f"{many['totalCount']:,}" in text
    assert all(each["displayName"] in text for each in many["users"])
    rows = csv_rows(text_of(viewer.get(f"{LIST}4/people.csv")))
    assert len(rows) - 1 == many["totalCount"]


def test_the_matrix_shows_every_role_beside_every_authority(roles: SandboxRoles, viewer: Client) -> None:
    role_id = roles.create("dataset.view", name="Aardvark readers")
    known = roles.ask("GET", "/api/authorization/v1/authorities")
    text = text_of(viewer.get(f"{LIST}matrix/"))
    assert all(each["authority"] in text for each in known)
    assert text.count('class="has"') == sum(len(each["roleIds"]) for each in known)
    part = text_of(viewer.get(f"{LIST}matrix/", {"q": "dataset view"}, headers=PARTIAL))
    assert "<html" not in part
    assert re.findall(r"<code>([^<]*)</code>", part) == ["dataset.view"]
    chosen = {"role": [role_id, "1"], "differing": "1"}
    part = text_of(viewer.get(f"{LIST}matrix/", chosen, headers=PARTIAL))
    assert "dataset.view" not in part
    assert part.count('class="has"') == len(roles.has("1") - {"dataset.view"})
    rows = csv_rows(text_of(viewer.get(f"{LIST}matrix.csv", {"q": "dataset.view", "role": [role_id, "1"]})))
    assert rows[1][:2] == ["dataset.view", "View datasets"]
    assert rows[1][3:] == ["yes", "yes"]
    assert "No authority matches" in text_of(viewer.get(f"{LIST}matrix/", {"q": "qqqq"}))


def test_letters_typed_into_the_matrix_ask_domo_nothing_more(roles: SandboxRoles, viewer: Client) -> None:
    viewer.get(f"{LIST}matrix/")
    before = roles.sandbox.stats()["received"].get("roles.list_authorities", 0)
    viewer.get(f"{LIST}matrix/", {"q": "data"}, headers=PARTIAL)
    assert roles.sandbox.stats()["received"].get("roles.list_authorities", 0) == before


def test_two_roles_are_compared(roles: SandboxRoles, viewer: Client) -> None:
    left = roles.create("dataset.view", "dataset.edit", name="Left hand")
    right = roles.create("dataset.view", "alert.use", "buzz.use", name="Right hand")
    text = text_of(viewer.get(f"{LIST}compare/", {"a": left, "b": right}))
    parts = re.split(r"<section class=\"card\"", text)[-3:]
    assert ["dataset.edit" in parts[0], "buzz.use" in parts[1], "dataset.view" in parts[2]] == [True] * 3
    assert "alert.use" not in parts[0] + parts[2]
    assert "same role twice" in text_of(viewer.get(f"{LIST}compare/", {"a": left, "b": left}))


def test_an_unknown_role_says_so(roles: SandboxRoles, viewer: Client) -> None:
    assert "does not have it" in text_of(viewer.get(f"{LIST}424242/"), 404)


def test_the_palette_finds_roles_and_groups(roles: SandboxRoles, viewer: Client) -> None:
    role_id = roles.create(name="Quartz miners")
    group = roles.ask("POST", "/api/content/v2/groups", {"name": "Quartz buyers", "type": "open"})["id"]
    found = text_of(viewer.get("/palette/upstream/", {"q": "quartz", "connection": "halden"}, headers=PARTIAL))
    assert (f"{LIST}{role_id}/" in found, f"/c/halden/governance/groups/{group}/" in found) == (True, True)
