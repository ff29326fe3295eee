"""What a person changes on a draft before confirming it: its params, or the items that follow from a decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.jobs import messages, progress
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.planning import BATCH, items_of
from apps.jobs.states import JobState


def plan_again(job: Job, params: dict[str, Any]) -> bool:
    """Let a worker plan the draft anew with other params; a plan under way is dropped. False: the broker is down.

    Returns with the job reloaded. Does nothing to a job that is no draft any more.
    """
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, state=JobState.DRAFT).update(
            params=params,
            planned_at=None,
            planning_token=None,
            planning_expires_at=None,
            planning_losses=0,
            planning_requested_at=timezone.now(),
            preview={},
            progress={},
        )
    job.refresh_from_db()
    return messages.send_plan(job.pk)


def decide_draft(job: Job, *, params: dict[str, Any], preview: dict[str, Any], items: Iterable[NewItem]) -> bool:
    """Store a decision on a planned draft with the items that follow; False when it is none any more."""
    with transaction.atomic():
        held = Job.objects.filter(pk=job.pk, state=JobState.DRAFT, planned_at__isnull=False)
        if not held.update(params=params, preview=preview):
            return False
        job.items.all().delete()
        job.refresh_from_db()
        JobItem.objects.bulk_create(items_of(job, items, 0, timezone.now()), batch_size=BATCH)
        figures = progress.figures_of(job)
        held.update(total=figures.total, counts=figures.counts, bytes_total=figures.bytes_total)
    job.refresh_from_db()
    return True
