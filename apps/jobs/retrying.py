"""Retrying what is unknown: it is read back first, and only what surely did not happen is done again, by a new job.

Items whose kind can't tell whether they happened stay unknown, for a person to decide.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.jobs import messages
from apps.jobs.access import NotAllowed, require_control
from apps.jobs.events import tell
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.running import NOT_DONE
from apps.jobs.settling import CannotReadBack
from apps.jobs.states import ItemState, Level
from domoadmin.services.operations import RetrySafety

if TYPE_CHECKING:
    from apps.accounts.models import User


def retry_unknown(job: Job, actor: User) -> bool:
    """Ask a worker to read the unknown items back and to do again, in a new job, those that did not happen.

    False: the broker is down, it happens later. Raises NotReady, NothingToRetry, CannotReadBack, NotAllowed.
    """
    from apps.jobs.service import NothingToRetry, NotReady  # it offers this function too

    require_control(job, actor)
    if not job.has_ended:
        raise NotReady("This job has not ended yet. What is unknown can be read back after its end.")
    unknown = job.items.filter(state=ItemState.UNKNOWN)
    if not unknown.exists():
        raise NothingToRetry("No outcome of this job is unknown.")
    if not can_read_back(job):
        raise CannotReadBack("What this job did can't be read back. Look in Domo, then decide.")
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(read_back_requested_at=timezone.now(), retry_unknown_by=actor)
        tell(job.pk, f"{actor.display_name} asked to read back what is unknown and to retry what did not happen.")
    sent: list[bool] = []
    transaction.on_commit(lambda: sent.append(messages.send_work(job.pk)))
    return all(sent)


def can_read_back(job: Job, most: int | None = None) -> bool:
    """Say whether any unknown item of the job can be read back, looking at so many at most."""
    kind = kind_of(job)
    if not kind.can_verify:
        return False
    unknown = job.items.filter(state=ItemState.UNKNOWN).order_by("stage", "position")[:most]
    items = unknown.iterator(chunk_size=500) if most is None else unknown
    return any(readable(item, job) for item in items)


def readable(item: JobItem, job: Job) -> bool:
    """Say whether reading back tells if the item happened; one that is unsafe is decided by a person."""
    item.job = job
    return kind_of(job).safety(item) != RetrySafety.UNSAFE


def retry_what_did_not_happen(job_id: uuid.UUID) -> Job | None:
    """Make the job that was asked for with retry_unknown(), once; None when it was not, or nothing is to do again."""
    from apps.jobs.service import AlreadyActive, NothingToRetry, NotReady, retry

    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).select_related("connection").get(pk=job_id)
        actor, job.retry_unknown_by = job.retry_unknown_by, None
        if actor is None:
            return None
        Job.objects.filter(pk=job_id).update(retry_unknown_by=None)
        fresh = Q(error_code=NOT_DONE, finished_at__gte=job.read_back_requested_at or job.created_at)
        try:
            if not job.items.filter(fresh, state=ItemState.FAILED).exists():
                raise NothingToRetry
            with transaction.atomic():
                # Where one failure stops the rest, the rest goes along.
                again = retry(job, actor, only=None if kind_of(job).stop_on_failure else fresh)
        except NothingToRetry:
            tell(job_id, "Nothing of what could be read back is to be done again.")
        except (AlreadyActive, NotAllowed, NotReady) as refusal:
            tell(job_id, f"What did not happen was not retried: {refusal}", Level.WARN)
        else:
            tell(job_id, f"What did not happen is done again by job {again.short_id}.")
            return again
    return None
