"""Planning a draft: finds the items in a worker, under a lease, without changing anything upstream."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from apps.jobs import endings, progress
from apps.jobs.events import tell
from apps.jobs.kinds import LeaseLost, NewItem, PlanRefused, StopRequested, kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.protocol import lease_end
from apps.jobs.pulse import Pulse
from apps.jobs.states import ItemState, JobState, Level
from apps.jobs.work import JobContext
from domoadmin.services.errors import UpstreamError

logger = logging.getLogger(__name__)

BATCH = 500
MOST_LOSSES = 5


def items_of(job: Job, new: Iterable[NewItem], first_position: int, now: datetime) -> Iterator[JobItem]:
    """Make unsaved rows of the planned items; those to skip are born settled."""
    for position, item in enumerate(new, first_position):
        yield JobItem(
            job=job,
            stage=item.stage,
            position=position,
            key=item.key,
            label=item.label[:300],
            payload=dict(item.payload),
            size=item.size,
            before=item.before,
            after=item.after,
            checkpoint=dict(item.checkpoint),
            state=ItemState.SKIPPED if item.skip else ItemState.PENDING,
            error_text=item.skip,
            error_code=item.skip_code,
            available_at=now,
            finished_at=now if item.skip else None,
        )


class Planning(JobContext):
    """What a kind sees while it plans a draft."""

    def __init__(self, job: Job, token: uuid.UUID, stop: Callable[[], bool]) -> None:
        super().__init__(job)
        self._token = token
        self._stop = stop
        self._lease_until: float = time.monotonic() + settings.JOB_LEASE_SECONDS
        self._shown: dict[str, Any] = {"phase": "", "done": 0, "total": 0, "unit": "items", "facts": {}}
        self._rate_sample: dict[str, Any] = {}
        self._preview: dict[str, Any] = {}
        self._position = 0

    def check(self) -> None:
        """Raise LeaseLost when the draft was dropped or taken over, StopRequested when the worker stops."""
        if time.monotonic() >= self._lease_until:
            raise LeaseLost
        if self._stop():
            raise StopRequested

    def stop_requested(self) -> bool:
        """Say whether the plan should be let go of."""
        return self._stop() or time.monotonic() >= self._lease_until

    def progress(
        self,
        *,
        phase: str | None = None,
        done: int | None = None,
        total: int | None = None,
        unit: str | None = None,
        **facts: Any,
    ) -> None:
        """Show how far the plan is; free of cost, written by the heartbeat. Raises LeaseLost, StopRequested."""
        self.check()
        given = {"phase": phase, "done": done, "total": total, "unit": unit}
        changed = {name: value for name, value in given.items() if value is not None}
        if phase is not None and phase != self._shown["phase"]:
            self._rate_sample = {}
        self._shown = {**self._shown, **changed, "facts": {**self._shown["facts"], **facts}}

    def add_items(self, items: Iterable[NewItem]) -> None:
        """Add items in order, stored in batches. Raises LeaseLost, StopRequested."""
        rows = items_of(self.job, items, self._position, timezone.now())
        while batch := list(islice(rows, BATCH)):
            self.check()
            with transaction.atomic():
                if not self._rows().select_for_update().exists():
                    raise LeaseLost
                JobItem.objects.bulk_create(batch)
            self._position += len(batch)

    def preview(self, content: dict[str, Any]) -> None:
        """Merge plain JSON values into what the preview page shows; stored with the plan."""
        self._preview |= content

    def refuse(self, message: str, **preview: Any) -> None:
        """Give the plan up: the job fails with the message and keeps the preview. Raises PlanRefused."""
        self._preview |= preview
        raise PlanRefused(message)

    def event(self, text: str, level: str = Level.INFO) -> None:
        """Add a line to the job's events."""
        tell(self.job.pk, text, level)

    def beat(self) -> None:
        """Renew the lease and write the progress; called by the heartbeat."""
        now = timezone.now()
        shown = dict(self._shown)
        rate, self._rate_sample = progress.rate_of(self._rate_sample, int(shown["done"]), now)
        left = (shown["total"] - shown["done"]) / rate if rate > 0 and shown["total"] > shown["done"] else None
        shown |= {"rate": round(rate, 3), "seconds_left": None if left is None else round(left, 1)}
        held = self._rows().update(planning_expires_at=lease_end(now), progress=shown, progress_at=now)
        self._lease_until = time.monotonic() + settings.JOB_LEASE_SECONDS if held else 0.0

    def store(self) -> bool:
        """End the plan: the draft can be confirmed. False when the lease was lost."""
        figures = progress.figures_of(self.job)
        with transaction.atomic():
            held = self._rows().update(
                planned_at=timezone.now(),
                planning_token=None,
                planning_expires_at=None,
                preview=self._preview,
                total=figures.total,
                counts=figures.counts,
                bytes_total=figures.bytes_total,
                progress={**self._shown, "rate": 0, "seconds_left": None},
            )
            if held:
                tell(self.job.pk, f"Planned: {figures.total:,} {kind_of(self.job).item_noun}.")
        return bool(held)

    def give_up(self, message: str) -> None:
        """End the draft as failed with the message."""
        self._rows().update(preview=self._preview, progress={**self._shown, "rate": 0, "seconds_left": None})
        endings.fail(self.job, message, timezone.now(), planning_token=self._token)

    def give_back(self) -> None:
        """Let another worker plan it from scratch."""
        self._rows().update(planning_token=None, planning_expires_at=None)

    def _rows(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, planning_token=self._token, state=JobState.DRAFT)


def claim_plan(job_id: uuid.UUID, now: datetime) -> tuple[Job, uuid.UUID] | None:
    """Take the planning lease of a draft that wants a plan, emptying what a dead planner left."""
    token = uuid.uuid4()
    free = Q(planning_token__isnull=True) | Q(planning_expires_at__lte=now)
    with transaction.atomic():
        taken = Job.objects.filter(
            free, pk=job_id, state=JobState.DRAFT, planned_at__isnull=True, planning_requested_at__isnull=False
        ).update(
            planning_losses=Case(
                When(planning_token__isnull=False, then=F("planning_losses") + 1),
                default=F("planning_losses"),
                output_field=Job._meta.get_field("planning_losses"),
            ),
            planning_token=token,
            planning_expires_at=lease_end(now),
            preview=Value({}, output_field=Job._meta.get_field("preview")),
        )
        if not taken:
            return None
        JobItem.objects.filter(job_id=job_id).delete()
    return Job.objects.select_related("connection", "actor").get(pk=job_id), token


def run_plan(job_id: uuid.UUID, *, stop: Callable[[], bool], on_progress: Callable[[Job], None] | None = None) -> bool:
    """Plan the draft in this process; True when the plan was made. Changes nothing when someone else plans it."""
    claimed = claim_plan(job_id, timezone.now())
    if claimed is None:
        return False
    job, token = claimed
    planning = Planning(job, token, stop)
    if job.planning_losses >= MOST_LOSSES:
        planning.give_up(f"The worker died {job.planning_losses} times while it planned this job.")
        return False

    def beat() -> None:
        planning.beat()
        if on_progress is not None:
            on_progress(Job.objects.get(pk=job_id))

    with Pulse(beat, min(progress.FLUSH_SECONDS, settings.JOB_LEASE_SECONDS / 4)):
        refusal = _planned(planning)
    if refusal is None:
        return planning.store()
    if refusal:
        planning.give_up(refusal)
    return False


def _planned(planning: Planning) -> str | None:
    """Call the kind; None when the plan is made, a message when it was refused, "" when it was given back."""
    job = planning.job
    try:
        kind_of(job).plan(planning)
        planning.check()
    except LeaseLost:
        return ""
    except StopRequested:
        planning.give_back()
        return ""
    except PlanRefused as refusal:
        return str(refusal)
    except UpstreamError as error:
        suffix = f" (request id {error.request_id})" if error.request_id else ""
        return f"{error}{suffix}"
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("Planning job %s failed by a mistake of ours", job.pk)
        return f"A mistake in DomoAdmin ({type(error).__name__}) stopped the plan; the log of the worker says more."
    return None
