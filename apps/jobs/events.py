"""Lines of a job's story."""

from __future__ import annotations

import uuid

from apps.jobs.models import JobEvent
from apps.jobs.states import Level


def tell(job_id: uuid.UUID, text: str, level: str = Level.INFO, item_id: int | None = None) -> None:
    """Add one line to the job's events."""
    JobEvent.objects.create(job_id=job_id, item_id=item_id, text=text, level=level)
