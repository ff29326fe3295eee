"""Workflow instances: their state follows from the clock, or from the task that a person has to do."""

from __future__ import annotations

import uuid
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.taskcenter.generated import OPEN, VOIDED, Task
from domoadmin.sandbox.taskcenter.queues import Queues
from domoadmin.sandbox.taskcenter.tasks import Tasks
from domoadmin.sandbox.times import iso
from domoadmin.sandbox.workflows.inputs import check_start
from domoadmin.sandbox.workflows.models import Models
from domoadmin.sandbox.world import World

KIND = "workflow-instance"
REPORTING_MS = 1_000
CLOSING_MS = 2_000
IN_PROGRESS, CANCELED, COMPLETED = "IN_PROGRESS", "CANCELED", "COMPLETED"


class Runs:
    """All instances: those that clients started, and those behind the generated tasks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._models = world.part(Models)
        self._tasks = world.part(Tasks)

    def start(self, model_id: str, version: str, message: str, data: dict[str, Any]) -> dict[str, Any]:
        """Start a Workflow; ApiError 400, 403, 404 and 409. Where people take part a task stands in the queue then."""
        with self._world.store.lock:
            model = self._models.find(model_id)
            self._models.require(model, "EXECUTE")
            if message.casefold() != f"start {model.name}".casefold():
                raise ApiError(400, f"messageName must be Start {model.name}")
            version = self._models.version(model, version)
            check_start(self._world, model, data)
            identifier, now, me = str(uuid.uuid4()), now_ms(), self._world.directory.me.id
            seconds = 3 + len(model.name) % 6
            run: Document = {
                "modelId": model.id,
                "modelVersion": version,
                "createdBy": me,
                "createdOn": now,
                "updatedBy": me,
                "updatedOn": now,
                "endsOn": now + seconds * 1000,
                "data": data,
            }
            self._world.store.put(KIND, identifier, run)
            queue = self._world.part(Queues).of_model(model)
            if queue is not None:
                self._tasks.create(queue, identifier, data)
        return self._started(identifier, run)

    def cancel(self, identifier: str) -> dict[str, Any]:
        """Cancelling a Workflow: once more changes nothing; ApiError 403, 404, and 409 for one that has ended."""
        with self._world.store.lock:
            run = self._find(identifier)
            model = self._models.find(run["modelId"])
            self._models.require(model, "EXECUTE", "WRITE")
            status = self.status(identifier, run)
            if status == COMPLETED:
                raise ApiError(409, f"Workflow instance {identifier} has ended already")
            if status != CANCELED:
                now, me = now_ms(), self._world.directory.me.id
                run = {**run, "updatedBy": me, "updatedOn": now, "canceled": True}
                self._world.store.put(KIND, identifier, run)
                self._tasks.void_for(identifier)
        return {
            "id": identifier,
            "modelId": model.id,
            "deploymentId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"deployment {model.id}")),
            "modelName": model.name,
            "modelVersion": run["modelVersion"],
            "bpmnProcessId": f"process-{model.id}",
            "bpmnProcessName": model.name,
            **self._stamps(run),
            "status": CANCELED,
            "isTestRun": False,
        }

    def _find(self, identifier: str) -> Document:
        kept = self._world.store.get(KIND, identifier)
        if kept is not None:
            return kept
        task = self._tasks.of_instance(identifier)
        if task is None:
            raise not_found("Workflow instance", identifier)
        model = self._world.part(Queues).by_id[task.home].model
        return {
            "modelId": model.id,
            "modelVersion": model.current,
            "createdBy": task.created_by,
            "createdOn": task.created,
            "updatedBy": task.updated_by,
            "updatedOn": task.updated,
            "endsOn": task.created,
        }

    def status(self, identifier: str, run: Document) -> str | None:
        """The state now; None until it has reported back."""
        now = now_ms()
        if run.get("canceled"):
            return CANCELED
        task = self._tasks.of_instance(identifier)
        if task is not None:
            return _status_of(task, now)
        if now < run["createdOn"] + REPORTING_MS:
            return None
        return IN_PROGRESS if now < run["endsOn"] else COMPLETED

    def _started(self, identifier: str, run: Document) -> dict[str, Any]:
        model = self._models.find(run["modelId"])
        return {
            "id": identifier,
            "modelId": model.id,
            "modelName": model.name,
            "modelVersion": run["modelVersion"],
            **self._stamps(run),
            # a new instance has not reported back yet
            "status": None,
        }

    @staticmethod
    def _stamps(run: Document) -> dict[str, Any]:
        return {
            "createdBy": run["createdBy"],
            "createdOn": iso(run["createdOn"]),
            "updatedBy": run["updatedBy"],
            "updatedOn": iso(run["updatedOn"]),
        }


def _status_of(task: Task, now: int) -> str:
    """An instance waits for its task, and closes a little after it."""
    if task.status == VOIDED:
        return CANCELED
    return IN_PROGRESS if task.status == OPEN or now < task.updated + CLOSING_MS else COMPLETED
