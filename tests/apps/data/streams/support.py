"""What the tests of streams ask of the sandbox itself, and put on the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.data.streams.models import StreamRecord
from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

BOARD = "/c/halden/data/streams/"
BASE = "/api/data/v1/streams"
DEFINITION: dict[str, Any] = {
    "transport": {"type": "CONNECTOR", "description": "com.domo.connector.snowflakeunloadv2", "version": "1"},
    "configuration": [
        {"name": "query", "value": "SELECT *\nFROM orders", "type": "string", "category": "METADATA"},
        {"name": "dbPassword", "value": "hunter2", "type": "string", "category": "CREDENTIAL"},
    ],
    "account": {"id": 3},
    "updateMethod": "APPEND",
    "dataProvider": {"key": "snowflake-unload-v2"},
    "dataSource": {"name": "Supplier lead times", "description": "Loaded for the range review"},
    "advancedScheduleJson": '{"type":"DAY","at":"04:13 AM","timezone":"UTC","note":"kept"}',
}


@dataclass
class Streams:
    """The sandbox beside DomoAdmin."""

    sandbox: SandboxProcess
    connection: Connection

    def create(self, **changes: Any) -> dict[str, Any]:
        """Make a stream."""
        with self.sandbox.client() as client:
            found: dict[str, Any] = client.post(BASE, json={**DEFINITION, **changes}).raise_for_status().json()
        return found

    def update(self, stream: int, **changes: Any) -> None:
        """Change a stream beside DomoAdmin."""
        with self.sandbox.client() as client:
            client.put(f"{BASE}/{stream}", json={**DEFINITION, **changes}).raise_for_status()

    def get(self, stream: int | str) -> dict[str, Any]:
        """Return a stream."""
        with self.sandbox.client() as client:
            found: dict[str, Any] = client.get(f"{BASE}/{stream}").raise_for_status().json()
        return found

    def listed(self) -> list[dict[str, Any]]:
        """Return up to 500 streams by the listing that stands in no document."""
        with self.sandbox.client() as client:
            found: list[dict[str, Any]] = client.get(BASE, params={"limit": 500}).raise_for_status().json()
        return found

    def history(self, stream: int) -> list[dict[str, Any]]:
        """Return the runs of a stream."""
        with self.sandbox.client() as client:
            found: list[dict[str, Any]] = client.get(f"{BASE}/{stream}/history/aggregate").raise_for_status().json()
        return found

    def wait(self, stream: int) -> None:
        """Wait until no run is under way."""
        wait_until(lambda: self.get(stream)["currentExecution"] is None, "the run is over")

    def effects(self, operation: str) -> int:
        """Return how often an operation has changed something since the reset."""
        return int(self.sandbox.stats()["effects"].get(operation, 0))


def record(connection: Connection, number: int, **values: Any) -> StreamRecord:
    """Put a stream on the board."""
    usual = {
        "stream_id": str(number),
        "dataset_id": f"{number:08d}-0000-4000-8000-000000000000",
        "name": f"Orders {number}",
        "provider_name": "Snowflake",
        "provider_key": "snowflake",
        "schedule_kind": "DAY",
        "schedule_words": "Daily at 04:13 (UTC)",
        "read_at": timezone.now() - timedelta(hours=3),
    }
    return StreamRecord.objects.create(connection=connection, **{**usual, **values})


def trail(operation: str) -> list[str]:
    """Return the outcomes that the audit trail has of an operation, oldest first."""
    found = AuditRecord.objects.filter(operation=operation).order_by("pk")
    return list(found.values_list("outcome", flat=True))
