"""Walking everything below a domain by its markers: parents first, some calls ahead, with memory for one path only."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from apps.governance.domains.levels import LevelPage, level_page
from apps.governance.domains.reading import is_out_of_sight
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.resources.domains import ListAttribute
from domoadmin.services.results import Domain

# The API tells nobody how many are below: each domain has to be asked. So many are asked side by side.
AHEAD = 6


@dataclass(frozen=True)
class Step:
    """A domain on the walk with the ids above it, from the one where the walk began."""

    domain: Domain
    above: tuple[str, ...]


Waiting = Iterator[tuple[Domain, "Future[LevelPage]"]]


def walk_below(client: Client, domain_id: str, attributes: tuple[ListAttribute, ...]) -> Iterator[Step]:
    """Yield everything below a domain, each parent before what is below it. Raises UpstreamError.

    What goes away while one walks has nothing below it.
    """
    pool = ThreadPoolExecutor(AHEAD, thread_name_prefix="domains")
    try:
        # An explicit stack: a tree may be deeper than Python lets generators be nested.
        path: list[str] = [domain_id]
        first = pool.submit(level_page, client, domain_id, (), "", attributes)
        waiting: list[Waiting] = [_children(client, pool, domain_id, first, attributes)]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
                path.pop()
                continue
            domain, page = found
            if domain.id in path:
                continue  # an upstream whose domains lie below themselves
            yield Step(domain, tuple(path))
            path.append(domain.id)
            waiting.append(_children(client, pool, domain.id, page, attributes))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _children(
    client: Client,
    pool: ThreadPoolExecutor,
    domain_id: str,
    first: Future[LevelPage],
    attributes: tuple[ListAttribute, ...],
) -> Waiting:
    try:
        page = first.result()
    except UpstreamError as error:
        if is_out_of_sight(error):
            return
        raise
    used: set[str] = set()
    while True:
        rows = iter(page.domains)
        ahead = deque((row, _asked(client, pool, row, attributes)) for row in islice(rows, AHEAD))
        while ahead:
            yield ahead.popleft()
            ahead.extend((row, _asked(client, pool, row, attributes)) for row in islice(rows, 1))
        if not page.marker or page.marker in used:
            return
        used.add(page.marker)
        page = level_page(client, domain_id, page.above, page.marker, attributes)


def _asked(
    client: Client, pool: ThreadPoolExecutor, domain: Domain, attributes: tuple[ListAttribute, ...]
) -> Future[LevelPage]:
    return pool.submit(level_page, client, domain.id, domain.parents, "", attributes)


def within(steps: Iterator[Step], seconds: float, most: int) -> tuple[list[Step], bool]:
    """Return the steps of a walk that come in time, `most` at the most, and whether that was all."""
    deadline = time.monotonic() + seconds
    found: list[Step] = []
    for step in steps:
        if len(found) >= most or time.monotonic() > deadline:
            return found, False
        found.append(step)
    return found, True
