"""Task Center."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.grants import KINDS, read_grants
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.reading import choices_field, read_identifier
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.taskcenter.listing import list_tasks, read_parts
from domoadmin.sandbox.taskcenter.queues import PERMISSIONS, Queues
from domoadmin.sandbox.taskcenter.tasks import Tasks
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/queues/v1"
QUEUE = BASE + "/{queue_id}"
TASK = QUEUE + "/tasks/{task_id}"
MOST_TASKS = 100_000


@router.add("taskcenter.list_queues", "GET", BASE + "/")
def list_queues(world: World, request: Request) -> Any:
    """Get Queues: the live ones, or with archived=true the archived ones."""
    queues, archived = world.part(Queues), request.flag("archived")
    return [queues.record(queue) for queue in queues.visible() if queue.archived == archived]


@router.add("taskcenter.get_queue", "GET", QUEUE)
def get_queue(world: World, request: Request, queue_id: str) -> Any:
    """Get Queue by ID."""
    queues = world.part(Queues)
    return queues.record(queues.find(queue_id))


@router.add("taskcenter.list_tasks", "POST", BASE + "/tasks/list", mutates=False, heavy=True)
def get_tasks(world: World, request: Request) -> Any:
    """Get Tasks. The document knows no paging; public clients send limit and offset in the query."""
    parts = read_parts(request.query.get("renderParts", ""))
    tasks = list_tasks(world, request.json_object(), request.flag("render"), parts)
    limit, offset = request.number("limit", MOST_TASKS, MOST_TASKS), request.number("offset", 0, MOST_TASKS)
    return tasks[offset : offset + limit]


@router.add("taskcenter.get_task", "GET", TASK)
def get_task(world: World, request: Request, queue_id: str, task_id: str) -> Any:
    """Get Task by ID."""
    tasks = world.part(Tasks)
    return tasks.record(tasks.find(queue_id, task_id), request.flag("render"), alone=True)


@router.add("taskcenter.save_task", "PUT", TASK + "/outputs")
def save_task(world: World, request: Request, queue_id: str, task_id: str) -> Any:
    """Save Task Progress."""
    tasks = world.part(Tasks)
    return tasks.record(tasks.save(queue_id, task_id, request.json_object()), render=False)


@router.add("taskcenter.complete_task", "POST", TASK + "/complete")
def complete_task(world: World, request: Request, queue_id: str, task_id: str) -> Any:
    """Complete Task."""
    version = request.query.get("version", "")
    if not version.isdecimal():
        raise ApiError(400, "version is required: the version of the task just read")
    tasks = world.part(Tasks)
    return tasks.record(tasks.complete(queue_id, task_id, int(version), request.json_object()), render=False)


@router.add("taskcenter.transfer_task", "PUT", TASK + "/move")
def transfer_task(world: World, request: Request, queue_id: str, task_id: str) -> Any:
    """Transfer Task."""
    target = read_identifier(request.query.get("targetQueueId"), "targetQueueId")
    tasks = world.part(Tasks)
    return tasks.record(tasks.move(queue_id, task_id, target), render=False)


@router.add("taskcenter.assign_task", "PUT", TASK + "/assign")
def assign_task(world: World, request: Request, queue_id: str, task_id: str) -> Any:
    """Transfer Task to Another User; public clients name the tasks taskIds."""
    body = request.json_object()
    kind = body.get("type", "USER")
    if kind not in KINDS:
        raise ApiError(400, f"type must be one of {', '.join(KINDS)}")
    user = read_identifier(body.get("userId"), "userId")
    others = [*choices_field(body, "tasksId"), *choices_field(body, "taskIds")]
    tasks = world.part(Tasks)
    assigned = tasks.assign(queue_id, list(dict.fromkeys([task_id, *others])), user, kind)
    return tasks.record(assigned, render=False)


@router.add("taskcenter.void_task", "POST", TASK + "/void")
def void_task(world: World, request: Request, queue_id: str, task_id: str) -> Any:
    """Void a Task."""
    tasks = world.part(Tasks)
    return tasks.record(tasks.void(queue_id, task_id), render=False)


@router.add("taskcenter.update_permissions", "POST", QUEUE + "/permissions")
def update_permissions(world: World, request: Request, queue_id: str) -> Any:
    """Update permissions: nothing is answered."""
    grants = read_grants(world.directory, request.json(), PERMISSIONS, with_names=True)
    world.part(Queues).change_grants(queue_id, grants)
    return Response(200)


@router.add("taskcenter.change_owner", "PUT", QUEUE + "/owner/{user_id}")
def change_owner(world: World, request: Request, queue_id: str, user_id: str) -> Any:
    """Gives a queue to another user; known from public clients."""
    world.part(Queues).change_owner(queue_id, user_id)
    return Response(200)
