"""Calls in the words of the documents: what is read, what is refused by name, what goes out exactly as given."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.services.answers import Answer
from domoadmin.services.bodies import FileContent
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import registry
from domoadmin.services.wire import JsonBody, WireAnswer, read_call
from tests.services.upstream import JSON, Asked, Told, Upstream, told


def refusal(operation_id: str, **given_to_it: Any) -> InvalidArguments:
    """Return why a call is refused."""
    with pytest.raises(InvalidArguments) as caught:
        read_call(operation_id, **given_to_it)
    return caught.value


def test_query_holds_only_what_was_given(client: Client, upstream: Upstream) -> None:
    client.exchange(read_call("datasets.get_schema", {"dataset_id": "a b"}))
    assert upstream.last.path == "/api/query/v1/datasources/a%20b/schema/indexed"
    client.exchange(read_call("datasets.get_schema", {"dataset_id": "d1", "includeHidden": "true"}))
    assert parse_qs(urlsplit(upstream.last.path).query) == {"includeHidden": ["true"]}


@pytest.mark.parametrize("name", ["includeHidden", "include_hidden"])
@pytest.mark.parametrize("value", [False, "false"])
def test_values_may_be_text_and_names_those_of_python(
    client: Client, upstream: Upstream, name: str, value: bool | str
) -> None:
    client.exchange(read_call("datasets.get_schema", {"dataset_id": "d1", name: value}))
    assert urlsplit(upstream.last.path).query == "includeHidden=false"


def test_null_leaves_a_query_parameter_out(client: Client, upstream: Upstream) -> None:
    client.exchange(read_call("datasets.get_schema", {"dataset_id": "d1", "includeHidden": None}))
    assert urlsplit(upstream.last.path).query == ""


def test_body_goes_out_as_it_was_written(client: Client, upstream: Upstream) -> None:
    text = '{ "action":null,\n "appendId" : null, "extra": 1.10, "big": 12345678901234567890.5 }'
    client.exchange(read_call("datasets.create_upload", {"dataset_id": "d1"}, JsonBody.from_text(text)))
    assert upstream.last.body == text.encode()
    assert upstream.last.headers["Content-Type"] == "application/json"


def test_answer_comes_back_with_all_its_digits(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b'{"id": "d1",\r\n "share": 0.10000000000000000001, "text": "a\\nb"}', JSON))
    answer = client.exchange(read_call("datasets.get_metadata", {"dataset_id": "d1"}))
    assert answer.json == '{"id": "d1",   "share": 0.10000000000000000001, "text": "a\\nb"}'
    assert answer.status == 200


def test_empty_answer_is_null(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(204, b"", {}))
    body = JsonBody.from_text('["a"]')
    answer = client.exchange(read_call("datasets.create_tag", {"dataset_id": "d1"}, body))
    assert (answer.status, answer.json) == (204, "null")


def test_answer_that_is_no_json_is_counted(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b"id,name\n1,Tent\n", {"Content-Type": "text/csv"}))
    kept: list[bytes] = []
    call = read_call("datasets.query_export", {"dataset_id": "d1"}, JsonBody.from_text('{"sql": "select 1"}'))
    answer = client.exchange(call, kept.append)
    assert b"".join(kept) == b"id,name\n1,Tent\n"
    assert (answer.bytes, answer.json) == (15, None)
    assert answer.sha256 == hashlib.sha256(b"id,name\n1,Tent\n").hexdigest()


def test_csv_part_comes_from_a_file_or_from_the_body(client: Client, upstream: Upstream, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"1,Tent\n")
    args = {"dataset_id": "d1", "upload_id": 7, "part": "1"}
    client.exchange(read_call("datasets.upload_part", args, file=FileContent.from_path(path)))
    assert (upstream.last.body, upstream.last.headers["Content-Type"]) == (b"1,Tent\n", "text/csv")
    client.exchange(read_call("datasets.upload_part", args, JsonBody.from_text('"2,Zelt ä\\n"')))
    assert upstream.last.body == "2,Zelt ä\n".encode()


@pytest.mark.parametrize(
    ("operation_id", "given_to_it", "argument", "words"),
    [
        ("datasets.get_schema", {"args": {}}, "dataset_id", "dataset_id is missing"),
        ("datasets.get_schema", {"args": {"dataset_id": "d", "hidden": 1}}, "hidden", "includeHidden"),
        ("datasets.get_schema", {"args": {"dataset_id": "d", "includeHidden": "si"}}, "includeHidden", "true or false"),
        ("datasets.upload_part", {"args": {"dataset_id": "d", "upload_id": 1, "part": 1}}, "file", "file"),
        ("datasets.query_sql", {"args": {"dataset_id": "d"}, "body": JsonBody([], "[]")}, "body", "JSON object"),
        ("datasets.query_sql", {"args": {"dataset_id": "d"}, "body": JsonBody({}, "{}")}, "sql", "sql is missing"),
        ("datasets.get_metadata", {"args": {"dataset_id": "d"}, "body": JsonBody({}, "{}")}, "body", "takes no body"),
        (
            "datasets.commit_upload",
            {
                "args": {"dataset_id": "d", "upload_id": 1},
                "body": JsonBody({"action": "MERGE", "index": True}, ""),
            },
            "action",
            "APPEND or REPLACE",
        ),
        ("datasets.fly", {}, "id", "datasets.fly"),
    ],
)
def test_wrong_calls_are_refused_by_name(
    operation_id: str, given_to_it: dict[str, Any], argument: str, words: str
) -> None:
    error = refusal(operation_id, **given_to_it)
    assert error.argument == argument
    assert words in str(error)


def test_unreadable_body_says_where() -> None:
    with pytest.raises(InvalidArguments, match="line 2, column 3"):
        JsonBody.from_text('{"a": 1,\n  b}')


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidArguments, match="can't be read: No such file"):
        FileContent.from_path(tmp_path / "nowhere.csv")


def test_pages_are_walked_with_what_was_given(client: Client, upstream: Upstream) -> None:
    every = [{"id": number, "name": f"Person {number}"} for number in range(7)]

    def script(asked: Asked) -> Told:
        query = parse_qs(urlsplit(asked.path).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        return told({"users": every[offset : offset + limit]})

    upstream.script(script)
    found = list(client.walk_exchange(read_call("users.list", {"limit": 3})))
    assert found == every
    assert [parse_qs(urlsplit(each.path).query)["offset"] for each in upstream.asked] == [["0"], ["3"], ["6"]]


def test_preview_sends_nothing(client: Client, upstream: Upstream) -> None:
    call = read_call("datasets.create_tag", {"dataset_id": "d1"}, JsonBody.from_text('["a"]'))
    outgoing = client.preview_exchange(call)
    assert (outgoing.method, outgoing.content) == ("POST", b'["a"]')
    assert not any("Token" in name for name in outgoing.headers)
    assert upstream.asked == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=json_values, indent=st.sampled_from([None, 1]))
def test_any_json_stays_the_same_on_one_line(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    answer = Answer("x.y", 200, JSON, text.encode(), value, None)
    line = WireAnswer.of(answer).json
    assert line is not None
    assert "\n" not in line
    assert json.loads(line) == value


@given(value=json_values, operation=st.sampled_from(sorted(each.id for each in registry)), named=st.booleans())
def test_any_json_is_taken_or_refused_by_name(value: Any, operation: str, named: bool) -> None:
    args = dict.fromkeys(registry.get(operation).path_parameters, "1") if named else {}
    refused = None
    try:
        read_call(operation, args, JsonBody.from_text(json.dumps(value)))
    except InvalidArguments as error:
        refused = error
    assert refused is None or refused.argument
