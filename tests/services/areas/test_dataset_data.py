"""The data of datasets: uploads in three stages, index, queries."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments, NoLongerWanted, NotFound, UnexpectedAnswer
from domoadmin.services.operations import RetrySafety, registry
from domoadmin.services.retry import RetryPolicy
from tests.services.conftest import Connecting
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, JSON, Told, Upstream, page, told

WHEN = datetime(2023, 3, 31, 14, 21, 13, tzinfo=UTC)
DECIDED_BODIES = {("datasets.commit_upload", 1): {"action": "APPEND", "index": True}}

no_bearing("datasets.query_sql", "path parameter and body field", "path and body are told apart by the example")
no_bearing("datasets.query_export", "no parameter table", "the example shows all there is")


@quirk(
    "datasets.create_upload",
    "three calls make one",
    "uploadId is a number",
    "requestedAsOf is epoch",
    "Append row answers",
)
@quirk("datasets.upload_part", "Content-Type is text/csv")
def test_an_upload_goes_out_as_documented(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"dataSourceId": "d1", "uploadId": 10, "requestedAsOf": 1680272473000}))
    upload = client.datasets.create_upload("d1")
    assert upstream.last.json == {"action": None, "appendId": None}
    assert (upload.upload_id, upload.requested) == ("10", WHEN)
    upstream.answers(Told(200))
    client.datasets.upload_part("d1", upload.upload_id, 1, lambda: iter([b"a,b\n", b"c,d\n"]), 8)
    part = upstream.last
    assert (part.method, part.path) == ("PUT", "/api/data/v3/datasources/d1/uploads/10/parts/1")
    assert part.headers["Content-Length"] == "8"
    assert "Transfer-Encoding" not in part.headers
    assert (part.headers["Content-Type"], part.headers["Accept"]) == ("text/csv", "application/json")
    assert part.body == b"a,b\nc,d\n"
    client.datasets.commit_upload("d1", upload.upload_id, "APPEND", index=True)
    assert upstream.last.json == {"action": "APPEND", "index": True}
    upstream.answers(told({}))
    with pytest.raises(UnexpectedAnswer, match="no id"):
        client.datasets.create_upload("d1")


@quirk("datasets.create_upload", "the partitioned form writes", "stage 1 of the partitioned", "restateDataTag is said")
@quirk("datasets.commit_upload", "restateDataTag is in the body here", "the partitioned section lists")
@quirk("datasets.upload_part", "the partitioned section calls")
def test_the_partitioned_variant_says_its_tag(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"uploadId": "12345"}))
    client.call("datasets.partition_get_upload_id", dataset_id="d1", restate_data_tag="2024 01")
    assert upstream.last.path.endswith("/uploads?restateDataTag=2024%2001")
    client.datasets.commit_upload("d1", 12345, "REPLACE", index=False, restate_data_tag="2024 01")
    assert upstream.last.json == {"action": "REPLACE", "index": False, "restateDataTag": "2024 01"}


def test_a_compressed_part_is_chunked_and_whole(connecting: Connecting, upstream: Upstream) -> None:
    rows = [b"%d,some text\n" % number for number in range(50_000)]
    size = sum(map(len, rows))
    connecting(gzip=True).datasets.upload_part("d1", "1", 1, lambda: iter(rows), size)
    assert upstream.last.headers["Content-Encoding"] == "gzip"
    assert upstream.last.headers["Transfer-Encoding"] == "chunked"
    assert gzip.decompress(upstream.last.body) == b"".join(rows)
    connecting().datasets.upload_part("d1", "1", 1, lambda: iter(rows))
    assert upstream.last.body == b"".join(rows)


def test_a_repeated_part_starts_anew(client: Client, upstream: Upstream) -> None:
    made = 0

    def body() -> Iterator[bytes]:
        nonlocal made
        made += 1
        yield b"row\n"

    upstream.answers(told({}, 502), CUT, told({}))
    client.datasets.upload_part("d1", "1", 1, body, 4)
    assert [asked.body for asked in upstream.asked] == [b"row\n"] * 3
    assert made == 3


@pytest.mark.parametrize("chunks", [[b"short"], [b"much", b"too", b"long"], [b"exactly-", b"x"], []])
def test_a_body_of_another_length_never_arrives_whole(client: Client, upstream: Upstream, chunks: list[bytes]) -> None:
    with pytest.raises(InvalidArguments, match="8 announced"):
        client.datasets.upload_part("d1", "1", 1, lambda: iter(chunks), 8)
    assert [asked for asked in upstream.asked if len(asked.body) == 8] == []


def test_what_the_body_raises_comes_through(client: Client) -> None:
    def body() -> Iterator[bytes]:
        yield b"x" * 1_000_000
        raise OSError("the staged file is gone")

    with pytest.raises(OSError, match="staged file"):
        client.datasets.upload_part("d1", "1", 1, body, 2_000_000)


@quirk("datasets.index", "one of two endpoints", "an empty dataIds")
@pytest.mark.parametrize(
    ("answer", "index_id"),
    [
        (told({"indexId": 42}), "42"),
        (told({"id": "x"}), "x"),
        (told({"index": {"id": 5}}), "5"),
        (told({"indexes": [{"indexId": 6}]}), "6"),
        (told([{"id": 7}]), "7"),
        (told(8), "8"),
        (told({}), None),
        (Told(200), None),
        (Told(200, b"OK", {"Content-Type": "text/plain"}), None),
        (Told(204), None),
    ],
)
def test_the_id_of_an_index_is_found_wherever_it_is(
    client: Client, upstream: Upstream, answer: Told, index_id: str | None
) -> None:
    upstream.answers(answer)
    assert client.datasets.index("d1").index_id == index_id
    assert (upstream.last.path, upstream.last.json) == ("/api/data/v3/datasources/d1/indexes", {"dataIds": []})
    client.datasets.index("d1", ["3", 4])
    assert upstream.last.json == {"dataIds": [3, 4]}


@quirk("datasets.index_progress", "where index_id comes from", "the path ends with statuses")
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (told({"status": "SUCCESS"}), "done"),
        (told({"state": "in progress"}), "running"),
        (told({"indexStatus": "FAILED", "message": "bad row"}), "failed"),
        (told([{"status": "SUCCESS"}, {"status": "RUNNING"}]), "running"),
        (told({"statuses": [{"status": "SUCCESS"}, {"status": "ERROR", "message": "bad row"}]}), "failed"),
        (told({"complete": False}), "running"),
        (told({"completed": True}), "done"),
        (told("DONE"), "done"),
        (told({"something": 1}), "unknown"),
        (Told(200), "unknown"),
    ],
)
def test_the_progress_of_an_index(client: Client, upstream: Upstream, answer: Told, state: str) -> None:
    upstream.answers(answer)
    found = client.datasets.index_progress("d1", 42)
    assert upstream.last.path == "/api/data/v3/datasources/d1/indexes/42/statuses"
    assert found.state == state
    assert found.message == ("bad row" if state == "failed" else "")


@quirk("datasets.query_sql", "read-only although", "answers a list of objects", "the table name in the SQL")
@quirk(
    "datasets.query_export", "the Endpoint line", "read-only although", "includeHeader is described", "answers columns"
)
@quirk("datasets.query_export", "the SQL names the dataset id")
def test_queries_give_rows_in_each_shape(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{"a": 1, "b": None}, {"a": 2, "b": "x"}]))
    assert client.datasets.query_sql("d1", "select 1") == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]
    assert (upstream.last.path, upstream.last.json) == ("/api/query/v1/execute/d1", {"sql": "select 1"})
    assert not registry.get("datasets.query_sql").mutates
    assert not registry.get("datasets.query_export").mutates
    table = {
        "columns": ["a", "b"],
        "metadata": [{"type": "LONG"}, {"type": "STRING"}],
        "rows": [[1, "x"]],
        "numRows": 1,
    }
    upstream.answers(told(table))
    found = client.datasets.query_export("d1", "select 1")
    assert upstream.last.path == "/api/query/v1/execute/export/d1?includeHeader=true"
    assert (found.columns, found.types, found.rows, found.row_count) == (("a", "b"), ("LONG", "STRING"), [[1, "x"]], 1)
    assert client.datasets.query_sql("d1", "select 1") == [{"a": 1, "b": "x"}]
    upstream.answers(Told(200, b'a,b\r\n1,"x\ny"\r\n', {"Content-Type": "text/csv"}))
    assert client.datasets.query_export("d1", "select 1").rows == [["1", "x\ny"]]


@pytest.mark.parametrize(
    "answer",
    [
        told(
            {
                "datasource": "d",
                "columns": ["n", "t"],
                "numColumns": 2,
                "rows": [[n, "é" * 50] for n in range(9000)],
                "numRows": 9000,
            }
        ),
        told([{"n": n, "t": "é" * 50} for n in range(9000)]),
    ],
)
def test_an_export_streams_its_rows(client: Client, upstream: Upstream, answer: Told) -> None:
    upstream.answers(told({}, 503), answer)
    with client.datasets.exported("d1", "select *") as export:
        assert export.columns == ("n", "t")
        rows = list(export.rows())
    assert (len(rows), rows[8999]) == (9000, [8999, "é" * 50])


def test_an_export_of_csv_and_an_empty_one(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b'\xef\xbb\xbfa,b\r\n1,"x\ny"\r\n2,', {"Content-Type": "text/csv"}))
    with client.datasets.exported("d1", "select *") as export:
        assert (export.columns, list(export.rows())) == (("a", "b"), [["1", "x\ny"], ["2", ""]])
    upstream.answers(told({"columns": ["a"], "rows": [], "numRows": 0}))
    with client.datasets.exported("d1", "select *") as export:
        assert (export.columns, list(export.rows())) == (("a",), [])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (told({"message": "no such dataset"}, 404), NotFound),
        (Told(200, b'{"columns":["a"],"rows":[[1],[2', JSON), UnexpectedAnswer),
        (told({"status": "odd"}), UnexpectedAnswer),
        (Told(200, b"\xff\xfe", JSON), UnexpectedAnswer),
        (
            Told(
                200,
                b'{"columns":["a"],"rows":[[1],[2]',
                {**JSON, "Content-Length": "5000"},
            ),
            AnswerLost,
        ),
        (page("<title>Domo - Blocked</title>"), Exception),
    ],
)
def test_a_broken_export_is_told(
    connecting: Connecting, upstream: Upstream, answer: Told, kind: type[Exception]
) -> None:
    upstream.answers(answer)
    client = connecting(retry=RetryPolicy(attempts=1), read_seconds=0.5)
    with pytest.raises(kind), client.datasets.exported("d1", "select *") as export:
        list(export.rows())


@quirk("datasets.create_upload", "three sections share", "Append row asks for values")
def test_appending_a_row_opens_an_upload_for_its_part(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"uploadId": 10}))
    client.call("datasets.append_row", dataset_id="d1", message="Uploading")
    assert (upstream.last.path, upstream.last.json) == (
        "/api/data/v3/datasources/d1/uploads",
        {"action": "APPEND", "appendId": "latest", "message": "Uploading"},
    )


@quirk("datasets.upload_part", "one example has no header row", "parts may be sent in parallel")
def test_parts_go_as_they_are_and_count_from_one(client: Client, upstream: Upstream) -> None:
    client.datasets.upload_part("d1", 10, 1, lambda: iter([b"1,x\n"]))
    assert upstream.last.body == b"1,x\n"
    with pytest.raises(InvalidArguments, match="part must be at least 1"):
        client.datasets.upload_part("d1", 10, 0, lambda: iter([b""]))


@quirk("datasets.commit_upload", "index is the text", "REPLACE wipes")
@pytest.mark.parametrize(("index", "sent"), [(True, True), ("true", True), ("false", False), (False, False)])
def test_the_index_flag_of_a_commit_is_sent_as_a_boolean(
    client: Client, upstream: Upstream, index: Any, sent: bool
) -> None:
    client.datasets.commit_upload("d1", 10, "REPLACE", index)
    assert upstream.last.json == {"action": "REPLACE", "index": sent}
    operation = registry.get("datasets.commit_upload")
    assert (operation.destructive, operation.retry_safety) == (True, RetrySafety.VERIFIABLE)


@quirk("datasets.reindex", "one of two endpoints")
def test_the_other_index_call_has_no_body(client: Client, upstream: Upstream) -> None:
    client.datasets.reindex("d1")
    assert (upstream.last.method, upstream.last.path, upstream.last.body) == (
        "POST",
        "/api/query/v1/datasources/d1",
        b"",
    )


def test_an_export_takes_csv_and_keeps_every_digit_of_json(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b'{"columns":["a"],"rows":[[12345678901234.567890],[-0.50],[7]]}', JSON))
    with client.datasets.exported("d1", "select *") as export:
        assert [getattr(value, "text", value) for [value] in export.rows()] == ["12345678901234.567890", "-0.50", 7]
    headers = {name.lower(): value for name, value in upstream.asked[-1].headers.items()}
    assert headers["accept"] == "text/csv, application/json;q=0.9"


def test_an_answer_that_nobody_waits_for_any_more_is_given_up(client: Client, upstream: Upstream) -> None:
    answering = threading.Event()
    upstream.answers(Told(200, b'{"columns":["a"],"rows":[[1]]}', JSON, hold=answering))
    with client.while_wanted(lambda: not upstream.asked), pytest.raises(NoLongerWanted):
        client.datasets.query_export("d1", "select *")
    answering.set()
    assert client.datasets.query_export("d1", "select *").rows == [[1]]
    assert len(upstream.asked) == 2
