"""How long jobs are kept: ended ones are removed with their items and events, batch by batch. Audit records stay."""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.jobs.kinds import all_kinds
from apps.jobs.models import Job, JobEvent, JobItem
from apps.jobs.states import JOB_ENDS

logger = logging.getLogger(__name__)

# Rows that one transaction removes: few enough that nobody waits long for SQLite's only writer.
BATCH = 1_000
# How long one call goes on, in seconds; the next one does the rest.
LONGEST_SECONDS = 60.0


def kept_days() -> int | None:
    """Return for how many days ended jobs are kept; None for ever."""
    days: int = settings.JOB_RETENTION_DAYS
    return days if days > 0 else None


def outdated(now: datetime) -> QuerySet[Job]:
    """Return the ended jobs whose time is over, oldest first; what a person has yet to decide is kept until then."""
    days = kept_days()
    if days is None:
        return Job.objects.none()
    over = Q(state__in=JOB_ENDS, finished_at__lt=now - timedelta(days=days), unknown_items=0)
    history = [kind.name for kind in all_kinds() if kind.kept_for_ever]
    return Job.objects.filter(over).exclude(kind__in=history).order_by("finished_at")


def purge(now: datetime, seconds: float = LONGEST_SECONDS) -> int:
    """Remove the jobs whose time is over, for at most so many seconds; return how many are gone."""
    deadline, gone = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        job_id = outdated(now).values_list("pk", flat=True).first()
        if job_id is None or not _remove(job_id, deadline):
            break
        gone += 1
    if gone:
        logger.info("Removed %s jobs that had ended more than %s days ago", gone, kept_days())
    return gone


def _remove(job_id: uuid.UUID, deadline: float) -> bool:
    """Remove one job, last of all its own row; False when time ran out before."""
    for model in (JobEvent, JobItem):
        rows = model._default_manager.filter(job_id=job_id).order_by("pk")
        while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
            if time.monotonic() >= deadline:
                return False
            model._default_manager.filter(pk__in=batch).delete()
    Job.objects.filter(pk=job_id).delete()
    return True
