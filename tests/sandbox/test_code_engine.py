"""Code Engine as a client of other hands uses it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from domoadmin.sandbox.code_engine.packages import package_id
from tests.sandbox.clients import dataset_id

FIELDS = {
    "executionId",
    "packageId",
    "version",
    "functionName",
    "status",
    "settings",
    "startedOn",
    "startedBy",
    "completedOn",
    "result",
    "stdout",
    "stderr",
    "errorInformation",
}


def _post(client: httpx.Client, package: str, function: str, version: str = "1.0.1", **body: Any) -> httpx.Response:
    path = f"/api/codeengine/v2/packages/{package_id(package)}/versions/{version}/functions/{function}"
    return client.post(path, json=body)


def _run(client: httpx.Client, package: str, function: str, **given: Any) -> dict[str, Any]:
    settings = {"getLogs": True}
    answer: dict[str, Any] = (
        _post(client, package, function, inputVariables=given, settings=settings).raise_for_status().json()
    )
    return answer


def test_a_function_runs_and_gives_its_result_and_log(client: httpx.Client) -> None:
    report = _run(client, "Number helpers", "addTwoNumbers", number1=13, number2=7)
    assert set(report) == FIELDS
    assert (report["status"], report["result"], report["errorInformation"]) == ("SUCCESS", 20, None)
    assert report["stdout"]["log"] == ["adding 13 and 7"]
    assert report["startedOn"] <= report["completedOn"]
    quiet = _post(client, "Number helpers", "addTwoNumbers", inputVariables={"number1": 1, "number2": 2}).json()
    assert (quiet["settings"], quiet["stdout"]["log"]) == ({"getLogs": False}, [])


def test_functions_work_on_the_instance(client: httpx.Client) -> None:
    dataset = dataset_id(client, "Product master")
    rows = client.get(f"/api/data/v3/datasources/{dataset}").json()["rowCount"]
    assert _run(client, "Dataset checks", "countRows", dataset=dataset)["result"] == rows
    assert _run(client, "Stock alerts", "getThreshold", store="DE-0001", article="TNT")["result"] is None
    _run(client, "Stock alerts", "setThreshold", store="DE-0001", article="TNT", units=4)
    assert _run(client, "Stock alerts", "getThreshold", store="DE-0001", article="TNT")["result"] == 4
    me = client.get("/api/content/v2/users/me").json()["id"]
    assert _run(client, "Halden directory", "managerOf", person=str(me))["result"] is None


def test_a_200_does_not_mean_that_the_function_succeeded(client: httpx.Client) -> None:
    failed = _run(client, "Legacy ERP bridge", "fetchOrder", order="A-1")
    assert (failed["status"], failed["result"]) == ("FAILURE", None)
    assert "ECONNREFUSED" in failed["stderr"]["log"][0]
    wrong = _run(client, "Legacy ERP bridge", "openOrders")["errorInformation"]
    assert (wrong["expectedType"], wrong["actualType"], wrong["expectedIsList"], wrong["actualIsList"]) == (
        "number",
        "text",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("package", "function", "given", "version", "status", "word"),
    [
        ("Number helpers", "addTwoNumbers", {"number1": 1}, "1.0.1", 400, "inputVariables.number2"),
        ("Number helpers", "addTwoNumbers", {"number1": 1, "number2": "x"}, "1.0.1", 400, "inputVariables.number2"),
        ("Number helpers", "multiply", {}, "1.0.1", 404, "multiply"),
        ("Number helpers", "addTwoNumbers", {}, "7.0.0", 404, "7.0.0"),
        ("Dataset checks", "staleDatasets", {"datasets": [], "days": 3}, "1.0.0", 404, "staleDatasets"),
        ("No such package", "addTwoNumbers", {}, "1.0.1", 404, "Package"),
        ("Contract texts", "pageAddress", {"title": "x"}, "1.0.1", 403, "permission"),
    ],
)
def test_a_bad_call_is_refused(
    client: httpx.Client, package: str, function: str, given: dict[str, Any], version: str, status: int, word: str
) -> None:
    answer = _post(client, package, function, version, inputVariables=given)
    assert (answer.status_code, word in answer.json()["message"]) == (status, True)


def test_the_package_tells_its_functions(client: httpx.Client) -> None:
    package = client.get(f"/api/codeengine/v2/packages/{package_id('Currency conversion')}").json()
    assert [each["name"] for each in package["functions"][0]["inputs"]] == ["amount", "source", "target"]
    assert package["versions"][-1]["released"] is None
