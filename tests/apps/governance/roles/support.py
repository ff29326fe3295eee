"""What the tests of roles ask of the sandbox itself."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from tests.sandbox_process import SandboxProcess

LIST = "/c/halden/governance/roles/"
BASE = "/api/authorization/v1/roles"
_numbers = itertools.count(1)


@dataclass
class SandboxRoles:
    """The sandbox beside DomoAdmin."""

    sandbox: SandboxProcess

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask or change something beside DomoAdmin."""
        with self.sandbox.client() as client:
            answer = client.request(method, path, json=body).raise_for_status()
            return answer.json() if answer.content else None

    def create(self, *authorities: str, name: str = "") -> str:
        """Make a role with these authorities (those of role 2 where none is given) and return its id."""
        body = {"name": name or f"Warehouse {next(_numbers)}", "description": "For a test", "fromRoleId": 2}
        role_id = str(self.ask("POST", BASE, body)["id"])
        if authorities:
            self.give(role_id, *authorities)
        return role_id

    def give(self, role_id: str, *authorities: str) -> None:
        """Give a role exactly these authorities."""
        self.ask("PATCH", f"{BASE}/{role_id}/authorities", list(authorities))

    def has(self, role_id: str) -> set[str]:
        """Return the authorities of a role."""
        return {each["authority"] for each in self.ask("GET", f"{BASE}/{role_id}/authorities")}

    def effects(self) -> dict[str, int]:
        """Return how often each operation has changed something since the reset."""
        return dict(self.sandbox.stats()["effects"])
