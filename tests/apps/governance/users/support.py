"""What the tests of people ask of the sandbox itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from apps.connections.models import Connection
from tests.sandbox_process import SandboxProcess

LIST = "/c/halden/governance/users/"
IMPORT = f"{LIST}import/"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class People:
    """The sandbox beside DomoAdmin."""

    sandbox: SandboxProcess
    connection: Connection

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask the sandbox, as others do."""
        with self.sandbox.client() as client:
            answer = client.request(method, path, **options)
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def everybody(self) -> list[dict[str, Any]]:
        """Return everybody."""
        found: list[dict[str, Any]] = self.ask("GET", "/api/identity/v1/users", params={"parts": "DETAILED"})["users"]
        return found

    def get(self, user_id: str | int) -> dict[str, Any]:
        """Return one person."""
        found: dict[str, Any] = self.ask("GET", f"/api/identity/v1/users/{user_id}?parts=DETAILED")["users"][0]
        return found

    def create(self, name: str = "Ada Lindgren", role: int = 4, email: str = "") -> dict[str, Any]:
        """Make somebody, with an address that nobody else has."""
        address = email or f"{uuid.uuid4().hex[:12]}@halden-outdoor.example"
        body = {"displayName": name, "emailAddress": address, "roleId": role}
        found: dict[str, Any] = self.ask("POST", "/api/identity/v1/users", json=body)
        return found

    def roles(self) -> dict[str, str]:
        """Return the names of the roles by id."""
        return {str(role["id"]): role["name"] for role in self.ask("GET", "/api/authorization/v1/roles")}

    def effects(self, operation: str) -> int:
        """Return how often an operation has changed something since the reset."""
        return int(self.sandbox.stats()["effects"].get(operation, 0))
