"""What the tests of groups ask of the sandbox itself."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox_process import SandboxProcess

LIST = "/c/halden/governance/groups/"
BASE = "/api/content/v2/groups"
_numbers = itertools.count(1)


@dataclass
class Groups:
    """The sandbox beside DomoAdmin."""

    sandbox: SandboxProcess
    _people: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask or change something beside DomoAdmin."""
        with self.sandbox.client() as client:
            return client.request(method, path, json=body).raise_for_status().json()

    def create(self, *members: str, kind: str = "closed", name: str = "") -> str:
        """Make a group with these members and return its id."""
        body = {"name": name or f"Range review {next(_numbers)}", "type": kind, "description": "For a test"}
        group_id = str(self.ask("POST", BASE, body)["id"])
        for member in members:
            self.ask("PUT", f"{BASE}/{group_id}/user/{member}")
        return group_id

    def members(self, group_id: str) -> list[str]:
        """Return the ids of the members."""
        return [str(each) for each in self.ask("GET", f"{BASE}/{group_id}")["userIds"]]

    def people(self, count: int) -> list[dict[str, Any]]:
        """Return the first people of the company: id, displayName, emailAddress."""
        if not self._people:
            self._people = self.ask("GET", "/api/identity/v1/users?limit=200")["users"]
        return self._people[:count]

    def ids(self, count: int) -> list[str]:
        """Return the ids of the first people."""
        return [str(each["id"]) for each in self.people(count)]

    def effects(self) -> dict[str, int]:
        """Return how often each operation has changed something since the reset."""
        return dict(self.sandbox.stats()["effects"])
