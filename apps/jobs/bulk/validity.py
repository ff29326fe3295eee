"""How long a preview counts, and what a person types before it runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.jobs.states import ItemState

if TYPE_CHECKING:
    from apps.jobs.bulk.actions import BulkAction
    from apps.jobs.models import Job

VALID = timedelta(hours=1)


def valid_until(job: Job) -> datetime | None:
    """Return when a planned draft's preview runs out; None before it is planned."""
    return job.planned_at + VALID if job.planned_at is not None else None


def why_not_confirm(job: Job, now: datetime) -> str:
    """Return why the draft may not be started from what it shows, or ""."""
    until = valid_until(job)
    if until is None or now <= until or job.confirm_when_planned:
        return ""
    return "This preview is older than an hour, and much may have changed since. Plan again."


def confirm_word(action: BulkAction, job: Job) -> str:
    """Return the connection's slug on production, where many objects change or something can't be undone."""
    if job.connection is None or not job.connection.is_production:
        return ""
    to_do = job.count_of(ItemState.PENDING)
    return job.connection.slug if to_do > 1 or (to_do and action.irreversible(job.params["settings"])) else ""
