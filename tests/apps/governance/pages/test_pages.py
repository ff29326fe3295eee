"""Pages against the sandbox: tree, list, page, new subpage, moves, access."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from tests.apps.data.support import PARTIAL, calls, csv_rows, text_of
from tests.apps.governance.pages.support import START, TREE, Pages
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def pages(halden: Connection, sandbox: SandboxProcess) -> Pages:
    """The sandbox's pages, as the sandbox itself tells them."""
    return Pages(sandbox)


@pytest.fixture
def admin(halden: Connection) -> Client:
    """An admin on the sandbox."""
    return client_with_role("admin")


def test_the_tree_asks_branch_by_branch(admin: Client, pages: Pages, sandbox: SandboxProcess) -> None:
    top = pages.below("0")[0]
    child = pages.below(str(top["pageId"]))[0]
    sandbox.reset()
    text = text_of(admin.get(TREE))
    assert calls(sandbox) == {"pages.list": 2}
    assert f'href="{TREE}{top["pageId"]}/"' in text
    assert str(child["pageTitle"]) not in text
    branch = text_of(admin.get(f"{TREE}{top['pageId']}/branch/?depth=1", headers=PARTIAL))
    assert str(child["pageTitle"]) in branch
    assert 'data-depth="1"' in branch
    opened = text_of(admin.get(f"{TREE}?open={top['pageId']}"))
    assert opened.index(str(top["pageTitle"])) < opened.index(str(child["pageTitle"]))
    leaf = pages.leaf()
    assert "Nothing stands below" in text_of(admin.get(f"{TREE}{leaf['pageId']}/branch/?depth=3", headers=PARTIAL))


def test_a_branch_that_fails_is_a_row_with_a_retry(admin: Client, pages: Pages, sandbox: SandboxProcess) -> None:
    top = pages.below("0")[0]
    sandbox.control(match="pages.list", status_503=1.0)
    text = text_of(admin.get(f"{TREE}{top['pageId']}/branch/?depth=1", headers=PARTIAL))
    assert "could not be loaded" in text
    assert "Try again" in text


def test_the_list_filters_and_exports(admin: Client, pages: Pages) -> None:
    page = pages.leaf()
    owner = page["owners"][0]
    text = text_of(admin.get(f"{TREE}list/?q={page['pageTitle']}"))
    assert f'href="{TREE}{page["pageId"]}/"' in text
    assert 'value="move-pages"' in text
    only = text_of(admin.get(f"{TREE}list/?q={page['pageId']}"))
    assert '<strong class="text-body">1</strong>' in only
    by_owner = csv_rows(text_of(admin.get(f"{TREE}export.csv?owner={owner['id']}")))
    assert str(page["pageId"]) in [row[0] for row in by_owner]
    assert all(owner["id"] in row[4] for row in by_owner[1:])
    below = csv_rows(text_of(admin.get(f"{TREE}export.csv?parent={page['parentPageId']}")))
    assert {row[2] for row in below[1:]} == {str(page["parentPageId"])}
    assert len(csv_rows(text_of(admin.get(f"{TREE}export.csv")))) - 1 == len(pages.every())
    assert "knows nobody called Nobody Atall" in text_of(admin.get(f"{TREE}list/?owner=Nobody Atall"), 400)


def test_a_page_shows_where_it_stands_its_cards_and_who_sees_it(admin: Client, pages: Pages) -> None:
    page = pages.leaf()
    url = f"{TREE}{page['pageId']}/"
    text = text_of(admin.get(url))
    assert f'href="{TREE}{page["parentPageId"]}/"' in text
    assert page["owners"][0]["displayName"] in text
    cards = text_of(admin.get(f"{url}panels/cards/", headers=PARTIAL))
    assert 'href="/c/halden/data/cards/' in cards
    parent = text_of(admin.get(f"{TREE}{page['parentPageId']}/panels/subpages/", headers=PARTIAL))
    assert page["pageTitle"] in parent
    access = text_of(admin.get(f"{url}panels/access/", headers=PARTIAL))
    assert all(user["displayName"] in access for user in pages.access(page["pageId"])["users"])
    assert "Revoke access of the selected" in access
    unknown = text_of(admin.get(f"{TREE}77/"))
    assert "The search knows no page with the id 77" in unknown


def test_a_subpage_is_made_once_and_never_beside_its_namesake(
    admin: Client, pages: Pages, sandbox: SandboxProcess
) -> None:
    top = pages.tops()[1]
    taken = pages.below(str(top["pageId"]))[0]["pageTitle"]
    url = f"{TREE}create/?parent={top['pageId']}"
    assert "No documented call deletes a page" in text_of(admin.get(url, headers=PARTIAL))
    sandbox.reset()
    refused = admin.post(url, {"parent": top["pageId"], "title": taken, "has_layout": "on"}, headers=PARTIAL)
    assert "stands there already" in text_of(refused, 422)
    assert not sandbox.stats()["effects"]
    assert "Give the page a title." in text_of(admin.post(url, {"parent": top["pageId"]}, headers=PARTIAL), 422)
    title = pages.fresh_title("Returns by lane")
    made = admin.post(url, {"parent": f"Somewhere ({top['pageId']})", "title": title}, headers=PARTIAL)
    assert made.status_code == 204
    assert sandbox.stats()["effects"] == {"pages.create_subpage": 1}
    assert title in [row["pageTitle"] for row in pages.below(str(top["pageId"]))]
    trail = AuditRecord.objects.filter(operation="pages.create_subpage").order_by("pk")
    assert [record.outcome for record in trail] == ["intended", "succeeded"]


def test_a_conflict_that_only_domo_sees_is_named(admin: Client, pages: Pages, sandbox: SandboxProcess) -> None:
    locked = next(each for each in pages.every() if each["locked"] and each["parentPageId"])
    target = next(each for each in pages.tops() if each["pageId"] != locked["parentPageId"])
    before = dict(sandbox.stats()["effects"])
    refused = admin.post(f"{TREE}{locked['pageId']}/move/", {"parent": target["pageId"]}, headers=PARTIAL)
    text = text_of(refused, 422)
    assert "Domo answers 409, conflict" in text
    assert "is locked" in text
    assert sandbox.stats()["effects"] == before


def test_one_page_is_moved_by_a_dialog_that_looks_first(admin: Client, pages: Pages) -> None:
    first, second = pages.tops()[2:4]
    parent = pages.create(str(first["pageId"]), "Freight")
    child = pages.create(str(parent), "Lanes")
    url = f"{TREE}{parent}/move/"
    for target, reason in ((child, "is this page or stands below it"), (first["pageId"], "stands there already")):
        assert reason in text_of(admin.post(url, {"parent": target}, headers=PARTIAL), 422)
    assert "knows no page 77" in text_of(admin.post(url, {"parent": "77"}, headers=PARTIAL), 422)
    assert "choose one of the suggestions" in text_of(admin.post(url, {"parent": "Freight"}, headers=PARTIAL), 422)
    moved = admin.post(url, {"parent": str(second["pageId"])}, headers=PARTIAL)
    assert moved.status_code == 204
    assert moved.headers["HX-Redirect"] == f"{TREE}{parent}/"
    assert pages.parent(parent) == second["pageId"]
    record = AuditRecord.objects.filter(operation="pages.bulk_move", outcome="intended").latest("pk")
    assert (record.before, record.after) == ({"parent": str(first["pageId"])}, {"parent": str(second["pageId"])})


def test_suggestions_name_pages_and_people(admin: Client, pages: Pages) -> None:
    page: dict[str, Any] = pages.leaf()
    word = page["pageTitle"].split()[0]
    assert f"({page['pageId']})" in text_of(admin.get(f"{TREE}targets/?parent={page['pageTitle']}", headers=PARTIAL))
    assert "<option" not in text_of(admin.get(f"{TREE}targets/?parent={word[0]}", headers=PARTIAL))
    owner = page["owners"][0]
    assert f"({owner['id']})" in text_of(admin.get(f"{TREE}people/?person={owner['displayName']}", headers=PARTIAL))


def test_viewers_look_and_change_nothing(halden: Connection, pages: Pages, sandbox: SandboxProcess) -> None:
    page = pages.leaf()["pageId"]
    for role in ("viewer", "steward"):
        person = client_with_role(role)
        text = text_of(person.get(TREE)) + text_of(person.get(f"{TREE}{page}/")) + text_of(person.get(f"{TREE}list/"))
        assert "New subpage" not in text
        assert "move-pages" not in text
        assert "Revoke" not in text_of(person.get(f"{TREE}{page}/panels/access/", headers=PARTIAL))
        for path in ("create/", f"{page}/move/"):
            assert person.post(f"{TREE}{path}", {"parent": "1", "title": "x"}).status_code == 403
        for action in ("move-pages", "revoke-page-access"):
            assert person.post(START, {"action": action, "id": page}).status_code == 403
    assert not sandbox.stats()["effects"]
