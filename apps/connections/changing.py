"""One change made by a page or a command: the role is checked, the trail has it before it leaves and after it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from apps import audit
from apps.accounts.models import User
from apps.audit.models import Outcome
from apps.audit.recording import Intent
from apps.connections.access import require_connection
from apps.connections.models import Connection
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, UpstreamError
from domoadmin.services.operations import registry

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Target:
    """What is changed: the sort of object ("dataset"), its id upstream, its name."""

    kind: str
    id: str
    name: str = ""


@dataclass(frozen=True)
class Change:
    """One documented operation on one object, with its state before and after as plain JSON where that is known."""

    operation: str
    target: Target
    before: Any = None
    after: Any = None


def make_change(
    connection: Connection,
    user: User,
    change: Change,
    send: Callable[[Client], Answer],
    *,
    source: str = "page",
) -> Answer:
    """Check the role, write the intent, send, write what came of it; returns what `send` returned.

    Raises RoleRequired before anything is written, UpstreamError after the outcome was written: one whose `delivery`
    is UNKNOWN may have taken effect and must not be sent again on a guess.
    """
    require_connection(connection, user, registry.get(change.operation).role)
    client = connection.client()
    intent = audit.intend(
        change.operation,
        actor=user,
        connection=connection.slug,
        source=source,
        target_kind=change.target.kind,
        target_id=change.target.id,
        target_name=change.target.name,
        before=change.before,
        after=change.after,
    )
    with settling(intent) as settle:
        answer = send(client)
        settle(getattr(answer, "request_id", None))
    return answer


@contextmanager
def settling(intent: Intent) -> Iterator[Callable[[str | None], None]]:
    """Write what came of an intended change. Call what is given with the request id once the answer is there."""

    def succeeded(request_id: str | None) -> None:
        audit.settle(intent, Outcome.SUCCEEDED, request_id=request_id)

    try:
        yield succeeded
    except UpstreamError as error:
        outcome = Outcome.UNKNOWN if error.delivery is Delivery.UNKNOWN else Outcome.FAILED
        audit.settle(intent, outcome, request_id=error.request_id, message=str(error))
        raise
    except BaseException:
        # Stopped by a key or a defect while it was on its way: nobody knows.
        audit.settle(intent, Outcome.UNKNOWN, message="It was stopped before an answer came.")
        raise
