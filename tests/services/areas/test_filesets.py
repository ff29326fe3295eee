"""FileSets: what is sent and how answers are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.reference import entries
from domoadmin.services.bodies import FileContent
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UnexpectedAnswer
from domoadmin.services.operations import registry
from domoadmin.services.results import Done
from domoadmin.services.results.filesets import FilesetFile
from domoadmin.services.wire import JsonBody, read_call
from tests.services.forms import form_of
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

BASE = "/api/files/v1/filesets"
RULES = FileContent.from_bytes("rules.txt", b"one\ntwo\n")
FILESETS = [entry_id for entry_id, entry in entries().items() if entry["area"] == "filesets"]
# The document shows these fields as comments inside the main example.
PARTIAL_EXAMPLES = {("filesets.create", 1)}
Call = Callable[[Client], Any]

for each in FILESETS:
    no_bearing(each, "BETA", "a notice; results keep unknown fields in raw and take absent ones")
no_bearing("filesets.get", "Method and Endpoint share one line", "a matter of layout")


def example(entry_id: str) -> Any:
    return entries()[entry_id]["response"]["example"]


def query_of(upstream: Upstream) -> dict[str, list[str]]:
    return parse_qs(urlsplit(upstream.last.path).query, keep_blank_values=True)


@quirk("filesets.get_file_by_path", "path is a query parameter", "filesetId is lower case s")
@quirk("filesets.delete_file_by_path", "path is a query parameter")
def test_a_path_is_encoded_into_the_query(client: Client, upstream: Upstream) -> None:
    path = "Berichte & Pläne/Q1 #2.txt"
    for entry_id, call in (
        ("filesets.get_file_by_path", client.filesets.get_file_by_path),
        ("filesets.delete_file_by_path", client.filesets.delete_file_by_path),
    ):
        upstream.answers(told(example(entry_id)))
        call("f-1", path)
        assert urlsplit(upstream.last.path).path == f"{BASE}/f-1/path"
        assert query_of(upstream) == {"path": [path]}
        with pytest.raises(InvalidArguments) as caught:
            call("f-1", "")
        assert caught.value.argument == "path"


@quirk("filesets.get_file_by_path", "downloadUrl is null here")
@quirk("filesets.get_file", "downloadUrl is a full URL")
def test_a_download_url_is_shown_and_never_followed(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(example("filesets.get_file_by_path")))
    assert client.filesets.get_file_by_path("f-1", "rules.txt").download_url == ""
    upstream.answers(told(example("filesets.get_file")))
    file = client.filesets.get_file("f-1", "2")
    assert file.download_url.startswith("https://instance-name.domo.com/")
    # The token goes to the instance of the connection, whatever host an answer names.
    upstream.answers(Told(200, b"bytes", {"Content-Type": "text/plain"}))
    assert client.filesets.download_file("f-1", file.id) == b"bytes"
    assert upstream.last.path == f"{BASE}/f-1/files/{file.id}/download"


@quirk("filesets.download_file", "the answer is a stream", "the example sends Content-Type")
def test_a_download_streams_and_sends_no_content_type(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b'{"json": "as a file"}', {"Content-Type": "application/json"}))
    with client.opened("filesets.download_file", fileset_id="f-1", file_id="2") as answer:
        assert b"".join(answer.chunks) == b'{"json": "as a file"}'
    assert "Content-Type" not in upstream.last.headers
    assert client.filesets.download_file("f-1", "2") == b'{"json": "as a file"}'


@quirk("filesets.query_files", "read-only although")
@quirk("filesets.search", "read-only although")
@quirk("filesets.search_files", "read-only although")
def test_searches_are_reads_and_repeated_as_such(client: Client, upstream: Upstream) -> None:
    calls: dict[str, Call] = {
        "filesets.query_files": lambda client: client.filesets.query_files("f-1", "sales"),
        "filesets.search": lambda client: client.filesets.search(limit=5, offset=10),
        "filesets.search_files": lambda client: client.filesets.search_files("f-1", "reports", True, 20, "token="),
    }
    for entry_id, call in calls.items():
        upstream.answers(told({"message": "busy"}, 503), told(example(entry_id)))
        before = len(upstream.asked)
        call(client)
        assert len(upstream.asked) == before + 2
        assert upstream.last.method == "POST"
        assert not registry.get(entry_id).mutates
    assert query_of(upstream) == {
        "directoryPath": ["reports"],
        "immediateChildren": ["true"],
        "limit": ["20"],
        "next": ["token="],
    }
    assert upstream.last.json == {}


@quirk("filesets.query_files", "node.created is epoch milliseconds", "node has fileType FILE", "ranked by score")
def test_matches_come_best_first_with_their_times(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(example("filesets.query_files")))
    best, second = client.filesets.query_files("f-1", "quarterly sales data", "reports/quarterly", 5)
    assert upstream.last.json == {
        "query": "quarterly sales data",
        "directoryPath": "reports/quarterly",
        "topK": 5,
    }
    assert (best.score, second.score) == (0.89, 0.76)
    assert best.file.created == datetime(2024, 6, 19, 19, 40, tzinfo=UTC)
    upstream.answers(told(example("filesets.get_file")))
    by_id = client.filesets.get_file("f-1", "2")
    assert by_id.created == datetime(2025, 1, 1, tzinfo=UTC)
    # FILE here, TEXT there: neither says more than that it is no directory.
    assert (best.file.file_type, by_id.file_type) == ("FILE", "TEXT")
    assert not best.file.is_directory
    assert not by_id.is_directory
    assert registry.get("filesets.query_files").paging is None


@quirk("filesets.upload_file", "multipart/form-data: do not set", "createFileRequest is a form field")
@quirk("filesets.upload_file", "no parameter table")
def test_an_upload_is_a_form_with_file_and_json_text(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(example("filesets.upload_file")))
    asked: list[tuple[dict[str, Any], Any]] = [
        ({}, {"directoryPath": ""}),
        ({"directory_path": "Berichte/März"}, {"directoryPath": "Berichte/März"}),
        ({"create_file_request": {"directoryPath": "a"}}, {"directoryPath": "a"}),
        ({"create_file_request": '{"directoryPath":"b"}'}, {"directoryPath": "b"}),
    ]
    for arguments, expected in asked:
        client.filesets.upload_file("f-1", RULES, **arguments)
        form = form_of(upstream.last)
        assert form["file"] == ("rules.txt", "text/plain", b"one\ntwo\n")
        assert json.loads(form["createFileRequest"]) == expected
    boundary = upstream.last.headers["Content-Type"].removeprefix("multipart/form-data; boundary=")
    assert upstream.last.body.startswith(f"--{boundary}\r\n".encode())


@quirk("filesets.upload_file", "the request uploads rules.txt", "the success status is not given")
def test_the_answer_to_an_upload_says_what_the_file_is_called(client: Client, upstream: Upstream) -> None:
    for status in (200, 201):
        upstream.answers(told(example("filesets.upload_file"), status))
        file = client.filesets.upload_file("f-1", RULES)
        assert (file.name, file.path, file.size) == ("fab-rules.txt", "fab-rules.txt", 12345)


@quirk("filesets.search_files", "pages by token")
def test_files_are_walked_by_token(client: Client, upstream: Upstream) -> None:
    first = {"files": [{"id": "1", "path": "a"}, {"id": "2", "path": "b"}], "pageContext": {"next": "t/1="}}
    upstream.answers(told(first), told({"files": [{"id": "3", "path": "c"}], "pageContext": {}}))
    body = {"filters": [{"field": "name", "value": ["a"], "operator": "LIKE"}]}
    found = list(client.walk("filesets.search_files", fileset_id="f-1", limit=2, filters=body["filters"]))
    assert [file.id for file in found] == ["1", "2", "3"]
    assert [parse_qs(urlsplit(asked.path).query).get("next") for asked in upstream.asked] == [None, ["t/1="]]
    assert [asked.json for asked in upstream.asked] == [body, body]


@quirk("filesets.search", "pages by offset")
def test_filesets_are_walked_by_offset_to_their_total(client: Client, upstream: Upstream) -> None:
    def answer(asked: Any) -> Told:
        query = parse_qs(urlsplit(asked.path).query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        found = [{"id": str(number)} for number in range(offset, min(offset + limit, 5))]
        return told({"fileSets": found, "pageContext": {"offset": offset, "limit": limit, "total": 5}})

    upstream.script(answer)
    assert [fileset.id for fileset in client.walk("filesets.search", limit=2)] == ["0", "1", "2", "3", "4"]
    assert len(upstream.asked) == 3
    assert client.filesets.search(limit=2, offset=0).total == 5


@quirk("filesets.search", "an empty object lists everything")
@quirk("filesets.search_files", "an empty object lists everything")
def test_a_search_without_filters_sends_an_empty_object(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"fileSets": [], "files": []}))
    for call in (client.filesets.search, lambda: client.filesets.search_files("f-1")):
        call()
        assert (upstream.last.body, upstream.last.headers["Content-Type"]) == (b"{}", "application/json")


SEARCHES: list[Callable[..., Any]] = [
    lambda client, **body: client.filesets.search(**body),
    lambda client, **body: client.filesets.search_files("f-1", **body),
]


@quirk("filesets.search_files", "the Filter object is described only", "the sort key is order", "value is an array")
@quirk("filesets.search", "the operators have no NOT_EQUALS")
@pytest.mark.parametrize("search", SEARCHES)
def test_both_searches_take_the_same_filters_and_check_them(
    client: Client, upstream: Upstream, search: Callable[..., Any]
) -> None:
    upstream.answers(told({"fileSets": [], "files": []}))
    body = {
        "field_sort": [{"field": "name", "order": "DESC"}],
        "filters": [{"field": "name", "value": ["Marketing"], "operator": "LIKE", "not": True}],
        "date_filters": [{"field": "created", "start": "2024-06-01T00:00:00.000Z", "not": False}],
    }
    search(client, **body)
    assert upstream.last.json == {
        "fieldSort": body["field_sort"],
        "filters": body["filters"],
        "dateFilters": body["date_filters"],
    }
    sent = len(upstream.asked)
    for wrong in (
        {"field_sort": [{"field": "name", "order": "UP"}]},
        {"filters": [{"field": "name", "value": "Marketing", "operator": "LIKE"}]},
        {"filters": [{"field": "name", "value": ["x"], "operator": "NOT_EQUALS"}]},
        {"filters": [{"value": ["x"]}]},
        {"date_filters": [{"start": "2024-06-01"}]},
    ):
        with pytest.raises(InvalidArguments) as caught:
            search(client, **wrong)
        assert caught.value.argument == next(iter(wrong))
    assert len(upstream.asked) == sent


@quirk("filesets.search_files", "directories are said to be listed too")
def test_directories_among_files_can_be_told(client: Client, upstream: Upstream) -> None:
    directory = {"id": "d", "path": "reports", "name": "reports", "fileType": "DIRECTORY", "size": None}
    files = [*example("filesets.search_files")["files"], directory]
    upstream.answers(told({"files": files, "pageContext": {"next": None}}))
    found = client.filesets.search_files("f-1")
    assert [file.is_directory for file in found] == [False, False, True]
    assert found.next_marker == ""


@quirk("filesets.delete_file_by_path", "titled")
def test_deleting_by_path_counts_as_deleting_whatever_is_below() -> None:
    declared = registry.get("filesets.delete_file_by_path")
    assert declared.destructive
    assert declared.reverse is None
    assert "everything below" in (declared.build.__doc__ or "")


@quirk("filesets.delete_file", "the answer is an object")
@quirk("filesets.delete", "the answer is an object", "whether the files go with it")
def test_a_deletion_that_did_not_succeed_is_an_error_although_it_came_with_200(
    client: Client, upstream: Upstream
) -> None:
    calls: list[Call] = [
        lambda client: client.filesets.delete_file("f-1", "2"),
        lambda client: client.filesets.delete_file_by_path("f-1", "a"),
        lambda client: client.filesets.delete("f-1"),
    ]
    for call in calls:
        upstream.answers(told({"status": "success", "message": "File deleted successfully."}))
        assert call(client).raw["status"] == "success"
        upstream.answers(Told(204, b"", {}))
        assert isinstance(call(client), Done)
        upstream.answers(told({"status": "failure", "message": "The file is locked."}))
        with pytest.raises(UnexpectedAnswer, match="locked"):
            call(client)
    assert registry.get("filesets.delete").destructive
    assert registry.get("filesets.delete").reverse is None


@quirk("filesets.search", "owner is text", "a leftover Python fragment")
@quirk("filesets.get", "the sample is shorter")
def test_filesets_are_read_from_all_samples(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(example("filesets.search")))
    found = client.filesets.search()
    assert found.total == 2
    assert (found[0].owner_id, found[0].created_by, found[0].file_count) == ("111111111", "111111111", 25)
    upstream.answers(told({**example("filesets.search")["fileSets"][0], "owner": 111111111}))
    assert client.filesets.get("f-1").owner_id == "111111111"
    upstream.answers(told(entries()["filesets.search"]["stray_example"]["example"]))
    long = client.filesets.get("f-1")
    assert (long.size, long.ai_enabled, long.connector, long.account_id) == (730812, True, "DOMO", "0")
    assert long.updated == datetime(2025, 6, 17, 20, 14, 13, 298781, tzinfo=UTC)
    upstream.answers(told(example("filesets.get")))
    short = client.filesets.get("f-1")
    assert (short.name, short.size, short.ai_enabled, short.owner_id) == ("Sample FileSet", None, None, "")


@quirk("filesets.create", "the success status is not given", "accountId and connectorContext cannot be changed")
def test_account_and_connector_are_said_at_creation_only(client: Client, upstream: Upstream) -> None:
    context = {"connector": "S3", "relativePath": "bucket/path"}
    for status in (200, 201):
        upstream.answers(told(example("filesets.create"), status))
        assert client.filesets.create("Papers", "12345", context, "All of them").name == "Sample FileSet"
        assert upstream.last.json == {
            "name": "Papers",
            "accountId": 12345,
            "connectorContext": context,
            "description": "All of them",
        }
    client.filesets.create("Papers")
    assert upstream.last.json == {"name": "Papers"}
    with pytest.raises(InvalidArguments, match="connector"):
        client.filesets.create("Papers", connector_context={"relativePath": "x"})
    with pytest.raises(InvalidArguments):
        client.call("filesets.update", fileset_id="f-1", name="Papers", account_id=7)


@quirk("filesets.update", "the update is a POST", "the sample answer still shows", "both fields are optional")
def test_an_update_sends_only_what_changes_and_does_not_believe_the_name_in_the_answer(
    client: Client, upstream: Upstream
) -> None:
    upstream.answers(told(example("filesets.update")))
    answer = client.filesets.update("f-1", name="Papers 2")
    assert (upstream.last.method, upstream.last.path) == ("POST", f"{BASE}/f-1")
    assert upstream.last.json == {"name": "Papers 2"}
    assert not hasattr(answer, "name")
    client.filesets.update("f-1", description="")
    assert upstream.last.json == {"description": ""}
    for wrong in ({}, {"name": ""}):
        with pytest.raises(InvalidArguments) as caught:
            client.filesets.update("f-1", **wrong)
        assert caught.value.argument == "name"


@quirk("filesets.search", "search shares its place")
def test_search_is_no_id_of_a_fileset(client: Client, upstream: Upstream) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.filesets.update("search", name="Papers")
    assert caught.value.argument == "fileset_id"
    assert upstream.asked == []


def test_a_raw_upload_takes_the_form_as_documented(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(example("filesets.upload_file")))
    body = {"createFileRequest": {"directoryPath": "reports"}}
    call = read_call("filesets.upload_file", {"fileset_id": "f-1"}, JsonBody(body, json.dumps(body)), RULES)
    client.exchange(call)
    assert json.loads(form_of(upstream.last)["createFileRequest"]) == {"directoryPath": "reports"}


def test_matches_of_another_version_of_the_api_can_be_read(client: Client, upstream: Upstream) -> None:
    match = {"content": {"text": "PTO", "type": "TEXT"}, "metadata": {"fileId": "7", "path": "a/b.pdf"}, "score": 0.4}
    upstream.answers(told({"matches": [match]}))
    (found,) = client.filesets.query_files("f-1", "benefit")
    assert (found.id, found.file.path, found.file.name, found.score) == ("7", "a/b.pdf", "b.pdf", 0.4)
    assert isinstance(found.file, FilesetFile)
