"""Workflows from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict

PRICE_CHANGE = "Price change"


def model_id(domo: Client, name: str) -> str:
    """The id of the workflow of this name, which only the search knows."""
    return domo.search.query(["workflow_model"], filters=[filters.term("name", name)]).hits[0].id


def test_a_workflow_is_started_and_cancelled(domo: Client) -> None:
    started = domo.workflows.start(
        "Start AddTwoNumbers", "1.2.0", model_id(domo, "AddTwoNumbers"), {"parameter1": 13, "parameter2": 7}
    )
    assert (started.model_name, started.status, started.created_by) == (
        "AddTwoNumbers",
        "",
        domo.identity.whoami().user_id,
    )
    assert domo.workflows.cancel(started.id).status == "CANCELED"
    assert domo.workflows.cancel(started.id).status == "CANCELED"


def test_a_started_workflow_waits_for_its_task_and_ends_with_it(domo: Client) -> None:
    data = {"Article": "TNT-3P-114", "Old_price": 129.0, "New_price": 99.0, "Decision_due": "2026-12-01"}
    started = domo.workflows.start(f"Start {PRICE_CHANGE}", "1.1.0", model_id(domo, PRICE_CHANGE), data)
    task = next(task for task in domo.taskcenter.list_tasks(status=["OPEN"]) if task.instance_id == started.id)
    assert dict(task.input_variables) == data
    assert domo.workflows.cancel(started.id).status == "CANCELED"
    assert domo.taskcenter.get_task(task.queue_id, task.id).status == "VOIDED"
    ended = domo.taskcenter.list_tasks(status=["COMPLETED"], order_by_string=["completedOn"])[0]
    with pytest.raises(Conflict, match="ended"):
        domo.workflows.cancel(ended.instance_id)


def test_permissions_are_taken_and_a_refusal_says_why(domo: Client) -> None:
    model = model_id(domo, "Refresh store extracts")
    user = domo.users.list()[7]
    domo.workflows.update_permissions(model, [{"id": user.id, "permissions": ["READ", "EXECUTE"], "type": "USER"}])
    with pytest.raises(BadRequest, match=r"data\.from_day") as caught:
        domo.workflows.start("Start Refresh store extracts", "1.2.0", model, {})
    assert caught.value.request_id
