"""Groups of an upstream that answers strictly what the documents show, and lacks what they lack."""

from __future__ import annotations

from typing import Any

import pytest

from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from domoadmin.reference import entries
from tests.apps.data.support import text_of
from tests.apps.governance.groups.support import LIST
from tests.clients import client_with_role
from tests.factories import UserFactory
from tests.services.upstream import Asked, Told, Upstream, told

GROUP: dict[str, Any] = entries()["groups.get"]["response"]["example"]
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
ID = str(GROUP["id"])
MEMBERS = [str(each) for each in GROUP["userIds"]]
USERS = [
    {"id": int(each), "displayName": f"Person <b>{place}", "emailAddress": f"p{place}@upstream.example", "roleId": 2}
    for place, each in enumerate([*MEMBERS, "3817263817"])
]


@pytest.fixture
def documented(upstream: Upstream, other_hands: Connection) -> Upstream:
    """Answers the documented calls alone, and keeps who is in the group."""
    inside = list(MEMBERS)

    def answer(asked: Asked) -> Told:
        path = asked.path.partition("?")[0]
        if path == "/api/search/v1/query":
            hit = {"entityType": "group", "databaseId": ID, "name": "Group Name"}
            return told({"totalResultCount": 1, "searchObjects": [hit], "searchResultsMap": {"group": [hit]}})
        if path == "/api/identity/v1/users":
            return told({"users": USERS})
        if path == "/api/identity/v1/users/3817263817":
            return told({"users": USERS[-1:]})
        if path == f"/api/content/v2/groups/{ID}":
            return told({**GROUP, "userIds": [int(each) for each in inside]})
        if path == "/api/content/v2/groups" and asked.method == "POST":
            return told({"id": ID})
        if path.startswith(f"/api/content/v2/groups/{ID}/user/"):
            inside.append(path.rsplit("/", 1)[1])
            return told(True)
        if path.startswith(f"/api/content/v2/groups/{ID}/removeuser/"):
            inside.remove(path.rsplit("/", 1)[1])
            return told(True)
        if path == "/api/content/v2/groups/access":
            for member in asked.json[0]["removeMembers"]:
                inside.remove(member["id"])
            return told(True)
        return told({"status": 404, "message": "No such path"}, 404)

    return upstream.script(answer)


def test_the_list_falls_back_to_the_search_and_says_so(documented: Upstream) -> None:
    text = text_of(client_with_role("viewer").get(LIST, {"kind": "open", "q": "Group"}))
    assert "no call that lists groups" in text
    assert f"{LIST}{ID}/" in text
    assert "Remove filter" not in text, "It filters by nothing that it can't"


def test_a_group_and_its_members(documented: Upstream) -> None:
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(f"{LIST}{ID}/"))
    assert "Person &lt;b&gt;0" in text
    assert "Person <b>" not in text
    about = text_of(viewer.get(f"{LIST}{ID}/about/", headers=PARTIAL))
    assert "only who made the group" in about


def test_people_go_by_the_documented_calls(documented: Upstream) -> None:
    admin = client_with_role("admin")
    assert admin.post(f"{LIST}{ID}/add/", {"person": "p4@upstream.example"}).status_code == 302
    assert admin.post(f"{LIST}{ID}/remove/", {"user": MEMBERS[:2]}).status_code == 302
    sent = next(asked for asked in documented.asked if asked.path.endswith("/groups/access"))
    assert sent.json == [{"groupId": ID, "removeMembers": [{"type": "USER", "id": each} for each in MEMBERS[:2]]}]
    assert admin.post(f"{LIST}{ID}/remove/{MEMBERS[2]}/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_match_by_documented_calls_alone(documented: Upstream, other_hands: Connection, no_broker: None) -> None:
    admin = UserFactory.create(role="admin")
    keys = ("+3817263817", f"-{MEMBERS[0]}")
    job = create_bulk_job("match-group", other_hands, Selection(ids=keys), {"group_id": ID}, admin)
    done = service.run_inline(service.plan_inline(job))
    assert done.counts == {"succeeded": 2}, done.message
    assert service.run_inline(service.undo(done, admin)).counts == {"succeeded": 2}


def test_a_new_group_whose_answer_was_lost_is_found_by_its_name(upstream: Upstream, other_hands: Connection) -> None:
    made: list[str] = []

    def answer(asked: Asked) -> Told:
        if asked.path == "/api/content/v2/groups" and asked.method == "POST":
            made.append(ID)
            return Told(cut=True)
        if "grouplist" in asked.path:
            return told([{"groupId": GROUP["id"], "name": "Group Name"}] if made else [])
        return told(GROUP)

    upstream.script(answer)
    sent = client_with_role("admin").post(f"{LIST}new/", {"group": "Group Name", "kind": "closed"})
    assert sent.headers["Location"] == f"{LIST}{ID}/"
    assert made == [ID], "It is sent once"
