"""Runs bulk actions in this process on datasets that a test makes in the sandbox, and looks at the sandbox itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job, get_bulk_action
from apps.jobs.bulk.settings_form import checked_settings
from apps.jobs.models import Job, JobItem
from tests.apps.data.support import create_dataset
from tests.sandbox_process import SandboxProcess

CERTIFICATION = "/api/tags/v3/DATA_SOURCE/{}/system/CERTIFIED/state"


@dataclass
class Bulk:
    """Runs bulk actions in the name of a person."""

    sandbox: SandboxProcess
    connection: Connection
    person: User

    def datasets(self, count: int = 3, name: str = "Freight cost by lane") -> list[str]:
        """Make datasets and return their ids."""
        return [create_dataset(self.sandbox, f"{name} {number}") for number in range(count)]

    def create(self, action: str, selection: Selection, **settings: Any) -> Job:
        """Make a draft that is not planned yet."""
        cleaned = checked_settings(get_bulk_action(action).form, settings)
        return create_bulk_job(action, self.connection, selection, cleaned, self.person)

    def draft(self, action: str, ids: list[str], **settings: Any) -> Job:
        """Make a planned draft."""
        return service.plan_inline(self.create(action, Selection(ids=tuple(ids)), **settings))

    def run(self, action: str, ids: list[str], **settings: Any) -> Job:
        """Plan and run."""
        return service.run_inline(self.draft(action, ids, **settings))

    def undo(self, job: Job) -> Job:
        """Plan and run the undo."""
        return service.run_inline(service.undo(job, self.person))

    def get(self, path: str) -> Any:
        """Ask the sandbox."""
        with self.sandbox.client() as client:
            answer = client.get(path)
            answer.raise_for_status()
            return answer.json()

    def tell(self, method: str, path: str, body: Any = None) -> None:
        """Change something in the sandbox, as other people do."""
        with self.sandbox.client() as client:
            client.request(method, path, json=body).raise_for_status()

    def certify(self, key: str) -> None:
        """Certify a dataset beside DomoAdmin."""
        self.tell("PUT", CERTIFICATION.format(key) + "/ACTIVE")

    def certified(self, key: str) -> Any:
        """Return the state of certification: ACTIVE or None."""
        return self.get(CERTIFICATION.format(key))["state"]

    def set_tags(self, key: str, tags: list[str]) -> None:
        """Replace the tags beside DomoAdmin."""
        self.tell("POST", f"/api/data/ui/v3/datasources/{key}/tags", tags)

    def tags(self, key: str) -> list[str]:
        """Return the tags."""
        return list(json.loads(self.get(f"/api/data/v3/datasources/{key}")["tags"]))

    def level(self, key: str, holder: str) -> str:
        """Return the access level of a person or group; empty for none."""
        entries = self.get(f"/api/data/v3/datasources/{key}/permissions")["list"]
        return next((entry["accessLevel"] for entry in entries if entry["id"] == holder), "")

    def share(self, key: str, holder: str, level: str, kind: str = "USER") -> None:
        """Share beside DomoAdmin."""
        entry = {"type": kind, "id": holder, "accessLevel": level}
        self.tell("POST", f"/api/data/v3/datasources/{key}/share", {"permissions": [entry], "sendEmail": False})

    def somebody(self, entity: str = "user") -> str:
        """Return the id of somebody, or of a group, of the sandbox's company who doesn't own what the tests make."""
        with self.sandbox.client() as client:
            body = {"count": 30, "query": "*", "entityList": [[entity]]}
            found = client.post("/api/search/v1/query", json=body).json()["searchObjects"]
            own = client.get("/api/content/v2/users/me").json()["id"]
        ids = [str(hit.get("databaseId") or hit.get("id") or hit.get("groupId")) for hit in found]
        return next(each for each in ids if each != str(own))

    def effects(self) -> dict[str, int]:
        """Return how often each operation has changed something since the sandbox was reset."""
        return {name: count for name, count in self.sandbox.stats()["effects"].items() if count}

    def received(self) -> dict[str, int]:
        """Return how often each operation was called since the sandbox was reset."""
        return dict(self.sandbox.stats()["received"])


def items_of(job: Job) -> dict[str, JobItem]:
    """Return the items by dataset id."""
    return {item.key: item for item in job.items.all()}
