"""The tasks that were there before the first client came: some done, some new, some overdue."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domoadmin.sandbox.company.people import DAY_MS, Person
from domoadmin.sandbox.taskcenter.forms import outputs
from domoadmin.sandbox.taskcenter.queues import Queue, Queues
from domoadmin.sandbox.world import World

GOLDEN = 2_654_435_761
HOUR_MS = 3_600_000
LETTERS = "ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
OPEN, COMPLETED, VOIDED = "OPEN", "COMPLETED", "VOIDED"
DAYS_TO_DECIDE = 5


@dataclass(frozen=True)
class Task:
    """A task. `home` is the queue whose form it has, also after it was moved. Times in epoch milliseconds."""

    id: str
    queue: str
    home: str
    version: int
    created: int
    created_by: str
    updated: int
    updated_by: str
    assigned: int
    assigned_by: str
    assignee: str
    assignee_type: str
    status: str
    instance: str
    display_type: str
    given: dict[str, Any]
    filled: dict[str, Any] = field(default_factory=dict)
    completed: int | None = None
    completed_by: str | None = None
    locked: int | None = None
    locked_by: str | None = None
    tags: tuple[str, ...] = ()


def task_id(created: int, draw: int) -> str:
    """An id such as 18OCT23_1JUTZM."""
    day = time.gmtime(created / 1000)
    letters = ""
    for _ in range(6):
        draw, place = divmod(draw, len(LETTERS))
        letters += LETTERS[place]
    return f"{day.tm_mday:02d}{MONTHS[day.tm_mon - 1]}{day.tm_year % 100:02d}_{letters}"


def instance_id(queue: Queue, number: int) -> str:
    """The id of the workflow instance behind a generated task."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"instance {queue.id} {number}"))


def generate(world: World) -> Iterator[Task]:
    """The tasks of all queues, the same ones for the same company."""
    for queue in world.part(Queues).by_id.values():
        workers = _workers(world, queue)
        for number in range(14 + queue.number * 7 % 20):
            yield _made(world, queue, number, workers)


def _workers(world: World, queue: Queue) -> list[Person]:
    """The people of the department, and the token's owner beside them."""
    department = [each for each in world.company.people if each.department == queue.process.department]
    present = [each for each in department if not each.deleted][:8]
    return [*present, world.directory.me]


def _made(world: World, queue: Queue, number: int, workers: list[Person]) -> Task:
    draw = (queue.number * 101 + number + 1) * GOLDEN % 4_294_967_296
    anchor = world.company.anchor
    age = draw % (60 * 24) + (500 * 24 if queue.archived else 0)
    created = anchor - age * HOUR_MS - draw % HOUR_MS
    fate = draw // 3 % 20
    status = OPEN
    if age > 3 * 24 and (fate < 12 or queue.archived):
        status = COMPLETED
    elif age > 3 * 24 and fate < 14:
        status = VOIDED
    worker = workers[draw // 7 % len(workers)]
    groups = [each.id for each in world.company.groups if each.name == queue.process.department]
    to_group = bool(groups) and draw // 11 % 8 == 0
    done = min(created + (4 + draw // 13 % 90) * HOUR_MS, anchor) if status != OPEN else None
    locked = status == OPEN and draw // 17 % 9 == 0
    return Task(
        id=task_id(created, draw * 48_271 + number),
        queue=queue.id,
        home=queue.id,
        version=1 + (draw // 19 % 4 == 0) + (status != OPEN),
        created=created,
        created_by=queue.model.owner,
        updated=done or created,
        updated_by=worker.id if done else queue.model.owner,
        assigned=created,
        assigned_by=queue.model.owner,
        assignee=groups[0] if to_group else worker.id,
        assignee_type="GROUP" if to_group else "USER",
        status=status,
        instance=instance_id(queue, number),
        display_type=("EMAIL" if draw // 23 % 13 == 0 else "UNKNOWN" if draw // 23 % 37 == 1 else "ENIGMA_FORM"),
        given=given_values(world, queue, created, draw),
        filled=filled_values(queue, draw) if status == COMPLETED else {},
        completed=done if status == COMPLETED else None,
        completed_by=worker.id if status == COMPLETED else None,
        locked=anchor - draw % 3 * HOUR_MS - HOUR_MS if locked else None,
        locked_by=workers[(draw // 7 + 1) % len(workers)].id if locked else None,
        tags=("urgent",) if draw // 29 % 7 == 0 else (),
    )


def given_values(world: World, queue: Queue, created: int, draw: int) -> dict[str, Any]:
    """The input variables of a task."""
    values: dict[str, Any] = {}
    people = world.company.people[: world.company.size.people]
    for place, variable in enumerate(queue.process.variables):
        if variable.direction == "out":
            continue
        if variable.type == "date":
            values[variable.name] = time.strftime("%Y-%m-%d", time.gmtime((created + DAYS_TO_DECIDE * DAY_MS) / 1000))
        elif variable.type == "dataset":
            values[variable.name] = world.company.datasets.ids[draw % world.catalog.generated]
        elif variable.type == "person":
            values[variable.name] = people[draw % len(people)].id
        else:
            values[variable.name] = variable.samples[(draw // (place + 1)) % len(variable.samples)]
    return values


def filled_values(queue: Queue, draw: int) -> dict[str, Any]:
    """The output variables of a completed task."""
    return {
        variable.name: variable.samples[(draw // 5) % len(variable.samples)]
        for variable in outputs(queue.process).values()
    }
