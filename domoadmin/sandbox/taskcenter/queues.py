"""The queues, and what people may do in each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.grants import EVERYTHING, GrantBook, Grants, grant_key, held_by, require
from domoadmin.sandbox.times import iso
from domoadmin.sandbox.workflows.models import Model, Models
from domoadmin.sandbox.workflows.processes import ARCHIVED, HIDDEN, READ_ONLY, Process
from domoadmin.sandbox.world import World

PERMISSIONS = (
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
)
WORKER = ["READ", "READ_CONTENT", "UPDATE_CONTENT", "EXECUTE"]
READER = ["READ", "READ_CONTENT"]


@dataclass(frozen=True)
class Queue:
    """A queue and the workflow that fills it. `number` tells it from the others in generating."""

    id: str
    number: int
    name: str
    model: Model
    process: Process
    archived: bool
    created: int


class Queues:
    """All queues by id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._book = GrantBook(world.store, "queue-permissions")
        self.by_id: dict[str, Queue] = {}
        for model in world.part(Models).by_id.values():
            if model.process is None:
                continue
            name = f"{model.process.queue}, {model.region}" if model.region else model.process.queue
            identifier = str(uuid.uuid5(uuid.NAMESPACE_OID, f"queue {name}"))
            archived = model.process.name == ARCHIVED
            number = len(self.by_id)
            self.by_id[identifier] = Queue(
                identifier, number, name, model, model.process, archived, model.created + DAY_MS
            )
        self._by_model = {queue.model.id: queue for queue in self.by_id.values()}

    def of_model(self, model: Model) -> Queue | None:
        """The queue that a workflow fills, if people take part in it."""
        return self._by_model.get(model.id)

    def owner(self, queue: Queue) -> str:
        """The id of the owner as it is now."""
        changed = self._world.store.get("queue", queue.id) or {}
        return str(changed.get("owner", queue.model.owner))

    def grants(self, queue: Queue) -> Grants:
        """Who may do what in a queue, as it is now."""
        me = grant_key("USER", self._world.directory.me.id)
        generated: Grants = {grant_key("USER", queue.model.owner): [EVERYTHING]}
        for group in self._world.company.groups:
            if group.name == queue.process.department:
                generated[grant_key("GROUP", group.id)] = WORKER
        if queue.process.name == READ_ONLY:
            generated[me] = READER
        elif queue.process.name != HIDDEN:
            generated[me] = list(PERMISSIONS)
        return self._book.of(queue.id, generated)

    def held(self, queue: Queue) -> set[str]:
        """What the token's owner may do in a queue."""
        return held_by(self._world.directory.me, self.owner(queue), self.grants(queue))

    def visible(self) -> list[Queue]:
        """The queues that the token's owner may read."""
        return [queue for queue in self.by_id.values() if self.held(queue)]

    def find(self, identifier: str, *wanted: str) -> Queue:
        """A queue that the token's owner may read, and more when asked for; ApiError 403 or 404."""
        queue = self.by_id.get(identifier)
        if queue is None:
            raise not_found("Queue", identifier)
        held = self.held(queue)
        if not held:
            raise ApiError(403, f"You do not have access to queue {identifier}")
        if wanted:
            require(held, wanted, f"queue {queue.name}")
        return queue

    def change_grants(self, identifier: str, grants: Grants) -> None:
        """Update permissions; ApiError 403 and 404."""
        with self._world.store.lock:
            queue = self.find(identifier, "SHARE")
            self._book.change(queue.id, grants)
            self._touch(queue)

    def change_owner(self, identifier: str, user_id: str) -> None:
        """Gives a queue to another user; ApiError 403 and 404."""
        with self._world.store.lock:
            queue = self.find(identifier, "WRITE")
            self._touch(queue, owner=self._world.directory.person(user_id).id)

    def _touch(self, queue: Queue, **values: Any) -> None:
        touched = {"updated": now_ms(), "updatedBy": self._world.directory.me.id}
        kept = self._world.store.get("queue", queue.id) or {}
        self._world.store.put("queue", queue.id, {**kept, **touched, **values})

    def record(self, queue: Queue) -> dict[str, Any]:
        """A queue as Get Queue by ID shows it."""
        changed = self._world.store.get("queue", queue.id) or {}
        return {
            "id": queue.id,
            "name": queue.name,
            "description": queue.process.description,
            "active": not queue.archived,
            "taskLevelFiltersEnabled": queue.number % 3 != 1,
            "taskLevelFilters": None,
            "owner": self.owner(queue),
            "createdBy": queue.model.owner,
            "createdOn": iso(queue.created),
            "updatedBy": changed.get("updatedBy", queue.model.owner),
            "updatedOn": iso(changed.get("updated", queue.created)),
        }

    def search_records(self) -> list[dict[str, Any]]:
        """The queues that the token's owner may read, as the search API shows them (entity queue)."""
        people = {person.id: person for person in self._world.directory.people}
        return [
            {
                "databaseId": queue.id,
                "uuid": queue.id,
                "winnerText": queue.name,
                "name": queue.name,
                "displayName": queue.name,
                "description": queue.process.description,
                "active": not queue.archived,
                "createDate": queue.created,
                "lastModified": (self._world.store.get("queue", queue.id) or {}).get("updated", queue.created),
                "ownedById": self.owner(queue),
                "ownedByName": people[self.owner(queue)].name,
                "ownedByType": "USER",
            }
            for queue in self.visible()
        ]


def may_all(held: set[str], wanted: Iterable[str]) -> bool:
    """Whether all wanted permissions are held."""
    return EVERYTHING in held or set(wanted) <= held
