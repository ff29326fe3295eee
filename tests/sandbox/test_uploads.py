"""Uploads: three stages, all or nothing."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.clients import DatasetClient, dataset_id
from tests.sandbox_process import SandboxProcess


def test_an_upload_in_several_parts_becomes_rows_in_order(dataset: DatasetClient) -> None:
    upload = dataset.open()
    assert dataset.put(upload, 2, b'"third, with\nbreak",3,2026-01-03').status_code == 200
    assert dataset.put(upload, 1, b"first,1,2026-01-01\nsecond,2,2026-01-02\n").status_code == 200
    answer = dataset.commit(upload)
    assert answer.status_code == 200
    dataset.wait_for_index(answer.json()["indexId"])
    assert dataset.rows() == [
        ["first", 1, "2026-01-01"],
        ["second", 2, "2026-01-02"],
        ["third, with\nbreak", 3, "2026-01-03"],
    ]
    assert dataset.metadata()["rowCount"] == 3
    assert [version["numRows"] for version in dataset.versions()] == [3]


def test_empty_text_and_null_are_told_apart(dataset: DatasetClient) -> None:
    dataset.upload(b',,\n"",5,\n\\N,6,2026-02-01\n')
    assert dataset.rows() == [["", None, None], ["", 5, None], [None, 6, "2026-02-01"]]


def test_backslash_n_is_null_in_numbers_and_dates_too(dataset: DatasetClient) -> None:
    dataset.upload(b"a,\\N,\\N\n,7,2026-02-01\n")
    assert dataset.rows() == [["a", None, None], ["", 7, "2026-02-01"]]


def test_append_keeps_and_replace_drops_earlier_rows(dataset: DatasetClient) -> None:
    dataset.upload(b"a,1,2026-01-01\n")
    dataset.upload(b"b,2,2026-01-02\n", action="APPEND")
    assert [row[0] for row in dataset.rows()] == ["a", "b"]
    dataset.upload(b"c,3,2026-01-03\n", action="REPLACE")
    assert [row[0] for row in dataset.rows()] == ["c"]
    assert dataset.metadata()["rowCount"] == 1
    assert len(dataset.versions()) == 3


def test_append_to_a_generated_dataset_counts_both(client: httpx.Client) -> None:
    dataset = DatasetClient(client, dataset_id(client, "Supplier scorecard"))
    before = dataset.metadata()["rowCount"]
    columns = client.get(f"/api/data/v2/datasources/{dataset.id}/schemas/latest").json()["schema"]["columns"]
    dataset.upload(b"," * (len(columns) - 1) + b"\n", action="APPEND")
    assert dataset.metadata()["rowCount"] == before + 1
    assert dataset.query("SELECT COUNT(*) AS n FROM table")[0]["n"] == before + 1


def test_queries_see_only_indexed_rows(dataset: DatasetClient) -> None:
    upload = dataset.open()
    dataset.put(upload, 1, b"a,1,2026-01-01\n")
    assert "indexId" not in dataset.commit(upload, index="false").json()
    assert dataset.metadata()["rowCount"] == 1
    assert dataset.rows() == []
    answer = dataset.client.post(f"{dataset.path}/indexes", json={"dataIds": []}).json()
    assert dataset.index_status(answer["indexId"]) == "RUNNING"
    dataset.wait_for_index(answer["indexId"])
    assert dataset.rows() == [["a", 1, "2026-01-01"]]


def test_a_part_sent_again_takes_the_place_of_the_first(sandbox: SandboxProcess, dataset: DatasetClient) -> None:
    upload = dataset.open()
    dataset.put(upload, 1, b"wrong,1,2026-01-01\n")
    dataset.put(upload, 1, b"right,2,2026-01-01\n")
    dataset.commit(upload).raise_for_status()
    part = sandbox.stats()["uploads"][str(upload)]["parts"]["1"]
    assert part == {"accepted": 2, "bytes": 19}
    assert dataset.metadata()["rowCount"] == 1


@pytest.mark.parametrize("members", [1, 2])
def test_gzip_parts_are_unpacked(dataset: DatasetClient, members: int) -> None:
    content = b"".join(gzip.compress(b"a,%d,2026-01-01\n" % number * 50) for number in range(members))
    upload = dataset.open()
    assert dataset.put(upload, 1, content, Content_Encoding="gzip").json()["size"] == 50 * 15 * members
    dataset.commit(upload).raise_for_status()
    assert dataset.metadata()["rowCount"] == 50 * members


def test_a_gzip_part_without_length_is_taken_in_chunks(dataset: DatasetClient) -> None:
    packed = zlib.compressobj(wbits=31)

    def pieces() -> Iterator[bytes]:
        for number in range(500):
            yield packed.compress(b"row,%d,2026-01-01\n" % number)
        yield packed.flush()

    upload = dataset.open()
    path = f"{dataset.path}/uploads/{upload}/parts/1"
    dataset.client.put(path, content=pieces(), headers={"Content-Encoding": "gzip"}).raise_for_status()
    dataset.commit(upload).raise_for_status()
    assert dataset.metadata()["rowCount"] == 500


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b"a,1,2026-01-01\n" * 99, mtime=0)[:-12]])
def test_broken_gzip_is_refused_and_not_kept(dataset: DatasetClient, content: bytes) -> None:
    upload = dataset.open()
    answer = dataset.put(upload, 1, content, Content_Encoding="gzip")
    assert answer.status_code == 400
    assert "gzip" in answer.json()["message"]
    assert dataset.commit(upload).json()["message"] == f"Upload {upload} has no parts"


def test_a_hole_in_the_parts_is_refused_without_effect(dataset: DatasetClient) -> None:
    upload = dataset.open()
    for part in (1, 3):
        dataset.put(upload, part, b"a,1,2026-01-01\n")
    answer = dataset.commit(upload)
    assert answer.status_code == 400
    assert "part 2 is missing" in answer.json()["message"]
    assert dataset.versions() == []
    dataset.put(upload, 2, b"b,2,2026-01-01\n")
    assert dataset.commit(upload).status_code == 200


def test_a_second_commit_is_refused_without_effect(sandbox: SandboxProcess, dataset: DatasetClient) -> None:
    upload = dataset.open()
    dataset.put(upload, 1, b"a,1,2026-01-01\n")
    dataset.commit(upload, "APPEND").raise_for_status()
    again = dataset.commit(upload, "APPEND")
    assert again.status_code == 409
    assert "already committed" in again.json()["message"]
    assert len(dataset.versions()) == 1
    counted = sandbox.stats()["uploads"][str(upload)]
    assert (counted["commits_received"], counted["commits_effected"]) == (2, 1)
    assert dataset.put(upload, 2, b"b,2,2026-01-01\n").status_code == 409


@pytest.mark.parametrize(
    ("content", "part", "line", "words"),
    [
        (b"a,1,2026-01-01\nb,many,2026-01-01\n", 2, 2, "amount"),
        (b"a,1,2026-01-01\nb,2,2026-01-01\nc,3\n", 2, 3, "Columns"),
        (b"a,1,2026-13-01\n", 2, 1, "day"),
        (b"a,1,2026-01-01,extra\n", 2, 1, "Columns"),
    ],
)
def test_content_that_does_not_fit_is_refused_with_part_and_line(
    dataset: DatasetClient, content: bytes, part: int, line: int, words: str
) -> None:
    dataset.upload(b"kept,1,2026-01-01\n")
    upload = dataset.open()
    dataset.put(upload, 1, b"good,1,2026-01-01\n")
    dataset.put(upload, 2, content)
    answer = dataset.commit(upload)
    assert answer.status_code == 400
    message = answer.json()["message"]
    assert f"part {part}, line {line}" in message
    assert words in message
    assert "/" not in message.replace("2026-13-01", "")
    assert [row[0] for row in dataset.rows()] == ["kept"]
    assert len(dataset.versions()) == 1


def test_columns_added_later_are_empty_in_earlier_rows(dataset: DatasetClient) -> None:
    dataset.upload(b"a,1,2026-01-01\n")
    columns = [{"name": "amount", "id": "amount", "type": "DOUBLE"}, {"name": "site", "id": "site", "type": "STRING"}]
    path = f"/api/data/v2/datasources/{dataset.id}/schemas"
    dataset.client.post(path, json={"columns": columns, "objects": [], "views": []}).raise_for_status()
    dataset.upload(b"2.5,Venlo\n", action="APPEND")
    assert dataset.query("SELECT * FROM table") == [{"amount": 1.0, "site": None}, {"amount": 2.5, "site": "Venlo"}]


@pytest.mark.parametrize(
    ("action", "index", "words"), [("UPSERT", True, "action"), (None, True, "action"), ("APPEND", "maybe", "index")]
)
def test_a_commit_with_wrong_values_is_refused(dataset: DatasetClient, action: str, index: object, words: str) -> None:
    upload = dataset.open()
    dataset.put(upload, 1, b"a,1,2026-01-01\n")
    answer = dataset.commit(upload, action, index)
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_uploads_to_unknown_and_read_only_datasets_are_refused(client: httpx.Client) -> None:
    unknown = client.post("/api/data/v3/datasources/00000000-0000-4000-8000-000000000000/uploads", json={})
    assert unknown.status_code == 404
    found = client.get("/api/data/v3/datasources", params={"nameLike": "Trademark", "limit": 1}).json()["dataSources"]
    assert found[0]["permissions"] == "READ"
    refused = client.post(f"/api/data/v3/datasources/{found[0]['id']}/uploads", json={})
    assert refused.status_code == 403


@pytest.mark.parametrize("part", ["0", "x", "-1", "100001"])
def test_part_numbers_start_at_one(dataset: DatasetClient, part: str) -> None:
    answer = dataset.client.put(f"{dataset.path}/uploads/{dataset.open()}/parts/{part}", content=b"a,1,2026-01-01")
    assert answer.status_code == 400
