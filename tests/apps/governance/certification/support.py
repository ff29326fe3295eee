"""What the tests of certification put into the list and the queue, and read off pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.connections.models import Connection
from apps.governance.certification.models import CertificationReview, ContentRecord

LIST = "/c/halden/governance/certification/"
QUEUE = f"{LIST}reviews/"
STATE = "/api/tags/v3/{}/{}/system/CERTIFIED/state"


def content(connection: Connection, number: int, **values: Any) -> ContentRecord:
    """Put a dataset into the list."""
    usual = {
        "kind": "dataset",
        "object_id": f"{number:08d}-0000-4000-8000-000000000000",
        "name": f"Orders {number}",
        "owner_name": "Hanna Becker",
        "area": "Snowflake",
        "read_at": timezone.now() - timedelta(hours=3),
    }
    return ContentRecord.objects.create(connection=connection, **{**usual, **values})


def review(connection: Connection, number: int, **values: Any) -> CertificationReview:
    """Put a review into the queue."""
    usual: dict[str, Any] = {
        "kind": "dataset",
        "object_id": f"{number:08d}-0000-4000-8000-000000000000",
        "object_name": f"Orders {number}",
        "reason": "Everybody uses it.",
        "due_on": timezone.localdate() + timedelta(days=7),
    }
    if values.get("state", "open") != "open":
        usual["decided_at"] = timezone.now()
    return CertificationReview.objects.create(connection=connection, **{**usual, **values})
