"""What the tests of pages ask of the sandbox itself."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from tests.sandbox_process import SandboxProcess

TREE = "/c/halden/governance/pages/"
# The department whose pages the token may read only.
READ_ONLY = "Legal"
START = "/jobs/bulk/halden/"
LIST = "/api/content/v1/pages/adminsummary"
_numbers = itertools.count(1)


@dataclass
class Pages:
    """The sandbox beside DomoAdmin."""

    sandbox: SandboxProcess

    def every(self, **body: Any) -> list[dict[str, Any]]:
        """Return all pages that fit the clauses."""
        with self.sandbox.client() as client:
            answer = client.post(LIST, params={"limit": 1000, "skip": 0}, json=body).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["pageAdminSummaries"]
        return found

    def below(self, parent: str) -> list[dict[str, Any]]:
        """Return the pages right below one ("0": at the top)."""
        return self.every(includeParentPageIdsClause=True, parentPageIds=[parent])

    def tops(self) -> list[dict[str, Any]]:
        """Return pages at the top that the token may change, generated ones only."""
        return [each for each in self.below("0") if each["cardCount"] and not each["pageTitle"].startswith(READ_ONLY)]

    def leaf(self) -> dict[str, Any]:
        """Return a page that isn't locked, has a parent, and nothing below it."""
        every = self.every()
        parents = {each["parentPageId"] for each in every}
        return next(
            each for each in every if each["parentPageId"] and not each["locked"] and each["pageId"] not in parents
        )

    def parent(self, page: int | str) -> int | None:
        """Return the id of the page above."""
        found: int | None = next(each["parentPageId"] for each in self.every() if str(each["pageId"]) == str(page))
        return found

    def fresh_title(self, title: str) -> str:
        """Return a title that no page has: the sandbox is shared by tests, and no call deletes a page."""
        return f"{title} {next(_numbers)} of {len(self.every())}"

    def create(self, parent: str, title: str, *, exactly: bool = False) -> int:
        """Make a page beside DomoAdmin and return its id."""
        body = {"parentPageId": parent, "title": title if exactly else self.fresh_title(title)}
        with self.sandbox.client() as client:
            made: int = client.post("/api/content/v1/pages", json=body).raise_for_status().json()["pageId"]
        return made

    def access(self, page: int | str) -> dict[str, Any]:
        """Return who sees a page."""
        with self.sandbox.client() as client:
            answer = client.get(f"/api/content/v1/share/accesslist/page/{page}", params={"expandUsers": "true"})
        found: dict[str, Any] = answer.raise_for_status().json()
        return found
