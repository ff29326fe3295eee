"""Sending with everything that an upstream needs: authentication, turns, deadlines, repeats, errors made typed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import chain, count

from domoadmin.services.answers import Answer, RawAnswer, is_notice, looks_like_html, read_answer
from domoadmin.services.authentication import authentication_for
from domoadmin.services.clock import Deadline
from domoadmin.services.connection_settings import ConnectionSettings
from domoadmin.services.errors import Delivery, NotFound, RateLimited, UpstreamError
from domoadmin.services.limiter import Limiter, ProcessSchedule, Schedule, SharedSchedule, open_redis
from domoadmin.services.masking import Masker
from domoadmin.services.operations import Operation
from domoadmin.services.request import Expects
from domoadmin.services.retry import settled
from domoadmin.services.tokens import MemoryTokenStore
from domoadmin.services.transport import OpenAnswer, Outgoing, Timeouts, Transport

_EXCERPT_OF_STREAM = 64 * 1024
Attempt = Callable[[Outgoing, float | None], RawAnswer]


class Sender:
    """Sends the requests of one connection. Safe for threads."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._clock = settings.clock
        self._limiter = Limiter(_schedule_of(settings), settings.clock, settings.retry.longest_wait)
        self._authentication = authentication_for(
            settings.kind, settings.secrets, settings.scheme, settings.token_store or MemoryTokenStore()
        )
        self._transport = Transport(
            Timeouts(settings.connect_seconds, settings.read_seconds, settings.write_seconds),
            connections=settings.connections,
            forbidden=settings.forbidden_address,
        )
        self._thread = threading.local()

    @property
    def last_request_id(self) -> str | None:
        """The request id of this thread's last answer, good or bad."""
        found: str | None = getattr(self._thread, "request_id", None)
        return found

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Bound every call of this thread inside the block."""
        before: Deadline | None = self._outer_deadline()
        self._thread.deadline = Deadline.after(self._clock, seconds, before.left if before else None)
        try:
            yield
        finally:
            self._thread.deadline = before

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def send(self, operation: Operation, outgoing: Outgoing, expects: Expects) -> Answer:
        """Send and return the successful answer; raises an UpstreamError that says what is known of the effect."""

        def attempt(authenticated: Outgoing, seconds: float | None) -> RawAnswer:
            return self._transport.exchange(authenticated, seconds, self._settings.most_answer_bytes)

        # How long a large body may take depends on its size: there, only the time-outs of each step hold.
        seconds = None if outgoing.chunks is not None else self._settings.deadline_seconds
        if operation.patience is not None:
            outgoing = replace(outgoing, patience=operation.patience)
            seconds = None if seconds is None else max(seconds, operation.patience)
        return self._repeat(operation, outgoing, expects, seconds, attempt)

    @contextmanager
    def opened(self, operation: Operation, outgoing: Outgoing, expects: Expects) -> Iterator[OpenAnswer]:
        """Send and give the successful answer to be read while it comes."""
        found: list[OpenAnswer] = []
        with ExitStack() as kept:

            def attempt(authenticated: Outgoing, seconds: float | None) -> RawAnswer:
                with ExitStack() as tried:
                    answer = tried.enter_context(self._transport.open(authenticated))
                    raw = RawAnswer(answer.status, answer.headers, b"")
                    if not 200 <= answer.status < 300 or looks_like_html(raw):
                        raw = replace(raw, body=_beginning(answer.chunks))
                        if expects is not Expects.BYTES or not 200 <= answer.status < 300 or is_notice(raw):
                            return raw
                        # A file may be a page: what was looked at comes first again.
                        answer.chunks = chain([raw.body], answer.chunks)
                    kept.enter_context(tried.pop_all())
                    found.append(answer)
                    return replace(raw, body=b"")

            self._repeat(operation, outgoing, expects, None, attempt)
            yield found[0]

    def _repeat(
        self, operation: Operation, outgoing: Outgoing, expects: Expects, seconds: float | None, attempt: Attempt
    ) -> Answer:
        outer = self._outer_deadline()
        deadline = Deadline.after(self._clock, seconds, outer.left if outer else None)
        doubtful = False
        self._thread.request_id = None
        for number in count(1):
            try:
                return self._once(operation, outgoing, expects, deadline, attempt)
            except UpstreamError as failure:
                if doubtful and operation.method == "DELETE" and isinstance(failure, NotFound):
                    # The attempt whose answer was lost has deleted it: what was asked for is so.
                    return Answer(operation.id, 404, {}, b"", None, failure.request_id)
                failure.operation_id = operation.id
                error = settled(operation.retry_safety, failure)
                self._thread.request_id = error.request_id
                doubtful = doubtful or error.delivery is Delivery.UNKNOWN or (failure.status or 0) >= 500
                wait = self._settings.retry.wait_before_next(operation.retry_safety, error, number, self._clock)
                self._pause_others(error, number)
                if wait is None or not deadline.allows(wait):
                    raise error from None
                if not isinstance(error, RateLimited):
                    self._clock.sleep(wait)
        raise AssertionError("count() has no end")

    def _once(
        self, operation: Operation, outgoing: Outgoing, expects: Expects, deadline: Deadline, attempt: Attempt
    ) -> Answer:
        self._settings.allowed(outgoing.url)
        self._limiter.wait_for_turn(operation.limit, deadline, operation.id)

        def authenticated(headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], RawAnswer]:
            raw = attempt(replace(outgoing, headers={**outgoing.headers, **headers}), deadline.left)
            return raw.status, raw.headers, raw

        raw = self._authentication.send(authenticated)
        mask = Masker((*self._authentication.secrets(), *outgoing.secrets))
        answer = read_answer(operation.id, raw, expects, mask)
        self._thread.request_id = answer.request_id
        return answer

    def _pause_others(self, error: UpstreamError, number: int) -> None:
        """After a 429, let all processes wait on this connection: that is also how this call waits."""
        if isinstance(error, RateLimited) and error.delivery is Delivery.ANSWERED:
            said = error.retry_after
            self._limiter.pause(self._settings.retry.back_off(number, self._clock) if said is None else said)

    def _outer_deadline(self) -> Deadline | None:
        found: Deadline | None = getattr(self._thread, "deadline", None)
        return found


def _schedule_of(settings: ConnectionSettings) -> Schedule:
    limits = {"search": settings.search_per_minute}
    if settings.redis_url is None:
        return ProcessSchedule(limits, settings.clock)
    return SharedSchedule(open_redis(settings.redis_url), settings.slug, limits, settings.clock)


def _beginning(chunks: Iterator[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) >= _EXCERPT_OF_STREAM:
            break
    return bytes(body)
