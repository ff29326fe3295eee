"""Dataflows: in no document of Domo; what public clients change of them."""

from __future__ import annotations

from domoadmin.services.arguments import Identifier
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Done
from domoadmin.services.results.fields import wire_number
from domoadmin.services.roles import Role


class Dataflows(Resource):
    """Dataflows by id; the search finds them (entity dataflow)."""

    @operation(
        id="dataflows.change_owner",
        method="PUT",
        path="/api/dataprocessing/v1/dataflows/{dataflow_id}/patch",
        heading="Dataflows: PUT v1/dataflows/{id}/patch",
        documented=False,
        reverse="dataflows.change_owner",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def change_owner(self, dataflow_id: Identifier, user_id: Identifier) -> Request[Done]:
        """Make another user responsible for a dataflow, in whose name it runs from then on."""
        body = {"responsibleUserId": wire_number(user_id)}
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)
