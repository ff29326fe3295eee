"""An upstream that answers just what the API document shows, and nothing where it shows nothing."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from tests.services.upstream import CUT, Asked, Told, told

NOTHING = Told(200, b"")
MISSING = told({"status": 404, "statusReason": "Not Found", "message": "No such path", "toe": "DOC-404"}, 404)


class DocumentsUpstream:
    """One dataset with two text columns. `versions`, `query`: whether those calls exist; `lose` the commit's answer."""

    dataset_id = "0dbe6a6a-5588-4a1e-9db4-989ca98762a5"

    def __init__(self, *, versions: bool = True, query: bool = True, lose: bool = False) -> None:
        self.versions, self.query, self.lose = versions, query, lose
        self.parts: dict[int, bytes] = {}
        self.rows: list[list[str]] = []
        self.history: list[dict[str, Any]] = []
        self.commits: list[Any] = []

    def __call__(self, asked: Asked) -> Told:
        """Answer one request."""
        path = asked.path.partition("?")[0]
        part = re.fullmatch(rf"/api/data/v3/datasources/{self.dataset_id}/uploads/10/parts/(\d+)", path)
        if part and asked.method == "PUT":
            assert asked.headers["Content-Type"] == "text/csv"
            self.parts[int(part[1])] = asked.body
            return NOTHING
        answers = {
            ("GET", f"/api/data/v3/datasources/{self.dataset_id}"): self._metadata,
            ("GET", f"/api/data/v2/datasources/{self.dataset_id}/schemas/latest"): self._schema,
            ("POST", f"/api/data/v3/datasources/{self.dataset_id}/uploads"): self._open,
            ("PUT", f"/api/data/v3/datasources/{self.dataset_id}/uploads/10/commit"): self._commit,
            ("POST", f"/api/data/v3/datasources/{self.dataset_id}/indexes"): lambda asked: NOTHING,
            ("GET", f"/api/data/v2/datasources/{self.dataset_id}/dataversions"): self._versions,
            ("POST", f"/api/query/v1/execute/export/{self.dataset_id}"): self._count,
        }
        answer = answers.get((asked.method, path))
        return MISSING if answer is None else answer(asked)

    def _metadata(self, asked: Asked) -> Told:
        return told({"id": self.dataset_id, "name": "Guests", "rowCount": len(self.rows), "permissions": "READ_WRITE"})

    def _schema(self, asked: Asked) -> Told:
        columns = [{"type": "STRING", "name": name, "id": name, "visible": True} for name in ("Friend", "Attending")]
        return told({"schema": {"columns": columns}})

    def _open(self, asked: Asked) -> Told:
        assert asked.json == {"action": None, "appendId": None}
        return told({"dataSourceId": self.dataset_id, "uploadId": 10, "requestedAsOf": 1654557838137})

    def _commit(self, asked: Asked) -> Told:
        self.commits.append(asked.json)
        assert sorted(self.parts) == list(range(1, len(self.parts) + 1))
        body = b"".join(self.parts[number] for number in sorted(self.parts)).decode()
        rows = list(csv.reader(io.StringIO(body, newline="")))
        self.rows = rows if asked.json["action"] == "REPLACE" else [*self.rows, *rows]
        moment = "2023-03-31T14:21:13Z"
        self.history.append(
            {"schemaId": 5, "dataId": len(self.history) + 3, "uploadStatus": "success", "recordedDate": moment}
            | {"uploadCompletedDate": moment, "numRows": len(rows), "numBytes": len(body)}
        )
        return CUT if self.lose else NOTHING

    def _versions(self, asked: Asked) -> Told:
        return told(self.history) if self.versions else MISSING

    def _count(self, asked: Asked) -> Told:
        if not self.query:
            return MISSING
        assert f"`{self.dataset_id}`" in asked.json["sql"]
        return told(
            {"datasource": self.dataset_id, "columns": ["row_count"], "metadata": [], "numColumns": 1}
            | {"rows": [[len(self.rows)]], "numRows": 1}
        )
