"""Each entry of the catalogue against its operation: the request that leaves, and the documented answer read.

The call is made as Python makes it: the documented example is taken apart into arguments, and the method builds the
request anew. What code decides to send otherwise stands in DECIDED_BODIES of the area's test module, with its quirk.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from domoadmin.reference import Entry, entries
from domoadmin.services.bodies import FileContent
from domoadmin.services.operations import registry
from domoadmin.services.places import Query
from domoadmin.services.wire import JsonBody, read_call
from tests.services import areas, quirks
from tests.services.conftest import Connecting
from tests.services.upstream import JSON, Asked, Told, Upstream

CSV = "text/csv"
FORM = "multipart/form-data"
AREA_MODULES = [
    importlib.import_module(f"{areas.__name__}.{found.name}") for found in pkgutil.iter_modules(areas.__path__)
]
DECIDED_BODIES: dict[tuple[str, int], Any] = {}
BEYOND: set[tuple[str, str]] = set()
# Not idempotent by the catalogue, and repeated by us all the same: id and reason.
SAFE_TO_REPEAT: dict[str, str] = {}
# Examples that show only some fields of a body, without those that are required: the main example completes them.
PARTIAL_EXAMPLES: set[tuple[str, int]] = set()
for module in AREA_MODULES:
    DECIDED_BODIES.update(getattr(module, "DECIDED_BODIES", {}))
    BEYOND.update(getattr(module, "BEYOND", set()))
    SAFE_TO_REPEAT.update(getattr(module, "SAFE_TO_REPEAT", {}))
    PARTIAL_EXAMPLES.update(getattr(module, "PARTIAL_EXAMPLES", set()))


def examples(entry: Entry) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield (id to call, query beyond the parameters' samples, body or None) of each documented example."""
    body = entry["body"]
    if body is None:
        yield entry["id"], {}, None
    else:
        yield entry["id"], {}, body["example"]
        for number, further in enumerate(body.get("further_examples", []), start=1):
            partial = (entry["id"], number) in PARTIAL_EXAMPLES
            yield entry["id"], {}, {**body["example"], **further["example"]} if partial else further["example"]
    for variant in entry.get("variants", []):
        yield variant["id"], variant["query"], variant.get("body_example")
    for alias in entry.get("aliases", []):
        yield alias, {}, None if body is None else body["example"]


def sample(parameter: dict[str, Any]) -> Any:
    """Return a value that the documents allow for a path or query parameter."""
    if parameter["enum"]:
        return parameter["enum"][0]
    if parameter["default"] is not None:
        return parameter["default"]
    samples = {"string": "abc", "integer": 12, "number": 12, "boolean": True, "array<string>": ["a", "b"]}
    return samples[parameter["type"]]


CASES = [
    pytest.param(entry, number, *example, id=f"{example[0]}-{number}")
    for entry in entries().values()
    for number, example in enumerate(examples(entry))
]


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry["id"]) for entry in entries().values()])
def test_operation_is_declared_as_documented(entry: Entry) -> None:
    operation = registry.get(entry["id"])
    assert operation.id == entry["id"]
    assert operation.documented
    assert (operation.method, operation.path) == (entry["method"], entry["path"])
    assert (operation.area, operation.kind) == (entry["area"], entry["api"])
    assert operation.mutates == entry["semantics"]["mutates"]
    assert operation.destructive or not entry["semantics"]["destructive"]
    assert operation.reverse == entry["semantics"]["reverse"]
    documented = {parameter["name"] for parameter in entry["query_params"]}
    ours = {parameter.wire_name for parameter in operation.parameters if isinstance(parameter.place, Query)}
    assert ours - {name for entry_id, name in BEYOND if entry_id == entry["id"]} == documented
    assert {parameter.wire_name for parameter in operation.parameters if parameter.in_path} == {
        parameter["name"] for parameter in entry["path_params"]
    }
    for name in (*(each["id"] for each in entry.get("variants", [])), *entry.get("aliases", [])):
        assert registry.get(name) is operation
    if operation.mutates:
        assert (
            operation.retry_safety.repeatable <= entry["semantics"]["idempotent"] or operation.retry_safety.repeatable
        )
    headings = {entry["title"], *(each["title"] for each in entry.get("also_documented_as", []))}
    assert operation.heading in headings
    assert operation.build.__doc__


@pytest.mark.parametrize(("entry", "number", "called", "query", "body"), CASES)
def test_request_and_answer_are_the_documented_ones(
    connecting: Connecting,
    upstream: Upstream,
    entry: Entry,
    number: int,
    called: str,
    query: dict[str, Any],
    body: Any,
) -> None:
    upstream.answers(documented_answer(entry))
    path = {parameter["name"]: sample(parameter) for parameter in entry["path_params"]}
    asked_for = {**{parameter["name"]: sample(parameter) for parameter in entry["query_params"]}, **query}
    content_type = (entry["body"] or {}).get("content_type")
    file = FileContent.from_bytes("rules.txt", b"one\ntwo\n") if takes_file(entry) else None
    given = None if body is None or (file is not None and content_type != FORM) else JsonBody(body, json.dumps(body))
    call = read_call(called, {**path, **asked_for}, given, file)
    client = connecting(kind=entry["api"])

    result = client.perform(call.operation, call.arguments)

    assert_request(entry, upstream.last, path, asked_for)
    expected = DECIDED_BODIES.get((called, number), body)
    assert_body(entry, upstream.last, expected, without_nulls=True)
    assert_typed(entry, result)

    # The same in the words of the documents, as the command line sends it: exactly the example.
    answer = client.exchange(call)

    assert_request(entry, upstream.last, path, asked_for)
    assert_body(entry, upstream.last, body)
    assert answer.status == entry["success_status"]
    if answer.json is not None:
        assert json.loads(answer.json) == entry["response"]["example"]


def assert_request(entry: Entry, asked: Asked, path: dict[str, Any], query: dict[str, Any]) -> None:
    parts = urlsplit(asked.path)
    assert asked.method == entry["method"]
    assert unquote(parts.path) == entry["path"].format_map(path)
    assert {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} == set(query)
    assert asked.headers["Accept"] == "application/json"
    assert_authenticated(entry, asked)


def takes_file(entry: Entry) -> bool:
    return entry["body"] is not None and entry["body"]["kind"] in ("file", "multipart")


def documented_answer(entry: Entry) -> Told:
    response = entry["response"]
    if response["kind"] == "binary":
        return Told(200, b"\x89PNG\r\n", {"Content-Type": "image/png"})
    if response["kind"] == "empty" and response["example"] is None:
        return Told(entry["success_status"], b"", {})
    return Told(entry["success_status"], json.dumps(response["example"]).encode(), JSON)


def assert_authenticated(entry: Entry, asked: Asked) -> None:
    if entry["api"] == "domo":
        assert asked.headers["X-DOMO-Developer-Token"]
    else:
        assert asked.headers["Authorization"]
    if entry["api"] == "domains":
        assert asked.headers["x-api-key"]


def assert_body(entry: Entry, asked: Asked, expected: Any, without_nulls: bool = False) -> None:
    body = entry["body"]
    content_type = asked.headers.get("Content-Type", "")
    if body is None:
        # An empty object is what some proxies want of a POST; anything else would be more than documented.
        assert asked.body in (b"", b"{}")
    elif body["kind"] == "multipart":
        assert content_type.startswith(FORM)
        for field in body["example"]:
            assert f'name="{field}"'.encode() in asked.body
        assert b"one\ntwo\n" in asked.body
    elif body["kind"] == "file":
        assert b"one\ntwo\n" in asked.body
    elif body["content_type"] == CSV:
        assert content_type.startswith(CSV)
        assert asked.body == expected.encode()
    else:
        assert content_type == "application/json"
        sent = json.loads(asked.body)
        if without_nulls and isinstance(expected, dict):
            # From Python an argument that says nothing is left out.
            expected = {name: value for name, value in expected.items() if value is not None or name in sent}
        assert sent == expected


def assert_typed(entry: Entry, result: Any) -> None:
    """The answer became a type of ours: not the bare JSON, and it holds what came."""
    response = entry["response"]
    example = response["example"]
    if response["kind"] == "binary":
        assert result == b"\x89PNG\r\n"
    elif response["kind"] in ("boolean", "number"):
        assert result == example or getattr(result, "raw", None) is not None
    elif response["kind"] == "array" and isinstance(example, list):
        held = (
            result
            if isinstance(result, list)
            else next(
                value
                for value in vars(result).values()
                if isinstance(value, list | tuple) and len(value) == len(example)
            )
        )
        assert len(held) == len(example)
        assert not any(type(item) is dict for item in held) or entry["id"] == "datasets.query_sql"
    elif example is not None:
        assert type(result) is not dict
        assert type(result).__module__.startswith("domoadmin.services") or isinstance(result, list | str | int)


def test_every_documented_operation_is_in_the_catalogue() -> None:
    # An entry that is added without an operation fails above; an operation that claims to be documented fails here.
    assert {operation.id for operation in registry if operation.documented} == set(entries())
    assert len(entries()) == 181


def test_every_quirk_is_decided_by_a_test_or_has_no_bearing() -> None:
    decided = quirks.tested_quirks() | set(quirks.quirks_without_bearing())
    assert sorted(quirks.every_quirk() - decided) == []


def test_a_test_that_carries_a_quirk_is_collected() -> None:
    names = {name for module in AREA_MODULES for name in vars(module)}
    assert quirks.names_of_tests() <= names
    assert all(re.match(r"test_", name) for name in quirks.names_of_tests())
