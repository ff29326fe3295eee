"""What pages and commands ask of jobs. Each call is one short transaction; messages are sent after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.audit import recording
from apps.connections.sealing import seal
from apps.jobs import messages, progress, starting
from apps.jobs.access import NotAllowed, require_control
from apps.jobs.audit_rows import act_of_job
from apps.jobs.events import tell
from apps.jobs.holding import request_cancel, request_pause, request_resume
from apps.jobs.inline import Stopped, exit_code, plan_inline, run_inline, wait_for, work_on
from apps.jobs.kinds import JobKind, NewItem, NotUndoable, get_kind, kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.planning import BATCH, items_of
from apps.jobs.refusals import AlreadyActive, NothingToRetry, NotReady
from apps.jobs.retrying import retry_unknown
from apps.jobs.settling import decide, read_back
from apps.jobs.states import JOB_ACTIVE, ItemState, JobState, Source

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.connections.models import Connection

# A reason longer than this is no sentence any more.
MOST_REASON = 500

__all__ = [
    "AlreadyActive",
    "NotAllowed",
    "NotReady",
    "NotUndoable",
    "NothingToRetry",
    "Stopped",
    "confirm",
    "create_job",
    "decide",
    "exit_code",
    "plan_inline",
    "read_back",
    "request_cancel",
    "request_pause",
    "request_resume",
    "retry",
    "retry_unknown",
    "run_again",
    "run_inline",
    "start_planning",
    "undo",
    "wait_for",
    "work_on",
]


def create_job(
    kind: str,
    *,
    title: str,
    connection: Connection | None,
    params: dict[str, Any],
    actor: User,
    source: str = Source.PAGE,
    secrets: dict[str, str] | None = None,
    dedupe_key: str = "",
    items: Iterable[NewItem] | None = None,
    retry_of: Job | None = None,
    undo_of: Job | None = None,
) -> Job:
    """Make a draft. With `items` it is planned already. `secrets` are sealed and wiped when the job ends.

    Raises AlreadyActive when an active job holds the dedupe key (per connection), NotAllowed when the person may not.
    """
    job_kind = get_kind(kind)
    now = timezone.now()
    job = Job(
        kind=kind,
        title=title[:300],
        connection=connection,
        connection_slug=connection.slug if connection is not None else "",
        params=params,
        sealed=seal(secrets or {}),
        actor=actor,
        actor_name=actor.display_name,
        actor_role=actor.role,
        source=source,
        dedupe_key=_dedupe_key(connection, dedupe_key),
        planned_at=now if items is not None or not job_kind.plans else None,
        retry_of=retry_of,
        undo_of=undo_of,
        created_at=now,
    )
    _require_free_and_allowed(job)
    with transaction.atomic():
        job.save(force_insert=True)
        if items is not None:
            JobItem.objects.bulk_create(items_of(job, items, 0, now), batch_size=BATCH)
            _store_counts(job)
    return job


def start_planning(job: Job, confirm: bool = False) -> bool:
    """Ask a worker to plan the draft; `confirm`: it is confirmed by itself once planned. False: the broker is down."""
    Job.objects.filter(pk=job.pk, state=JobState.DRAFT, planned_at__isnull=True).update(
        planning_requested_at=timezone.now(), confirm_when_planned=confirm
    )
    job.refresh_from_db()
    return messages.after_commit(lambda: messages.send_plan(job.pk))


def confirm(job: Job, actor: User, *, send: bool = True, reason: str = "") -> bool:
    """Queue a planned draft, with the audit intent. False: the broker is down and the sweeper will send it later.

    reason: why, in a person's words, for the audit trail and the job's events; cut at 500 characters.

    Raises NotReady, AlreadyActive, NotAllowed.
    """
    require_control(job, actor)
    _require_free_and_allowed(job)
    refusal = kind_of(job).why_not_confirm(job)
    if refusal:
        raise NotReady(refusal)
    now = timezone.now()
    try:
        with transaction.atomic():
            queued = Job.objects.filter(pk=job.pk, state=JobState.DRAFT, planned_at__isnull=False).update(
                state=JobState.QUEUED, queued_at=now, runner_seen_at=None if send else now
            )
            if not queued:
                job.refresh_from_db()
                raise NotReady(_why_not_ready(job))
            intent = {"params": kind_of(job).audited_params(job), "items": job.total}
            why = " ".join(reason.split())[:MOST_REASON]
            recording.write(act_of_job(job), "intended", after=intent, message=why)
            tell(job.pk, f"Confirmed by {actor.display_name}{f': {why}' if why else '.'}")
    except IntegrityError:
        raise AlreadyActive(_holder(job)) from None
    job.refresh_from_db()
    return messages.after_commit(lambda: messages.send_work(job.pk)) if send else True


def retry(job: Job, actor: User, source: str = Source.RETRY, *, send: bool = True, only: Q | None = None) -> Job:
    """Make and start a new job of what failed (of that `only` these items). `send`: whether workers are asked.

    A kind with retry_params is planned anew; else the failed items are copied and queued, for all-or-nothing kinds
    also those that were cancelled with them. Raises NothingToRetry, NotReady, AlreadyActive, NotAllowed.
    """
    require_control(job, actor)
    if not job.has_ended:
        raise NotReady("This job has not ended yet. Cancel it, or wait for its end, and retry then.")
    kind = kind_of(job)
    refusal = kind.why_not_retry(job)
    if refusal:
        raise NotReady(refusal)
    params = kind.retry_params(job)
    items = None if params is not None else _items_to_retry(job, kind, only)
    if items is not None and not items:
        raise NothingToRetry("No item of this job failed, so there is nothing to retry.")
    again = create_job(
        job.kind,
        title=job.title,
        connection=job.connection,
        params=job.params if params is None else params,
        actor=actor,
        source=source,
        dedupe_key=job.dedupe_key.partition(":")[2],
        items=items,
        retry_of=job,
    )
    if items is not None:
        confirm(again, actor, send=send)
    elif send:
        start_planning(again, confirm=kind.retry_confirms)
    return again


def undo(job: Job, actor: User, source: str = Source.UNDO) -> Job:
    """Make a draft that undoes what the job did; plan it then, like any other.

    Anyone with the role may: what one person did, another may have to take back. Raises NotUndoable, NotReady,
    NotAllowed.
    """
    if not job.has_ended:
        raise NotReady("This job has not ended yet. Cancel it, or wait for its end, and undo it then.")
    if not job.count_of(ItemState.SUCCEEDED):
        raise NotUndoable("Nothing of this job succeeded, so there is nothing to undo.")
    plan = kind_of(job).undo_plan(job)
    return create_job(
        plan.kind,
        title=plan.title,
        connection=job.connection,
        params=dict(plan.params),
        actor=actor,
        source=source,
        undo_of=job,
    )


def run_again(job: Job, actor: User, source: str = Source.PAGE) -> Job:
    """Make a draft of the same selection and settings; plan it then. Raises NotReady, NotAllowed."""
    if not kind_of(job).can_run_again:
        raise NotReady("A job of this kind can't be run again.")
    return create_job(
        job.kind, title=job.title, connection=job.connection, params=job.params, actor=actor, source=source
    )


def _items_to_retry(job: Job, kind: JobKind, only: Q | None) -> list[NewItem]:
    states = [ItemState.FAILED, ItemState.CANCELLED] if kind.stop_on_failure else [ItemState.FAILED]
    return [
        NewItem(item.key, item.label, item.payload, item.stage, item.size, item.before, item.after)
        for item in job.items.filter(only or Q(), state__in=states)
    ]


def _dedupe_key(connection: Connection | None, key: str) -> str:
    return f"{connection.slug if connection is not None else ''}:{key}" if key else ""


def _holder(job: Job) -> Job | None:
    if not job.dedupe_key:
        return None
    return Job.objects.filter(dedupe_key=job.dedupe_key, state__in=JOB_ACTIVE).exclude(pk=job.pk).first()


def _require_free_and_allowed(job: Job) -> None:
    refusal = starting.why_not(job)
    if refusal:
        raise NotAllowed(refusal)
    holder = _holder(job)
    if holder is not None:
        raise AlreadyActive(holder)


def _store_counts(job: Job) -> None:
    figures = progress.figures_of(job)
    job.total, job.counts, job.bytes_total = figures.total, figures.counts, figures.bytes_total
    job.save(update_fields=["total", "counts", "bytes_total"])


def _why_not_ready(job: Job) -> str:
    if job.state != JobState.DRAFT:
        return f"This job is {JobState(job.state).label.lower()} already."
    return "This job is still being planned."
