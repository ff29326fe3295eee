"""A few lines that most tests of the sandbox need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.waiting import wait_until


def hits(client: httpx.Client, query: str = "*", **body: Any) -> dict[str, Any]:
    """The answer of a dataset search."""
    answer = client.post("/api/search/v1/query", json={"query": query, "entityList": [["dataset"]], **body})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def names(client: httpx.Client, query: str = "*", **body: Any) -> list[str]:
    """The names of the datasets that a search finds."""
    return [hit["name"] for hit in hits(client, query, **body)["searchObjects"]]


def dataset_id(client: httpx.Client, name: str) -> str:
    """The id of the dataset with exactly this name."""
    found = hits(client, filters=[{"filterType": "term", "field": "name", "value": name}])["searchObjects"]
    assert len(found) == 1
    return str(found[0]["databaseId"])


@dataclass
class DatasetClient:
    """One dataset and the calls around its data."""

    client: httpx.Client
    id: str

    @classmethod
    def create(cls, client: httpx.Client, columns: dict[str, str], name: str = "Till corrections") -> DatasetClient:
        """Creates a dataset with these columns."""
        schema = {"columns": [{"name": name, "type": kind} for name, kind in columns.items()]}
        body = {"userDefinedType": "api", "dataSourceName": name, "schema": schema}
        answer = client.post("/api/data/v2/datasources", json=body)
        answer.raise_for_status()
        return cls(client, answer.json()["dataSource"]["id"])

    @property
    def path(self) -> str:
        return f"/api/data/v3/datasources/{self.id}"

    def open(self) -> int:
        """Stage 1."""
        answer = self.client.post(f"{self.path}/uploads", json={"action": None, "appendId": None})
        answer.raise_for_status()
        return int(answer.json()["uploadId"])

    def put(self, upload: int, part: int, content: bytes, **headers: str) -> httpx.Response:
        """Stage 2."""
        sent = {"Content-Type": "text/csv", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.put(f"{self.path}/uploads/{upload}/parts/{part}", content=content, headers=sent)

    def commit(self, upload: int, action: str = "REPLACE", index: Any = True) -> httpx.Response:
        """Stage 3."""
        return self.client.put(f"{self.path}/uploads/{upload}/commit", json={"action": action, "index": index})

    def upload(self, *parts: bytes, action: str = "REPLACE") -> None:
        """All stages, up to the end of indexing."""
        upload = self.open()
        for number, part in enumerate(parts, start=1):
            self.put(upload, number, part).raise_for_status()
        answer = self.commit(upload, action)
        answer.raise_for_status()
        self.wait_for_index(answer.json()["indexId"])

    def index_status(self, index_id: str) -> str:
        """What Index Dataset Progress says."""
        answer = self.client.get(f"{self.path}/indexes/{index_id}/statuses")
        answer.raise_for_status()
        return str(answer.json()["status"])

    def wait_for_index(self, index_id: str) -> None:
        """Returns when indexing is done."""
        wait_until(lambda: self.index_status(index_id) == "SUCCESS", "indexed")

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Rows as objects."""
        answer = self.client.post(f"/api/query/v1/execute/{self.id}", json={"sql": sql})
        answer.raise_for_status()
        rows: list[dict[str, Any]] = answer.json()
        return rows

    def rows(self) -> list[list[Any]]:
        """All rows that queries see, in order."""
        return [list(row.values()) for row in self.query(f"SELECT * FROM `{self.id}`")]

    def metadata(self) -> dict[str, Any]:
        """Get Metadata."""
        answer = self.client.get(self.path)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def versions(self) -> list[dict[str, Any]]:
        """Listing Dataset Versions."""
        answer = self.client.get(f"/api/data/v2/datasources/{self.id}/dataversions")
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found
