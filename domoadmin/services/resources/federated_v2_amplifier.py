"""Federated V2 to Amplifier Migration APIs."""

from __future__ import annotations

from domoadmin.services.arguments import Identifier
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Request
from domoadmin.services.resources.federated_v1_v2 import MIGRATION_SECONDS
from domoadmin.services.results import Listing
from domoadmin.services.results.migrations import AmplifierCandidate, AmplifierIntegration, Migration, type_names
from domoadmin.services.roles import Role

_BASE = "/api/query/migration"


class FederatedV2Amplifier(Resource):
    """Moving federated datasets to Cloud Amplifier integrations."""

    # Shares its place with {integration_type}: no type can be called "types".
    @operation(
        id="federated_v2_amplifier.list_integration_types",
        method="GET",
        path=f"{_BASE}/integrations/types",
        heading="List Cloud Amplifier Integration Types",
    )
    def list_integration_types(self) -> Request[Listing[str]]:
        """Return the types of Cloud Amplifier integrations in use, e.g. SNOWFLAKE."""
        return Request(parse=type_names)

    @operation(
        id="federated_v2_amplifier.list_integrations",
        method="GET",
        path=_BASE + "/integrations/{integration_type}",
        heading="List Cloud Amplifier Integrations by Type",
    )
    def list_integrations(self, integration_type: str) -> Request[Listing[AmplifierIntegration]]:
        """Return the integrations of a type, which may be written in any case."""
        return Request(parse=AmplifierIntegration.listing)

    @operation(
        id="federated_v2_amplifier.list_candidates",
        method="GET",
        # "candidates" comes before the direction here, and is absent where one migrates.
        path=_BASE + "/candidates/federated/to/amplifier/integrations/{integration_id}",
        heading="List Datasource Migration Candidates by Amplifier Integration",
    )
    def list_candidates(self, integration_id: Identifier) -> Request[Listing[AmplifierCandidate]]:
        """Return the datasets that can move to an integration, and those that have.

        One with a `collision` must not be migrated: what uses it belongs on the colliding dataset.
        """
        return Request(parse=AmplifierCandidate.listing)

    @operation(
        id="federated_v2_amplifier.migrate",
        method="POST",
        path=_BASE + "/federated/to/amplifier/{datasource_id}/integrations/{integration_id}",
        heading="Migrate Datasource to Amplifier Integration",
        destructive=True,
        reverse="federated_v2_amplifier.reverse",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.VERIFIABLE,
        patience=MIGRATION_SECONDS,
    )
    def migrate(self, datasource_id: Identifier, integration_id: Identifier) -> Request[Migration]:
        """Move a dataset to an integration and return how that ended: look at `state`, success is COMPLETE only.

        What uses the dataset is unavailable meanwhile: warn before. After INCOMPLETE it stays so until another attempt
        completes. Takes as long as the move does.
        """
        return Request(parse=Migration.from_answer)

    @operation(
        id="federated_v2_amplifier.list_reverse_candidates",
        method="GET",
        path=_BASE + "/candidates/amplifier/to/federated/integrations/{integration_id}",
        heading="List Datasource Reverse Migration Candidates by Amplifier Integration",
    )
    def list_reverse_candidates(self, integration_id: Identifier) -> Request[Listing[AmplifierCandidate]]:
        """Return the datasets that have moved to an integration and can move back."""
        return Request(parse=AmplifierCandidate.listing)

    @operation(
        id="federated_v2_amplifier.reverse",
        method="POST",
        path=_BASE + "/amplifier/to/federated/{datasource_id}",
        heading="Reverse Datasource Migration",
        destructive=True,
        reverse="federated_v2_amplifier.migrate",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.VERIFIABLE,
        patience=MIGRATION_SECONDS,
    )
    def reverse(self, datasource_id: Identifier) -> Request[Migration]:
        """Move a dataset back from its integration, which isn't named, and return how that ended: look at `state`."""
        return Request(parse=Migration.from_answer)
