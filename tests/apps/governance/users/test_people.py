"""The list of people and the page of one of them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from tests.apps.data.support import calls, csv_rows, text_of
from tests.apps.governance.users.support import LIST, PARTIAL, People
from tests.clients import client_with_role

_NAMES = re.compile(r'class="text-body fw-medium" href="/c/halden/governance/users/\d+/">([^<]*)<')


def names_shown(text: str) -> list[str]:
    """Return the names that the list links, in order."""
    return [html.unescape(name) for name in _NAMES.findall(text)]


def shown(client: Client, **asked: str) -> str:
    """Return the list's fragment."""
    return text_of(client.get(LIST, asked, headers=PARTIAL))


def test_the_list_shows_a_page_by_the_search_with_its_total(viewer: Client, people: People) -> None:
    everybody = people.everybody()
    people.sandbox.reset()
    text = shown(viewer)
    assert f'<strong class="text-body">{len(everybody):,}</strong>' in text
    assert names_shown(text) == sorted((each["displayName"] for each in everybody), key=str.casefold)[:25]
    assert calls(people.sandbox)["users.search"] == 1
    assert "New person" not in text_of(viewer.get(LIST))
    assert "data-selection" not in text
    assert 'value="change-role"' in shown(client_with_role("admin"))


@pytest.mark.parametrize("state", ["active", "inactive"])
def test_what_the_search_cannot_tell_is_found_among_everybody(viewer: Client, people: People, state: str) -> None:
    wanted = [each for each in people.everybody() if each["active"] is (state == "active")]
    text = shown(viewer, state=state, sort="-seen")
    assert f">{len(wanted):,}</strong>" in text
    latest = sorted(wanted, key=lambda each: -(each["lastActivity"] or 0))
    assert names_shown(text)[0] == latest[0]["displayName"]


def test_filters_and_words(viewer: Client, people: People) -> None:
    somebody = people.everybody()[3]
    role, department = str(somebody["roleId"]), somebody["department"]
    same = [each for each in people.everybody() if str(each["roleId"]) == role and each["department"] == department]
    text = shown(viewer, role=role, department=department)
    assert f">{len(same):,}</strong>" in text
    assert people.roles()[role] in text
    assert names_shown(shown(viewer, q=somebody["emailAddress"])) == [somebody["displayName"]]
    assert somebody["displayName"] in names_shown(shown(viewer, q=somebody["displayName"]))
    assert names_shown(shown(viewer, q=str(somebody["id"]))) == [somebody["displayName"]]
    assert "No person" in shown(viewer, q="nobody of this name") or "match" in shown(viewer, q="nobody of this name")


def test_the_export_holds_all_that_match(viewer: Client, people: People) -> None:
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv", {"state": "active"})))
    assert rows[0][:4] == ["Id", "Name", "E-mail", "Role"]
    assert {row[0] for row in rows[1:]} == {str(each["id"]) for each in people.everybody() if each["active"]}


def test_a_person_with_groups_property_and_activity(viewer: Client, people: People) -> None:
    person = next(each for each in people.everybody() if len(each["groups"]) > 1)
    page = text_of(viewer.get(f"{LIST}{person['id']}/"))
    assert html.escape(person["displayName"]) in page
    assert person["emailAddress"] in page
    assert "Change role" not in page
    groups = text_of(viewer.get(f"{LIST}{person['id']}/panels/groups/"))
    assert all(html.escape(group["name"]) in groups for group in person["groups"])
    owned = text_of(viewer.get(f"{LIST}{person['id']}/panels/owned/"))
    assert "Datasets" in owned
    assert "visible to this token" in owned
    counted = re.search(r'<a href="(/c/halden/governance/search/[^"]*type=card[^"]*)">([0-9,]+)<', owned)
    assert counted is not None
    assert f">{counted[2]}</strong>" in text_of(viewer.get(html.unescape(counted[1]), headers=PARTIAL))
    assert "Department" in text_of(viewer.get(f"{LIST}{person['id']}/panels/attributes/"))
    assert "Looked through" in text_of(viewer.get(f"{LIST}{person['id']}/panels/activity/"))


def test_nobody_of_this_id_is_a_plain_error(viewer: Client, people: People) -> None:
    assert viewer.get(f"{LIST}99/").status_code == 404


def test_a_person_is_made_and_gets_another_role(admin: Client, viewer: Client, people: People) -> None:
    address = "new.colleague@halden-outdoor.example"
    fields: dict[str, Any] = {"name": "New Colleague", "email": address, "role": "4"}
    assert viewer.get(f"{LIST}new/").status_code == 403
    assert "no e-mail address" in text_of(admin.post(f"{LIST}new/", fields | {"email": "new@"}), 422)
    made = admin.post(f"{LIST}new/", fields, headers=PARTIAL)
    url = made.headers["HX-Redirect"]
    assert "New Colleague" in text_of(admin.get(url))
    assert "exists already" in text_of(admin.post(f"{LIST}new/", fields), 502)
    roles = people.roles()
    other = next(identifier for identifier in roles if identifier != "4")
    me = people.ask("GET", "/api/content/v2/users/me")["id"]
    assert "owns the token of this connection" in text_of(admin.get(f"{LIST}{me}/role/"))
    assert "owns the token" not in text_of(admin.get(f"{url}role/"))
    dialog = text_of(admin.get(f"{url}role/", headers=PARTIAL))
    assert roles["4"] in dialog
    assert "have this role already" in text_of(admin.post(f"{url}role/", {"role": "4"}), 422)
    assert viewer.post(f"{url}role/", {"role": other}).status_code == 403
    assert admin.post(f"{url}role/", {"role": other}, headers=PARTIAL).status_code in (200, 204)
    user_id = url.rstrip("/").rpartition("/")[2]
    assert str(people.get(user_id)["roleId"]) == other
    record = AuditRecord.objects.filter(operation="users.update").order_by("pk")[0]
    assert record.before is not None
    assert record.after is not None
    assert (record.before["role"]["id"], record.after["role"]["id"]) == ("4", other)


def test_a_new_person_whose_answer_is_lost_is_not_made_twice(admin: Client, people: People) -> None:
    people.sandbox.control(match="POST /api/identity/v1/users$", cut_after_effect=1.0)
    fields = {"name": "Lost One", "email": "lost.one@halden-outdoor.example", "role": "4"}
    made = admin.post(f"{LIST}new/", fields, headers=PARTIAL)
    people.sandbox.reset()
    assert "HX-Redirect" in made.headers
    assert len([each for each in people.everybody() if each["emailAddress"] == fields["email"]]) == 1


def test_people_are_suggested_by_name(viewer: Client, people: People) -> None:
    person = people.everybody()[5]
    text = text_of(viewer.get(f"{LIST}suggest/", {"target": person["displayName"][:6]}))
    assert html.escape(f"{person['displayName']} ({person['id']})") in text


def test_another_role_is_shown_with_what_it_brings_and_takes(admin: Client, viewer: Client, people: People) -> None:
    person = people.create()
    url = f"{LIST}{person['id']}/role/difference/"
    counts = {str(each["id"]): each["authorityCount"] for each in people.ask("GET", "/api/authorization/v1/roles")}
    most, least = max(counts, key=lambda role: counts[role]), min(counts, key=lambda role: counts[role])
    text = text_of(admin.get(url, {"held": least, "role": most}))
    assert "Gains" in text
    assert f">{counts[most] - counts[least]}</span>" in text
    assert 'Loses</dt><dd class="text-break">nothing' in text
    assert viewer.get(url).status_code == 403
