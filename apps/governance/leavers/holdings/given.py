"""Permissions that can be set and not read: given only where a person asks for it, and never taken back by guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from apps.core.optional_calls import if_told
from apps.governance.leavers.holdings.base import (
    Badge,
    Holding,
    Missing,
    Parties,
    Party,
    State,
    Step,
    Thing,
    Way,
)
from apps.governance.leavers.holdings.finding import found_by_owner
from domoadmin.services.client import Client
from domoadmin.services.operations import RetrySafety

NOT_UNDONE = "What they could do before can't be read, so nothing is taken back. Look in Domo."
_CARE = "Domo tells nobody's permissions, and not whether those of people who are left out stay. Not chosen by itself."


class Given(Holding):
    """Base. States: {"to": [permissions] or None}; None where nobody can tell."""

    way = Way.DOCUMENTED
    chosen = False
    only_gives = True
    reads = 0
    note = _CARE
    permissions: ClassVar[Sequence[str]]

    @property
    def safety(self) -> RetrySafety:
        """It can't be read back, and may be sent twice."""
        return RetrySafety.IDEMPOTENT

    def planned(self, parties: Parties) -> State:
        """Nobody knows."""
        return {"to": None}

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Nobody knows."""
        return {"to": None}

    def wanted(self, now: State, parties: Parties) -> State:
        """All that there is."""
        return {"to": list(self.permissions)}

    def is_held(self, now: State, parties: Parties) -> bool:
        """Nobody knows, so it is given."""
        return True

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Give it; nothing is taken from anybody."""
        if not target["to"]:
            return []
        name = parties.to.name or parties.to.id
        entry = {"id": parties.to.id, "type": "USER", "name": name, "permissions": target["to"]}
        return [Step(self.operation, lambda: client.call(self.operation, **self.arguments(thing), permissions=[entry]))]

    def arguments(self, thing: Thing) -> dict[str, Any]:
        """Return what names the thing."""
        raise NotImplementedError

    def shown(self, state: State, names: Mapping[str, str]) -> list[Badge]:
        """Say what the other one may do."""
        if state["to"] is None:
            return [("can't be read", "is-unknown", "question-mark")]
        return [(f"{names['to']}: all permissions", "is-off", "user")]


class QueuePermissions(Given):
    """Queues that the person owns or has open tasks in."""

    key = "queue_permission"
    noun = ("queue permission", "queue permissions")
    title = "Queue permissions"
    relation = "works in"
    icon = "lock-open"
    object_kind = "queue"
    operation = "taskcenter.update_permissions"
    permissions = ("ADMIN", "SHARE", "DELETE", "WRITE", "READ", "CREATE_CONTENT", "READ_CONTENT", "UPDATE_CONTENT")

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the lists of queues and of open tasks."""
        queues = {queue.id: queue for queue in client.taskcenter.list_queues()}
        open_tasks = client.taskcenter.list_tasks(assigned_to=[leaver.id], status=["OPEN"])
        used = {task.queue_id for task in open_tasks if task.assigned_to == leaver.id}
        for identifier, queue in queues.items():
            if queue.owner_id == leaver.id or identifier in used:
                yield Thing(identifier, queue.name)

    def arguments(self, thing: Thing) -> dict[str, Any]:
        """The queue."""
        return {"queue_id": thing.id}


class WorkflowPermissions(Given):
    """Workflows that the person owns: no call changes the owner."""

    key = "workflow"
    noun = ("workflow", "workflows")
    title = "Workflows"
    icon = "route"
    object_kind = "workflow"
    operation = "workflows.update_permissions"
    permissions = ("ADMIN", "SHARE", "DELETE", "WRITE", "READ", "EXPORT", "EXECUTE", "UPDATE_CONTENT")
    note = f"No call changes the owner. {_CARE}"

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the search, where it knows workflows."""
        if if_told(lambda: client.search.query(entities=["workflow_model"], query="*", count=1)) is None:
            yield self.not_told()
            return
        for hit in found_by_owner(client, "workflow_model", leaver.id):
            yield Thing(hit.id, hit.name)

    def arguments(self, thing: Thing) -> dict[str, Any]:
        """The workflow."""
        return {"model_id": thing.id}
