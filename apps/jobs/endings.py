"""How a job ends: the last one out closes it; persons settle what stayed unknown."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.audit import recording
from apps.jobs import progress
from apps.jobs.audit_rows import act_of_job
from apps.jobs.events import tell
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.protocol import cancel_pending
from apps.jobs.signals import job_ended
from apps.jobs.states import ITEM_OPEN, JOB_ENDS, ItemState, JobState, Level

logger = logging.getLogger(__name__)

_CLOSABLE = (JobState.RUNNING, JobState.PAUSED, JobState.CANCELLING)
_LEVELS = {JobState.FAILED: Level.BAD, JobState.PARTIAL: Level.WARN, JobState.CANCELLED: Level.WARN}


def end_state(counts: Mapping[str, int], *, cancelling: bool, stop_on_failure: bool) -> JobState:
    """Return the end of a job whose items ended like this.

    cancelled: cancelling left something undone. failed: a step of an all-or-nothing kind failed, or nothing was done.
    partial: some failed, or an outcome is unknown. succeeded: the rest, also when there was nothing to do.
    """
    failed, unknown = counts.get(ItemState.FAILED, 0), counts.get(ItemState.UNKNOWN, 0)
    if cancelling and counts.get(ItemState.CANCELLED, 0):
        return JobState.CANCELLED
    if failed and (stop_on_failure or not (counts.get(ItemState.SUCCEEDED, 0) or unknown)):
        return JobState.FAILED
    if failed or unknown or counts.get(ItemState.CANCELLED, 0):
        return JobState.PARTIAL
    return JobState.SUCCEEDED


def close(job_id: uuid.UUID, now: datetime) -> bool:
    """End the job if nothing of it is open any more; True for the one caller that did. Then calls its kind's hook."""
    open_items = JobItem.objects.filter(job=OuterRef("pk"), state__in=ITEM_OPEN)
    closable = Job.objects.filter(~Exists(open_items), pk=job_id, state__in=_CLOSABLE)
    job = closable.select_related("actor").first()
    if job is None:
        return False
    figures = progress.figures_of(job)
    state = end_state(
        figures.counts,
        cancelling=job.state == JobState.CANCELLING,
        stop_on_failure=kind_of(job).stop_on_failure,
    )
    message = job.message or _first_failure(job)
    changes = progress.final_changes(job, figures, now) | {"message": message if state != JobState.SUCCEEDED else ""}
    return _end(job, state, changes, now, closable.filter(state=job.state))


def fail(job: Job, message: str, now: datetime, **where: Any) -> bool:
    """End a job before any of its items ran: its plan was refused, or its person may no longer do it."""
    return _end(job, JobState.FAILED, {"message": message}, now, Job.objects.filter(pk=job.pk, **where))


def drop(job: Job, message: str, now: datetime) -> bool:
    """End a draft or a job that no runner has started yet, as cancelled."""
    waiting = Job.objects.filter(pk=job.pk, state__in=(JobState.DRAFT, JobState.QUEUED))
    return _end(job, JobState.CANCELLED, {"message": message}, now, waiting)


def _end(job: Job, state: JobState, changes: dict[str, Any], now: datetime, rows: Any) -> bool:
    with transaction.atomic():
        ended = rows.update(
            state=state, finished_at=now, sealed="", planning_token=None, planning_expires_at=None, **changes
        )
        if not ended:
            return False
        if cancel_pending(job.pk, now):
            Job.objects.filter(pk=job.pk).update(counts=progress.figures_of(job).counts)
        if job.queued_at is not None:
            outcome = _audit_outcome(state, changes)
            recording.write(act_of_job(job), outcome, after=changes.get("counts"), message=changes.get("message", ""))
        sentence = f"{JobState(state).label}. {changes.get('message', '')}".strip()
        tell(job.pk, sentence, _LEVELS.get(state, Level.INFO))
        job_ended.send(Job, job=job, state=state)
    call_finished(job.pk)
    return True


def call_finished(job_id: uuid.UUID) -> None:
    """Call the kind's hook after the end and store that it came back; the sweeper calls again where it did not."""
    job = Job.objects.select_related("connection").get(pk=job_id)
    try:
        kind_of(job).finished(job)
    except Exception as error:
        logger.exception("finished() of job %s failed", job_id)
        tell(job_id, f"Tidying up failed and will be tried again: {type(error).__name__}.", Level.WARN)
        return
    Job.objects.filter(pk=job_id).update(afterwards_at=timezone.now())


def judge_again(job_id: uuid.UUID) -> None:
    """Write the end state anew after a person or a read-back settled an unknown item of a job that has ended."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if not job.has_ended:
            return
        counts = progress.figures_of(job).counts
        state = end_state(
            counts,
            cancelling=job.state == JobState.CANCELLED,
            stop_on_failure=kind_of(job).stop_on_failure,
        )
        message = job.message if state != JobState.SUCCEEDED else ""
        changed = state != job.state
        Job.objects.filter(pk=job_id, state__in=JOB_ENDS).update(state=state, counts=counts, message=message)
        if changed:
            tell(job_id, f"{state.label}, after what was unknown is settled.", _LEVELS.get(state, Level.INFO))
    call_finished(job_id)


def _first_failure(job: Job) -> str:
    """Return why the job did not succeed, in the words of its first failed or unknown item."""
    failures = job.items.filter(state__in=(ItemState.FAILED, ItemState.UNKNOWN)).exclude(error_text="")
    item = failures.order_by("state", "stage", "position").first()
    return "" if item is None else f"{item}: {item.error_text}"


def _audit_outcome(state: JobState, changes: Mapping[str, Any]) -> str:
    if state == JobState.PARTIAL:
        return "unknown" if changes.get("counts", {}).get(ItemState.UNKNOWN) else "failed"
    return str(state)
