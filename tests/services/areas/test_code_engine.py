"""Code Engine: what the document leaves open, decided."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.quirks import quirk
from tests.services.upstream import CUT, Upstream, told

RUN = {"executionId": "e1", "status": "SUCCESS", "startedOn": "2024-01-02T13:52:27.182Z", "errorInformation": None}


@quirk("code_engine.run_function", "the example body and answer give type names", "path placeholders are written")
def test_values_go_out_where_the_document_names_types(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({**RUN, "stdout": {"log": ["one", {"two": 2}]}, "stderr": {"log": []}}))
    given = {"number1": 13, "names": ["a"], "on": True}
    run = client.code_engine.run_function("p 1", "1.0.1", "addTwoNumbers", given, {"getLogs": True})
    assert upstream.last.path == "/api/codeengine/v2/packages/p%201/versions/1.0.1/functions/addTwoNumbers"
    assert upstream.last.json == {"inputVariables": given, "settings": {"getLogs": True}}
    assert run.output == ("one", "{'two': 2}")
    assert run.started is not None


@quirk("code_engine.run_function", "the answer has status and errorInformation")
@pytest.mark.parametrize(
    ("change", "succeeded"),
    [
        ({}, True),
        ({"status": "COMPLETED", "errorInformation": {"errorMessages": []}}, True),
        ({"status": "FAILURE"}, False),
        ({"errorInformation": {"errorMessages": ["wrong type"], "expectedType": "number"}}, False),
    ],
)
def test_a_200_alone_is_no_success(client: Client, upstream: Upstream, change: dict[str, Any], succeeded: bool) -> None:
    upstream.answers(told({**RUN, **change}))
    assert client.code_engine.run_function("p1", "1.0.1", "f").succeeded is succeeded


@quirk("code_engine.run_function", "result may be of any JSON type")
@pytest.mark.parametrize("result", [20, "text", None, False, [1, "a"], {"a": 1}])
def test_a_result_is_any_json(client: Client, upstream: Upstream, result: Any) -> None:
    upstream.answers(told({**RUN, "result": result}))
    assert client.code_engine.run_function("p1", "1.0.1", "f").result == result


@quirk("code_engine.run_function", "no parameter table")
def test_nothing_is_required_and_what_is_given_must_be_keyed(client: Client, upstream: Upstream) -> None:
    client.code_engine.run_function("p1", "1.0.1", "f")
    assert upstream.last.json == {}
    bad: Any = ["a"]
    with pytest.raises(InvalidArguments) as caught:
        client.code_engine.run_function("p1", "1.0.1", "f", bad)
    assert caught.value.argument == "input_variables"
    with pytest.raises(InvalidArguments) as caught:
        client.code_engine.run_function("p1", "1.0.1", "f", {}, {"getLogs": "yes"})
    assert caught.value.argument == "settings"


@quirk("code_engine.run_function", "it can be slow")
def test_a_lost_run_is_never_sent_again(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.code_engine.run_function("p1", "1.0.1", "f")
    assert len(upstream.asked) == 1
    assert registry.get("code_engine.run_function").retry_safety is RetrySafety.UNSAFE
