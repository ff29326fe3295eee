"""What follows a failure: a pure decision over the error, the retry safety and whether the request was sent."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from domoadmin.services.errors import Delivery, Maintenance, RateLimited, UpstreamError
from domoadmin.services.operations import RetrySafety

LONGEST_WAIT_SECONDS = 60.0
# Reading back is free of effect, so it may be tried some more before a person is asked.
MORE_READ_BACKS = 3
# A runner that dies this often on one item dies of the item.
MOST_LOSSES = 25


class Next(StrEnum):
    """What becomes of the item."""

    AGAIN = "again"
    VERIFY = "verify"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Tries:
    """How often the item was tried (this time included), how often it may be, and its first wait in seconds."""

    made: int
    most: int
    back_off_seconds: float


@dataclass(frozen=True)
class Verdict:
    """What to do next, and not before how many seconds from now."""

    next: Next
    wait_seconds: float = 0.0


def was_not_processed(error: UpstreamError) -> bool:
    """Say whether the upstream surely did nothing: the request never left, or was turned away at the door."""
    if error.delivery == Delivery.NOT_SENT:
        return True
    return error.delivery == Delivery.ANSWERED and (isinstance(error, RateLimited | Maintenance) or error.status == 503)


def is_doubtful(error: UpstreamError) -> bool:
    """Say whether the effect may be there although the call failed."""
    if was_not_processed(error):
        return False
    # A gateway's 502 or 504 says nothing about what stands behind it.
    return error.delivery == Delivery.UNKNOWN or (error.status is not None and error.status >= 500)


def wait_before(made: int, first: float, retry_after: float | None = None) -> float:
    """Return the seconds before the next try: doubling with jitter, never less than the upstream asked for."""
    backed_off = min(LONGEST_WAIT_SECONDS, first * 2.0 ** max(0, made - 1)) * random.uniform(0.5, 1.0)
    return max(backed_off, retry_after or 0.0)


def after_error(error: UpstreamError, safety: RetrySafety, *, sent: bool, tries: Tries) -> Verdict:
    """Decide what follows an upstream error out of run_item. `sent`: whether about_to_send() was called before."""
    wait = wait_before(tries.made, tries.back_off_seconds, error.retry_after)
    if is_doubtful(error) and sent and safety in (RetrySafety.VERIFIABLE, RetrySafety.UNSAFE):
        return after_doubt(safety, tries)
    if not error.retryable or tries.made >= tries.most:
        return Verdict(Next.FAIL)
    return Verdict(Next.AGAIN, wait)


def after_doubt(safety: RetrySafety, tries: Tries) -> Verdict:
    """Decide what follows when a request was sent and nobody knows what came of it."""
    if safety == RetrySafety.UNSAFE:
        return Verdict(Next.UNKNOWN)
    if safety == RetrySafety.VERIFIABLE:
        if tries.made >= tries.most + MORE_READ_BACKS:
            return Verdict(Next.UNKNOWN)
        return Verdict(Next.VERIFY, wait_before(tries.made, tries.back_off_seconds))
    return Verdict(Next.AGAIN, wait_before(tries.made, tries.back_off_seconds))


def after_failed_read_back(error: UpstreamError, tries: Tries) -> Verdict:
    """Decide what follows an upstream error out of verify_item: read back again, at last ask a person."""
    if not error.retryable or tries.made >= tries.most + MORE_READ_BACKS:
        return Verdict(Next.UNKNOWN)
    return Verdict(Next.VERIFY, wait_before(tries.made, tries.back_off_seconds, error.retry_after))


def after_loss(safety: RetrySafety, *, sent: bool, verifying: bool, losses: int) -> Verdict:
    """Decide what follows the death of an item's runner. `verifying`: it was only reading back."""
    doubtful = sent or verifying
    if losses >= MOST_LOSSES:
        in_doubt = doubtful and safety in (RetrySafety.VERIFIABLE, RetrySafety.UNSAFE)
        return Verdict(Next.UNKNOWN if in_doubt else Next.FAIL)
    if not doubtful or safety in (RetrySafety.READ, RetrySafety.IDEMPOTENT):
        return Verdict(Next.AGAIN)
    return Verdict(Next.VERIFY if safety == RetrySafety.VERIFIABLE else Next.UNKNOWN)
