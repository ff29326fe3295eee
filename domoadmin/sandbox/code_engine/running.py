"""Runs a function and reports as Run Function does."""

from __future__ import annotations

import uuid
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.code_engine.functions import FunctionFailed, known_or_failed
from domoadmin.sandbox.code_engine.packages import Function, find_function
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.times import iso
from domoadmin.sandbox.workflows.inputs import CHECKS, check_value
from domoadmin.sandbox.world import World

SUCCESS, FAILURE = "SUCCESS", "FAILURE"


def run_function(
    world: World, package_id: str, version: str, name: str, given: dict[str, Any], with_logs: bool
) -> dict[str, Any]:
    """The report of one run; ApiError 400 for arguments that do not fit, 403 and 404. A failed run is no error."""
    function = find_function(package_id, version, name)
    _check(world, function, given)
    started = now_ms()
    log: list[str] = []
    result: Any = None
    problem: dict[str, Any] | None = None
    failure: str | None = None
    try:
        result = _run(world, function, log, given)
    except FunctionFailed as error:
        failure = str(error)
        problem = _problem(function, None, [failure])
    else:
        problem = _wrong_result(world, function, result)
    return {
        "executionId": str(uuid.uuid4()),
        "packageId": package_id,
        "version": version,
        "functionName": name,
        "status": FAILURE if problem else SUCCESS,
        "settings": {"getLogs": with_logs},
        "startedOn": iso(started),
        "startedBy": world.directory.me.id,
        "completedOn": iso(now_ms()),
        "result": None if problem else result,
        "stdout": {"log": log if with_logs else []},
        "stderr": {"log": [failure] if with_logs and failure else []},
        "errorInformation": problem,
    }


def _run(world: World, function: Function, log: list[str], given: dict[str, Any]) -> Any:
    try:
        return function.run(world, log, **given)
    except ApiError as error:
        raise known_or_failed(error) from error


def _check(world: World, function: Function, given: dict[str, Any]) -> None:
    known = {each.name for each in function.inputs}
    for name in given:
        if name not in known:
            raise ApiError(400, f"inputVariables.{name} is not a parameter of {function.name}")
    for each in function.inputs:
        if given.get(each.name) is None:
            if each.required:
                raise ApiError(400, f"inputVariables.{each.name} is required")
            given.pop(each.name, None)
            continue
        check_value(world, f"inputVariables.{each.name}", each.type, given[each.name], each.is_list)


def _wrong_result(world: World, function: Function, result: Any) -> dict[str, Any] | None:
    """What is wrong with a result that does not have the declared type, else None."""
    if result is None and function.output_may_be_null:
        return None
    values = result if function.output_is_list else [result]
    if isinstance(values, list) and all(CHECKS[function.output](world, each) for each in values):
        return None
    wanted = f"{'a list of ' if function.output_is_list else ''}{function.output}"
    return _problem(function, result, [f"The result of {function.name} is not {wanted}"])


def _problem(function: Function, result: Any, messages: list[str]) -> dict[str, Any]:
    return {
        "result": result,
        "expectedType": function.output,
        "actualType": _type_name(result),
        "expectedIsList": function.output_is_list,
        "actualIsList": isinstance(result, list),
        "expectedAllowNull": function.output_may_be_null,
        "errorMessages": messages,
    }


def _type_name(value: Any) -> str:
    first = value[0] if isinstance(value, list) and value else value
    names: dict[type, str] = {str: "text", bool: "boolean", int: "number", float: "number", dict: "object"}
    return "null" if first is None else names.get(type(first), "object")
