"""Pages: what the document leaves open, decided."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, Conflict, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.quirks import quirk
from tests.services.upstream import CUT, Told, Upstream, told

CREATED = {
    "pageId": 11111111,
    "parentPageId": 2222222,
    "ownerId": 123123123,
    "owners": [{"id": 123123123, "type": "USER", "displayName": None}],
    "title": "Test Subpage",
    "pageName": "Test Subpage",
    "metadata": json.dumps({"pageTitle": "Test Subpage"}),
}


@quirk("pages.create_subpage", "parentPageId is text in the request", '"Request Parameters" are body fields')
def test_the_same_parent_is_text_here_and_a_number_there(client: Client, upstream: Upstream) -> None:
    client.pages.create_subpage(12345, "New", has_layout=False)
    assert upstream.last.path == "/api/content/v1/pages"
    assert upstream.last.json == {"parentPageId": "12345", "title": "New", "hasLayout": False}
    client.pages.bulk_move(["123", 456], "789")
    assert upstream.last.json == {"pageIds": [123, 456], "parentPageId": 789, "pagePermission": "ORIGINAL"}
    with pytest.raises(InvalidArguments) as caught:
        client.pages.create_subpage("Finance", "New")
    assert caught.value.argument == "parent_page_id"


@quirk("pages.create_subpage", "metadata is a text", "the new page id is pageId", "title and pageName repeat")
@pytest.mark.parametrize(
    "change", [{}, {"title": None}, {"metadata": {"pageTitle": "Test Subpage"}}, {"pageName": None}]
)
def test_a_created_page_is_read(client: Client, upstream: Upstream, change: dict[str, Any]) -> None:
    upstream.answers(told({**CREATED, **change}))
    page = client.pages.create_subpage(2222222, "Test Subpage")
    assert (page.id, page.parent_id, page.title, page.owner_ids) == (
        "11111111",
        "2222222",
        "Test Subpage",
        ("123123123",),
    )
    assert page.metadata == {"pageTitle": "Test Subpage"}
    upstream.answers(told({**CREATED, "metadata": "{broken"}))
    assert client.pages.create_subpage(2222222, "Test Subpage").metadata == {}


@quirk("pages.create_subpage", "409 may mean a duplicate title")
def test_a_duplicate_title_is_a_conflict(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"message": "A page with this title exists", "toe": "T-1"}, 409))
    with pytest.raises(Conflict) as caught:
        client.pages.create_subpage(1, "Again")
    assert "title" in str(caught.value)
    assert caught.value.request_id == "T-1"


@quirk("pages.create_subpage", "no endpoint to delete or list pages")
def test_a_lost_creation_is_not_repeated(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.pages.create_subpage(1, "Once")
    assert len(upstream.asked) == 1
    operation = registry.get("pages.create_subpage")
    assert (operation.retry_safety, operation.reverse) == (RetrySafety.UNSAFE, None)


@quirk("pages.bulk_move", "pagePermission is required", "no answer body is documented")
def test_the_permission_goes_out_by_itself_and_nothing_needs_to_come_back(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b"", {}), told({"moved": 2}))
    for _ in range(2):
        client.pages.bulk_move([1, 2], 3)
        assert upstream.last.json["pagePermission"] == "ORIGINAL"
    other: Any = "PARENT"
    with pytest.raises(InvalidArguments) as caught:
        client.pages.bulk_move([1], 3, other)
    assert caught.value.argument == "page_permission"


@quirk("pages.revoke_access", "the path starts with share/page", "personId is a user id")
def test_access_is_revoked_under_share(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b"", {}))
    client.pages.revoke_access("12345", 67890)
    assert (upstream.last.method, upstream.last.path) == ("DELETE", "/api/content/v1/share/page/12345/user/67890")


@quirk("pages.revoke_access", "no endpoint that grants access")
def test_revoking_is_told_to_be_final() -> None:
    operation = registry.get("pages.revoke_access")
    assert operation.destructive
    assert operation.reverse is None


def test_the_list_of_public_clients_is_walked(client: Client, upstream: Upstream) -> None:
    upstream.answers(
        told({"pageAdminSummaries": [{"pageId": 7, "pageTitle": "Seven", "parentPageId": None}], "totalPageCount": 1})
    )
    pages = list(client.walk("pages.list", include_page_title_clause=True, page_title_search_text="sev"))
    assert [(page.id, page.title, page.parent_id) for page in pages] == [("7", "Seven", "")]
    assert upstream.last.json["pageTitleSearchText"] == "sev"
    upstream.answers(told({"users": [{"id": 1}], "groups": [{"id": 2}]}))
    access = client.pages.get_access(7)
    assert (access.user_ids, access.group_ids) == (("1",), ("2",))
