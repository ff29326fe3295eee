"""Several upstream calls of one page part at the same time, so that it takes as long as the longest of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError

Answer = TypeVar("Answer")

# A page part makes two to five calls; these threads only wait, and none of them waits for another of them.
THREADS = 24
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="side-by-side")


def begin(client: Client, seconds: float, call: Callable[[], Answer]) -> Future[Answer]:
    """Make a call in another thread, bounded by a deadline. The call must not touch the database."""

    def bounded() -> Answer:
        with client.deadline(seconds):
            return call()

    return _threads.submit(bounded)


def side_by_side(client: Client, seconds: float, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make calls at the same time; return for each its answer or the UpstreamError that it raised, in their order."""
    begun = [begin(client, seconds, call) for call in calls[1:]]
    found = [_outcome(client, seconds, call) for call in calls[:1]]
    for future in begun:
        try:
            found.append(future.result())
        except UpstreamError as error:
            found.append(error)
    return found


def _outcome(client: Client, seconds: float, call: Callable[[], Any]) -> Any:
    try:
        with client.deadline(seconds):
            return call()
    except UpstreamError as error:
        return error


def answer_of(outcome: Any) -> Any:
    """Return what a call answered; raises what it raised."""
    if isinstance(outcome, UpstreamError):
        raise outcome
    return outcome
