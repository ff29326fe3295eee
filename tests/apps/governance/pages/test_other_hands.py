"""Pages of an upstream that has only what the documents show: the search, and the three calls of the Pages API."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.bulk.actions import get_bulk_action
from apps.jobs.bulk.settings_form import checked_settings
from apps.jobs.models import Job
from apps.jobs.states import ItemState
from tests.apps.data.support import PARTIAL, text_of
from tests.apps.governance.pages.support import TREE
from tests.clients import client_of
from tests.factories import UserFactory
from tests.services.upstream import Asked, Told, Upstream, told

HOSTILE = "<script>alert(1)</script>"
HITS = {"11": HOSTILE, "12": "Visits", "13": "Returns"}


def documented(asked: Asked) -> Told:
    """Answer as the documents do: hits of a title and an id, moves and revocations without a body."""
    path = asked.path.partition("?")[0]
    if path == "/api/search/v1/query":
        return told(_found(asked))
    if path == "/api/content/v1/pages" and asked.method == "POST":
        made = {"pageId": 11111111, "parentPageId": int(asked.json["parentPageId"]), "title": asked.json["title"]}
        return told(made)
    if path.endswith("/bulk/move") or "/share/page/" in path:
        return Told(200)
    return told({"status": 404, "message": "Not Found", "toe": "TOE-404"}, 404)


def _found(asked: Asked) -> dict[str, object]:
    wanted = [
        value
        for each in asked.json.get("filters", [])
        if each["field"] in ("databaseId", "pages")
        for value in [each.get("value"), *each.get("values", [])]
        if value
    ]
    entity = asked.json["entityList"][0][0]
    rows = [{"databaseId": "5", "name": "Lanes"}] if entity == "card" else []
    rows = rows if entity != "page" else [{"databaseId": key, "name": name} for key, name in HITS.items()]
    rows = [row for row in rows if not wanted or row["databaseId"] in wanted]
    return {"totalResultCount": len(rows), "searchObjects": rows, "searchResultsMap": {entity: rows}}


@pytest.fixture
def person(other_hands: Connection, upstream: Upstream) -> User:
    """An admin on that upstream."""
    upstream.script(documented)
    return UserFactory.create(role="admin")


@pytest.fixture
def admin(person: User) -> Client:
    """The admin's browser."""
    return client_of(person)


def test_every_page_says_what_is_not_told(admin: Client) -> None:
    tree = text_of(admin.get(TREE))
    assert "lacks the list of pages" in tree
    assert "does not tell which page stands below which" in tree
    for url in (TREE, f"{TREE}list/", f"{TREE}11/"):
        text = text_of(admin.get(url))
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text
        assert "not reported" in text
    assert "does not tell on which page a card stands" in text_of(admin.get(f"{TREE}11/panels/cards/", headers=PARTIAL))
    assert "does not tell which page" in text_of(admin.get(f"{TREE}11/panels/subpages/", headers=PARTIAL))
    access = text_of(admin.get(f"{TREE}11/panels/access/", headers=PARTIAL))
    assert "does not tell who sees the page" in access
    assert "Revoke access by id" in access
    refused = text_of(admin.get(f"{TREE}list/?ownerless=on"), 400)
    assert "remove that filter" in refused


def test_a_subpage_is_sent_as_the_document_has_it(admin: Client, upstream: Upstream) -> None:
    posted = {"parent": "12", "title": "Lanes", "has_layout": "on"}
    assert admin.post(f"{TREE}create/?parent=12", posted, headers=PARTIAL).status_code == 204
    sent = next(each for each in upstream.asked if each.method == "POST" and each.path == "/api/content/v1/pages")
    assert sent.json == {"parentPageId": "12", "title": "Lanes", "hasLayout": True}


def test_a_conflict_and_a_lost_answer_are_told(admin: Client, upstream: Upstream) -> None:
    def conflict(asked: Asked) -> Told:
        if asked.path == "/api/content/v1/pages":
            return told({"status": 409, "message": "Duplicate title", "toe": "TOE-409"}, 409)
        return documented(asked)

    def cut(asked: Asked) -> Told:
        return Told(cut=True) if asked.path == "/api/content/v1/pages" else documented(asked)

    posted = {"parent": "12", "title": "Lanes"}
    upstream.script(conflict)
    text = text_of(admin.post(f"{TREE}create/?parent=12", posted, headers=PARTIAL), 422)
    assert "Domo answers 409, conflict: Duplicate title. Request id TOE-409." in text
    assert 'value="Lanes"' in text
    upstream.script(cut)
    assert "Nobody knows whether it was done" in text_of(
        admin.post(f"{TREE}create/?parent=12", posted, headers=PARTIAL), 504
    )


def _run(person: User, connection: Connection, action: str, **settings: object) -> Job:
    cleaned = checked_settings(get_bulk_action(action).form, settings)
    job = create_bulk_job(action, connection, Selection(ids=("11", "12")), cleaned, person)
    return service.run_inline(service.plan_inline(job))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
def test_moves_and_revocations_work_though_nothing_tells_states(
    person: User, other_hands: Connection, upstream: Upstream
) -> None:
    job = _run(person, other_hands, "move-pages", parent="13")
    assert job.count_of(ItemState.SUCCEEDED) == 2
    bodies = [json.loads(each.body) for each in upstream.asked if each.path.endswith("/bulk/move")]
    assert sorted(bodies, key=str) == [
        {"pageIds": [key], "parentPageId": 13, "pagePermission": "ORIGINAL"} for key in (11, 12)
    ]
    undone = service.plan_inline(service.undo(job, person))
    assert {item.error_text for item in undone.items.all()} == {"Nobody told where it stood before."}
    revoked = _run(person, other_hands, "revoke-page-access", people="5,6")
    assert revoked.count_of(ItemState.SUCCEEDED) == 2
    paths = {each.path for each in upstream.asked if each.method == "DELETE"}
    assert paths == {f"/api/content/v1/share/page/{page}/user/{user}" for page in (11, 12) for user in (5, 6)}


def ignoring(asked: Asked) -> Told:
    """Answer all pages whatever is asked of the list, without a total: public clients know no more of it."""
    if not asked.path.startswith("/api/content/v1/pages/adminsummary"):
        return documented(asked)
    rows = [
        {"pageId": 11, "pageTitle": "Cockpit", "parentPageId": None},
        {"pageId": 12, "pageTitle": "Visits", "parentPageId": 11},
        {"pageId": 13, "pageTitle": "Returns", "parentPageId": 12},
        {"pageId": 14, "pageTitle": "Hidden above", "parentPageId": 99},
    ]
    return told({"pageAdminSummaries": rows if "skip=0" in asked.path else []})


def test_a_list_that_ignores_what_is_asked_still_gives_a_tree(admin: Client, upstream: Upstream) -> None:
    upstream.script(ignoring)
    top = text_of(admin.get(TREE))
    assert "Cockpit" in top
    assert "Hidden above" in top
    assert "Visits" not in top
    branch = text_of(admin.get(f"{TREE}11/branch/?depth=1", headers=PARTIAL))
    assert ("Visits" in branch, "Returns" in branch) == (True, False)
    assert "Pages below Visits" in branch
    opened = text_of(admin.get(f"{TREE}?open=11&open=12"))
    assert "Returns" in opened
    assert "Pages below Returns" not in opened
