"""The filters of Get Tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.reading import choices_field
from domoadmin.sandbox.taskcenter.forms import PARTS
from domoadmin.sandbox.taskcenter.generated import Task
from domoadmin.sandbox.taskcenter.queues import Queues
from domoadmin.sandbox.taskcenter.tasks import Tasks
from domoadmin.sandbox.times import read_iso
from domoadmin.sandbox.world import World

Value = Callable[[Task], Any]
TEXTS: dict[str, tuple[Value, tuple[str, ...] | None]] = {
    "queueId": (lambda task: task.queue, None),
    "displayType": (lambda task: task.display_type, ("ENIGMA_FORM", "EMAIL", "UNKNOWN")),
    "status": (lambda task: task.status, ("OPEN", "COMPLETED", "VOIDED")),
    "assignedBy": (lambda task: task.assigned_by, None),
    "assignedTo": (lambda task: task.assignee, None),
    "createdBy": (lambda task: task.created_by, None),
    "completedBy": (lambda task: task.completed_by, None),
    "version": (lambda task: str(task.version), None),
}
TIMES: dict[str, Value] = {
    "createdOn": lambda task: task.created,
    "assignedOn": lambda task: task.assigned,
    "updatedOn": lambda task: task.updated,
    "completedOn": lambda task: task.completed,
}


def list_tasks(world: World, body: dict[str, Any], render: bool, parts: list[str]) -> list[dict[str, Any]]:
    """The tasks that fit all filters, of the queues that the token's owner may read; ApiError 400 naming a filter."""
    unknown = sorted(set(body) - set(TEXTS) - set(TIMES) - {"orderByString"})
    if unknown:
        raise ApiError(400, f"Unknown filter {unknown[0]}")
    readable = {queue.id for queue in world.part(Queues).visible()}
    tasks = world.part(Tasks)
    found = [task for task in tasks.all() if task.queue in readable]
    for name, (value, known) in TEXTS.items():
        wanted = choices_field(body, name, known)
        if wanted:
            found = [task for task in found if value(task) in wanted]
    for name, value in TIMES.items():
        spans = _spans(body, name)
        if spans:
            found = [task for task in found if _within(value(task), spans)]
    orders = choices_field(body, "orderByString", (*TEXTS, *TIMES))
    found.sort(key=lambda task: [_order(name, task) for name in orders] or [-task.created])
    return [tasks.record(task, render, parts) for task in found]


def _order(name: str, task: Task) -> tuple[bool, Any]:
    """What has no value comes last."""
    value = TIMES[name](task) if name in TIMES else task.version if name == "version" else TEXTS[name][0](task)
    return (value is None, value if value is not None else 0)


def _within(value: int | None, spans: list[tuple[int, int]]) -> bool:
    return value is not None and any(start <= value <= end for start, end in spans)


def _spans(body: dict[str, Any], name: str) -> list[tuple[int, int]]:
    """A list of pairs of times; a single pair counts as one."""
    value = body.get(name)
    if value is None:
        return []
    pairs = [value] if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) else value
    try:
        return [(read_iso(start), read_iso(end)) for start, end in pairs]
    except (TypeError, ValueError) as error:
        raise ApiError(400, f"{name} must be a list of pairs of times, each with a start and an end") from error


def read_parts(text: str) -> list[str]:
    """renderParts, with or without spaces after the commas; ApiError 400."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not set(parts) <= set(PARTS):
        raise ApiError(400, f"renderParts must be some of {', '.join(PARTS)}")
    return parts
