"""Exports to S3: one at a time, asynchronous, the earlier one while the data is the same."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.clients import DatasetClient, names
from tests.waiting import wait_until

BODY: dict[str, Any] = {
    "awsAccessKey": "AKIA2EXAMPLE",
    "awsAccessSecret": "not-a-real-secret",
    "bucket": "halden-outdoor-exports",
    "path": "reviews/",
    "region": "eu-north-1",
    "queryRequest": {
        "includeBOM": True,
        "useCache": True,
        "query": {
            "columns": [{"column": "name", "exprType": "COLUMN"}],
            "groupByColumns": [],
            "orderByColumns": [],
        },
    },
}


def _path(dataset: DatasetClient) -> str:
    return f"/api/query/v1/export/{dataset.id}"


def _finished(dataset: DatasetClient, body: dict[str, Any]) -> dict[str, Any]:
    """Exports and waits for the end."""
    started = dataset.client.post(_path(dataset), json=body).raise_for_status().json()
    assert (started["exportStatus"], started["finished"]) == ("none", None)

    def newest() -> dict[str, Any]:
        first: dict[str, Any] = dataset.client.get(_path(dataset)).raise_for_status().json()[0]
        return first

    wait_until(lambda: newest()["exportStatus"] != "none", "the export is over")
    assert newest()["exportId"] == started["exportId"]
    return newest()


def test_an_export_ends_and_stays_while_the_data_is_the_same(dataset: DatasetClient) -> None:
    assert dataset.client.get(_path(dataset)).json() == []
    dataset.upload(b"a,1,2026-01-01\nb,2,2026-01-02\n")
    done = _finished(dataset, BODY)
    assert done["exportStatus"] == "success"
    ((url, rows),) = done["urlRowCountMap"].items()
    assert (url.startswith("s3://halden-outdoor-exports/reviews/"), rows) == (True, 2)
    assert dataset.client.post(_path(dataset), json=BODY).json() == done
    dataset.upload(b"c,3,2026-01-03\n", action="APPEND")
    started = dataset.client.post(_path(dataset), json=BODY).json()
    assert started["exportId"] != done["exportId"]
    second = dataset.client.post(_path(dataset), json=BODY)
    assert (second.status_code, "under way" in second.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"region": "us-east-1"}, "PermanentRedirect"), ({"bucket": "halden-legal-hold"}, "AccessDenied")],
)
def test_a_bucket_elsewhere_or_locked_ends_in_an_error(
    dataset: DatasetClient, changes: dict[str, Any], code: str
) -> None:
    dataset.upload(b"a,1,2026-01-01\n")
    done = _finished(dataset, BODY | changes)
    assert (done["exportStatus"], done["errorCode"], done["urlRowCountMap"]) == ("error", code, {})
    assert done["bucket"] in done["message"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"awsAccessSecret": ""}, "awsAccessSecret is required"),
        ({"bucket": "No Bucket"}, "is no bucket"),
        ({"region": "north"}, "is no region"),
        ({"awsAccessKey": "ASIA2EXAMPLE"}, "session token"),
        ({"queryRequest": {"query": {"columns": [{"column": "Sex of Patient"}]}}}, "Sex of Patient"),
    ],
)
def test_requests_are_checked(dataset: DatasetClient, changes: dict[str, Any], words: str) -> None:
    answer = dataset.client.post(_path(dataset), json=BODY | changes)
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_secrets_are_not_kept(dataset: DatasetClient) -> None:
    answer = dataset.client.post(_path(dataset), json={**BODY, "queryRequest": None})
    assert "not-a-real-secret" not in answer.text + dataset.client.get(_path(dataset)).text


def test_what_nobody_may_export_and_unknown_datasets(client: httpx.Client) -> None:
    page = client.get("/api/data/v3/datasources", params={"nameLike": "Litigation reserves", "limit": 1}).json()
    assert names(client, "Litigation reserves")
    identifier = page["dataSources"][0]["id"]
    assert client.post(f"/api/query/v1/export/{identifier}", json=BODY).status_code == 403
    assert client.get("/api/query/v1/export/nothing-like-it").status_code == 404
