"""Making, changing and removing schedules, each written to the audit trail in the same transaction."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import recording
from apps.connections.access import connections_of
from apps.jobs.bulk import Selection
from apps.jobs.bulk.kind import BulkKind
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job
from apps.jobs.starting import why_not
from apps.schedules.models import Schedule
from domoadmin.services.roles import Role

_TIMING = ("timing_kind", "cron", "every", "unit", "time_zone")


class CannotSchedule(Exception):
    """The job can't run on a schedule, or not now; the message says why."""


def visible_schedules(user: User) -> QuerySet[Schedule]:
    """Return the schedules on connections that the person may use, and their own."""
    if user.may(Role.ADMIN):
        return Schedule.objects.all()
    return Schedule.objects.filter(Q(connection__in=connections_of(user)) | Q(owner=user))


def may_change(schedule: Schedule, user: User) -> bool:
    """Say whether the person may change it: who made it, and admins."""
    return user.may(Role.ADMIN) or (user.is_active and schedule.owner_id == user.pk)


def require_change(schedule: Schedule, user: User) -> None:
    """Raise PermissionDenied unless the person may change it."""
    if not may_change(schedule, user):
        raise PermissionDenied(f"Only {schedule.owner_name}, who made this schedule, or an admin may change it.")


def why_not_scheduled(job: Job, user: User) -> str:
    """Return why the job's work can't be put on a schedule by this person, or "" when it can."""
    if not kind_of(job).can_run_again:
        return "What this job did can't be done again from the same settings, so it can't run on a schedule."
    if not kind_of(job).can_be_scheduled:
        return f"{kind_of(job).title}: somebody looks at each preview and starts it, so it can't run on a schedule."
    if "undo_of" in job.params.get("selection", {}):
        return "An undo takes back what one job did, once; it can't run on a schedule."
    if job.connection is None:
        return f"The connection {job.connection_slug} no longer exists."
    return why_not(Job(kind=job.kind, connection=job.connection, actor=user, actor_name=user.display_name))


def title_of_work(job: Job) -> str:
    """Return what the job does without how many it found, which each run finds anew."""
    kind = kind_of(job)
    if isinstance(kind, BulkKind):
        words = kind.action.describe(job.params["settings"])
        return f"{kind.action.sentence('')} {words}".strip()[:300]
    return job.title


def selection_words(schedule: Schedule) -> str:
    """Return what a bulk action is applied to, in words; empty for other work."""
    kind = kind_of(Job(kind=schedule.kind))
    if not isinstance(kind, BulkKind):
        return ""
    return Selection.from_params(schedule.params["selection"]).describe(kind.action.source)


def create(schedule: Schedule, job: Job, owner: User) -> Schedule:
    """Save a new schedule of the job's work. Raises CannotSchedule."""
    refusal = why_not_scheduled(job, owner)
    if refusal:
        raise CannotSchedule(refusal)
    schedule.kind, schedule.params, schedule.title = job.kind, job.params, title_of_work(job)
    schedule.connection, schedule.connection_slug = job.connection, job.connection_slug
    schedule.owner, schedule.owner_name = owner, owner.display_name
    now = timezone.now()
    schedule.counts_from = now
    schedule.next_run_at = schedule.timing.after(now)
    with transaction.atomic():
        schedule.save()
        _record(schedule, "create", owner, before=None, after=facts_of(schedule))
    return schedule


def change(schedule: Schedule, actor: User) -> Schedule:
    """Save a changed name or timing; an interval then counts from now."""
    with transaction.atomic():
        before = Schedule.objects.select_for_update().get(pk=schedule.pk)
        now = timezone.now()
        if any(getattr(before, name) != getattr(schedule, name) for name in _TIMING):
            schedule.counts_from = now
            schedule.next_run_at = schedule.timing.after(now) if before.enabled else None
        else:
            schedule.next_run_at = before.next_run_at
        schedule.enabled, schedule.stopped_reason = before.enabled, before.stopped_reason
        schedule.save()
        if facts_of(before) != facts_of(schedule):
            _record(schedule, "edit", actor, before=facts_of(before), after=facts_of(schedule))
    return schedule


def switch(schedule: Schedule, actor: User, on: bool) -> Schedule:
    """Switch it on or off. Raises CannotSchedule where it would only stop again."""
    with transaction.atomic():
        held = (
            Schedule.objects.select_for_update(of=("self",)).select_related("owner", "connection").get(pk=schedule.pk)
        )
        if held.enabled == on:
            return held
        if on:
            refusal = why_not(
                Job(
                    kind=held.kind,
                    connection=held.connection,
                    connection_slug=held.connection_slug,
                    actor=held.owner,
                    actor_name=held.owner_name,
                )
            )
            if refusal:
                raise CannotSchedule(refusal)
            held.counts_from = timezone.now()
        held.enabled, held.stopped_reason = on, ""
        held.next_run_at = held.timing.after(timezone.now()) if on else None
        held.save()
        verb = "switch_on" if on else "switch_off"
        _record(held, verb, actor, before={"enabled": not on}, after={"enabled": on})
    return held


def delete(schedule: Schedule, actor: User) -> None:
    """Remove it with the list of its runs; the jobs that it started stay."""
    with transaction.atomic():
        _record(schedule, "delete", actor, before=facts_of(schedule), after=None)
        schedule.delete()


def facts_of(schedule: Schedule) -> dict[str, Any]:
    """Return what a record of a change keeps of a schedule."""
    return {
        "name": schedule.name,
        "kind": schedule.kind,
        "title": schedule.title,
        "params": schedule.params,
        "when": schedule.timing_words,
        "time_zone": schedule.time_zone,
        "owner": schedule.owner_name,
    }


def _record(schedule: Schedule, verb: str, actor: User, *, before: Any, after: Any) -> None:
    recording.record(
        f"schedules.{verb}",
        actor=actor,
        source="page",
        connection=schedule.connection_slug,
        target_kind="schedule",
        target_id=str(schedule.pk),
        target_name=schedule.name,
        before=before,
        after=after,
    )
