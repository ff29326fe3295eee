"""Claims, leases, settlements and the end of a job: each a compare-and-set in one short transaction.

Promised: an item is run by one runner at a time, and settled only by whoever holds its lease, together with its audit
record. Not promised: that a request was never sent twice; that needs the item's retry safety, see failures.py.
Time is a parameter everywhere, so that tests need no waiting.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from apps.audit import recording
from apps.audit.recording import Entry
from apps.jobs.audit_rows import act_of_item
from apps.jobs.events import tell
from apps.jobs.kinds import JobKind, kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.rows import next_items, update_each
from apps.jobs.settlement import Settlement, audit_outcome, changes_of, is_worth_a_record
from apps.jobs.states import ItemState, JobState, Level

# What a claim writes.
CLAIMED = ("state", "lease_token", "lease_expires_at", "attempts", "started_at", "sent_at")


class SomeLost(Exception):
    """Of several items written together at least one had lost its lease; nothing was written."""


def lease_end(now: datetime) -> datetime:
    """Return when a lease taken or renewed now runs out."""
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def request_time(kind: JobKind) -> timedelta:
    """Return how long after it was sent a request may still come to an effect."""
    if kind.request_seconds is not None:
        return timedelta(seconds=kind.request_seconds)
    return timedelta(seconds=settings.UPSTREAM_CONNECT_SECONDS + settings.UPSTREAM_READ_SECONDS)


def claimable(job_id: uuid.UUID, now: datetime) -> QuerySet[JobItem]:
    """Return the items that may be claimed now: of the lowest stage with an unfinished item, in order."""
    return next_stage(job_id).filter(available_at__lte=now).order_by("position")


def next_stage(job_id: uuid.UUID) -> QuerySet[JobItem]:
    """Return the pending items of the lowest stage with an unfinished item: later stages wait for those in flight."""
    pending = JobItem.objects.filter(job_id=job_id, state=ItemState.PENDING)
    in_flight = JobItem.objects.filter(job_id=job_id, state=ItemState.IN_FLIGHT)
    # Two looks into an index: one for both states would walk past everything that has ended.
    first = Subquery(pending.order_by("stage").values("stage")[:1])
    return pending.filter(~Exists(in_flight.filter(stage__lt=OuterRef("stage"))), stage=first)


def claim(job_id: uuid.UUID, now: datetime, job: Job | None = None) -> JobItem | None:
    """Take a lease on the next item and return it; None when there is none to take now."""
    claimed = claim_all(job_id, now, 1, job)
    return claimed[0] if claimed else None


def claim_all(job_id: uuid.UUID, now: datetime, count: int, job: Job | None = None) -> list[JobItem]:
    """Take a lease of its own on each of the next items, at most `count`, and return them.

    With `job`, the items get this row of it, read with connection and actor before: a job's preview may be large.
    """
    with transaction.atomic(savepoint=False):
        found = next_items(job_id, now, count)
        changes: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for item in found:
            item.attempts += 1
            item.lease_token, item.lease_expires_at = uuid.uuid4(), lease_end(now)
            item.state, item.started_at = ItemState.IN_FLIGHT, item.started_at or now
            item.sent_at = item.sent_at if item.verify_first else None
            if job is not None:
                item.job = job
            changes.append(
                ({name: getattr(item, name) for name in CLAIMED}, {"id": item.pk, "state": ItemState.PENDING})
            )
        if update_each(changes) == len(found):
            return found
        tokens = [item.lease_token for item in found]
        held = set(JobItem.objects.filter(lease_token__in=tokens).values_list("lease_token", flat=True))
        return [item for item in found if item.lease_token in held]


def renew(tokens: Collection[uuid.UUID], now: datetime) -> set[uuid.UUID]:
    """Lengthen the leases and return the tokens that still hold one.

    What is being written at this moment is left to who writes it: to wait for one row with others locked would be half
    of a deadlock with those that write several in another order.
    """
    held = JobItem.objects.filter(lease_token__in=tokens, state=ItemState.IN_FLIGHT, lease_expires_at__gt=now)
    with transaction.atomic(savepoint=False):
        free = list(held.select_for_update(skip_locked=True).values_list("pk", flat=True))
        renewed = JobItem.objects.filter(pk__in=free).update(lease_expires_at=lease_end(now))
    if renewed == len(tokens):
        return set(tokens)
    return {token for token in held.values_list("lease_token", flat=True) if token is not None}


def mark_sent(item: JobItem, now: datetime) -> bool:
    """Store that a request is about to leave, with the audit intent; False when the lease is no longer held."""
    return mark_all_sent([item], now)[0]


def mark_all_sent(items: Sequence[JobItem], now: datetime) -> list[bool]:
    """Do the same for several items in one transaction; say for each whether its lease is held.

    Raises SomeLost, with nothing written, when that has to be asked one by one.
    """
    if not items:
        return []
    changes = [
        (
            {"sent_at": now, "lease_expires_at": lease_end(now), "intended_at": item.intended_at or now},
            {"id": item.pk, "lease_token": item.lease_token, "state": ItemState.IN_FLIGHT, "lease_expires_at__gt": now},
        )
        for item in items
    ]
    with transaction.atomic(savepoint=False):
        if not _all_changed(changes):
            return [False]
        recording.write_all(
            Entry(act, "intended", before=item.before, after=item.after)
            for item in items
            if item.intended_at is None and (act := act_of_item(item)) is not None
        )
    for item in items:
        item.sent_at = now
        item.intended_at = item.intended_at or now
    return [True] * len(items)


def store_checkpoint(item: JobItem, checkpoint: dict[str, Any], *, answered: bool) -> bool:
    """Store where the item stands; False when the lease is no longer held."""
    changes: dict[str, Any] = {"checkpoint": checkpoint}
    if answered:
        changes["sent_at"] = None
    held = JobItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=ItemState.IN_FLIGHT).update(**changes)
    if held and answered:
        item.sent_at = None
    return bool(held)


def settle(item: JobItem, settlement: Settlement, now: datetime, *, only_if_expired: bool = False) -> bool:
    """Let go of the item by its lease token, with the audit outcome, in one transaction.

    Returns False when the lease was lost: then nothing but an event is written.
    """
    kind = kind_of(item.job)
    failure = settlement.state in (ItemState.FAILED, ItemState.UNKNOWN)
    with transaction.atomic(savepoint=False):
        if settlement.state == ItemState.PENDING or (failure and kind.stop_on_failure):
            settlement = _as_the_job_allows(item, settlement, kind)
        if settlement.state == ItemState.SUCCEEDED and not only_if_expired:
            held = update_each([_success(item, settlement, now)])
        else:
            rows = JobItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=ItemState.IN_FLIGHT)
            if only_if_expired:
                rows = rows.filter(lease_expires_at__lte=now)
            held = rows.update(**changes_of(item, settlement, now))
        if not held:
            if not only_if_expired:
                tell(
                    item.job_id, f"The lease on {item} was lost: its outcome here changes nothing.", Level.WARN, item.pk
                )
            return False
        _record_outcomes([(item, settlement)])
        if failure and kind.stop_on_failure:
            cancel_pending(item.job_id, now)
    return True


def settle_all(settled: Sequence[tuple[JobItem, Settlement]], now: datetime) -> list[bool]:
    """Let go of several items in one transaction; say for each whether its lease was held.

    What succeeded is written together, the rest one after the other, as settle() does. Raises SomeLost, with nothing
    written, when one of those that succeeded had lost its lease.
    """
    together = [each for each in settled if each[1].state == ItemState.SUCCEEDED]
    if len(together) <= 1:
        return [settle(item, settlement, now) for item, settlement in settled]
    with transaction.atomic(savepoint=False):
        # Those that lock the job's row come before those that lock items alone: a takeover goes the same way.
        held = {
            item.pk: settle(item, settlement, now)
            for item, settlement in settled
            if settlement.state != ItemState.SUCCEEDED
        }
        _all_changed([_success(item, settlement, now) for item, settlement in together])
        _record_outcomes(together)
    return [held.get(item.pk, True) for item, _ in settled]


def _success(item: JobItem, settlement: Settlement, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    # The same columns for each, so that the statement is prepared once.
    present = {"request_id": item.request_id, "checkpoint": item.checkpoint, "after": item.after}
    wanted = {"id": item.pk, "lease_token": item.lease_token, "state": ItemState.IN_FLIGHT}
    return present | changes_of(item, settlement, now), wanted


def _all_changed(changes: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> bool:
    """Update the items; False when it is one and its lease is lost. Raises SomeLost when there are more."""
    if update_each(changes) == len(changes):
        return True
    if len(changes) == 1:
        return False
    raise SomeLost


def _record_outcomes(settled: Sequence[tuple[JobItem, Settlement]]) -> None:
    recording.write_all(
        Entry(
            act,
            audit_outcome(settlement.state),
            before=item.before,
            after=settlement.after if settlement.after is not None else item.after,
            request_id=settlement.request_id,
            message=settlement.text,
        )
        for item, settlement in settled
        if is_worth_a_record(item, settlement) and (act := act_of_item(item)) is not None
    )


def cancel_pending(job_id: uuid.UUID, now: datetime) -> int:
    """Cancel the items that are still to do and return how many; those to be read back stay.

    Called in a transaction. An item that was intended before gets its outcome in the audit trail.
    """
    waiting = JobItem.objects.filter(job_id=job_id, state=ItemState.PENDING, verify_first=False)
    intended = waiting.filter(intended_at__isnull=False).select_for_update(of=("self",))
    recording.write_all(
        Entry(act, "cancelled", message=item.error_text)
        for item in intended.select_related("job", "job__actor")
        if (act := act_of_item(item)) is not None
    )
    return waiting.update(state=ItemState.CANCELLED, finished_at=now)


def _as_the_job_allows(item: JobItem, settlement: Settlement, kind: JobKind) -> Settlement:
    """Turn "to do again" into the end that fits a job which is being cancelled or has ended or failed meanwhile.

    Locks the job's row, which cancelling writes first: so none of the two can miss what the other did.
    """
    job = Job.objects.select_for_update().only("state").get(pk=item.job_id)
    if settlement.state != ItemState.PENDING:
        return settlement
    if job.has_ended:
        text = "The read-back came to no answer." if settlement.verify_first else settlement.text
        return Settlement(ItemState.UNKNOWN, text=text, code=settlement.code, request_id=settlement.request_id)
    if settlement.verify_first:
        return settlement
    stopped = kind.stop_on_failure and (
        JobItem.objects.filter(job_id=item.job_id, state__in=(ItemState.FAILED, ItemState.UNKNOWN)).exists()
    )
    if job.state == JobState.CANCELLING or stopped:
        return Settlement(
            ItemState.CANCELLED, text=settlement.text, code=settlement.code, checkpoint=settlement.checkpoint
        )
    return settlement
