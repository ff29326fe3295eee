"""When a failed attempt is made again: a pure decision on operation, error and number of the attempt.

Reads and idempotent calls are repeated after anything that may pass. A call that may not be repeated blindly is sent
again only when the earlier attempt surely had no effect: no connection, or a 429 or 503 with Retry-After. After any
doubt it ends as AnswerLost, and whoever called settles it.
"""

from __future__ import annotations

from dataclasses import dataclass

from domoadmin.services.clock import Clock
from domoadmin.services.errors import (
    AnswerLost,
    Delivery,
    Maintenance,
    RateLimited,
    ServerFailed,
    UnexpectedAnswer,
    UpstreamError,
)
from domoadmin.services.operations import RetrySafety

_PASSING_STATUSES = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and after how many seconds; a Retry-After above `longest_wait` is left to the caller."""

    attempts: int = 5
    first_back_off: float = 0.5
    longest_back_off: float = 20.0
    longest_wait: float = 120.0

    def wait_before_next(self, safety: RetrySafety, error: UpstreamError, attempt: int, clock: Clock) -> float | None:
        """Return the seconds to wait before another attempt (the first attempt is 1), or None to give up."""
        if attempt >= self.attempts or not self._may_repeat(safety, error):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.longest_wait else None
        return self.back_off(attempt, clock)

    def back_off(self, attempt: int, clock: Clock) -> float:
        """Return exponential back-off with full jitter, in seconds."""
        return clock.chance() * min(self.longest_back_off, self.first_back_off * 2.0 ** (attempt - 1))

    def _may_repeat(self, safety: RetrySafety, error: UpstreamError) -> bool:
        if error.delivery is Delivery.NOT_SENT:
            # Our own limiter has said already that the turn doesn't come in time.
            return error.retryable and not isinstance(error, RateLimited)
        if safety.repeatable:
            return error.retryable and (error.status is None or error.status in (200, *_PASSING_STATUSES))
        return error.status in (429, 503) and error.retry_after is not None


def settled(safety: RetrySafety, error: UpstreamError) -> UpstreamError:
    """Return the error to tell for a failed attempt: AnswerLost where a call that changes things may have done so.

    A gateway's 502 or 504, a 500, or a page in place of an answer may come after the effect. A 503 with Retry-After
    and a 429 are refusals before it.
    """
    if safety.repeatable or error.delivery is not Delivery.ANSWERED:
        return error
    refused = isinstance(error, RateLimited) or (error.status == 503 and error.retry_after is not None)
    # A page or broken JSON with a 200 hides the real answer.
    hidden = isinstance(error, UnexpectedAnswer) and error.status is not None and 200 <= error.status < 300
    doubtful = hidden or isinstance(error, ServerFailed | Maintenance)
    if refused or not doubtful:
        return error
    return AnswerLost(
        str(error),
        status=error.status,
        request_id=error.request_id,
        operation_id=error.operation_id,
        body_excerpt=error.body_excerpt,
    )
