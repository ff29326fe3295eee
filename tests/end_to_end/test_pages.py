"""Pages from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, Forbidden
from domoadmin.services.results.pages import Page


def named(domo: Client, title: str) -> Page:
    """The page of this title."""
    pages = domo.walk("pages.list", include_page_title_clause=True, page_title_search_text=title)
    found: Page = next(page for page in pages if page.title == title)
    return found


def test_a_page_is_created_moved_and_found_again(domo: Client) -> None:
    source, target = named(domo, "Customer care cockpit"), named(domo, "E-commerce cockpit")
    created = domo.pages.create_subpage(source.id, "Peak season")
    assert (created.parent_id, created.has_layout, created.metadata["pageTitle"]) == (source.id, True, "Peak season")
    domo.pages.bulk_move([created.id], target.id)
    assert named(domo, "Peak season").parent_id == target.id
    domo.pages.create_subpage(source.id, "Peak season")
    with pytest.raises(Conflict, match="Peak season") as caught:
        domo.pages.create_subpage(target.id, "Peak season")
    assert caught.value.request_id


def test_access_is_revoked(domo: Client) -> None:
    page = named(domo, "Merchandising cockpit")
    access = domo.pages.get_access(page.id)
    user = next(each for each in access.user_ids if each not in page.owner_ids)
    domo.pages.revoke_access(page.id, user)
    assert user not in domo.pages.get_access(page.id).user_ids
    with pytest.raises(Conflict, match="owns"):
        domo.pages.revoke_access(page.id, page.owner_ids[0])
    legal = named(domo, "Legal cockpit")
    with pytest.raises(Forbidden, match="permission"):
        domo.pages.create_subpage(legal.id, "Forbidden")
