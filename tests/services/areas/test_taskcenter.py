"""Task Center: what the document leaves open, decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from domoadmin.services.results.taskcenter import Task
from tests.services.conftest import TOKEN
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, Asked, Told, Upstream, told

TASK = {
    "id": "18OCT23_1JUTZM",
    "queueId": "168ecd84",
    "version": 1,
    "status": "OPEN",
    "lockedOn": None,
    "displayEntity": {"id": "cce35d38", "name": "Review form", "userPermissions": []},
    "contract": {
        "input": [{"name": "Suggested", "type": "text", "required": True, "list": False}],
        "output": [{"name": "Send", "type": "boolean", "required": True, "list": False}],
    },
    "inputVariables": {"Suggested": "Inspect"},
    "outputVariables": {"Send": False},
}
GRANT = {"id": 264236964, "permissions": ["READ"], "name": "Group", "type": "GROUP"}
VALUES = {"Send": True}

CHANGES: dict[str, Callable[[Client], Any]] = {
    "taskcenter.save_task": lambda client: client.taskcenter.save_task("q1", "T1", VALUES),
    "taskcenter.complete_task": lambda client: client.taskcenter.complete_task("q1", "T1", VALUES, version=1),
    "taskcenter.transfer_task": lambda client: client.taskcenter.transfer_task("q1", "T1", "q2"),
    "taskcenter.assign_task": lambda client: client.taskcenter.assign_task("q1", "T1", 700632941),
    "taskcenter.void_task": lambda client: client.taskcenter.void_task("q1", "T1"),
}
no_bearing("taskcenter.list_queues", "the code example calls an async function", "a slip of the sample program")


def query_of(asked: Asked) -> dict[str, list[str]]:
    return parse_qs(urlsplit(asked.path).query)


HELPER = "the code uses the domo.js helper"


@quirk("taskcenter.list_queues", HELPER)
@quirk("taskcenter.get_queue", HELPER)
@quirk("taskcenter.list_tasks", HELPER)
@quirk("taskcenter.get_task", HELPER)
@quirk("taskcenter.save_task", HELPER)
@quirk("taskcenter.complete_task", HELPER)
@quirk("taskcenter.transfer_task", HELPER)
@quirk("taskcenter.assign_task", HELPER)
@quirk("taskcenter.void_task", HELPER)
@quirk("taskcenter.update_permissions", HELPER)
def test_the_token_goes_along_although_the_code_shows_none(client: Client, upstream: Upstream) -> None:
    answers = {"GET": told([TASK]), "POST": told([TASK]), "PUT": told(TASK)}
    upstream.script(lambda asked: told(TASK) if "/tasks/T1" in asked.path else answers[asked.method])
    client.taskcenter.list_queues()
    client.taskcenter.list_tasks()
    client.taskcenter.get_task("q1", "T1")
    client.taskcenter.update_permissions("q1", [GRANT])
    for change in CHANGES.values():
        change(client)
    upstream.script(lambda asked: told({"id": "q1"}))
    client.taskcenter.get_queue("q1")
    assert len(upstream.asked) == 10
    assert {asked.headers["X-DOMO-Developer-Token"] for asked in upstream.asked} == {TOKEN}


@quirk("taskcenter.list_queues", "the path ends with a slash", "combineAttributes is not described", "only queues the")
def test_queues_are_asked_for_as_the_documented_code_does(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{"id": "q1", "name": "Review", "owner": 8811501}]))
    queues = client.taskcenter.list_queues()
    assert urlsplit(upstream.last.path).path == "/api/queues/v1/"
    assert query_of(upstream.last) == {"combineAttributes": ["true"], "archived": ["false"]}
    assert [(queue.id, queue.owner_id) for queue in queues] == [("q1", "8811501")]
    assert registry.get("taskcenter.list_queues").paging is None
    client.taskcenter.list_queues(archived=True)
    assert query_of(upstream.last)["archived"] == ["true"]


@quirk("taskcenter.get_queue", "the permissions of the queue are not")
@quirk("taskcenter.update_permissions", "no endpoint to read the permissions", "whether entities left out")
def test_permissions_are_told_to_be_unreadable() -> None:
    assert "can't be read" in str(registry.get("taskcenter.get_queue").build.__doc__)
    update = registry.get("taskcenter.update_permissions")
    assert update.destructive
    assert "send everyone" in str(update.build.__doc__)


@quirk(
    "taskcenter.list_tasks",
    "read-only although",
    "the filters are typed",
    "the path has no queue id",
    "the ordering field",
    "version is a number in tasks",
)
def test_filters_are_arrays_and_times_pairs(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([TASK]))
    span = ["2023-10-04T12:22:54.239Z", "2024-01-02T13:22:54.239Z"]
    tasks = client.taskcenter.list_tasks(
        queue_id=["q1"], status=["OPEN"], created_on=[span], order_by_string=["createdOn"], version=[1, "2"]
    )
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/queues/v1/tasks/list")
    assert upstream.last.json == {
        "queueId": ["q1"],
        "status": ["OPEN"],
        "createdOn": [span],
        "orderByString": ["createdOn"],
        "version": [1, "2"],
    }
    assert tasks[0].version == 1
    assert registry.get("taskcenter.list_tasks").retry_safety is RetrySafety.READ
    wrong: dict[str, Any] = {"status": "OPEN", "created_on": span, "display_type": ["FORM"]}
    for name, value in wrong.items():
        with pytest.raises(InvalidArguments) as caught:
            client.call("taskcenter.list_tasks", **{name: value})
        assert caught.value.argument == name


@quirk("taskcenter.list_tasks", "an empty object returns every task")
def test_without_filters_an_empty_object_is_sent_once(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{**TASK, "id": str(number)} for number in range(300)]))
    assert len(client.taskcenter.list_tasks()) == 300
    assert upstream.last.json == {}
    assert registry.get("taskcenter.list_tasks").paging is None


@quirk("taskcenter.list_tasks", "renderParts is written with spaces")
@pytest.mark.parametrize("parts", ["NAME, VERSIONS", "NAME,VERSIONS", ["NAME", "VERSIONS"]])
def test_parts_go_out_without_spaces(client: Client, upstream: Upstream, parts: Any) -> None:
    upstream.answers(told([]))
    client.taskcenter.list_tasks(render=True, render_parts=parts)
    assert query_of(upstream.last) == {"render": ["true"], "renderParts": ["NAME,VERSIONS"]}


@quirk("taskcenter.get_task", "displayEntity may be null", "displayEntity.userPermissions", "no renderParts here")
@quirk("taskcenter.save_task", "displayEntity is null")
def test_a_form_may_be_there_or_not(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(TASK), told({**TASK, "displayEntity": None}))
    rendered, bare = (client.taskcenter.get_task("168ecd84", "18OCT23_1JUTZM", render=flag) for flag in (True, None))
    assert (rendered.name, rendered.form["userPermissions"]) == ("Review form", [])
    assert (bare.name, dict(bare.form)) == ("18OCT23_1JUTZM", {})
    assert [query_of(asked) for asked in upstream.asked] == [{"render": ["true"]}, {}]
    assert "renderParts" not in {each.wire_name for each in registry.get("taskcenter.get_task").parameters}


@quirk("taskcenter.save_task", "the body is said to hold the input", "the example sends Send_to_QA_Team")
@quirk("taskcenter.complete_task", "the body is said to hold the input")
def test_values_are_those_of_the_output_and_the_answer_counts(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(TASK))
    task = client.taskcenter.get_task("168ecd84", "18OCT23_1JUTZM")
    values = {variable.name: True for variable in task.outputs}
    saved = client.taskcenter.save_task(task.queue_id, task.id, values)
    assert (upstream.last.method, upstream.last.json) == ("PUT", {"Send": True})
    # what was sent is not taken for what is stored
    assert saved.output_variables == {"Send": False}
    client.taskcenter.complete_task(task.queue_id, task.id, values, version=1)
    assert upstream.last.json == {"Send": True}


@quirk("taskcenter.save_task", "lockedOn and lockedBy are set")
def test_saving_locks_and_says_by_whom(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({**TASK, "lockedOn": "2024-01-02T13:47:53.613Z", "lockedBy": 8811501}))
    saved = client.taskcenter.save_task("168ecd84", "18OCT23_1JUTZM", VALUES)
    assert (saved.locked_by, saved.locked is not None) == ("8811501", True)


@quirk("taskcenter.complete_task", "version is in the query")
def test_the_version_read_goes_into_the_query(client: Client, upstream: Upstream) -> None:
    client.taskcenter.complete_task("q1", "T1", VALUES, version=3)
    assert upstream.last.path == "/api/queues/v1/q1/tasks/T1/complete?version=3"
    with pytest.raises(InvalidArguments) as caught:
        client.call("taskcenter.complete_task", queue_id="q1", task_id="T1", values=VALUES)
    assert caught.value.argument == "version"


@quirk("taskcenter.complete_task", "the answer is described only as")
@pytest.mark.parametrize("operation_id", [each for each in CHANGES if each != "taskcenter.save_task"])
@pytest.mark.parametrize("answer", [told(TASK), told({"task": TASK}), told([TASK])])
def test_a_changed_task_is_read_in_any_shape(
    client: Client, upstream: Upstream, operation_id: str, answer: Told
) -> None:
    upstream.answers(answer)
    changed = CHANGES[operation_id](client)
    assert isinstance(changed, Task)
    assert changed.id == "18OCT23_1JUTZM"
    upstream.answers(Told(200, b"", {}))
    assert CHANGES[operation_id](client).id == ""


@quirk("taskcenter.transfer_task", "a PUT without a body", "after the move the task lives")
def test_a_move_names_its_target_in_the_query(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({**TASK, "queueId": "q2"}))
    moved = client.taskcenter.transfer_task("q1", "T1", "q2")
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/queues/v1/q1/tasks/T1/move?targetQueueId=q2")
    assert upstream.last.body == b""
    client.taskcenter.void_task(moved.queue_id, "T1")
    assert upstream.last.path.startswith("/api/queues/v1/q2/")


@quirk("taskcenter.transfer_task", "after the move the task lives")
def test_a_lost_move_is_not_repeated_blindly(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.taskcenter.transfer_task("q1", "T1", "q2")
    assert len(upstream.asked) == 1


@quirk(
    "taskcenter.assign_task",
    "the field is spelled tasksId",
    "the code takes currentQueueId",
    "the request line writes",
    "no table",
    "a different",
)
def test_assigning_sends_the_empty_list_of_the_document(client: Client, upstream: Upstream) -> None:
    client.taskcenter.assign_task("q1", "T1", 700632941)
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/queues/v1/q1/tasks/T1/assign")
    assert upstream.last.json == {"tasksId": [], "type": "USER", "userId": "700632941"}
    with pytest.raises(InvalidArguments) as caught:
        client.call("taskcenter.assign_task", queue_id="q1", task_id="T1")
    assert caught.value.argument == "user_id"


@quirk("taskcenter.void_task", "no way back", "no body")
def test_voiding_is_final_and_sends_nothing(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({**TASK, "status": "VOIDED"}))
    assert client.taskcenter.void_task("q1", "T1").status == "VOIDED"
    assert (upstream.last.method, upstream.last.body) == ("POST", b"")
    operation = registry.get("taskcenter.void_task")
    assert (operation.destructive, operation.reverse) == (True, None)


@quirk(
    "taskcenter.update_permissions",
    "permissions is typed String",
    "an empty permissions array",
    "name is required",
    "the answer is given as n/a",
)
def test_permissions_are_an_array_of_arrays_and_nothing_comes_back(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b"", {}))
    grants = [GRANT, {**GRANT, "id": "519150798", "permissions": [], "type": "USER"}]
    client.taskcenter.update_permissions("q1", grants)
    assert (upstream.last.path, upstream.last.json) == ("/api/queues/v1/q1/permissions", grants)
    changes: list[dict[str, Any]] = [{"permissions": "READ"}, {"permissions": ["FLY"]}, {"name": None}, {"type": "X"}]
    for change in changes:
        with pytest.raises(InvalidArguments) as caught:
            client.taskcenter.update_permissions("q1", [{**GRANT, **change}])
        assert caught.value.argument == "permissions"


def test_a_queue_gets_another_owner(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b"", {}))
    client.taskcenter.change_owner("q1", 42)
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/queues/v1/q1/owner/42")
