"""Makes good what was lost: leases of dead runners, messages, planners, hooks. Harmless as often as it runs."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from apps.audit import chain
from apps.jobs import messages
from apps.jobs.endings import call_finished, close, drop
from apps.jobs.kinds import all_kinds, kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ITEM_OPEN, JOB_ACTIVE, JOB_ENDS, ItemState, JobState
from apps.jobs.takeover import take_over_expired
from apps.staging import service as staging

logger = logging.getLogger(__name__)

# A message sent this long ago should have been read.
PATIENCE_SECONDS = 5.0


def sweep(now: datetime) -> None:
    """Look at all jobs once."""
    take_over_expired(now)
    _close_what_is_done(now)
    _ask_for_work(now)
    _ask_for_plans(now)
    _drop_old_drafts(now)
    _finish_hooks(now)
    _remove_files_in_time()
    # What runners recorded that died before they sealed it.
    chain.seal_quietly()


def _remove_files_in_time() -> None:
    """Remove staged files whose time has come, but none that a job at work still reads, however long it takes."""
    at_work = Q(state__in=JOB_ACTIVE) | Q(state=JobState.DRAFT, planning_token__isnull=False)
    for job in Job.objects.filter(at_work):
        try:
            kind_of(job).keep_files(job)
        except Exception:
            logger.exception("The files of job %s could not be kept", job.pk)
    staging.remove_expired()


def _close_what_is_done(now: datetime) -> None:
    open_items = JobItem.objects.filter(job=OuterRef("pk"), state__in=ITEM_OPEN)
    done = Job.objects.filter(~Exists(open_items), state__in=(JobState.RUNNING, JobState.CANCELLING))
    for job_id in done.filter(_nobody_is_on_it(now)).values_list("pk", flat=True):
        close(job_id, now)


def _ask_for_work(now: datetime) -> None:
    """Send the message again for jobs that someone could work on while nobody does."""
    patience = now - timedelta(seconds=PATIENCE_SECONDS)
    claimable = JobItem.objects.filter(job=OuterRef("pk"), state=ItemState.PENDING, available_at__lte=now)
    queued = Q(state=JobState.QUEUED, queued_at__lte=patience)
    running = Q(Exists(claimable), state__in=(JobState.RUNNING, JobState.CANCELLING))
    unread = Q(state__in=JOB_ENDS, read_back_requested_at__lte=patience)
    wanted = Job.objects.filter(queued | running | unread).filter(_nobody_is_on_it(now))
    for job_id in wanted.values_list("pk", flat=True):
        messages.send_work(job_id)


def _ask_for_plans(now: datetime) -> None:
    patience = now - timedelta(seconds=PATIENCE_SECONDS)
    waiting = Job.objects.filter(
        state=JobState.DRAFT, planned_at__isnull=True, planning_requested_at__lte=patience
    ).filter(Q(planning_token__isnull=True) | Q(planning_expires_at__lte=now))
    for job_id in waiting.values_list("pk", flat=True):
        messages.send_plan(job_id)
    # Planned, to be confirmed by itself, and the planner died in between.
    for job_id in Job.objects.filter(
        state=JobState.DRAFT, planned_at__lte=patience, confirm_when_planned=True
    ).values_list("pk", flat=True):
        messages.send_plan(job_id)


def _drop_old_drafts(now: datetime) -> None:
    for kind in all_kinds():
        oldest = now - timedelta(hours=kind.draft_keep_hours)
        for job in Job.objects.filter(kind=kind.name, state=JobState.DRAFT, created_at__lte=oldest):
            drop(job, f"Not confirmed within {kind.draft_keep_hours:g} hours.", now)


def _finish_hooks(now: datetime) -> None:
    patience = now - timedelta(seconds=settings.JOB_LEASE_SECONDS)
    ended = Job.objects.filter(state__in=JOB_ENDS, afterwards_at__isnull=True, finished_at__lte=patience)
    for job_id in ended.values_list("pk", flat=True):
        call_finished(job_id)


def _nobody_is_on_it(now: datetime) -> Q:
    """A runner writes its sign of life at least twice a second; a lease without one counts as nobody."""
    silent = now - timedelta(seconds=settings.JOB_LEASE_SECONDS / 2)
    return Q(runner_seen_at__isnull=True) | Q(runner_seen_at__lte=silent)
