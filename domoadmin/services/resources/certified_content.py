"""Certified Content. The examples show no authentication header; the token is sent all the same."""

from __future__ import annotations

from typing import Literal

from domoadmin.services.arguments import Identifier
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Certification, Done
from domoadmin.services.roles import Role

# A dataset is called DATA_SOURCE here. Both are listed as query parameters, but stand in the path.
EntityType = Literal["CARD", "DATA_SOURCE"]


class CertifiedContent(Resource):
    """Whether cards and datasets are certified."""

    @operation(
        id="certified_content.get_status",
        method="GET",
        path="/api/tags/v3/{entity_type}/{entity_id}/system/CERTIFIED/state",
        heading="Get Certification Status",
    )
    def get_status(self, entity_type: EntityType, entity_id: Identifier) -> Request[Certification]:
        """Return the certification; its state is empty when the content isn't certified."""
        return Request(parse=Certification.from_answer)

    @operation(
        id="certified_content.certify",
        method="PUT",
        path="/api/tags/v3/{entity_type}/{entity_id}/system/CERTIFIED/state/ACTIVE",
        heading="Certify Content",
        reverse="certified_content.decertify",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def certify(self, entity_type: EntityType, entity_id: Identifier) -> Request[Done]:
        """Certify a card or dataset; the new state is the last part of the path, so there is no body."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="certified_content.decertify",
        method="DELETE",
        path="/api/tags/v3/{entity_type}/{entity_id}/system/CERTIFIED/state",
        heading="Delete a Certification",
        reverse="certified_content.certify",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def decertify(self, entity_type: EntityType, entity_id: Identifier) -> Request[Done]:
        """Take the certification away."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)
