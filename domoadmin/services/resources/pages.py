"""Pages API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.answers import Answer
from domoadmin.services.arguments import Between, Digits, Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Field, Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.results.base import Done, Listing
from domoadmin.services.results.fields import number, wire_number
from domoadmin.services.results.pages import Page, PageAccess
from domoadmin.services.roles import Role

PageId = Annotated[Identifier, Digits()]


def _found(answer: Answer) -> Listing[Page]:
    total = number(answer.data, "totalPageCount") if isinstance(answer.data, dict) else None
    return Page.listing(answer, "pageAdminSummaries", total=total)


class Pages(Resource):
    """Pages (dashboards). No documented call lists, deletes or shares them."""

    @operation(
        id="pages.create_subpage",
        method="POST",
        path="/api/content/v1/pages",
        heading="Create Subpage",
        role=Role.ADMIN,
        # No documented call lists pages, so a lost answer can't be looked up and a page can't be taken back.
        retry_safety=RetrySafety.UNSAFE,
    )
    def create_subpage(
        self, parent_page_id: PageId, title: Annotated[str, Length()], has_layout: bool | None = None
    ) -> Request[Page]:
        """Create a page below another and return it; it has a layout unless said otherwise.

        A title that a page beside it has is a Conflict. There is no documented way to delete it again.
        """
        body: dict[str, Any] = {"parentPageId": str(parent_page_id), "title": title}
        if has_layout is not None:
            body["hasLayout"] = has_layout
        return Request(parse=Page.from_answer, json=body)

    @operation(
        id="pages.bulk_move",
        method="PUT",
        path="/api/content/v1/pages/bulk/move",
        heading="Bulk Move Pages",
        reverse="pages.bulk_move",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def bulk_move(
        self,
        page_ids: Annotated[Sequence[PageId], Length()],
        parent_page_id: PageId,
        page_permission: Literal["ORIGINAL"] = "ORIGINAL",
    ) -> Request[Done]:
        """Move pages below another, with the permissions they have; note their parents before, to move them back."""
        # Here ids are numbers, in pages.create_subpage the same id is text: each as its section shows it.
        body = {
            "pageIds": [wire_number(page_id) for page_id in page_ids],
            "parentPageId": wire_number(parent_page_id),
            "pagePermission": page_permission,
        }
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)

    @operation(
        id="pages.revoke_access",
        method="DELETE",
        path="/api/content/v1/share/page/{page_id}/user/{person_id}",
        heading="Revoke Page Access",
        destructive=True,
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def revoke_access(self, page_id: PageId, person_id: PageId) -> Request[Done]:
        """Take a user's access to a page away; no documented call gives it back. `person_id` is the id of the user."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="pages.list",
        method="POST",
        path="/api/content/v1/pages/adminsummary",
        heading="Pages: POST content/v1/pages/adminsummary",
        mutates=False,
        documented=False,
        paging=Paging(size="limit", place="skip", usual=100),
    )
    def list(
        self,
        limit: Annotated[int, Between(1), Query()] = 100,
        skip: Annotated[int, Between(0), Query()] = 0,
        include_page_title_clause: bool | None = None,
        page_title_search_text: str | None = None,
        include_parent_page_ids_clause: bool | None = None,
        parent_page_ids: Sequence[Identifier] | None = None,
        include_page_owner_clause: bool | None = None,
        owner_ids: Sequence[Identifier] | None = None,
        add_page_with_no_owner: bool | None = None,
        order_by: Annotated[str, Field()] = "pageTitle",
        ascending: bool = True,
    ) -> Request[Listing[Page]]:
        """Return a page of the list of pages; each clause counts only with its switch, as public clients send it."""
        return Request(parse=_found)

    @operation(
        id="pages.get_access",
        method="GET",
        path="/api/content/v1/share/accesslist/page/{page_id}",
        heading="Pages: GET content/v1/share/accesslist/page",
        documented=False,
    )
    def get_access(self, page_id: PageId, expand_users: bool | None = None) -> Request[PageAccess]:
        """Return who may see a page."""
        return Request(parse=PageAccess.from_answer)

    @operation(
        id="pages.add_owners",
        method="PUT",
        path="/api/content/v1/pages/bulk/owners",
        heading="Pages, cards, apps: PUT content/v1/pages/bulk/owners",
        documented=False,
        reverse="pages.remove_owners",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def add_owners(
        self, page_ids: Annotated[Sequence[PageId], Length()], owners: Annotated[Sequence[Identifier], Length()]
    ) -> Request[Done]:
        """Make users owners of pages, beside those that own them; nobody is mailed."""
        return Request(parse=Done.from_answer, json=_owners_body(page_ids, owners, mail=True), expects=Expects.ANYTHING)

    @operation(
        id="pages.remove_owners",
        method="POST",
        path="/api/content/v1/pages/bulk/owners/remove",
        heading="Pages, cards, apps: POST content/v1/pages/bulk/owners/remove",
        documented=False,
        reverse="pages.add_owners",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def remove_owners(
        self, page_ids: Annotated[Sequence[PageId], Length()], owners: Annotated[Sequence[Identifier], Length()]
    ) -> Request[Done]:
        """Take users off the owners of pages: add the new ones first, so that none is without."""
        return Request(parse=Done.from_answer, json=_owners_body(page_ids, owners), expects=Expects.ANYTHING)


def _owners_body(ids: Sequence[Identifier], owners: Sequence[Identifier], *, mail: bool = False) -> dict[str, Any]:
    """Return what public clients send; the reference names the paths only."""
    body: dict[str, Any] = {
        "pageIds": [wire_number(each) for each in ids],
        "owners": [{"id": str(owner), "type": "USER"} for owner in owners],
    }
    return body | ({"note": "", "sendEmail": False} if mail else {})
