"""Workflows Product API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.results.base import Done
from domoadmin.services.results.workflows import WorkflowInstance
from domoadmin.services.roles import Role

Permission = Literal["ADMIN", "SHARE", "DELETE", "WRITE", "READ", "EXPORT", "EXECUTE", "UPDATE_CONTENT"]
# The example wraps the array in braces, which is no JSON: the array itself is the body.
Grants = Annotated[
    Sequence[Mapping[str, Any]],
    Length(),
    Keys(
        {"id": Identifier, "permissions": Sequence[Permission], "name": str, "type": str},
        required=("id", "permissions", "type"),
    ),
]
Text = Annotated[str, Length()]


class Workflows(Resource):
    """Workflows: a model is the workflow, an instance one run of it."""

    @operation(
        id="workflows.start",
        method="POST",
        path="/api/workflow/v1/instances/message",
        heading="Start a Workflow",
        reverse="workflows.cancel",
        role=Role.SUPPORT,
        # No documented call reads instances: whether a lost start ran can't be seen.
        retry_safety=RetrySafety.UNSAFE,
    )
    def start(
        self, message_name: Text, version: Text, model_id: Identifier, data: Mapping[str, Any]
    ) -> Request[WorkflowInstance]:
        """Start a workflow and return the instance; its status is empty until it has reported back.

        `message_name` is usually "Start " and the name of the workflow. `data` holds the start parameters by name and
        must fit their types, which no documented call reads: {} when there are none.
        """
        return Request(parse=WorkflowInstance.from_answer)

    @operation(
        id="workflows.cancel",
        method="POST",
        path="/api/workflow/v1/instances/{instance_id}/cancel",
        heading="Canceling a Workflow",
        destructive=True,
        role=Role.SUPPORT,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def cancel(self, instance_id: Identifier) -> Request[WorkflowInstance]:
        """Cancel an instance that is in progress and return it; what it has done already stays."""
        return Request(parse=WorkflowInstance.from_answer)

    @operation(
        id="workflows.update_permissions",
        method="POST",
        path="/api/workflow/v1/models/{model_id}/permissions",
        heading="Changing a Workflow's Permissions",
        destructive=True,
        reverse="workflows.update_permissions",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_permissions(self, model_id: Identifier, permissions: Annotated[Grants, Whole()]) -> Request[Done]:
        """Set what users may do with a workflow: {"id", "permissions", "type"} each, name as you like.

        Whether those left out keep theirs isn't said, and no documented call reads them: send everyone, and record
        what was sent.
        """
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)
