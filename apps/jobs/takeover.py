"""Taking over what dead runners left: by compare-and-set on the very lease that has run out."""

from __future__ import annotations

import uuid
from datetime import datetime

from apps.jobs.endings import judge_again
from apps.jobs.events import tell
from apps.jobs.failures import Next, after_loss
from apps.jobs.kinds import kind_of
from apps.jobs.models import JobItem
from apps.jobs.protocol import request_time, settle
from apps.jobs.settlement import Settlement
from apps.jobs.states import ItemState, Level


def take_over_expired(now: datetime, job_id: uuid.UUID | None = None) -> set[uuid.UUID]:
    """Take over the items whose lease has run out (of one job, or of all) and return the jobs that had any."""
    expired = JobItem.objects.filter(state=ItemState.IN_FLIGHT, lease_expires_at__lte=now)
    if job_id is not None:
        expired = expired.filter(job_id=job_id)
    touched: set[uuid.UUID] = set()
    for item in expired.select_related("job", "job__actor"):
        settlement = settlement_after_loss(item, now)
        if settle(item, settlement, now, only_if_expired=True):
            touched.add(item.job_id)
            _tell(item, settlement)
            if item.job.has_ended:
                judge_again(item.job_id)
    return touched


def settlement_after_loss(item: JobItem, now: datetime) -> Settlement:
    """Return what becomes of an item whose runner died, by its retry safety and whether its request was sent."""
    kind = kind_of(item.job)
    sent = item.sent_at is not None
    verdict = after_loss(kind.safety(item), sent=sent, verifying=item.verify_first, losses=item.losses)
    if verdict.next == Next.UNKNOWN:
        return Settlement(
            ItemState.UNKNOWN, "The worker stopped after the request was sent, before an answer.", "worker_lost"
        )
    if verdict.next == Next.FAIL:
        text = f"The worker died {item.losses} times on this item. Nothing is in doubt; it is not tried again."
        return Settlement(ItemState.FAILED, text, "worker_lost")
    if verdict.next == Next.VERIFY:
        # The request may still be on its way: reading back too early could miss its effect.
        settled_by = item.sent_at + request_time(kind) if item.sent_at is not None else now
        return Settlement(
            ItemState.PENDING,
            verify_first=True,
            keeps_sent_mark=True,
            is_loss=True,
            available_at=max(now, settled_by),
        )
    return Settlement(ItemState.PENDING, is_loss=True, available_at=now)


def _tell(item: JobItem, settlement: Settlement) -> None:
    if settlement.state == ItemState.UNKNOWN:
        text = f"A worker stopped while {item} was in flight: its outcome is unknown."
    elif settlement.state == ItemState.FAILED:
        text = settlement.text
    elif settlement.verify_first:
        text = f"A worker stopped while {item} was in flight. It is read back before anything is sent again."
    else:
        text = f"A worker stopped while {item} was in flight. It is done again."
    tell(item.job_id, text, Level.WARN, item.pk)
