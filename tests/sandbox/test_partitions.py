"""Partitions: uploads with a tag, both listings, both ways of deleting, indexing of chosen versions."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.clients import DatasetClient, dataset_id


def _upload(dataset: DatasetClient, content: bytes, tag: str, *, in_query: bool = False) -> None:
    params = {"restateDataTag": tag} if in_query else {}
    opened = dataset.client.post(f"{dataset.path}/uploads/", params=params, json={"action": None, "appendId": None})
    upload = opened.json()["uploadId"]
    dataset.put(upload, 1, content).raise_for_status()
    body = {"action": "APPEND", "index": True} | ({} if in_query else {"restateDataTag": tag})
    answer = dataset.client.put(f"{dataset.path}/uploads/{upload}/commit", json=body)
    answer.raise_for_status()
    dataset.wait_for_index(answer.json()["indexId"])


def _listed(dataset: DatasetClient) -> list[str]:
    answer = dataset.client.get(f"/api/query/v1/datasources/{dataset.id}/partition")
    return [each["partitionId"] for each in answer.raise_for_status().json()]


def _search(client: httpx.Client, identifier: str, **body: Any) -> list[dict[str, Any]]:
    answer = client.post(f"/api/query/v1/datasources/{identifier}/partition/list", json=body)
    found: list[dict[str, Any]] = answer.raise_for_status().json()
    return found


def _months(dataset: DatasetClient) -> None:
    _upload(dataset, b"a,1,2026-01-01\n", "2026-01")
    _upload(dataset, b"b,2,2026-02-01\nc,3,2026-02-02\n", "2026-02", in_query=True)


def test_an_upload_with_a_tag_restates_its_partition_only(dataset: DatasetClient) -> None:
    _months(dataset)
    _upload(dataset, b"d,4,2026-02-03\n", "2026-02")
    assert sorted(row[0] for row in dataset.rows()) == ["a", "d"]
    assert [(each["partitionId"], each["rowCount"]) for each in _search(dataset.client, dataset.id)] == [
        ("2026-01", 1),
        ("2026-02", 1),
    ]


def test_data_that_is_marked_as_deleted_leaves_its_tag_behind(dataset: DatasetClient) -> None:
    _months(dataset)
    base = f"/api/query/v1/datasources/{dataset.id}"
    assert dataset.client.delete(f"{base}/tag/2026-02/data").status_code == 200
    assert _listed(dataset) == ["2026-01", "2026-02"]
    assert [each["partitionId"] for each in _search(dataset.client, dataset.id)] == ["2026-01"]
    assert len(dataset.rows()) == 3
    dataset.wait_for_index(dataset.client.post(base).json()["indexId"])
    assert [row[0] for row in dataset.rows()] == ["a"]
    assert dataset.client.delete(f"{base}/partition/2026-02").status_code == 200
    assert _listed(dataset) == ["2026-01"]


def test_deleting_a_tag_keeps_its_rows(dataset: DatasetClient) -> None:
    _months(dataset)
    path = f"/api/query/v1/datasources/{dataset.id}/partition/2026-01"
    assert dataset.client.delete(path).status_code == 200
    assert _listed(dataset) == ["2026-02"]
    assert dataset.metadata()["rowCount"] == 3
    again = dataset.client.delete(path)
    assert (again.status_code, again.json()["message"]) == (404, "Partition 2026-01 was not found")


def test_the_search_sorts_bounds_and_pages(client: httpx.Client) -> None:
    identifier = dataset_id(client, "POS transactions EU")
    newest: dict[str, Any] = {"fieldName": "datecompleted", "sortOrder": "DESC", "filterValues": {"MIN": None}}
    everything = _search(client, identifier, paginationFields=[newest], limit=100, offset=0)
    moments = [each["dateCompleted"] for each in everything]
    assert moments == sorted(moments, reverse=True)
    assert sum(each["rowCount"] for each in everything) == 612_480_113
    assert _search(client, identifier, paginationFields=[newest], limit=2, offset=1) == everything[1:3]
    newest["filterValues"] = {"MIN": moments[3], "MAX": moments[1]}
    assert _search(client, identifier, paginationFields=[newest]) == everything[1:4]
    wrong = client.post(f"/api/query/v1/datasources/{identifier}/partition/list", json={"limit": "many"})
    assert (wrong.status_code, wrong.json()["message"]) == (400, "limit must be a whole number")


def test_data_versions_for_magic(client: httpx.Client) -> None:
    identifier = dataset_id(client, "POS transactions EU")
    path = "/api/dataprocessing/v2/dataflows/data-version-hydrate"
    window = {"type": "EXPRESSION", "expression": "1=1"}
    body = {"id": "", "type": "LoadFromVault", "dataSourceId": identifier, "versionWindow": window}
    pages = [
        client.post(path, params={"engine": "MAGIC", "limit": 20, "offset": offset}, json=body).json()
        for offset in (0, 20)
    ]
    listed = client.get(f"/api/data/v3/datasources/{identifier}/dataversions/details").json()
    assert [*pages[0], *pages[1]] == listed
    assert listed[0]["dataTag"] < listed[-1]["dataTag"]
    assert client.post(path, json={**body, "dataSourceId": ""}).status_code == 400
    assert client.post(path, params={"engine": "SPARK"}, json=body).status_code == 400


def test_only_the_versions_asked_for_are_indexed(dataset: DatasetClient) -> None:
    for name in (b"a", b"b"):
        upload = dataset.open()
        dataset.put(upload, 1, name + b",1,2026-01-01\n")
        dataset.commit(upload, "APPEND", index=False).raise_for_status()
    second = dataset.versions()[1]["dataId"]
    answer = dataset.client.post(f"{dataset.path}/indexes", json={"dataIds": [second]})
    dataset.wait_for_index(answer.json()["indexId"])
    assert [row[0] for row in dataset.rows()] == ["b"]
    unknown = dataset.client.post(f"{dataset.path}/indexes", json={"dataIds": [77]})
    assert (unknown.status_code, "77" in unknown.json()["message"]) == (400, True)


def test_a_row_is_appended_with_the_values_of_the_table(dataset: DatasetClient) -> None:
    answer = dataset.client.post(f"{dataset.path}/uploads", json={"values": "a|1|2026-01-01", "delimiter": "|"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert dataset.metadata()["rowCount"] == 1
    assert dataset.client.post(f"{dataset.path}/uploads", json={"values": "a,x,2026-01-01"}).status_code == 400


def test_some_datasets_come_close_to_the_limit_and_some_keep_weeks_of_versions(client: httpx.Client) -> None:
    identifier = dataset_id(client, "Web orders")
    pages = [_search(client, identifier, limit=200, offset=offset) for offset in (0, 200)]
    rows = client.get(f"/api/data/v3/datasources/{identifier}").json()["rowCount"]
    assert [len(page) for page in pages] == [200, 112]
    assert sum(each["rowCount"] for page in pages for each in page) == rows
    sql = f"SELECT COUNT(*) FROM `{identifier}`"
    assert client.post(f"/api/query/v1/execute/export/{identifier}", json={"sql": sql}).json()["rows"] == [[rows]]
    identifier = dataset_id(client, "FX rates daily")
    listed = client.get(f"/api/data/v2/datasources/{identifier}/dataversions").json()
    assert len(listed) == 32
    assert {each["uploadStatus"] for each in listed} == {"success", "error"}
    details = client.get(f"/api/data/v3/datasources/{identifier}/dataversions/details").json()
    assert [each["dataId"] for each in details if each["active"]] == [32]
