"""What the tests of Beast Modes ask of the sandbox itself."""

from __future__ import annotations

from typing import Any

from tests.sandbox_process import SandboxProcess

LIST = "/c/halden/governance/beast-modes/"
FUNCTIONS = "/api/query/v1/functions"


def every(sandbox: SandboxProcess, **body: Any) -> list[dict[str, Any]]:
    """Return all Beast Modes as the search tells them, without variables."""
    asked = {"filters": [{"field": "notvariable"}], "sort": {"field": "name", "ascending": True}, "limit": 5000, **body}
    with sandbox.client() as client:
        found: list[dict[str, Any]] = (
            client.post(f"{FUNCTIONS}/search", json=asked).raise_for_status().json()["results"]
        )
    return found


def template(sandbox: SandboxProcess, number: int | str) -> dict[str, Any]:
    """Return one with its formula."""
    with sandbox.client() as client:
        found: dict[str, Any] = client.get(f"{FUNCTIONS}/template/{number}").raise_for_status().json()
    return found


def change(sandbox: SandboxProcess, number: int | str, **body: Any) -> None:
    """Change one beside DomoAdmin."""
    with sandbox.client() as client:
        client.put(f"{FUNCTIONS}/template/{number}", params={"strict": "false"}, json=body).raise_for_status()


def one(sandbox: SandboxProcess, **wanted: Any) -> dict[str, Any]:
    """Return the first that has these values."""
    return next(each for each in every(sandbox) if all(each[name] == value for name, value in wanted.items()))
