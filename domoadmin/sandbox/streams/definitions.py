"""What a client says about a stream when it creates or updates one."""

from __future__ import annotations

import json
from typing import Any

from domoadmin.sandbox.errors import ApiError

Definition = dict[str, Any]
UPDATE_METHODS = ("APPEND", "REPLACE", "UPSERT", "PARTITION", "MERGE")
SCHEDULE_KINDS = ("MANUAL", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "ONCE", "NEVER")


def read_definition(body: Definition) -> Definition:
    """The definition of a request body; ApiError 400 names what is missing or wrong."""
    transport = _part(body, "transport", "type", "description")
    provider = _part(body, "dataProvider", "key")
    source = _part(body, "dataSource", "name")
    method = body.get("updateMethod")
    if method not in UPDATE_METHODS:
        raise ApiError(400, f"updateMethod must be one of {', '.join(UPDATE_METHODS)}")
    return {
        "transport": {name: str(transport.get(name, "0")) for name in ("type", "description", "version")},
        "configuration": _configuration(body.get("configuration")),
        "account": _account(body.get("account")),
        "updateMethod": method,
        "dataProvider": provider["key"],
        "name": source["name"].strip(),
        "description": str(source.get("description") or ""),
        "advancedScheduleJson": _schedule(body.get("advancedScheduleJson")),
    }


def _part(body: Definition, name: str, *fields: str) -> Definition:
    value = body.get(name)
    if not isinstance(value, dict):
        raise ApiError(400, f"{name} is required")
    for field in fields:
        if not isinstance(value.get(field), str) or not value[field].strip():
            raise ApiError(400, f"{name}.{field} is required")
    return value


def _account(value: Any) -> str | None:
    """The account's id as text; null is a stream that needs none."""
    if value is None:
        return None
    identifier = value.get("id") if isinstance(value, dict) else None
    if not str(identifier).isdigit():
        raise ApiError(400, "account.id is required")
    return str(identifier)


def _configuration(value: Any) -> list[Definition]:
    if not isinstance(value, list):
        raise ApiError(400, "configuration is required")
    settings = []
    for setting in value:
        if not isinstance(setting, dict) or not isinstance(setting.get("name"), str):
            raise ApiError(400, "configuration: every setting needs a name")
        if not isinstance(setting.get("value"), str):
            raise ApiError(400, f"configuration: the value of {setting['name']} must be a text")
        kind, category = str(setting.get("type") or "string"), str(setting.get("category") or "METADATA")
        settings.append({"category": category, "name": setting["name"], "type": kind, "value": setting["value"]})
    return settings


def _schedule(value: Any) -> str:
    """The schedule is a text that holds JSON."""
    if value is None:
        return json.dumps({"type": "MANUAL", "timezone": "UTC"})
    try:
        schedule = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        schedule = None
    if not isinstance(schedule, dict) or schedule.get("type") not in SCHEDULE_KINDS:
        kinds = ", ".join(SCHEDULE_KINDS)
        raise ApiError(400, f"advancedScheduleJson must be a text holding JSON with one of the types {kinds}")
    return str(value)
