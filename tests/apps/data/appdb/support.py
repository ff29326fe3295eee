"""Collections that a test makes in the sandbox, and what it reads there and off pages."""

from __future__ import annotations

import uuid
from typing import Any

from tests.sandbox_process import SandboxProcess

V1 = "/api/datastores/v1/collections"
ROOT = "/c/halden/data/appdb/"


class Collection:
    """A collection of a test's own in the sandbox."""

    def __init__(self, sandbox: SandboxProcess, *contents: dict[str, Any], **body: Any) -> None:
        self.sandbox = sandbox
        self.name = f"Loans {uuid.uuid4().hex[:6]}"
        with sandbox.client() as client:
            datastore = client.get(V1).json()[0]["datastoreId"]
            path = f"/api/datastores/v1/{datastore}/collections"
            answer = client.post(path, json={"name": self.name, **body})
            answer.raise_for_status()
            self.id: str = answer.json()["id"]
            self.ids = [self._post(client, content) for content in contents]

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"{ROOT}{self.id}/"

    def document_url(self, place: int = 0, rest: str = "") -> str:
        """The address of one of its documents."""
        return f"{self.url}documents/{self.ids[place]}/{rest}"

    def _post(self, client: Any, content: dict[str, Any]) -> str:
        return str(client.post(f"{V1}/{self.id}/documents/", json={"content": content}).json()["id"])

    def documents(self) -> dict[str, Any]:
        """The contents by id, as the sandbox has them."""
        with self.sandbox.client() as client:
            return {each["id"]: each["content"] for each in client.get(f"{V1}/{self.id}/documents").json()}

    def record(self) -> Any:
        """The collection itself."""
        with self.sandbox.client() as client:
            return client.get(f"{V1}/{self.id}").json()

    def add(self, content: dict[str, Any]) -> None:
        """Add a document beside DomoAdmin."""
        with self.sandbox.client() as client:
            self._post(client, content)

    def put(self, place: int, content: dict[str, Any]) -> None:
        """Change a document beside DomoAdmin."""
        with self.sandbox.client() as client:
            path = f"{V1}/{self.id}/documents/{self.ids[place]}"
            client.put(path, json={"content": content}).raise_for_status()
