"""Data Accounts: list, get, create; searching them by name is search.query with the entity "account"."""

from __future__ import annotations

from typing import Annotated, Literal

from domoadmin.services.arguments import Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Done, Listing
from domoadmin.services.results.accounts import DataAccount
from domoadmin.services.results.fields import wire_number
from domoadmin.services.roles import Role

AccessLevel = Literal["NONE", "CAN_VIEW", "CAN_SHARE", "CAN_EDIT", "OWNER"]


class Accounts(Resource):
    """What connectors sign in with."""

    @operation(
        id="accounts.list",
        method="GET",
        # The documented path ends with a slash, the one to create does not.
        path="/api/data/v1/accounts/",
        heading="GET all accounts",
    )
    def list(self) -> Request[Listing[DataAccount]]:
        """Return all accounts, without their status; no paging is documented: search large instances instead."""
        return Request(parse=lambda answer: DataAccount.listing(answer, "accounts", "results"))

    @operation(
        id="accounts.get",
        method="GET",
        path="/api/data/v1/accounts/{account_id}",
        heading="GET Account by ID",
    )
    def get(self, account_id: Identifier) -> Request[DataAccount]:
        """Return one account with its status; credentials are no part of it."""
        return Request(parse=DataAccount.from_answer)

    @operation(
        id="accounts.create",
        method="POST",
        path="/api/data/v1/accounts",
        heading="Create Account",
        role=Role.ADMIN,
        # The listing tells whether it was made; neither a change nor a deletion is documented.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self, display_name: Annotated[str, Length()], account_type: Annotated[str, Length()]
    ) -> Request[DataAccount]:
        """Create an account of a type such as "Standard", without provider and credentials; it can't be undone."""
        return Request(parse=DataAccount.from_answer)

    @operation(
        id="accounts.share",
        method="PUT",
        path="/api/data/v2/accounts/share/{account_id}",
        heading="Others: PUT data/v2/accounts/share/{id}",
        documented=False,
        reverse="accounts.share",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def share(self, account_id: Identifier, user_id: Identifier, access_level: AccessLevel) -> Request[Done]:
        """Set what a user may do with an account: OWNER makes them an owner beside others, NONE takes all away.

        No call tells the levels; the search names the owners.
        """
        body = {"type": "USER", "id": wire_number(user_id), "accessLevel": access_level}
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)
