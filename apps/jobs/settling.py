"""What stayed unknown: read back by a worker, or decided by a person, with a reason in the audit trail."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.audit import recording
from apps.jobs import messages
from apps.jobs.access import require_control
from apps.jobs.audit_rows import act_of_item, act_of_job
from apps.jobs.causes import cause_of
from apps.jobs.endings import judge_again
from apps.jobs.events import tell
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.protocol import lease_end, renew
from apps.jobs.pulse import Pulse
from apps.jobs.running import run_claimed
from apps.jobs.states import ItemState
from apps.jobs.work import ItemWork

if TYPE_CHECKING:
    from apps.accounts.models import User

logger = logging.getLogger(__name__)


class CannotReadBack(Exception):
    """The kind has no way to read its items back."""


class NotUnknown(Exception):
    """The item is not (or no longer) of unknown outcome."""


def read_back(job: Job, actor: User) -> bool:
    """Ask a worker to read the unknown items back. False: the broker is down, it happens later.

    Raises NotAllowed, CannotReadBack.
    """
    require_control(job, actor)
    if not kind_of(job).can_verify:
        raise CannotReadBack("What this job did can't be read back. Look in Domo, then decide.")
    Job.objects.filter(pk=job.pk).update(read_back_requested_at=timezone.now())
    tell(job.pk, f"{actor.display_name} asked to read back what is unknown.")
    sent: list[bool] = []
    transaction.on_commit(lambda: sent.append(messages.send_work(job.pk)))
    return all(sent)


def decide(item: JobItem, actor: User, done: bool, reason: str) -> None:
    """Settle an unknown item by a person's word: done, or not done (which can then be retried). Written to the trail.

    Raises NotUnknown, NotAllowed.
    """
    require_control(item.job, actor)
    state = ItemState.SUCCEEDED if done else ItemState.FAILED
    text = f"Decided by {actor.display_name}: {'done' if done else 'not done'}. {reason}".strip()
    with transaction.atomic():
        decided = JobItem.objects.filter(pk=item.pk, state=ItemState.UNKNOWN).update(
            state=state,
            error_code="" if done else "decided",
            error_text=text,
            cause="" if done else cause_of("decided", ""),
            finished_at=timezone.now(),
            bytes_done=F("size") if done else F("bytes_done"),
        )
        if not decided:
            raise NotUnknown("The outcome of this item is no longer unknown.")
        act = act_of_item(item) or act_of_job(item.job)
        recording.record(
            "jobs.decide",
            actor=actor,
            outcome=state,
            connection=item.job.connection_slug,
            target_kind=act.target_kind,
            target_id=act.target_id,
            target_name=act.target_name,
            message=text,
            job_id=item.job_id,
            correlation=act.correlation,
        )
        tell(item.job_id, f"{item}: {text}", item_id=item.pk)
    judge_again(item.job_id)


def run_read_back(job_id: uuid.UUID, *, stop: Callable[[], bool]) -> int:
    """Read back the unknown items of a job that has ended, one after the other; return how many were settled.

    At the end, what did not happen is done again by a new job, where that was asked for.
    """
    from apps.jobs.retrying import readable, retry_what_did_not_happen  # it asks for this

    settled = 0
    job = Job.objects.get(pk=job_id)
    for unknown in list(JobItem.objects.filter(job_id=job_id, state=ItemState.UNKNOWN).order_by("pk")):
        if stop():
            return settled
        item = _claim_unknown(unknown.pk) if readable(unknown, job) else None
        if item is not None and item.lease_token is not None:
            token = item.lease_token
            work = ItemWork(item, stop=stop, facts=lambda facts: None)
            with Pulse(lambda: work.keep_lease(token in renew([token], timezone.now())), 1.0):  # noqa: B023
                run_claimed(work)
            settled += 1
    if JobItem.objects.filter(job_id=job_id, state=ItemState.IN_FLIGHT).exists():
        # Another worker reads back too, and ends this when it has its answer.
        return settled
    retry_what_did_not_happen(job_id)
    Job.objects.filter(pk=job_id).update(read_back_requested_at=None)
    judge_again(job_id)
    return settled


def _claim_unknown(pk: int) -> JobItem | None:
    token, now = uuid.uuid4(), timezone.now()
    JobItem.objects.filter(pk=pk, state=ItemState.UNKNOWN).update(
        state=ItemState.IN_FLIGHT,
        lease_token=token,
        lease_expires_at=lease_end(now),
        attempts=F("attempts") + 1,
        verify_first=True,
        finished_at=None,
    )
    found = JobItem.objects.filter(pk=pk, lease_token=token)
    return found.select_related("job__connection", "job__actor").first()
