"""Task Center: queues and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text, texts


@dataclass(frozen=True, kw_only=True)
class Queue(Result):
    """A queue of tasks; its permissions are in no answer."""

    id: str
    name: str
    description: str
    active: bool | None
    owner_id: str
    created_by: str
    updated_by: str
    created: datetime | None
    updated: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a queue."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            name=text(raw, "name"),
            description=text(raw, "description"),
            active=flag(raw, "active"),
            owner_id=identifier(raw, "owner"),
            created_by=identifier(raw, "createdBy"),
            updated_by=identifier(raw, "updatedBy"),
            created=moment(raw, "createdOn"),
            updated=moment(raw, "updatedOn"),
        )


@dataclass(frozen=True)
class TaskVariable:
    """A variable of a task's contract."""

    name: str
    type: str
    required: bool | None
    is_list: bool | None


@dataclass(frozen=True, kw_only=True)
class Task(Result):
    """A task. `version` goes with completing it; `outputs` are the variables that a person fills in.

    `form` is what is shown to that person, empty unless it was rendered.
    """

    id: str
    queue_id: str
    version: int | None
    status: str
    assigned_to: str
    assignee_type: str
    assigned_by: str
    created_by: str
    updated_by: str
    completed_by: str
    locked_by: str
    display_type: str
    form: Mapping[str, Any]
    inputs: tuple[TaskVariable, ...]
    outputs: tuple[TaskVariable, ...]
    input_variables: Mapping[str, Any]
    output_variables: Mapping[str, Any]
    tags: tuple[str, ...]
    instance_id: str
    created: datetime | None
    assigned: datetime | None
    updated: datetime | None
    completed: datetime | None
    locked: datetime | None

    @property
    def name(self) -> str:
        """What the task is called: the name of its form, else its id, since a task has no name of its own."""
        return text(self.form, "name") or self.id

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a task, rendered or not."""
        contract = mapping(raw, "contract")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            queue_id=identifier(raw, "queueId"),
            version=number(raw, "version"),
            status=text(raw, "status"),
            assigned_to=identifier(raw, "assignedTo"),
            assignee_type=text(raw, "assigneeType"),
            assigned_by=identifier(raw, "assignedBy"),
            created_by=identifier(raw, "createdBy"),
            updated_by=identifier(raw, "updatedBy"),
            completed_by=identifier(raw, "completedBy"),
            locked_by=identifier(raw, "lockedBy"),
            display_type=text(raw, "displayType"),
            form=mapping(raw, "displayEntity"),
            inputs=_variables(contract, "input"),
            outputs=_variables(contract, "output"),
            input_variables=mapping(raw, "inputVariables"),
            output_variables=mapping(raw, "outputVariables"),
            tags=texts(raw, "tags"),
            instance_id=identifier(raw, "sourceInfo.instanceId"),
            created=moment(raw, "createdOn"),
            assigned=moment(raw, "assignedOn"),
            updated=moment(raw, "updatedOn"),
            completed=moment(raw, "completedOn"),
            locked=moment(raw, "lockedOn"),
        )


def _variables(contract: Raw, side: str) -> tuple[TaskVariable, ...]:
    return tuple(
        TaskVariable(text(each, "name"), text(each, "type"), flag(each, "required"), flag(each, "list"))
        for each in mappings(contract, side)
    )
