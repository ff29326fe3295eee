"""Datasets of the sandbox with versions and partitions, loaded beside DomoAdmin."""

from __future__ import annotations

from typing import Any

from tests.apps.data.support import LIST, create_dataset
from tests.sandbox_process import SandboxProcess


def loaded(sandbox: SandboxProcess, *rows: int, action: str = "REPLACE", name: str = "Footfall") -> str:
    """Create a dataset and load it once for each number of rows."""
    dataset = create_dataset(sandbox, name)
    for count in rows:
        load(sandbox, dataset, count, action)
    return dataset


def load(sandbox: SandboxProcess, dataset: str, rows: int, action: str = "REPLACE", tag: str = "") -> None:
    """Upload so many rows in one part, to a partition if there is a tag."""
    base = f"/api/data/v3/datasources/{dataset}/uploads"
    with sandbox.client() as client:
        upload = client.post(base, json={"action": None, "appendId": None}).json()["uploadId"]
        part = b"".join(b"row %d\n" % number for number in range(rows))
        client.put(f"{base}/{upload}/parts/1", content=part, headers={"Content-Type": "text/csv"}).raise_for_status()
        body = {"action": action, "index": True} | ({"restateDataTag": tag} if tag else {})
        client.put(f"{base}/{upload}/commit", json=body).raise_for_status()


def partitioned(sandbox: SandboxProcess, **rows: int) -> str:
    """Create a dataset with a partition for each keyword; the names begin with an underscore, which goes."""
    dataset = create_dataset(sandbox, "Footfall by month")
    for tag, count in rows.items():
        load(sandbox, dataset, count, "APPEND", tag.lstrip("_"))
    return dataset


def versions_of(sandbox: SandboxProcess, dataset: str) -> list[int]:
    """Return the ids of the data versions that the sandbox still lists."""
    with sandbox.client() as client:
        listed: list[dict[str, Any]] = client.get(f"/api/data/v2/datasources/{dataset}/dataversions").json()
    return [version["dataId"] for version in listed]


def tags_of(sandbox: SandboxProcess, dataset: str) -> list[str]:
    """Return the partitions that the sandbox lists."""
    with sandbox.client() as client:
        listed = client.get(f"/api/query/v1/datasources/{dataset}/partition").json()
    return sorted(each["partitionId"] for each in listed)


def with_data(sandbox: SandboxProcess, dataset: str) -> dict[str, int]:
    """Return the rows of the partitions that have data."""
    with sandbox.client() as client:
        found = client.post(f"/api/query/v1/datasources/{dataset}/partition/list", json={"limit": 500}).json()
    return {each["partitionId"]: each["rowCount"] for each in found}


def page(dataset: str, rest: str) -> str:
    """Return the address of a page of the slice."""
    return f"{LIST}{dataset}/{rest}"
