"""Task Center from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict, Forbidden, NotFound
from domoadmin.services.results.taskcenter import Task, TaskVariable

SAMPLES: dict[str, Any] = {"boolean": True, "number": 12, "text": "Looked at", "date": "2026-12-01"}


def open_task(domo: Client, place: int) -> Task:
    """An open task that nobody has locked, of a queue that may be changed."""
    ids = [queue.id for queue in domo.taskcenter.list_queues() if queue.name != "Contract renewals"]
    found = domo.taskcenter.list_tasks(queue_id=ids, status=["OPEN"], order_by_string=["assignedOn"], render=True)
    return [task for task in found if not task.locked_by][place]


def filled(outputs: tuple[TaskVariable, ...]) -> dict[str, Any]:
    """A value for each output variable."""
    return {variable.name: SAMPLES[variable.type] for variable in outputs}


def test_a_task_is_found_saved_and_completed(domo: Client) -> None:
    task = open_task(domo, 0)
    assert task.name != task.id
    assert task.outputs
    assert task.version
    values = filled(task.outputs)
    saved = domo.taskcenter.save_task(task.queue_id, task.id, values)
    assert (dict(saved.output_variables), saved.locked_by) == (values, domo.identity.whoami().user_id)
    with pytest.raises(Conflict, match="version"):
        domo.taskcenter.complete_task(task.queue_id, task.id, values, version=task.version + 1)
    done = domo.taskcenter.complete_task(task.queue_id, task.id, values, version=task.version)
    assert (done.status, done.completed is not None) == ("COMPLETED", True)
    assert domo.taskcenter.get_task(task.queue_id, task.id).status == "COMPLETED"


def test_a_task_is_assigned_moved_and_voided(domo: Client) -> None:
    task, user = open_task(domo, 1), domo.users.list()[5]
    assert domo.taskcenter.assign_task(task.queue_id, task.id, user.id).assigned_to == user.id
    assert task.id in {found.id for found in domo.taskcenter.list_tasks(assigned_to=[user.id])}
    target = next(
        queue
        for queue in domo.taskcenter.list_queues()
        if queue.id != task.queue_id and queue.name != "Contract renewals"
    )
    moved = domo.taskcenter.transfer_task(task.queue_id, task.id, target.id)
    assert moved.queue_id == target.id
    with pytest.raises(NotFound):
        domo.taskcenter.get_task(task.queue_id, task.id)
    assert domo.taskcenter.void_task(target.id, task.id).status == "VOIDED"
    with pytest.raises(Conflict, match="VOIDED"):
        domo.taskcenter.void_task(target.id, task.id)


def test_a_queue_is_shared_and_given_away(domo: Client) -> None:
    queue = next(queue for queue in domo.taskcenter.list_queues() if queue.name == "Headcount requests")
    user, me = domo.users.list()[6], domo.identity.whoami()
    grants = [
        {"id": user.id, "permissions": ["READ", "READ_CONTENT"], "name": user.name, "type": "USER"},
        {"id": me.user_id, "permissions": ["ADMIN"], "name": "me", "type": "USER"},
    ]
    domo.taskcenter.update_permissions(queue.id, grants)
    domo.taskcenter.change_owner(queue.id, user.id)
    assert domo.taskcenter.get_queue(queue.id).owner_id == user.id
    domo.taskcenter.change_owner(queue.id, queue.owner_id)


def test_a_refusal_says_why(domo: Client) -> None:
    queue = next(queue for queue in domo.taskcenter.list_queues() if queue.name == "Contract renewals")
    task = domo.taskcenter.list_tasks(queue_id=[queue.id], status=["OPEN"])[0]
    with pytest.raises(Forbidden, match="permission") as caught:
        domo.taskcenter.void_task(queue.id, task.id)
    assert caught.value.request_id
    other = open_task(domo, 2)
    with pytest.raises(BadRequest, match="Nonsense"):
        domo.taskcenter.save_task(other.queue_id, other.id, {"Nonsense": 1})
