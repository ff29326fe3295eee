"""Pausing, resuming and cancelling a job that was started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.audit import recording
from apps.jobs import endings, messages, starting
from apps.jobs.access import require_control
from apps.jobs.events import tell
from apps.jobs.models import Job
from apps.jobs.refusals import NotReady
from apps.jobs.states import JobState, Source

if TYPE_CHECKING:
    from apps.accounts.models import User


def request_pause(job: Job, actor: User, source: str = Source.PAGE) -> None:
    """Start no further item until resumed; items in flight end. Raises NotReady, NotAllowed."""
    require_control(job, actor)
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state__in=(JobState.QUEUED, JobState.RUNNING)).update(
            state=JobState.PAUSED
        )
        _require(changed, job, "paused")
        tell(job.pk, f"Paused by {actor.display_name}.")
        _record(job, actor, "pause", source)
    job.refresh_from_db()


def request_resume(job: Job, actor: User, source: str = Source.PAGE) -> bool:
    """Go on after a pause. False: the broker is down. Raises NotReady, NotAllowed."""
    require_control(job, actor)
    started = Job.objects.filter(pk=job.pk, started_at__isnull=False).exists()
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state=JobState.PAUSED).update(
            state=JobState.RUNNING if started else JobState.QUEUED
        )
        _require(changed, job, "resumed")
        tell(job.pk, f"Resumed by {actor.display_name}.")
        _record(job, actor, "resume", source)
    job.refresh_from_db()
    return messages.after_commit(lambda: messages.send_work(job.pk))


def request_cancel(job: Job, actor: User, source: str = Source.PAGE) -> None:
    """Cancel what is still to do; what is in flight ends first. Raises NotReady, NotAllowed."""
    require_control(job, actor)
    now = timezone.now()
    sentence = f"Cancelled by {actor.display_name}."
    if not endings.drop(job, sentence, now):
        _require(starting.cancel_rest(job, sentence, now), job, "cancelled")
        if not endings.close(job.pk, now):
            # Items that are to be read back first want a runner.
            messages.after_commit(lambda: messages.send_work(job.pk))
    job.refresh_from_db()
    if job.queued_at is not None:
        # A draft that is discarded was never confirmed: nothing to tell.
        _record(job, actor, "cancel", source)


def _record(job: Job, actor: User, verb: str, source: str) -> None:
    """Write that a person held, resumed or stopped the job: it may be another one than who started it."""
    recording.record(
        f"jobs.{verb}",
        actor=actor,
        connection=job.connection_slug,
        source=source,
        target_kind="job",
        target_id=str(job.pk),
        target_name=job.title,
        job_id=job.pk,
    )


def _require(changed: bool | int, job: Job, verb: str) -> None:
    if not changed:
        job.refresh_from_db()
        raise NotReady(f"This job is {JobState(job.state).label.lower()} and can't be {verb}.")
