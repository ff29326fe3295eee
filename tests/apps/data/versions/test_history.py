"""Which versions are in use, told by the upstream or reckoned from the row counts; what matches a clean-up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.connections.models import Connection
from apps.data.versions.history import read_history
from apps.data.versions.partitions import Entry, Gauge, PartitionSet, read_partitions
from apps.data.versions.selection import PARTITIONS, VERSIONS, matching_partitions, matching_versions
from apps.jobs.bulk import SelectionRefused
from domoadmin.services.errors import UpstreamError
from tests.apps.data.support import LIST, text_of
from tests.clients import client_with_role
from tests.services.upstream import Asked, Told, Upstream, told

ID = "0dbe6a6a-5588-4a1e-9db4-989ca98762a5"
MISSING = told({"status": 404, "message": "No such path", "toe": "DOC-404"}, 404)
NOW = datetime.now(UTC)


def version(number: int, rows: int, status: str = "success", days: int | None = None) -> dict[str, Any]:
    """Return a version as the document of the history shows it."""
    at = (NOW - timedelta(days=100 - number if days is None else days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    times = {"recordedDate": at, "uploadCompletedDate": at}
    return {"schemaId": 5, "dataId": number, "uploadStatus": status, **times, "numRows": rows, "numBytes": rows * 9}


def documented(upstream: Upstream, rows: int, *versions: dict[str, Any], details: Any = None) -> None:
    """Let the upstream answer what the documents show, and nothing else."""
    answers = {
        f"/api/data/v2/datasources/{ID}/dataversions": told(list(versions)),
        f"/api/data/v3/datasources/{ID}/dataversions/details": MISSING if details is None else told(details),
        f"/api/data/v3/datasources/{ID}": told({"id": ID, "name": "Guests", "rowCount": rows}),
    }

    def answer(asked: Asked) -> Told:
        return answers.get(asked.path.partition("?")[0], MISSING)

    upstream.script(answer)


def roles(connection: Connection) -> dict[str, str]:
    return {row.data_id: row.role for row in read_history(connection.client(), ID).rows}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (499, {"3": "older", "4": "older", "5": "newest"}),
        (517, {"3": "older", "4": "active", "5": "newest"}),
        (528, {"3": "active", "4": "active", "5": "newest"}),
        (600, {"3": "unknown", "4": "unknown", "5": "newest"}),
    ],
    ids=["replaced", "appended once", "appended", "do not add up"],
)
def test_what_is_in_use_is_reckoned_where_nobody_tells(
    other_hands: Connection, upstream: Upstream, rows: int, expected: dict[str, str]
) -> None:
    documented(upstream, rows, version(3, 11), version(4, 18), version(5, 499))
    assert roles(other_hands) == expected


def test_a_failed_load_is_never_the_newest_and_never_in_use(other_hands: Connection, upstream: Upstream) -> None:
    documented(upstream, 18, version(3, 11), version(4, 18), version(5, 0, "error"), version(6, 0, "processing"))
    assert roles(other_hands) == {"3": "older", "4": "newest", "5": "older", "6": "processing"}


def test_the_two_listings_are_put_together(other_hands: Connection, upstream: Upstream) -> None:
    details = [
        {"dataId": "4", "uploadId": 77, "active": True, "indexed": True, "dataTag": "2026-01"},
        {"dataId": 2, "active": False, "rowCount": 5},
    ]
    documented(upstream, 18, version(4, 18), details=details)
    history = read_history(other_hands.client(), ID)
    assert (history.missing, history.roles_told_by) == ({}, "upstream")
    both, one = history.rows
    assert (both.data_id, both.upload_id, both.partition, both.row_count, len(both.listed_by)) == (
        "4", "77", "2026-01", 18, 2,
    )  # fmt: skip
    assert (one.data_id, one.listed_by, one.role) == ("2", ("GET Data Versions",), "newest")


def test_neither_listing_is_an_error_and_one_is_enough(other_hands: Connection, upstream: Upstream) -> None:
    documented(upstream, 18, version(4, 18))
    assert list(read_history(other_hands.client(), ID).missing) == ["GET Data Versions"]
    upstream.answers(MISSING)
    with pytest.raises(UpstreamError):
        read_history(other_hands.client(), ID)


def test_partitions_of_an_upstream_that_lacks_a_call(other_hands: Connection, upstream: Upstream) -> None:
    base = f"/api/query/v1/datasources/{ID}/partition"
    upstream.script(lambda asked: told(["2026-01", "2026-02"]) if asked.path == base else MISSING)
    found = read_partitions(other_hands.client(), ID)
    assert [(entry.tag, entry.has_data) for entry in found.entries.values()] == [("2026-02", None), ("2026-01", None)]
    assert "No such path" in found.problem
    rows = [{"partitionId": "2026-03", "rowCount": 7}]
    upstream.script(lambda asked: MISSING if asked.path == base else told(rows))
    assert [entry.row_count for entry in read_partitions(other_hands.client(), ID).entries.values()] == [7]


def test_hostile_ids_and_names_are_text(other_hands: Connection, upstream: Upstream) -> None:
    evil = "<script>alert(1)</script>/\"'?"
    documented(upstream, 1, {**version(4, 1), "dataId": evil, "uploadStatus": evil})
    text = text_of(client_with_role("steward").get(f"{LIST}{ID}/versions/"))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    rows = [{"partitionId": evil, "rowCount": 7, "dateCompleted": "soon"}]
    upstream.script(lambda asked: told(rows if asked.path.endswith("/list") else {"id": ID, "name": evil}))
    for rest in ("partitions/", "partitions/overview/", "panels/partitions/"):
        text = text_of(client_with_role("steward").get(f"{LIST}{ID}/{rest}"))
        assert "<script>alert" not in text


def test_a_clean_up_keeps_the_newest_and_what_is_in_use(other_hands: Connection, upstream: Upstream) -> None:
    documented(upstream, 29, version(3, 11, days=90), version(4, 11, days=40), version(5, 18, days=30))
    rows = read_history(other_hands.client(), ID).rows
    assert [row.role for row in rows] == ["newest", "active", "older"]

    def found(**asked: Any) -> list[str]:
        return [row.data_id for row in matching_versions(rows, asked)]

    assert found(keep=1) == ["3"]
    assert found(older=20) == ["3"]
    assert found(older=95) == []
    assert found() == ["5", "4", "3"]
    assert found(q="4") == ["4"]


def test_partitions_are_kept_by_day_or_by_name() -> None:
    entries = {
        tag: Entry(tag, data, 5, 50, NOW - timedelta(days=days) if data else None)
        for tag, days, data in (("a", 1, True), ("b", 50, True), ("c", 0, False))
    }
    partitions = PartitionSet(entries)

    def found(**asked: Any) -> list[str]:
        return [entry.tag for entry in matching_partitions(partitions, asked)]

    assert found(keep=1) == ["b", "c"]
    assert found(keep=1, order="name") == ["b", "a"]
    assert found(older=10) == ["b"]
    assert found(state="none") == ["c"]
    assert [entry.tag for entry in partitions.without_data] == ["c"]


@pytest.mark.parametrize(
    ("count", "css", "words"),
    [(36, "is-ok", "364 left"), (300, "is-warn", "100 left"), (380, "is-bad", "20 left"), (401, "is-bad", "1 more")],
)
def test_the_gauge_changes_its_colour_near_the_limit(count: int, css: str, words: str) -> None:
    gauge = Gauge(count)
    assert (gauge.css, words in gauge.words) == (css, True)


def test_a_selection_names_its_dataset_and_refuses_what_it_does_not_know() -> None:
    assert VERSIONS.clean_query({"dataset": "d1", "keep": "10", "page": "2"}) == {"dataset": "d1", "keep": "10"}
    assert VERSIONS.describe({"dataset": "d1", "keep": "10"}) == "versions, all but the newest 10, of dataset d1"
    for given, message in (
        ({}, "dataset: say which dataset"),
        ({"dataset": "d1", "keep": "0"}, "keep: "),
        ({"dataset": "d1", "colour": "red"}, "colour: there is no such filter"),
    ):
        with pytest.raises(SelectionRefused, match=message):
            PARTITIONS.clean_query(given)
