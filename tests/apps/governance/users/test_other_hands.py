"""An upstream of other hands, written strictly from the documents: no users search, no list of groups, few fields."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from apps.connections.models import Connection
from tests.apps.data.support import csv_rows, text_of
from tests.apps.governance.users.support import LIST, PARTIAL
from tests.services.upstream import Asked, Told, Upstream, told

NOW = int(time.time() * 1000) - 60_000
PEOPLE: list[dict[str, Any]] = [
    {
        "attributes": [{"key": "title", "values": ["Buyer"]}, {"key": "department", "values": ["Range"]}],
        "id": number,
        "displayName": name,
        "userName": f"{name.split()[0].lower()}@x.example",
        "roleId": role,
        "emailAddress": f"{name.split()[0].lower()}@x.example",
    }
    for number, name, role in ((10, "Ada <b>Lindgren</b>", 4), (11, "Bo Dahl", 5), (6789456782, "Cy Moe", 5))
]


def script(asked: Asked) -> Told:
    """Answer what the documents show, and 404 for everything else."""
    path = asked.path.partition("?")[0]
    if path == "/api/identity/v1/users" and asked.method == "GET":
        return told({"users": PEOPLE})
    if path.startswith("/api/identity/v1/users/"):
        found = [each for each in PEOPLE if str(each["id"]) == path.rpartition("/")[2]]
        return told({"users": found}) if found else told({"status": 404, "message": "No such user"}, 404)
    if path == "/api/authorization/v1/roles":
        return told([{"id": 4, "name": "Participant", "userCount": 1}, {"id": 5, "name": "Editor", "userCount": 2}])
    if path == "/api/search/v1/query":
        entity = asked.json["entityList"][0][0]
        hits = [{"databaseId": "71", "name": "Range"}] if entity == "group" and not asked.json["filters"] else []
        return told({"searchObjects": hits, "totalResultCount": len(hits), "facetMap": {}})
    if path == "/api/content/v2/groups/71":
        return told({"id": 71, "name": "Range", "type": "closed", "userIds": [10, 12], "memberCount": 2})
    if path == "/api/audit/v1/user-audits":
        entry = {
            "userId": "10",
            "userName": "Ada",
            "actionType": "VIEWED",
            "objectType": "PAGE",
            "time": int(time.time() * 1000) - 60_000,
        }
        return told([{**entry, "eventText": "Viewed <i>page</i>"}] if "offset=0" in asked.path else [])
    return told({"status": 404, "message": "No such path"}, 404)


@pytest.fixture
def documented(other_hands: Connection, upstream: Upstream) -> Upstream:
    """The server with the script."""
    return upstream.script(script)


def test_the_list_says_that_everybody_was_read(viewer: Client, documented: Upstream) -> None:
    text = text_of(viewer.get(LIST, headers=PARTIAL))
    assert "no users search" in text
    assert "Ada &lt;b&gt;Lindgren" in text
    assert ">3</strong>" in text
    assert "Participant" in text
    filtered = text_of(viewer.get(LIST, {"role": "5", "sort": "-name", "q": "dahl"}, headers=PARTIAL))
    assert ">1</strong> of 3" in filtered
    assert "Bo Dahl" in filtered
    assert "Range (3)" in filtered
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv", {"sort": "-role"})))
    assert [row[3] for row in rows[1:]] == ["Participant", "Editor", "Editor"]
    assert sum(each.path.startswith("/api/identity/v1/users/search") for each in documented.asked) == 1


def test_a_person_by_documented_calls(admin: Client, documented: Upstream) -> None:
    page = text_of(admin.get(f"{LIST}10/"))
    assert "Ada &lt;b&gt;Lindgren" in page
    assert "Participant" in page
    assert "not reported" in page
    groups = text_of(admin.get(f"{LIST}10/panels/groups/"))
    assert "Range" in groups
    assert "by fetching the groups one by one" in groups
    assert "in no group" in text_of(admin.get(f"{LIST}11/panels/groups/"))
    assert "0 visible to this token" in text_of(admin.get(f"{LIST}10/panels/owned/"))
    assert "Buyer" in text_of(admin.get(f"{LIST}10/panels/attributes/"))
    assert "Viewed &lt;i&gt;page" in text_of(admin.get(f"{LIST}10/panels/activity/"))
    difference = text_of(admin.get(f"{LIST}10/role/difference/", {"held": "4", "role": "5"}))
    assert "does not tell what its roles allow" in difference


def test_a_failing_upstream_shows_its_message_and_a_retry(
    viewer: Client, other_hands: Connection, upstream: Upstream
) -> None:
    upstream.answers(told({"status": 403, "message": "Not yours", "toe": "TOE-7"}, 403))
    text = text_of(viewer.get(LIST, headers=PARTIAL), 403)
    assert "Not yours" in text
    assert "TOE-7" in text
    assert "Not yours" in text_of(viewer.get(f"{LIST}10/panels/owned/"), 403)
