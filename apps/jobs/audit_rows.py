"""How jobs and items stand in the audit trail; each intent and its outcome share a correlation id."""

from __future__ import annotations

import uuid

from apps.audit.recording import Act
from apps.jobs.kinds import AuditTarget, kind_of
from apps.jobs.models import Job, JobItem


def act_of_item(item: JobItem) -> Act | None:
    """Return the item's act, or None when its kind wants no row of its own for it."""
    target = kind_of(item.job).audited(item)
    if target is None:
        return None
    return _act(item.job, target, uuid.uuid5(item.job_id, f"item {item.pk}"))


def act_of_job(job: Job) -> Act:
    """Return the act of the job as a whole."""
    return _act(job, kind_of(job).target(job), job.pk)


def _act(job: Job, target: AuditTarget, correlation: uuid.UUID) -> Act:
    return Act(
        operation=target.operation,
        actor=job.actor,
        actor_name=job.actor_name,
        role=job.actor_role,
        connection=job.connection_slug,
        source=job.source,
        target_kind=target.kind,
        target_id=target.id,
        target_name=target.name,
        job_id=job.pk,
        correlation=correlation,
    )
