"""Workflows: what the document leaves open, decided."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, Told, Upstream, told

# The second example shows only the data of a workflow with two numbers, not a whole body.
PARTIAL_EXAMPLES = {("workflows.start", 1)}
STARTED = {"id": "2052e10a", "modelId": "a8afdc89", "modelName": "AddTwoNumbers", "status": "null"}
GRANT = {"id": "123456", "permissions": ["READ"], "type": "USER"}

no_bearing("workflows.start", "the sample answer holds // comments", "comments of the sample, no JSON answer has them")
no_bearing("workflows.start", "the description of messageName", "a slip of the text: the name goes out as given")


@quirk("workflows.start", "the Endpoint line gives a full URL", "the workflow id is called modelId")
def test_a_start_names_model_version_and_message(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(STARTED))
    started = client.workflows.start("Start AddTwoNumbers", "1.1.0", "a8afdc89", {"parameter1": 13, "parameter2": 7})
    assert upstream.last.path == "/api/workflow/v1/instances/message"
    assert upstream.last.json == {
        "messageName": "Start AddTwoNumbers",
        "version": "1.1.0",
        "modelId": "a8afdc89",
        "data": {"parameter1": 13, "parameter2": 7},
    }
    assert (started.id, started.model_id) == ("2052e10a", "a8afdc89")


@quirk("workflows.start", "status may be null")
@pytest.mark.parametrize(
    ("sent", "read"), [(None, ""), ("null", ""), ("IN_PROGRESS", "IN_PROGRESS"), ("CANCELED", "CANCELED")]
)
def test_a_status_may_not_have_come_yet(client: Client, upstream: Upstream, sent: Any, read: str) -> None:
    upstream.answers(told({**STARTED, "status": sent}))
    assert client.workflows.start("Start", "1.1.0", "a8afdc89", {}).status == read


@quirk("workflows.start", "data must match the input types")
def test_data_is_an_object_and_a_lost_start_is_not_repeated(client: Client, upstream: Upstream) -> None:
    data: Any = [13, 7]
    with pytest.raises(InvalidArguments) as caught:
        client.workflows.start("Start", "1.1.0", "a8afdc89", data)
    assert caught.value.argument == "data"
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.workflows.start("Start", "1.1.0", "a8afdc89", {})
    assert len(upstream.asked) == 1
    assert registry.get("workflows.start").retry_safety is RetrySafety.UNSAFE


@quirk(
    "workflows.cancel", "the URL says ${instanceId}", "no body", "the answer has more fields", "the example gives type"
)
def test_cancelling_sends_nothing_and_reads_more(client: Client, upstream: Upstream) -> None:
    upstream.answers(
        told({**STARTED, "status": "CANCELED", "deploymentId": "d1", "bpmnProcessName": "Add", "isTestRun": False})
    )
    cancelled = client.workflows.cancel("2052e10a")
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/workflow/v1/instances/2052e10a/cancel")
    assert upstream.last.body == b""
    assert (cancelled.status, cancelled.deployment_id, cancelled.process_name, cancelled.is_test_run) == (
        "CANCELED",
        "d1",
        "Add",
        False,
    )


@quirk("workflows.update_permissions", "the example body wraps", "modelId is listed under", "no answer body")
def test_permissions_are_a_bare_array_and_nothing_comes_back(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b"", {}))
    client.workflows.update_permissions("a8afdc89", [GRANT])
    assert upstream.last.path == "/api/workflow/v1/models/a8afdc89/permissions"
    assert upstream.last.json == [GRANT]
    for change in ({"permissions": ["FLY"]}, {"id": None}, {"type": None}):
        with pytest.raises(InvalidArguments) as caught:
            client.workflows.update_permissions("a8afdc89", [{**GRANT, **change}])
        assert caught.value.argument == "permissions"


@quirk("workflows.update_permissions", "whether entities left out", "no endpoint to read the permissions")
def test_changing_permissions_counts_as_losing_some() -> None:
    operation = registry.get("workflows.update_permissions")
    assert operation.destructive
    assert "send everyone" in str(operation.build.__doc__)
