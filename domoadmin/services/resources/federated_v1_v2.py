"""Federated V1 to V2 Migration APIs."""

from __future__ import annotations

from typing import Annotated

from domoadmin.services.arguments import Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Request
from domoadmin.services.results import Listing
from domoadmin.services.results.migrations import FederatedAccount, FederatedCandidate, Migration, type_names
from domoadmin.services.roles import Role

# The answer to a move comes when the move has ended; how long that may take isn't documented.
MIGRATION_SECONDS = 900.0
_BASE = "/api/query/migration/federated/v1/to/v2"
_Name = Annotated[str, Length()]


class FederatedV1V2(Resource):
    """Moving federated datasets from V1 to V2. V2 must be enabled and have accounts of the matching type."""

    @operation(
        id="federated_v1_v2.list_types",
        method="GET",
        path=f"{_BASE}/types",
        heading="List Federated Integration Types",
    )
    def list_types(self) -> Request[Listing[str]]:
        """Return the federated types in use, e.g. mysql-federated."""
        return Request(parse=type_names)

    @operation(
        id="federated_v1_v2.list_accounts",
        method="GET",
        path=_BASE + "/accounts/{integration_type}",
        heading="List Federated V2 Accounts by Integration Type",
    )
    def list_accounts(self, integration_type: str) -> Request[Listing[FederatedAccount]]:
        """Return the V2 accounts of a type; only those that the token's owner may see."""
        return Request(parse=FederatedAccount.listing)

    @operation(
        id="federated_v1_v2.list_candidates",
        method="GET",
        path=_BASE + "/candidates/{account_id}",
        heading="List Federated V1 Migration Candidate Datasources by Account",
    )
    def list_candidates(self, account_id: Identifier) -> Request[Listing[FederatedCandidate]]:
        """Return the V1 datasets that can move to an account, and those that have: it tells whether a move happened."""
        return Request(parse=FederatedCandidate.listing)

    @operation(
        id="federated_v1_v2.migrate",
        method="POST",
        path=_BASE + "/{datasource_id}/accounts/{account_id}",
        heading="Migrate Federated V1 Datasource to V2",
        destructive=True,
        reverse="federated_v1_v2.reverse",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.VERIFIABLE,
        patience=MIGRATION_SECONDS,
    )
    def migrate(
        self, datasource_id: Identifier, account_id: Identifier, catalog: _Name, schema: _Name, table: _Name
    ) -> Request[Migration]:
        """Move a dataset to V2 and return how that ended: look at `state`, success is COMPLETE only.

        Names are case-sensitive; `schema` is the text "NULL" where the database has no schemas. After INCOMPLETE
        content stays unusable until another attempt completes. Takes as long as the move does.
        """
        return Request(parse=Migration.from_answer)

    @operation(
        id="federated_v1_v2.reverse",
        method="POST",
        path=_BASE + "/{datasource_id}/reverse",
        heading="Reverse Federated V1 to V2 Datasource Migration",
        destructive=True,
        reverse="federated_v1_v2.migrate",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.VERIFIABLE,
        patience=MIGRATION_SECONDS,
    )
    def reverse(self, datasource_id: Identifier) -> Request[Migration]:
        """Move a dataset back to V1 and return how that ended: look at `state`, success is COMPLETE only."""
        return Request(parse=Migration.from_answer)
