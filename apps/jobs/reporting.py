"""A job as plain JSON values, for the command line and what reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count

from apps.jobs.kinds import kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState

FAILURES_SHOWN = 100


def count_anew(jobs: Iterable[Job]) -> None:
    """Count the items of jobs that have not ended: a runner that died wrote no last figures. One query."""
    open_jobs = {job.pk: job for job in jobs if not job.has_ended and job.planned_at is not None}
    if not open_jobs:
        return
    for job in open_jobs.values():
        job.counts = {}
    rows = JobItem.objects.filter(job_id__in=open_jobs).order_by().values("job_id", "state").annotate(items=Count("pk"))
    for row in rows:
        open_jobs[row["job_id"]].counts[row["state"]] = row["items"]


def summary_of(job: Job) -> dict[str, Any]:
    """Return what a list needs: who, what, when, state and counts."""
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "has_unknown": job.has_unknown,
        "connection": job.connection_slug,
        "person": job.actor_name,
        "source": job.source,
        "message": job.message,
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "total": job.total,
        "counts": {state: job.count_of(state) for state in ItemState.values},
        "bytes_done": job.bytes_done,
        "bytes_total": job.bytes_total,
    }


def facts_of(job: Job) -> dict[str, Any]:
    """Return all that is known of a job but its params and secrets: progress, facts of its kind, what went wrong."""
    wrong = job.items.filter(state__in=(ItemState.FAILED, ItemState.UNKNOWN)).order_by("stage", "position")
    progress = {name: value for name, value in job.progress.items() if name != "sample"}
    return summary_of(job) | {
        "retry_of": str(job.retry_of_id) if job.retry_of_id else None,
        "undo_of": str(job.undo_of_id) if job.undo_of_id else None,
        "progress": progress,
        "facts": kind_of(job).describe(job),
        "failures": [
            {
                "key": item.key,
                "label": item.label,
                "state": item.state,
                "code": item.error_code,
                "message": item.error_text,
                "request_id": item.request_id,
                "attempts": item.attempts,
            }
            for item in wrong[:FAILURES_SHOWN]
        ],
        "events": [
            {"at": event.at.isoformat(), "level": event.level, "text": event.text}
            for event in job.events.order_by("at", "pk")
        ],
    }
