"""Checks values against the types that workflows and tasks know."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.workflows.models import Model
from domoadmin.sandbox.world import World

DURATION = re.compile(r"P(?=.)(\d+[YMWD])*(T(\d+(\.\d+)?[HMS])+)?\Z")


def _reads(read: Callable[[str], object]) -> Callable[[World, Any], bool]:
    def check(world: World, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            read(value)
        except (ValueError, ApiError):
            return False
        return True

    return check


def _number(world: World, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known(find: Callable[[World, str], object]) -> Callable[[World, Any], bool]:
    def check(world: World, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, str | int):
            return False
        try:
            find(world, str(value))
        except ApiError:
            return False
        return True

    return check


CHECKS: dict[str, Callable[[World, Any], bool]] = {
    "boolean": lambda world, value: isinstance(value, bool),
    "date": _reads(date.fromisoformat),
    "dateTime": _reads(datetime.fromisoformat),
    "time": _reads(time.fromisoformat),
    "decimal": _number,
    "number": _number,
    "duration": lambda world, value: isinstance(value, str) and DURATION.match(value) is not None,
    "object": lambda world, value: isinstance(value, dict),
    "text": lambda world, value: isinstance(value, str),
    "person": _known(lambda world, value: world.directory.person(value)),
    "group": _known(lambda world, value: world.directory.group(value)),
    "dataset": _known(lambda world, value: world.catalog.find(value)),
}


def check_value(world: World, name: str, kind: str, value: Any, is_list: bool = False) -> None:
    """ApiError 400 naming the variable when a value does not have its type."""
    values = value if is_list else [value]
    if not isinstance(values, list) or not all(CHECKS[kind](world, each) for each in values):
        raise ApiError(400, f"{name} must be {'a list of ' if is_list else 'of type '}{kind}")


def check_start(world: World, model: Model, data: dict[str, Any]) -> None:
    """ApiError 400 when the start parameters do not fit the model."""
    known = {each.name: each for each in model.inputs}
    for name in data:
        if name not in known:
            raise ApiError(400, f"data.{name} is not a start parameter of workflow {model.name}")
    for each in model.inputs:
        value = data.get(each.name)
        if value is None:
            if each.required:
                raise ApiError(400, f"data.{each.name} is required")
            continue
        check_value(world, f"data.{each.name}", each.type, value, each.is_list)
