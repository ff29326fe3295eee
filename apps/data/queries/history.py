"""What a person ran: written down when it starts and when it ends, the last 500 of each person."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.queries.models import NamedQuery, QueryRun, RunState

KEPT = 500
# How often a run that waits for its answer looks whether it was cancelled, in seconds.
LOOK_SECONDS = 0.4


def key_of(text: str) -> uuid.UUID:
    """Return the key that a page gave its run, or a new one where it gave none or one that was used."""
    try:
        key = uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
    return uuid.uuid4() if QueryRun.objects.filter(pk=key).exists() else key


def begin(
    owner: User,
    connection: Connection,
    dataset_id: str,
    sql: str,
    *,
    key: str = "",
    name: str = "",
    download: bool = False,
) -> QueryRun:
    """Write down that a statement is sent now; what is older than the person's last 500 is forgotten."""
    run = QueryRun.objects.create(
        key=key_of(key),
        owner=owner,
        connection=connection,
        dataset_id=dataset_id[:200],
        dataset_name=name[:300],
        # PostgreSQL keeps no NUL; no statement needs one.
        sql=sql.replace("\x00", ""),
        download=download,
    )
    oldest = QueryRun.objects.filter(owner=owner).order_by("-at").values_list("at", flat=True)[KEPT - 1 : KEPT].first()
    if oldest is not None:
        QueryRun.objects.filter(owner=owner, at__lt=oldest).delete()
    return run


def end(
    run: QueryRun,
    state: RunState,
    *,
    seconds: float,
    rows: int | None = None,
    cut: bool = False,
    error: str = "",
    request_id: str | None = None,
) -> None:
    """Write down how it ended. What was cancelled meanwhile stays cancelled."""
    QueryRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        state=state, seconds=seconds, rows=rows, cut=cut, error=error[:2000], request_id=(request_id or "")[:200]
    )


def cancel(owner: User, key: uuid.UUID) -> bool:
    """Let a run of this person go; False where it has ended already or is not known."""
    return bool(QueryRun.objects.filter(pk=key, owner=owner, state=RunState.RUNNING).update(state=RunState.CANCELLED))


def wanted(run: QueryRun) -> Callable[[], bool]:
    """Return a question that says whether the run's answer is still waited for; it asks the database now and then."""
    looked, still = time.monotonic(), True

    def is_wanted() -> bool:
        nonlocal looked, still
        if still and time.monotonic() - looked >= LOOK_SECONDS:
            still = QueryRun.objects.filter(pk=run.pk, state=RunState.RUNNING).exists()
            looked = time.monotonic()
        return still

    return is_wanted


def runs_of(owner: User, connection: Connection) -> QuerySet[QueryRun]:
    """Return what the person ran on the connection, newest first."""
    return QueryRun.objects.filter(owner=owner, connection=connection).select_related("connection")


def named_queries_of(person: User, connection: Connection) -> QuerySet[NamedQuery]:
    """Return the named queries that the person sees on the connection: their own and shared ones."""
    seen = NamedQuery.objects.filter(Q(owner=person) | Q(shared=True), connection=connection)
    return seen.select_related("owner", "connection")
