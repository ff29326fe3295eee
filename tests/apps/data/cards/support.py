"""What the tests of cards ask of the sandbox."""

from __future__ import annotations

from typing import Any

from tests.sandbox_process import SandboxProcess

LIST = "/c/halden/data/cards/"


def cards(sandbox: SandboxProcess, count: int = 5, offset: int = 0, **body: Any) -> list[dict[str, Any]]:
    """Return cards as the sandbox's search tells them, by title."""
    order = {"fieldSorts": [{"field": "name_sort", "sortOrder": "ASC"}], "isRelevance": False}
    asked = {"count": count, "offset": offset, "query": "*", "entityList": [["card"]], "sort": order, **body}
    with sandbox.client() as client:
        answer = client.post("/api/search/v1/query", json=asked)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["searchObjects"]
        return found


def renderable(sandbox: SandboxProcess, count: int) -> list[dict[str, Any]]:
    """Return cards that the sandbox draws: not those whose dataset is empty or may not be read."""
    found = []
    with sandbox.client() as client:
        for card in cards(sandbox, 60, 200):
            path = f"/api/content/v1/cards/kpi/{card['databaseId']}/render?parts=title,imagePDF"
            if client.put(path, json={}).is_success:
                found.append(card)
            if len(found) == count:
                return found
    raise AssertionError(f"Only {len(found)} cards can be drawn.")
