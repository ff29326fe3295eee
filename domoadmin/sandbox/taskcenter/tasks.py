"""The tasks as they are now, and what can be done with them."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import asdict, replace
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.taskcenter.forms import contract, display_entity, display_id, only_parts, outputs
from domoadmin.sandbox.taskcenter.generated import COMPLETED, OPEN, VOIDED, Task, generate, task_id
from domoadmin.sandbox.taskcenter.queues import PERMISSIONS, Queue, Queues, may_all
from domoadmin.sandbox.times import iso
from domoadmin.sandbox.workflows.inputs import check_value
from domoadmin.sandbox.world import World

KIND = "task"


class Tasks:
    """All tasks by id, generated and made by workflow instances."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queues = world.part(Queues)
        self._tasks = {task.id: task for task in generate(world)}
        for identifier, values in world.store.all(KIND).items():
            self._tasks[identifier] = _task(identifier, values)
        self._by_instance = {task.instance: task.id for task in self._tasks.values()}

    def all(self) -> list[Task]:
        """All tasks."""
        return list(self._tasks.values())

    def of_instance(self, instance_id: str) -> Task | None:
        """The task that a workflow instance waits for or waited for."""
        identifier = self._by_instance.get(instance_id)
        return self._tasks[identifier] if identifier else None

    def find(self, queue_id: str, identifier: str, *wanted: str) -> Task:
        """A task under the queue it is in now; ApiError 403 or 404."""
        self._queues.find(queue_id, *wanted)
        task = self._tasks.get(identifier)
        if task is None or task.queue != queue_id:
            raise not_found(f"Task in queue {queue_id}", identifier)
        return task

    def create(self, queue: Queue, instance: str, data: dict[str, Any]) -> Task:
        """The task that a workflow instance leaves to a person: the owner of the queue."""
        now, me, owner = now_ms(), self._world.directory.me.id, self._queues.owner(queue)
        task = Task(
            id=task_id(now, secrets.randbelow(10**9)),
            queue=queue.id,
            home=queue.id,
            version=1,
            created=now,
            created_by=me,
            updated=now,
            updated_by=me,
            assigned=now,
            assigned_by=me,
            assignee=owner,
            assignee_type="USER",
            status=OPEN,
            instance=instance,
            display_type="ENIGMA_FORM",
            given=data,
        )
        self._save(task)
        return task

    def _save(self, *tasks: Task) -> None:
        changes: list[tuple[str, str, Document | None]] = []
        for task in tasks:
            values = asdict(task)
            changes.append((KIND, values.pop("id"), values))
        self._world.store.put_all(changes)
        self._tasks.update({task.id: task for task in tasks})
        self._by_instance.update({task.instance: task.id for task in tasks})

    def _open(self, queue_id: str, identifier: str) -> Task:
        """A task that may still be worked on by the token's owner; ApiError 403, 404, 409."""
        task = self.find(queue_id, identifier, "UPDATE_CONTENT")
        if task.status != OPEN:
            raise ApiError(409, f"Task {identifier} is {task.status}")
        return task

    def _unlocked(self, queue_id: str, identifier: str) -> Task:
        task, me = self._open(queue_id, identifier), self._world.directory.me.id
        if task.locked_by not in (None, me):
            raise ApiError(409, f"Task {identifier} is locked by user {task.locked_by}")
        return task

    def _changed(self, task: Task, **values: Any) -> Task:
        return replace(task, updated=now_ms(), updated_by=self._world.directory.me.id, **values)

    def _checked(self, task: Task, values: dict[str, Any]) -> dict[str, Any]:
        """Values that fit the contract; what is not filled in yet may be null. ApiError 400 naming the variable."""
        known = outputs(self._queues.by_id[task.home].process)
        for name, value in values.items():
            if name not in known:
                raise ApiError(400, f"{name} is not an output variable of task {task.id}")
            if value is not None:
                check_value(self._world, name, known[name].type, value)
        return values

    def save(self, queue_id: str, identifier: str, values: dict[str, Any]) -> Task:
        """Save Task Progress: the values sent are all values afterwards, and the task is locked for others."""
        with self._world.store.lock:
            task = self._unlocked(queue_id, identifier)
            filled = self._checked(task, values)
            me = self._world.directory.me.id
            # the document's answer keeps version 1 after saving: only what others must notice counts it up
            changed = self._changed(task, filled=filled, locked=task.locked or now_ms(), locked_by=me)
            self._save(changed)
        return changed

    def complete(self, queue_id: str, identifier: str, version: int, values: dict[str, Any]) -> Task:
        """Complete Task; ApiError 400 for a missing variable, 409 for another version than the present one."""
        with self._world.store.lock:
            task = self._unlocked(queue_id, identifier)
            if version != task.version:
                raise ApiError(409, f"Task {identifier} has version {task.version}, not {version}")
            filled = {**task.filled, **self._checked(task, values)}
            for name, variable in outputs(self._queues.by_id[task.home].process).items():
                if variable.required and filled.get(name) is None:
                    raise ApiError(400, f"{name} is required")
            now, me = now_ms(), self._world.directory.me.id
            changed = self._changed(
                task,
                status=COMPLETED,
                filled=filled,
                completed=now,
                completed_by=me,
                version=task.version + 1,
                locked=None,
                locked_by=None,
            )
            self._save(changed)
        return changed

    def move(self, queue_id: str, identifier: str, target: str) -> Task:
        """Transfer Task to another queue; ApiError 403, 404, 409."""
        with self._world.store.lock:
            task = self._open(queue_id, identifier)
            queue = self._queues.find(target, "CREATE_CONTENT")
            if queue.archived:
                raise ApiError(409, f"Queue {target} is archived")
            if queue.id == queue_id:
                return task
            changed = self._changed(task, queue=queue.id, version=task.version + 1)
            self._save(changed)
        return changed

    def assign(self, queue_id: str, identifiers: list[str], assignee: str, kind: str) -> Task:
        """Transfer Task to Another User (or group): the first id is the one of the path. All of them or none."""
        directory = self._world.directory
        with self._world.store.lock:
            tasks = [self._open(queue_id, each) for each in identifiers]
            found = directory.person(assignee).id if kind == "USER" else directory.group(assignee).id
            now, me = now_ms(), directory.me.id
            changed = [
                self._changed(
                    task,
                    assignee=found,
                    assignee_type=kind,
                    assigned=now,
                    assigned_by=me,
                    version=task.version + 1,
                    locked=None,
                    locked_by=None,
                )
                for task in tasks
            ]
            self._save(*changed)
        return changed[0]

    def void(self, queue_id: str, identifier: str) -> Task:
        """Void a Task; there is no way back."""
        with self._world.store.lock:
            return self._void(self._open(queue_id, identifier))

    def void_for(self, instance_id: str) -> None:
        """The task of an instance that was cancelled is void, if it was open."""
        with self._world.store.lock:
            task = self.of_instance(instance_id)
            if task is not None and task.status == OPEN:
                self._void(task)

    def _void(self, task: Task) -> Task:
        changed = self._changed(task, status=VOIDED, version=task.version + 1, locked=None, locked_by=None)
        self._save(changed)
        return changed

    def record(self, task: Task, render: bool, parts: list[str] | None = None, alone: bool = False) -> dict[str, Any]:
        """A task as the API shows it: the form only when it is to be rendered, permissions only in one task alone."""
        home = self._queues.by_id[task.home]
        entity = only_parts(display_entity(home, task.display_type), parts or []) if render else None
        if entity is not None and alone:
            held = self._queues.held(self._queues.by_id[task.queue])
            entity["userPermissions"] = [each for each in PERMISSIONS if may_all(held, [each])]
        return {
            "id": task.id,
            "attributes": [],
            "queueId": task.queue,
            "version": task.version,
            "createdOn": iso(task.created),
            "createdBy": task.created_by,
            "updatedOn": iso(task.updated),
            "updatedBy": task.updated_by,
            "completedOn": iso(task.completed),
            "completedBy": task.completed_by,
            "assignedOn": iso(task.assigned),
            "assignedBy": task.assigned_by,
            "assignedTo": task.assignee,
            "assigneeType": task.assignee_type,
            "lockedOn": iso(task.locked),
            "lockedBy": task.locked_by,
            "status": task.status,
            "tags": list(task.tags),
            "comments": [],
            "sourceSystem": "ODYSSEY",
            "sourceInfo": _source(home, task),
            "displayType": task.display_type,
            "displayId": display_id(home),
            "displayEntity": entity,
            "contract": contract(home.process),
            "inputVariables": task.given,
            "outputVariables": task.filled,
        }


def _source(queue: Queue, task: Task) -> dict[str, Any]:
    key = 2_251_800_000_000_000 + uuid.UUID(task.instance).int % 4_000_000_000_000_000
    return {
        "modelId": queue.model.id,
        "modelVersion": queue.model.current,
        "instanceId": task.instance,
        "deploymentId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"deployment {queue.model.id}")),
        "instanceCreatedBy": task.created_by,
        "taskKey": str(key + 57),
        "workflowInstanceId": str(key),
        "flowNodeId": "decide",
        "elementInstanceKey": str(key + 54),
    }


def _task(identifier: str, values: Document) -> Task:
    return Task(id=identifier, **{**values, "tags": tuple(values["tags"])})
