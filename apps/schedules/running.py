"""Running what is due. The database says when: a message from the scheduler only says "look".

A time that is due is taken by compare-and-set on `next_run_at`, in one transaction with the job that it starts: a
message that comes twice, two schedulers, or a worker that dies run nothing twice and lose nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import RoleChoices, User
from apps.audit import recording
from apps.jobs import service
from apps.jobs.kinds import UnknownKind
from apps.jobs.models import Job
from apps.jobs.states import Source
from apps.notifications.models import Level
from apps.notifications.service import notify
from apps.schedules.models import Outcome, Schedule, ScheduleRun
from apps.schedules.timing import TimingRefused, missed_between

logger = logging.getLogger(__name__)

# Up to this a run counts as on time: workers may be busy, and the scheduler looks every few seconds only.
ON_TIME = timedelta(minutes=5)
KEPT = timedelta(days=365)


def run_due(now: datetime) -> int:
    """Run every schedule that is due and return how many times were taken."""
    taken = 0
    for pk in Schedule.objects.filter(enabled=True, next_run_at__lte=now).values_list("pk", flat=True):
        try:
            taken += run_one(pk, now)
        except Exception:  # one schedule must not keep the others from running
            logger.exception("Schedule %s could not be run", pk)
    return taken


def run_one(pk: int, now: datetime) -> bool:
    """Take the time that the schedule is due and start its job; False when it is not due (any more)."""
    with transaction.atomic():
        schedule = (
            Schedule.objects.select_for_update(of=("self",))
            .select_related("owner", "connection")
            .filter(pk=pk, enabled=True, next_run_at__lte=now)
            .first()
        )
        if schedule is None or schedule.next_run_at is None:
            return False
        due = schedule.next_run_at
        try:
            missed, following = missed_between(schedule.timing, due, now), schedule.timing.after(now)
        except TimingRefused as refusal:
            _stop(schedule, due, now, str(refusal))
            return True
        Schedule.objects.filter(pk=pk).update(next_run_at=following)
        holder = _still_running(schedule)
        if holder is not None:
            _leave_out(schedule, due, now, holder)
            return True
        try:
            with transaction.atomic():
                job = _start(schedule)
        except (service.NotAllowed, UnknownKind) as refusal:
            _stop(schedule, due, now, str(refusal))
            return True
        except service.AlreadyActive as refusal:
            _leave_out(schedule, due, now, refusal.job)
            return True
        _note_start(schedule, due, now, missed, job)
    return True


def _start(schedule: Schedule) -> Job:
    if schedule.owner is None:
        raise service.NotAllowed(f"{schedule.owner_name}, who made it, is gone, so it has nobody's rights to run with.")
    if schedule.connection is None:
        raise service.NotAllowed(f"The connection {schedule.connection_slug} no longer exists.")
    job = service.create_job(
        schedule.kind,
        title=schedule.title,
        connection=schedule.connection,
        params=schedule.params,
        actor=schedule.owner,
        source=Source.SCHEDULE,
    )
    service.start_planning(job, confirm=True)
    return job


def _still_running(schedule: Schedule) -> Job | None:
    """Return the job of an earlier run that has not ended."""
    last = schedule.runs.filter(job__isnull=False).select_related("job").order_by("-due_at").first()
    if last is None or last.job is None or last.job.has_ended:
        return None
    return last.job


def _note_start(schedule: Schedule, due: datetime, now: datetime, missed: int, job: Job) -> None:
    if now - due <= ON_TIME:
        _note(schedule, due, now, Outcome.STARTED, job=job)
        return
    further = f" Further times until then that are not made up: {missed:,}." if missed else ""
    message = f"Nothing ran when it was due, since the scheduler was down; it was started once, now.{further}"
    _note(schedule, due, now, Outcome.LATE, message, job)
    _tell(schedule, due, Level.WARN, "ran late", message)


def _leave_out(schedule: Schedule, due: datetime, now: datetime, holder: Job | None) -> None:
    which = f"“{holder.title}” ({holder.short_id})" if holder is not None else "an earlier job"
    message = f"Left out, because {which} of an earlier run has not ended."
    _note(schedule, due, now, Outcome.SKIPPED, message)
    _tell(schedule, due, Level.WARN, "was left out", message)


def _stop(schedule: Schedule, due: datetime, now: datetime, reason: str) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(enabled=False, next_run_at=None, stopped_reason=reason)
    _note(schedule, due, now, Outcome.STOPPED, reason)
    recording.record(
        "schedules.stop",
        actor_name="Scheduler",
        source="schedule",
        connection=schedule.connection_slug,
        target_kind="schedule",
        target_id=str(schedule.pk),
        target_name=schedule.name,
        before={"enabled": True},
        after={"enabled": False},
        message=reason,
    )
    _tell(schedule, due, Level.BAD, "has stopped", reason)


def _note(
    schedule: Schedule, due: datetime, now: datetime, outcome: str, message: str = "", job: Job | None = None
) -> None:
    ScheduleRun.objects.create(schedule=schedule, due_at=due, at=now, outcome=outcome, message=message, job=job)


def _tell(schedule: Schedule, due: datetime, level: str, happened: str, text: str) -> None:
    """Tell who made it; the admins where that person can't sign in any more."""
    owner = schedule.owner
    people = [owner] if owner is not None and owner.is_active else _admins()
    for person in people:
        notify(
            person,
            key=f"schedule {schedule.pk} {happened} {due.isoformat()}",
            level=level,
            title=f"Schedule {schedule.name} {happened}",
            text=text,
            url=schedule.get_absolute_url(),
        )


def _admins() -> list[User]:
    return list(User.objects.filter(role=RoleChoices.ADMIN, is_active=True))


def forget_old_runs(now: datetime) -> None:
    """Remove what is older than a year."""
    ScheduleRun.objects.filter(due_at__lt=now - KEPT).delete()
