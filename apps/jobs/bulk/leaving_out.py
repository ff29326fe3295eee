"""What a person takes out of a preview: all with the same caution, or one object. Planning again brings it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.jobs import progress
from apps.jobs.events import tell
from apps.jobs.models import Job, JobItem
from apps.jobs.refusals import NotReady
from apps.jobs.states import ItemState, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apps.accounts.models import User
    from apps.jobs.bulk.actions import BulkAction

# The code of an item that a person left out.
LEFT_OUT = "left_out"
BATCH = 500


def leave_out(
    job: Job,
    action: BulkAction,
    actor: User,
    *,
    caution: str = "",
    item_pk: int | None = None,
    key_prefix: str = "",
) -> int:
    """Skip the objects of the preview that have this caution, the one item, or those whose keys begin so.

    Return how many.

    Counts, cautions and title follow. Raises NotReady when the job is no planned draft, or nothing of it is left.
    """
    with transaction.atomic():
        held = Job.objects.select_for_update().filter(pk=job.pk, state=JobState.DRAFT, planned_at__isnull=False).first()
        if held is None:
            raise NotReady("This job is no preview any more. Nothing was left out.")
        to_do = held.items.filter(state=ItemState.PENDING)
        if item_pk is not None:
            chosen = to_do.filter(pk=item_pk)
        else:
            chosen = (
                to_do.filter(key__startswith=key_prefix) if key_prefix else to_do.filter(payload__has_key="cautions")
            )
        named = item_pk is not None or bool(key_prefix)
        taken = [item for item in chosen.only("pk", "payload") if named or caution in _cautions(item)]
        if not taken:
            raise NotReady("None of these is in the preview any more. Nothing was left out.")
        reason = f"Left out by {actor.display_name}{f': {caution}' if caution else ''}"
        for first in range(0, len(taken), BATCH):
            held.items.filter(pk__in=[item.pk for item in taken[first : first + BATCH]]).update(
                state=ItemState.SKIPPED, error_text=reason, error_code=LEFT_OUT, finished_at=timezone.now()
            )
        _follow(held, action, taken)
        tell(held.pk, f"{reason} ({len(taken):,}).")
    job.refresh_from_db()
    return len(taken)


def _cautions(item: JobItem) -> list[str]:
    found: list[str] = item.payload.get("cautions", [])
    return found


def _follow(job: Job, action: BulkAction, taken: Iterable[JobItem]) -> None:
    """Bring the figures and the title of the preview in line with what is left."""
    figures = progress.figures_of(job)
    left = dict(job.preview.get("cautions") or {})
    for item in taken:
        for caution in _cautions(item):
            left[caution] = left.get(caution, 1) - 1
    job.total, job.counts, job.bytes_total = figures.total, figures.counts, figures.bytes_total
    job.preview = job.preview | {
        "cautions": {text: count for text, count in left.items() if count > 0},
        "by_hand": True,
    }
    fields = ["total", "counts", "bytes_total", "preview"]
    if job.undo_of_id is None:
        job.title = action.job_title(job.count_of(ItemState.PENDING), str(job.preview.get("words") or ""))
        fields.append("title")
    job.save(update_fields=fields)


def was_left_out(job: Job) -> bool:
    """Say whether a person took something out of the plan."""
    return bool(job.preview.get("by_hand"))
