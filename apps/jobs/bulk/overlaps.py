"""Other jobs on the same objects: at work, shown in somebody's preview, or ended since this preview was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.jobs.bulk.actions import all_bulk_actions
from apps.jobs.bulk.validity import VALID
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JOB_ACTIVE, JOB_ENDS, ItemState, JobState

if TYPE_CHECKING:
    from apps.jobs.bulk.actions import BulkAction

MOST = 20


@dataclass(frozen=True)
class Overlap:
    """Another job, and how many of this one's objects are in it too."""

    job: Job
    count: int

    @property
    def ended(self) -> bool:
        """Say whether it has changed them already."""
        return self.job.has_ended

    @property
    def is_preview(self) -> bool:
        """Say whether nothing of it was sent yet."""
        return self.job.state == JobState.DRAFT


def overlaps_of(action: BulkAction, job: Job) -> list[Overlap]:
    """Return the overlapping jobs of anybody on this connection, the newest first, at most MOST.

    Objects that either of the two skips don't count.
    """
    kinds = [each.name for each in all_bulk_actions() if each.target_kind == action.target_kind]
    recent = timezone.now() - VALID
    others = (
        Job.objects.filter(connection=job.connection, kind__in=kinds)
        .filter(
            Q(state__in=JOB_ACTIVE)
            | Q(state=JobState.DRAFT, planned_at__gte=recent)
            | Q(state__in=JOB_ENDS, queued_at__isnull=False, finished_at__gte=job.planned_at or timezone.now())
        )
        .exclude(pk=job.pk)
        .defer("preview", "sealed", "params")
        .order_by("-created_at")[:MOST]
    )
    found = []
    for other in others:
        mine = JobItem.objects.filter(job=job, key=OuterRef("key"), state=ItemState.PENDING)
        theirs = JobItem.objects.filter(Exists(mine), job=other).exclude(
            state__in=(ItemState.SKIPPED, ItemState.CANCELLED)
        )
        count = theirs.count()
        if count:
            found.append(Overlap(other, count))
    return found
