"""The documented examples of an operation, as values for its form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from apps.console.catalogue import Listed
from domoadmin.services.places import Content, Query


@dataclass(frozen=True)
class Example:
    """One example: what it is called, values of query parameters, and the body as text (JSON, or what a file holds)."""

    title: str
    args: dict[str, str]
    body: str | None


def examples_of(listed: Listed) -> list[Example]:
    """Return the examples of the reference for this id; none where it has neither body nor usual values."""
    entry = listed.entry
    if entry is None:
        return []
    raw = any(isinstance(parameter.place, Content) for parameter in listed.operation.parameters)
    args = _usual_args(listed, entry)
    for variant in entry.get("variants", []):
        if variant["id"] == listed.id:
            # A variant is told by its query: it comes along by itself.
            return [Example("the example", args, _text(variant["body_example"], raw))]
    body = entry["body"]
    if body is None or body["kind"] in ("file", "multipart"):
        text = None if body is None or body["example"] is None else _text(_form_fields(body["example"]), raw)
        return [Example("the example", args, text)] if args or text else []
    found = [Example("the example", args, _text(body["example"], raw))]
    for number, further in enumerate(body.get("further_examples", []), start=2):
        found.append(Example(str(further.get("title") or f"example {number}"), args, _text(further["example"], raw)))
    return found


def _usual_args(listed: Listed, entry: dict[str, Any]) -> dict[str, str]:
    """Return the documented defaults and, where a value must be given, the first allowed one."""
    known = {parameter.wire_name for parameter in listed.operation.parameters if isinstance(parameter.place, Query)}
    found = {}
    for parameter in entry["query_params"]:
        value = parameter["default"]
        if value is None and parameter["required"] and parameter["enum"]:
            value = parameter["enum"][0]
        if value is not None and parameter["name"] in known:
            found[parameter["name"]] = value if isinstance(value, str) else json.dumps(value)
    return found


def _form_fields(example: Any) -> Any:
    return {name: value for name, value in example.items() if name != "file"} if isinstance(example, dict) else example


def _text(example: Any, raw: bool) -> str:
    return example if raw and isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
