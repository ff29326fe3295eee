"""Running one claimed item to a settlement: calls the kind, judges what came of it, settles. No transaction is open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.utils import timezone

from apps.jobs.events import tell
from apps.jobs.failures import Next, Tries, Verdict, after_doubt, after_error, after_failed_read_back
from apps.jobs.kinds import (
    ComeBack,
    Failed,
    ItemOutcome,
    JobKind,
    LeaseLost,
    NotDone,
    Skipped,
    StopRequested,
    Succeeded,
    Unknown,
    kind_of,
)
from apps.jobs.settlement import Settlement
from apps.jobs.states import ItemState, Level
from apps.jobs.work import ItemWork
from domoadmin.services.errors import UpstreamError
from domoadmin.services.operations import RetrySafety

logger = logging.getLogger(__name__)

# The code of an item that was read back and had not happened.
NOT_DONE = "not_done"


def run_claimed(work: ItemWork, clock: Callable[[], datetime] = timezone.now) -> Settlement | None:
    """Run or read back the item and settle it; return the settlement, or None when the lease was lost."""
    item, kind = work.item, kind_of(work.job)
    verifying = item.verify_first
    try:
        outcome = kind.verify_item(work) if verifying else kind.run_item(work)
        settlement = _of_outcome(work, kind, outcome, clock())
    except LeaseLost:
        tell(work.job.pk, f"The lease on {item} was lost: another runner has it.", Level.WARN, item.pk)
        return None
    except StopRequested:
        settlement = given_back(work, kind, clock())
    except ComeBack as again:
        settlement = _of_come_back(work, again, verifying, clock())
    except UpstreamError as error:
        settlement = _of_error(work, kind, error, verifying, clock())
    except DatabaseError:
        # Our own store fails: nothing can be settled. The lease runs out and the item is taken over.
        raise
    except Exception as error:
        logger.exception("Item %s of job %s failed by a mistake of ours", item.pk, work.job.pk)
        settlement = _of_mistake(work, kind, error, verifying, clock())
    item.bytes_done, item.rows_done = work.counters()
    return settlement if work.ledger.settle(item, settlement) else None


def given_back(work: ItemWork, kind: JobKind, now: datetime) -> Settlement:
    """Return the settlement of an item that a stopping runner gives back."""
    item = work.item
    sent = item.sent_at is not None
    safety = kind.safety(item)
    if sent and safety == RetrySafety.UNSAFE:
        return Settlement(ItemState.UNKNOWN, "The worker was stopped after the request was sent.", code="stopped")
    verify = item.verify_first or (sent and safety == RetrySafety.VERIFIABLE)
    return Settlement(
        ItemState.PENDING,
        checkpoint=work.checkpoint,
        verify_first=verify,
        keeps_sent_mark=verify,
        counts_as_try=False,
        available_at=now,
    )


def _of_outcome(work: ItemWork, kind: JobKind, outcome: ItemOutcome | NotDone, now: datetime) -> Settlement:
    checkpoint = work.checkpoint
    if isinstance(outcome, Succeeded):
        return Settlement(
            ItemState.SUCCEEDED,
            result=dict(outcome.result),
            after=outcome.after,
            request_id=outcome.request_id,
            checkpoint=checkpoint,
        )
    if isinstance(outcome, Skipped):
        return Settlement(ItemState.SKIPPED, outcome.reason, checkpoint=checkpoint)
    if isinstance(outcome, Failed):
        return Settlement(ItemState.FAILED, outcome.message, outcome.code, outcome.request_id, checkpoint=checkpoint)
    if isinstance(outcome, Unknown):
        return Settlement(ItemState.UNKNOWN, outcome.message, "unknown", outcome.request_id, checkpoint=checkpoint)
    return _of_not_done(work, kind, now)


def _of_not_done(work: ItemWork, kind: JobKind, now: datetime) -> Settlement:
    """Read back: not done. It may be sent again, unless the job has ended or the tries are used up."""
    text = "Read back: it did not happen."
    if work.job.has_ended or work.item.failed_attempts - 1 >= kind.max_attempts:
        return Settlement(ItemState.FAILED, text, NOT_DONE, checkpoint=work.checkpoint)
    tell(work.job.pk, f"{work.item}: read back, it did not happen. It is sent again.", Level.INFO, work.item.pk)
    return Settlement(ItemState.PENDING, text, checkpoint=work.checkpoint, available_at=now, counts_as_try=False)


def _of_come_back(work: ItemWork, again: ComeBack, verifying: bool, now: datetime) -> Settlement:
    checkpoint = work.checkpoint if again.checkpoint is None else {**work.checkpoint, **again.checkpoint}
    return Settlement(
        ItemState.PENDING,
        checkpoint=checkpoint,
        verify_first=verifying,
        keeps_sent_mark=verifying,
        counts_as_try=False,
        keeps_counters=True,
        available_at=now + timedelta(seconds=again.seconds),
    )


def _of_error(work: ItemWork, kind: JobKind, error: UpstreamError, verifying: bool, now: datetime) -> Settlement:
    item = work.item
    tries = Tries(item.failed_attempts, kind.max_attempts, kind.back_off_seconds)
    if verifying:
        verdict = after_failed_read_back(error, tries)
    else:
        verdict = after_error(error, kind.safety(item), sent=item.sent_at is not None, tries=tries)
    code = str(error.status) if error.status else type(error).__name__
    return _settlement(work, verdict, str(error), code, error.request_id, tries, now)


def _of_mistake(work: ItemWork, kind: JobKind, error: Exception, verifying: bool, now: datetime) -> Settlement:
    item = work.item
    tries = Tries(item.failed_attempts, kind.max_attempts, kind.back_off_seconds)
    safety = kind.safety(item)
    in_doubt = verifying or (item.sent_at is not None and safety in (RetrySafety.VERIFIABLE, RetrySafety.UNSAFE))
    verdict = Verdict(Next.FAIL)
    if in_doubt:
        verdict = Verdict(Next.UNKNOWN) if verifying else after_doubt(safety, tries)
    text = f"A mistake in DomoAdmin ({type(error).__name__}) stopped this item; the log of the worker says more."
    return _settlement(work, verdict, text, "internal", None, tries, now)


def _settlement(
    work: ItemWork, verdict: Verdict, text: str, code: str, request_id: str | None, tries: Tries, now: datetime
) -> Settlement:
    if verdict.next == Next.FAIL:
        ending = f" (gave up after {tries.made} tries)" if tries.made > 1 else ""
        return Settlement(ItemState.FAILED, text + ending, code, request_id, checkpoint=work.checkpoint)
    if verdict.next == Next.UNKNOWN:
        return Settlement(ItemState.UNKNOWN, text, code, request_id, checkpoint=work.checkpoint)
    verify = verdict.next == Next.VERIFY
    what = "reads back" if verify else "tries again"
    tell(
        work.job.pk,
        f"{work.item}: {text} DomoAdmin {what} in {max(1, round(verdict.wait_seconds))} s.",
        Level.WARN,
        work.item.pk,
    )
    return Settlement(
        ItemState.PENDING,
        text,
        code,
        request_id,
        checkpoint=work.checkpoint,
        verify_first=verify,
        keeps_sent_mark=verify,
        available_at=now + timedelta(seconds=verdict.wait_seconds),
    )
