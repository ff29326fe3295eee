"""Exports as a person makes them: forms over HTTP, jobs run in this process, the sandbox asked beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.support import create_dataset
from tests.sandbox_process import SandboxProcess

BUCKET, REGION = "halden-outdoor-exports", "eu-north-1"
# Words that occur nowhere else, so that a search for them proves something.
KEYS = {
    "access_key": "ASIAQZTESTKEY7W4XN2P",
    "secret_key": "qz/Secret+Of+The+Test/9f8e7d6c5b4a39281706",
    "session_token": "qzTokenOfTheTest//////////wEaCXVzLWVhc3QtMSJHMEUCIQ",
}
TARGET = {"bucket": BUCKET, "region": REGION, "pattern": "audit/{name}", "use_cache": "on"}


@dataclass
class Exports:
    """A steward's exports."""

    sandbox: SandboxProcess
    connection: Connection
    person: User
    browser: Client

    def dataset(self, name: str = "Freight cost by lane", columns: list[str] | None = None) -> str:
        """Make an empty dataset and return its id."""
        return create_dataset(self.sandbox, name, columns)

    def url(self, path: str) -> str:
        """Return an address of the area."""
        return f"/c/{self.connection.slug}/data/{path}"

    def post_s3(self, dataset_id: str, **changes: Any) -> Any:
        """Send the form of one dataset."""
        return self.browser.post(self.url(f"datasets/{dataset_id}/export/s3/"), {**TARGET, **KEYS, **changes})

    def post_file(self, dataset_id: str, **fields: Any) -> Any:
        """Send the form of a file."""
        return self.browser.post(self.url(f"datasets/{dataset_id}/export/file/"), {"format": "csv", **fields})

    def run(self, response: Any) -> Job:
        """Run the job that a form led to, to its end."""
        assert response.status_code == 302, response.content.decode()[:3000]
        return service.run_inline(self.job(response))

    def job(self, response: Any) -> Job:
        """Return the job that a form led to."""
        return Job.objects.get(pk=response.headers["Location"].rstrip("/").rpartition("/")[2])

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the sandbox beside DomoAdmin."""
        with self.sandbox.client() as client:
            answer = client.request(method, path, json=body)
            answer.raise_for_status()
            return answer.json()

    def start_beside(self, dataset_id: str) -> None:
        """Start an export as somebody else would."""
        body = {"awsAccessKey": "AKIAOTHER", "awsAccessSecret": "other", "bucket": BUCKET, "region": REGION}
        self.ask("POST", f"/api/query/v1/export/{dataset_id}", body)

    def started(self) -> int:
        """Return how many exports were asked for since the sandbox was reset."""
        return int(self.sandbox.stats()["received"].get("s3_export.create", 0))
