"""Partitions of datasets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domoadmin.reference import entries
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import registry
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Asked, Told, Upstream, told

WHEN = datetime(2023, 3, 31, 14, 21, 13, tzinfo=UTC)
no_bearing("datasets.delete_partition_tag", "Magic 2.0 has a limit", "a limit of another part of Domo")


@quirk("datasets.list_partitions", "no row counts", "does not tell partitions")
@pytest.mark.parametrize(
    "answer", [["2024-01"], [{"partitionId": "2024-01"}], {"partitions": [{"dataTag": "2024-01"}]}]
)
def test_a_partition_of_the_list_has_a_tag_and_no_counts(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    (found,) = client.datasets.list_partitions("d1")
    assert upstream.last.path == "/api/query/v1/datasources/d1/partition"
    assert (found.id, found.row_count, found.status) == ("2024-01", None, "")


@quirk("datasets.search_partitions", "read-only although", "limit and offset are in the body", "fieldName is lower")
def test_a_search_of_partitions_pages_in_its_body(client: Client, upstream: Upstream) -> None:
    def script(asked: Asked) -> Told:
        sent = asked.json
        numbers = range(sent["offset"], min(5, sent["offset"] + sent["limit"]))
        return told([{"partitionId": f"p{n}", "rowCount": n, "dateCompleted": 1680272473000} for n in numbers])

    upstream.script(script)
    fields = entries()["datasets.search_partitions"]["body"]["example"]["paginationFields"]
    found = list(client.walk("datasets.search_partitions", dataset_id="d1", pagination_fields=fields, limit=2))
    assert [(each.id, each.row_count) for each in found] == [(f"p{n}", n) for n in range(5)]
    assert found[0].completed == WHEN
    assert [asked.json["offset"] for asked in upstream.asked] == [0, 2, 4]
    assert upstream.last.json["paginationFields"] == fields
    assert upstream.last.path == "/api/query/v1/datasources/d1/partition/list"
    assert not registry.get("datasets.search_partitions").mutates
    with pytest.raises(InvalidArguments, match="sortOrder that must be ASC or DESC"):
        client.datasets.search_partitions("d1", [{"fieldName": "datecompleted", "sortOrder": "UP"}])


@quirk(
    "datasets.hydrate_data_versions", "read-only although", "the dataset is not in the path", "engine, limit and offset"
)
def test_versions_for_magic_are_asked_for_in_the_body_and_paged_in_the_query(
    client: Client, upstream: Upstream
) -> None:
    upstream.answers(told([{"dataId": 3, "numRows": 18}]))
    assert client.datasets.hydrate_data_versions("d1", limit=10, offset=20)[0].data_id == "3"
    assert upstream.last.path == (
        "/api/dataprocessing/v2/dataflows/data-version-hydrate?engine=MAGIC&limit=10&offset=20"
    )
    assert upstream.last.json == {
        "id": "",
        "type": "LoadFromVault",
        "dataSourceId": "d1",
        "versionWindow": {"type": "EXPRESSION", "expression": "1=1"},
    }
    assert not registry.get("datasets.hydrate_data_versions").mutates


@quirk("datasets.delete_data_version", "only marks the data version", "path segment tag here")
@quirk("datasets.delete_partition_tag", "the partition disappears")
def test_data_and_tag_of_a_partition_are_deleted_by_two_calls(client: Client, upstream: Upstream) -> None:
    client.datasets.delete_data_version("d1", "2024/01 x")
    client.datasets.delete_partition_tag("d1", "2024/01 x")
    assert [(asked.method, asked.path) for asked in upstream.asked] == [
        ("DELETE", "/api/query/v1/datasources/d1/tag/2024%2F01%20x/data"),
        ("DELETE", "/api/query/v1/datasources/d1/partition/2024%2F01%20x"),
    ]
    for name in ("delete_data_version", "delete_partition_tag"):
        assert registry.get(f"datasets.{name}").destructive
