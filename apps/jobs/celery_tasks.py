"""The messages that workers understand. Each only says where to look; all state is in the database."""

from __future__ import annotations

import mmap
import uuid
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.utils import timezone

from apps.jobs import messages, retention, sweeper
from apps.jobs.models import Job
from apps.jobs.planning import run_plan
from apps.jobs.runner import Left, Runner
from apps.jobs.settling import run_read_back

# One byte shared with the processes that the worker forks: they are not told otherwise that it stops.
_stopping = mmap.mmap(-1, 1)
# A single item may be a long transfer; its lease, not this limit, tells whether it lives.
LONGEST_SECONDS = 6 * 3600


def worker_stops() -> bool:
    """Say whether the worker of this process is being stopped."""
    return _stopping[0] != 0


@worker_shutting_down.connect
def note_shutdown(**details: Any) -> None:
    """Tell the running jobs to give their items back."""
    _stopping[0] = 1


@worker_ready.connect
def look_around(**details: Any) -> None:
    """Look for what the last worker left: now, and again when leases that still hold will have run out."""
    messages.send_sweep()
    messages.send_sweep(delay_seconds=settings.JOB_LEASE_SECONDS + 1)


@shared_task(name=messages.WORK, time_limit=LONGEST_SECONDS, soft_time_limit=LONGEST_SECONDS)
def work(job_id: str) -> None:
    """Work on the job for one slice, then ask for the next look."""
    identity = uuid.UUID(job_id)
    report = Runner(identity, stop=worker_stops).run()
    if (
        report.left == Left.NOTHING_TO_DO
        and Job.objects.filter(pk=identity, read_back_requested_at__isnull=False).exists()
    ):
        run_read_back(identity, stop=worker_stops)
    if report.look_again_in is not None:
        messages.send_work(identity, report.look_again_in)


@shared_task(name=messages.PLAN, time_limit=LONGEST_SECONDS, soft_time_limit=LONGEST_SECONDS)
def plan(job_id: str) -> None:
    """Plan the draft, and queue it if it was asked for in advance."""
    identity = uuid.UUID(job_id)
    run_plan(identity, stop=worker_stops)
    confirm_in_advance(identity)


def confirm_in_advance(job_id: uuid.UUID) -> None:
    """Queue a planned draft whose person confirmed it before it was planned; a refusal ends it with the reason."""
    from apps.jobs.endings import fail
    from apps.jobs.service import AlreadyActive, NotAllowed, NotReady, confirm

    job = Job.objects.select_related("actor", "connection").filter(pk=job_id, confirm_when_planned=True).first()
    if job is None or job.actor is None or job.state != "draft" or job.planned_at is None:
        return
    try:
        confirm(job, job.actor)
    except NotReady:
        return  # someone else was faster
    except (AlreadyActive, NotAllowed) as refusal:
        fail(job, str(refusal), timezone.now(), state="draft")


@shared_task(name=messages.SWEEP)
def sweep() -> None:
    """Look at all jobs once."""
    sweeper.sweep(timezone.now())


@shared_task(name=messages.CLEAN)
def clean() -> None:
    """Remove what nobody needs any more."""
    retention.purge(timezone.now())
