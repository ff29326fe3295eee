"""What the tests of datasets ask of the sandbox, and read off pages."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

from django.http.response import HttpResponseBase

from tests.sandbox_process import SandboxProcess

LIST = "/c/halden/data/datasets/"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def datasets(sandbox: SandboxProcess, **body: Any) -> list[dict[str, Any]]:
    """Return every dataset of the sandbox as its search tells, for filters of the test's own."""
    with sandbox.client() as client:
        asked = {"count": 1000, "query": "*", "entityList": [["dataset"]], **body}
        answer = client.post("/api/search/v1/query", json=asked)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["searchObjects"]
        return found


def create_dataset(sandbox: SandboxProcess, name: str, columns: list[str] | None = None) -> str:
    """Create an empty dataset and return its id."""
    schema = {"columns": [{"type": "STRING", "name": column} for column in columns or ["a"]]}
    with sandbox.client() as client:
        body = {"userDefinedType": "api", "dataSourceName": name, "schema": schema}
        answer = client.post("/api/data/v2/datasources", json=body)
        answer.raise_for_status()
        content = answer.json()
    source = content.get("dataSource", content)
    return str(source.get("dataSourceId") or source.get("id"))


def calls(sandbox: SandboxProcess) -> dict[str, int]:
    """Return which operations the sandbox has received since it was reset, and how often."""
    received: dict[str, int] = sandbox.stats()["received"]
    return received


def text_of(response: HttpResponseBase, status: int = 200) -> str:
    """Return the body as text after checking the status."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    text: str = body.decode()
    assert response.status_code == status, text[:3000]
    return text


def ids_shown(text: str) -> list[str]:
    """Return the ids of the datasets that a list links, in order."""
    return re.findall(r'class="text-body fw-medium" href="/c/halden/data/datasets/([0-9a-f-]{36})/"', text)


def names_shown(text: str) -> list[str]:
    """Return the names of the datasets that a list links, in order."""
    pattern = r'class="text-body fw-medium" href="/c/halden/data/datasets/[0-9a-f-]{36}/">([^<]*)<'
    return [html.unescape(name) for name in re.findall(pattern, text)]


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows of a CSV file, without its byte order mark."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
