"""The history of a dataset's data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import registry
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

WHEN = datetime(2023, 3, 31, 14, 21, 13, tzinfo=UTC)
no_bearing("dataset_history.list_versions", "the cURL sample uses", "the host is a setting of the connection")

VERSION = {
    "dataId": 3,
    "uploadStatus": "SUCCESS",
    "numRows": 18,
    "numBytes": 458,
    "recordedDate": "2023-03-31T14:21:13Z",
}


@quirk("dataset_history.list_versions", "dataId is the version id", "not the same as", "no paging")
@quirk("datasets.list_data_versions", "not the same as")
@pytest.mark.parametrize("answer", [[VERSION], {"dataVersions": [VERSION]}, {"anything": [VERSION], "total": 1}])
def test_data_versions_are_read_tolerantly(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    for found in (client.dataset_history.list_versions("d1"), client.datasets.list_data_versions("d1")):
        version = found[0]
        assert (version.data_id, version.upload_status, version.row_count) == ("3", "success", 18)
        assert (version.byte_count, version.recorded, version.completed) == (458, WHEN, None)
    assert [asked.path for asked in upstream.asked] == [
        "/api/data/v2/datasources/d1/dataversions",
        "/api/data/v3/datasources/d1/dataversions/details",
    ]
    assert registry.get("dataset_history.list_versions").paging is None


@quirk("dataset_history.delete_versions", "destructive and cannot", "use index=true", "the example request leaves")
@quirk("dataset_history.delete_versions", "DELETE with a JSON body", "success is 200")
def test_deleting_versions_says_whether_queries_lose_the_rows(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200))
    client.dataset_history.delete_versions("d1", ["2", 3])
    assert (upstream.last.method, upstream.last.path, upstream.last.json) == (
        "DELETE",
        "/api/data/v2/datasources/d1/dataversions?index=true",
        [2, 3],
    )
    client.dataset_history.delete_versions("d1", [2], index=False)
    assert upstream.last.path.endswith("?index=false")
    operation = registry.get("dataset_history.delete_versions")
    assert (operation.destructive, operation.reverse) == (True, None)
    with pytest.raises(InvalidArguments, match="data_ids must not be empty"):
        client.dataset_history.delete_versions("d1", [])
