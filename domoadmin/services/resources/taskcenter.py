"""Task Center API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.answers import Answer
from domoadmin.services.arguments import Between, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Path, Query, Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.results.base import Done
from domoadmin.services.results.base import Listing as Listed
from domoadmin.services.results.taskcenter import Queue, Task
from domoadmin.services.results.undocumented import read_object
from domoadmin.services.roles import Role

Ids = Sequence[Identifier] | None
# Pairs of a start and an end, as the examples show them; the table speaks of a DateTime.
Spans = Sequence[Annotated[Sequence[str], Length(2, 2)]] | None
DisplayType = Literal["ENIGMA_FORM", "EMAIL", "UNKNOWN"]
Status = Literal["OPEN", "COMPLETED", "VOIDED"]
# Typed as text by the table, but an array in every example.
Permission = Literal[
    "ADMIN",
    "SHARE",
    "DELETE",
    "WRITE",
    "READ",
    "CREATE_CONTENT",
    "READ_CONTENT",
    "UPDATE_CONTENT",
    "DELETE_CONTENT",
    "EXPORT",
    "EXECUTE",
]
Grants = Annotated[
    Sequence[Mapping[str, Any]],
    Length(),
    Keys(
        {"id": Identifier, "permissions": Sequence[Permission], "name": str, "type": Literal["USER", "GROUP"]},
        required=("id", "permissions", "name", "type"),
    ),
]
# Keyed by the names of the variables: those of the contract's output, although the text says input.
Values = Annotated[Mapping[str, Any], Whole()]


def _task(answer: Answer) -> Task:
    # What a change answers is described only in words: nothing, or the task in a wrapper, is read as well.
    return Task.from_raw(read_object(answer, "task"), answer.request_id)


class TaskCenter(Resource):
    """Queues of tasks that workflows leave to people. Only what the token's owner may see is found."""

    @operation(id="taskcenter.list_queues", method="GET", path="/api/queues/v1/", heading="Get Queues")
    def list_queues(self, combine_attributes: bool = True, archived: bool = False) -> Request[Listed[Queue]]:
        """Return all queues; no paging. `archived` asks for the archived ones, `combine_attributes` isn't described."""
        # Both go out always, with the values of the documented code: what absence means is said nowhere.
        return Request(parse=Queue.listing)

    @operation(id="taskcenter.get_queue", method="GET", path="/api/queues/v1/{queue_id}", heading="Get Queue by ID")
    def get_queue(self, queue_id: Identifier) -> Request[Queue]:
        """Return one queue; its permissions can't be read."""
        return Request(parse=Queue.from_answer)

    @operation(
        id="taskcenter.list_tasks",
        # tasks stands where the other paths have the queue.
        method="POST",
        path="/api/queues/v1/tasks/list",
        heading="Get Tasks",
        mutates=False,  # reads, although it is a POST
    )
    def list_tasks(
        self,
        queue_id: Ids = None,
        display_type: Sequence[DisplayType] | None = None,
        status: Sequence[Status] | None = None,
        assigned_by: Ids = None,
        assigned_to: Ids = None,
        created_on: Spans = None,
        created_by: Ids = None,
        assigned_on: Spans = None,
        updated_on: Spans = None,
        completed_on: Spans = None,
        completed_by: Ids = None,
        order_by_string: Sequence[str] | None = None,
        version: Sequence[Identifier] | None = None,
        render: Annotated[bool | None, Query()] = None,
        render_parts: Annotated[str | Sequence[str] | None, Query()] = None,
    ) -> Request[Listed[Task]]:
        """Return the tasks that fit all filters; without any, every task that the token's owner may see, in one answer.

        Times are lists of [start, end]. Only with `render` a task brings its form, and so its name; `render_parts` are
        NAME, DESCRIPTION, MAPPING, METADATA, VERSIONS. In which direction `order_by_string` sorts isn't described.
        """
        parts = render_parts if isinstance(render_parts, str | None) else ",".join(render_parts)
        # The request line has spaces behind the commas, the code has none: none are sent.
        query = {"render": render, "renderParts": parts.replace(" ", "") if parts else None}
        return Request(parse=Task.listing, query=query)

    @operation(
        id="taskcenter.get_task",
        method="GET",
        path="/api/queues/v1/{queue_id}/tasks/{task_id}",
        heading="Get Task by ID",
    )
    def get_task(self, queue_id: Identifier, task_id: str, render: bool | None = None) -> Request[Task]:
        """Return one task of the queue that it is in; `render` brings its form."""
        return Request(parse=Task.from_answer)

    @operation(
        id="taskcenter.save_task",
        method="PUT",
        path="/api/queues/v1/{queue_id}/tasks/{task_id}/outputs",
        heading="Save Task Progress",
        reverse="taskcenter.save_task",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def save_task(self, queue_id: Identifier, task_id: str, values: Values) -> Request[Task]:
        """Save the values of the output variables without completing the task; send all of them.

        The task is locked for others then, and no documented call unlocks it.
        """
        return Request(parse=_task)

    @operation(
        id="taskcenter.complete_task",
        method="POST",
        path="/api/queues/v1/{queue_id}/tasks/{task_id}/complete",
        heading="Complete Task",
        role=Role.SUPPORT,
        # It moves the workflow on; the task's status tells whether it happened.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def complete_task(
        self, queue_id: Identifier, task_id: str, values: Values, version: Annotated[int, Between(0), Query()]
    ) -> Request[Task]:
        """Complete a task with these output variables; there is no way back.

        `version` is that of the task just read: with another one the task has changed meanwhile.
        """
        return Request(parse=_task, expects=Expects.ANYTHING)

    @operation(
        id="taskcenter.transfer_task",
        method="PUT",
        path="/api/queues/v1/{current_queue_id}/tasks/{task_id}/move",
        heading="Transfer Task",
        reverse="taskcenter.transfer_task",
        role=Role.SUPPORT,
        # Once moved, the task is not found under the old queue: a blind repeat would fail. Look for it in both.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def transfer_task(
        self,
        queue_id: Annotated[Identifier, Path("current_queue_id")],
        task_id: str,
        target_queue_id: Annotated[Identifier, Query()],
    ) -> Request[Task]:
        """Move a task into another queue and return it; from then on its paths take that queue's id."""
        return Request(parse=_task, expects=Expects.ANYTHING)

    @operation(
        id="taskcenter.assign_task",
        method="PUT",
        path="/api/queues/v1/{queue_id}/tasks/{task_id}/assign",
        heading="Transfer Task to Another User",
        reverse="taskcenter.assign_task",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def assign_task(
        self,
        queue_id: Identifier,
        task_id: str,
        user_id: Identifier,
        type: str = "USER",
        tasks_id: Sequence[str] = (),
    ) -> Request[Task]:
        """Give a task to another user (not to another queue: that is `transfer_task`) and return it.

        `tasks_id` stays empty, as in the document: the task is in the path.
        """
        body = {"tasksId": list(tasks_id), "type": type, "userId": str(user_id)}
        return Request(parse=_task, json=body, expects=Expects.ANYTHING)

    @operation(
        id="taskcenter.void_task",
        method="POST",
        path="/api/queues/v1/{queue_id}/tasks/{task_id}/void",
        heading="Void a Task",
        destructive=True,
        role=Role.SUPPORT,
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def void_task(self, queue_id: Identifier, task_id: str) -> Request[Task]:
        """Void a task and return it; there is no way back."""
        return Request(parse=_task, expects=Expects.ANYTHING)

    @operation(
        id="taskcenter.update_permissions",
        method="POST",
        path="/api/queues/v1/{queue_id}/permissions",
        heading="Update permissions",
        destructive=True,
        reverse="taskcenter.update_permissions",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_permissions(self, queue_id: Identifier, permissions: Annotated[Grants, Whole()]) -> Request[Done]:
        """Set what users and groups may do in a queue: {"id", "permissions", "name", "type"} each.

        An empty list of permissions takes all away. Whether those left out keep theirs isn't said, and no documented
        call reads them: send everyone, and record what was sent.
        """
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="taskcenter.change_owner",
        method="PUT",
        path="/api/queues/v1/{queue_id}/owner/{user_id}",
        heading="Others: PUT queues/v1/{id}/owner/{user}",
        documented=False,
        reverse="taskcenter.change_owner",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def change_owner(self, queue_id: Identifier, user_id: Identifier) -> Request[Done]:
        """Give a queue to another user; `get_queue` shows the present owner."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)
