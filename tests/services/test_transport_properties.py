"""Any order of troubles: nothing that may not be repeated goes out twice, nothing that could succeed is lost, no token
is ever shown."""

from __future__ import annotations

import io
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, Delivery, RateLimited, ServerFailed, UpstreamError
from domoadmin.services.retry import RetryPolicy
from tests.services.conftest import TOKEN, Connecting
from tests.services.upstream import CUT, JSON, Told, Upstream, page, told

GOOD = told({"id": "d1", "name": "Orders"})
ECHO = {"message": f"the token {TOKEN} is tired", "toe": f"toe-{TOKEN}"}
ATTEMPTS = RetryPolicy().attempts


@dataclass(frozen=True)
class Trouble:
    """A way in which one attempt goes wrong. `refused`: surely before any effect, and it says when to come back."""

    name: str
    answer: Told
    refused: bool = False


TROUBLES = (
    Trouble("429 with Retry-After", told(ECHO, 429, Retry_After="1"), refused=True),
    Trouble("429", told(ECHO, 429)),
    Trouble("500", told(ECHO, 500)),
    Trouble("502 page", page(f"<html><title>Bad gateway {TOKEN}</title></html>", 502)),
    Trouble("503 with Retry-After", told(ECHO, 503, Retry_After="2"), refused=True),
    Trouble("503", told(ECHO, 503)),
    Trouble("504", told(ECHO, 504)),
    Trouble("cut", CUT),
    Trouble("maintenance page", page(f"<html><title>Domo Maintenance</title>{TOKEN}</html>")),
    Trouble("half an answer", Told(200, b'{"id": "d1", "na', {**JSON, "Content-Length": "400"})),
)

orders = st.lists(st.sampled_from(TROUBLES), max_size=ATTEMPTS + 2)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(client: Client) -> None:
    """Read something."""
    client.datasets.get_metadata("d1")


def repeatable_change(client: Client) -> None:
    """Change something that ends in the same state however often it is sent."""
    client.datasets.create_tag("d1", ["a"])


def verifiable_change(client: Client) -> None:
    """Change something that must not be repeated, but can be read back."""
    client.datasets.commit_upload("d1", "7", "REPLACE", index=True)


def unsafe_change(client: Client) -> None:
    """Change something that must not be repeated."""
    client.datasets.create_copy("Orders", [{"name": "id", "type": "LONG"}])


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """Give what all loggers say inside the block, at their most talkative."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def outcome(call: Callable[[Client], None], client: Client) -> UpstreamError | None:
    """Make the call; return its error, after looking for the token in all that it shows."""
    error: UpstreamError | None = None
    with everything_logged() as heard:
        try:
            call(client)
        except UpstreamError as caught:
            error = caught
    shown = [heard.getvalue(), repr(client), repr(client.settings), str(client.last_request_id)]
    if error is not None:
        shown += [str(error), repr(error), error.body_excerpt, str(vars(error)), *traceback.format_exception(error)]
    assert not any(TOKEN in text for text in shown)
    return error


@pytest.mark.parametrize("call", [verifiable_change, unsafe_change])
@given(order=orders)
@quick
def test_what_may_not_be_repeated_never_goes_out_twice(
    connecting: Connecting, upstream: Upstream, call: Callable[[Client], None], order: list[Trouble]
) -> None:
    upstream.asked.clear()
    upstream.answers(*(each.answer for each in order), GOOD)
    error = outcome(call, connecting())

    refused = 0
    while refused < len(order) and order[refused].refused:
        refused += 1
    sent = len(upstream.asked)
    # Everything before the last attempt was refused before its effect: at most one attempt can have had one.
    assert sent == min(refused + 1, ATTEMPTS)
    if sent > len(order):
        assert error is None
    elif refused >= ATTEMPTS:
        assert isinstance(error, RateLimited | ServerFailed)
        assert error.delivery is Delivery.ANSWERED
    else:
        last = order[sent - 1].name
        assert isinstance(error, RateLimited if last == "429" else AnswerLost)
        assert (error.delivery is Delivery.UNKNOWN) == (last != "429")


@pytest.mark.parametrize("call", [read, repeatable_change])
@given(order=orders)
@quick
def test_what_may_be_repeated_is_not_lost_while_it_could_succeed(
    connecting: Connecting, upstream: Upstream, call: Callable[[Client], None], order: list[Trouble]
) -> None:
    upstream.asked.clear()
    upstream.answers(*(each.answer for each in order), GOOD)
    error = outcome(call, connecting())

    if len(order) < ATTEMPTS:
        assert error is None
        assert len(upstream.asked) == len(order) + 1
    else:
        assert error is not None
        assert len(upstream.asked) == ATTEMPTS


@pytest.mark.parametrize(("call", "attempts"), [(read, 3), (repeatable_change, 3), (unsafe_change, 1)])
def test_a_slow_answer_counts_as_lost(
    connecting: Connecting, upstream: Upstream, call: Callable[[Client], None], attempts: int
) -> None:
    over = threading.Event()
    slow = Told(200, b"{}", JSON, hold=over)
    upstream.answers(slow, slow, GOOD)
    error = outcome(call, connecting(read_seconds=0.1))
    over.set()
    assert len(upstream.asked) == attempts
    assert (error is None) == (attempts == 3)
    assert error is None or error.delivery is Delivery.UNKNOWN
