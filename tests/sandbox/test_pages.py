"""Pages as a client of other hands uses them."""

from __future__ import annotations

import json
from typing import Any

import httpx

PAGES = "/api/content/v1/pages"


def _listed(client: httpx.Client, **body: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = client.post(f"{PAGES}/adminsummary", params={"limit": 25, "skip": len(found)}, json=body)
        batch = answer.raise_for_status().json()["pageAdminSummaries"]
        found.extend(batch)
        if len(batch) < 25:
            return found


def _children(client: httpx.Client, parent: int) -> dict[str, int]:
    listed = _listed(client, includeParentPageIdsClause=True, parentPageIds=[parent])
    return {page["pageTitle"]: page["pageId"] for page in listed}


def _page(client: httpx.Client, title: str) -> int:
    listed = _listed(client, includePageTitleClause=True, pageTitleSearchText=title)
    return int(next(page["pageId"] for page in listed if page["pageTitle"] == title))


def test_the_tree_holds_the_pages_that_search_shows(client: httpx.Client) -> None:
    body = {"query": "*", "entityList": [["page"]], "count": 500}
    shown = client.post("/api/search/v1/query", json=body).json()["searchObjects"]
    listed = {str(page["pageId"]): page for page in _listed(client)}
    assert {hit["databaseId"]: hit["name"] for hit in shown}.items() <= {
        identifier: page["pageTitle"] for identifier, page in listed.items()
    }.items()
    top = [page for page in listed.values() if page["parentPageId"] is None]
    assert len(top) >= 12
    assert {page["parentPageId"] for page in listed.values()} - {None} <= {page["pageId"] for page in listed.values()}


def test_a_subpage_is_created_and_its_title_is_taken_from_then_on(client: httpx.Client) -> None:
    parent = _page(client, "Finance cockpit")
    body = {"parentPageId": str(parent), "title": "Quarter close", "hasLayout": False}
    created = client.post(PAGES, json=body).raise_for_status().json()
    assert (created["parentPageId"], created["title"], created["hasLayout"]) == (parent, "Quarter close", False)
    assert json.loads(created["metadata"])["pageTitle"] == created["pageName"]
    assert _children(client, parent)["Quarter close"] == created["pageId"]
    again = client.post(PAGES, json={**body, "parentPageId": parent})
    assert again.status_code == 409
    assert again.json()["toe"]


def test_a_bad_creation_names_the_field_and_a_foreign_parent_is_forbidden(client: httpx.Client) -> None:
    legal = _page(client, "Legal cockpit")
    for body, status, word in (
        ({"title": "x"}, 400, "parentPageId"),
        ({"parentPageId": legal}, 400, "title"),
        ({"parentPageId": "77", "title": "x"}, 404, "77"),
        ({"parentPageId": legal, "title": "x"}, 403, "permission"),
    ):
        answer = client.post(PAGES, json=body)
        assert (answer.status_code, word in answer.json()["message"]) == (status, True)


def test_pages_move_together_or_not_at_all(client: httpx.Client) -> None:
    source, target = _page(client, "Marketing cockpit"), _page(client, "People cockpit")
    first, second = (
        client.post(PAGES, json={"parentPageId": source, "title": title}).json()["pageId"]
        for title in ("Spring launch", "Autumn launch")
    )
    client.post(PAGES, json={"parentPageId": target, "title": "Autumn launch"}).raise_for_status()
    body = {"pageIds": [first, second], "parentPageId": target, "pagePermission": "ORIGINAL"}
    assert client.put(f"{PAGES}/bulk/move", json=body).status_code == 409
    assert {"Spring launch", "Autumn launch"} <= set(_children(client, source))
    assert client.put(f"{PAGES}/bulk/move", json={**body, "pageIds": [first]}).status_code == 200
    assert _children(client, target)["Spring launch"] == first
    assert "Spring launch" not in _children(client, source)
    below_itself = {**body, "pageIds": [target], "parentPageId": first}
    assert client.put(f"{PAGES}/bulk/move", json=below_itself).status_code == 409
    for missing in body:
        answer = client.put(f"{PAGES}/bulk/move", json={name: body[name] for name in body if name != missing})
        assert (answer.status_code, missing in answer.json()["message"]) == (400, True)


def test_access_is_revoked_but_never_from_the_owner(client: httpx.Client) -> None:
    page = _page(client, "Supply chain cockpit")
    access = client.get(f"/api/content/v1/share/accesslist/page/{page}", params={"expandUsers": True}).json()
    owner, other = access["users"][0]["id"], access["users"][1]["id"]
    path = f"/api/content/v1/share/page/{page}/user"
    assert client.delete(f"{path}/{other}").status_code == 200
    left = client.get(f"/api/content/v1/share/accesslist/page/{page}").json()["users"]
    assert other not in {user["id"] for user in left}
    assert client.delete(f"{path}/{other}").status_code == 200
    assert client.delete(f"{path}/{owner}").status_code == 409
    assert client.delete(f"{path}/12").status_code == 404
