"""A job starts when a runner first looks at it, and only if its person may still do it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from apps.jobs.endings import fail
from apps.jobs.events import tell
from apps.jobs.kinds import UnknownKind, get_kind
from apps.jobs.models import Job
from apps.jobs.protocol import cancel_pending
from apps.jobs.states import JobState, Level


def start(job_id: uuid.UUID, now: datetime) -> Job | None:
    """Return the job if there may be something to run, starting it if it was queued; None when there is not.

    The person is checked whenever a runner comes: one who was signed off stops a long job too.
    """
    job = Job.objects.select_related("actor", "connection").filter(pk=job_id).first()
    if job is None or job.state not in (JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING):
        return None
    refusal = why_not(job)
    if refusal and job.state == JobState.QUEUED:
        fail(job, refusal, now, state=JobState.QUEUED)
        return None
    if refusal and job.state == JobState.RUNNING:
        cancel_rest(job, refusal, now)
        job.state = JobState.CANCELLING
    with transaction.atomic():
        if Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
            state=JobState.RUNNING, started_at=now, runner_seen_at=now
        ):
            tell(job_id, "Started.")
            job.state, job.started_at = JobState.RUNNING, now
    return job


def why_not(job: Job) -> str:
    """Return why the job may not run (any more), or "" when it may."""
    try:
        kind = get_kind(job.kind)
    except UnknownKind as unknown:
        return str(unknown)
    if job.actor is None or not job.actor.is_active:
        return f"{job.actor_name} can no longer sign in, so what they started is not run."
    if not job.actor.may(kind.role):
        return f"{job.actor_name} no longer has the role {kind.role.value}, which this needs."
    if job.connection is None:
        return f"The connection {job.connection_slug} no longer exists." if job.connection_slug else ""
    if not job.connection.may_be_used_by(job.actor):
        return f"{job.actor_name} may no longer use the connection {job.connection.name}."
    return ""


def cancel_rest(job: Job, message: str, now: datetime) -> bool:
    """Cancel what is still to do; what is in flight ends by itself. True when this call did it."""
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state__in=(JobState.RUNNING, JobState.PAUSED)).update(
            state=JobState.CANCELLING, cancel_requested_at=now, message=message
        )
        if changed:
            cancel_pending(job.pk, now)
            tell(job.pk, message, Level.WARN)
    return bool(changed)
