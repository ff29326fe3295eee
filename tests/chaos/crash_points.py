"""Where a process dies: named borders of functions, each a step of the protocol. The product knows nothing of them.

A border is wrapped in the process that is to die, and in no other: the real function runs, and before it or after it
the process kills itself, as `kill -9` does.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Border:
    """The `nth` call of a function: `target` is "module:name" or "module:Class.name". `when`: before or after it.

    `sending`: only calls in a thread count that has marked its item as sent and not settled it yet.
    """

    target: str
    when: str
    nth: int = 1
    sending: bool = False

    @property
    def reads(self) -> bool:
        """Say whether an item that only reads crosses it: it is never marked as sent."""
        return not self.sending and "sent" not in self.target


# Steps that every item goes through, in order. At the second crossing, so that others are done, in flight and to do.
ITEM_POINTS = {
    "in the transaction of the claim": Border("apps.jobs.protocol:claim_all", "after", 2),
    "after the claim": Border("apps.jobs.ledger:Ledger.claim", "after", 2),
    "before it is marked as sent": Border("apps.jobs.ledger:Ledger.mark_sent", "before", 2),
    "in the transaction that marks it as sent": Border("apps.jobs.protocol:mark_all_sent", "after", 2),
    "after it is marked, before it is sent": Border("apps.jobs.ledger:Ledger.mark_sent", "after", 2),
    "after it is sent, before the answer": Border(
        "domoadmin.services.connecting:GuardedStream.read", "before", 2, sending=True
    ),
    "after the answer": Border("domoadmin.services.transport:Transport.exchange", "after", 2, sending=True),
    "before it is settled": Border("apps.jobs.ledger:Ledger.settle", "before", 2),
    "in the transaction that settles it": Border("apps.jobs.protocol:settle_all", "after", 2),
    "after it is settled": Border("apps.jobs.ledger:Ledger.settle", "after", 2),
}
# Steps of the job as a whole.
JOB_POINTS = {
    "in the transaction that starts it": Border("apps.jobs.starting:tell", "after"),
    "after it is started": Border("apps.jobs.runner:start", "after"),
    "while its figures are written": Border("apps.jobs.progress:figures_of", "after"),
    "at the end, before it is closed": Border("apps.jobs.runner:close", "before"),
    "in the transaction that closes it": Border("apps.jobs.endings:cancel_pending", "after"),
    "after it is closed, before its kind tidies up": Border("apps.jobs.endings:call_finished", "before"),
    "after its kind has tidied up": Border("apps.jobs.endings:call_finished", "after"),
}
# Steps of the plan, up to the confirmation that was given in advance.
PLAN_POINTS = {
    "after the plan is claimed": Border("apps.jobs.planning:claim_plan", "after"),
    "while items are added": Border("apps.jobs.planning:items_of", "after"),
    "after items were added": Border("apps.jobs.planning:Planning.add_items", "after"),
    "before the plan is stored": Border("apps.jobs.planning:Planning.store", "before"),
    "after the plan is stored": Border("apps.jobs.planning:Planning.store", "after"),
    "in the transaction that confirms it": Border("apps.jobs.service:tell", "after"),
}
# Steps of those that come after a death, on the items that it left.
RECOVERY_POINTS = {
    "before an expired lease is taken over": Border("apps.jobs.takeover:settle", "before"),
    "after an expired lease is taken over": Border("apps.jobs.takeover:settle", "after"),
    "before an item is read back": Border("apps.jobs.bulk.kind:BulkKind.verify_item", "before"),
    "after an item is read back": Border("apps.jobs.bulk.kind:BulkKind.verify_item", "after"),
}
POINTS = {**ITEM_POINTS, **JOB_POINTS, **PLAN_POINTS, **RECOVERY_POINTS}

_thread = threading.local()


def die_at(name: str, marker: Path) -> None:
    """Let this process die at the point, unless one before it did: `marker` is a file that the dying one leaves."""
    border = POINTS[name]
    if border.sending:
        _wrap("apps.jobs.ledger:Ledger.mark_sent", after=lambda: setattr(_thread, "sending", True))
        _wrap("apps.jobs.ledger:Ledger.settle", before=lambda: setattr(_thread, "sending", False))
    crossings = itertools.count(1)
    counting = threading.Lock()

    def crossed() -> None:
        if border.sending and not getattr(_thread, "sending", False):
            return
        with counting:
            if next(crossings) != border.nth or marker.exists():
                return
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    _wrap(border.target, **{border.when: crossed})


def _nothing() -> None:
    pass


def _wrap(target: str, before: Callable[[], None] = _nothing, after: Callable[[], None] = _nothing) -> None:
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *names, name = path.split(".")
    for each in names:
        owner = getattr(owner, each)
    real = getattr(owner, name)

    @functools.wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        value = real(*args, **kwargs)
        after()
        return value

    setattr(owner, name, wrapped)
