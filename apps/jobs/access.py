"""Who may see a job, and who may steer it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from apps.accounts.models import User
from apps.connections.access import connections_of
from apps.jobs.models import Job
from domoadmin.services.roles import Role


class NotAllowed(PermissionDenied):
    """The person may not do this to the job; the message says who may."""


def visible_jobs(user: User) -> QuerySet[Job]:
    """Return the jobs of the connections that the person may use, and their own."""
    if user.may(Role.ADMIN):
        return Job.objects.all()
    # A CASE where an OR would do: SQLite would answer the OR by two indexes and read most of the table, row by row.
    is_visible = Case(
        When(Q(connection__in=connections_of(user)) | Q(actor=user), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return Job.objects.filter(is_visible)


def may_see(job: Job, user: User) -> bool:
    """Say whether the person may look at the job."""
    return user.is_active and visible_jobs(user).filter(pk=job.pk).exists()


def may_control(job: Job, user: User) -> bool:
    """Say whether the person may confirm, pause, cancel, retry or settle: who started it, and admins."""
    return user.may(Role.ADMIN) or (user.is_active and job.actor_id == user.pk)


def require_control(job: Job, user: User) -> None:
    """Raise NotAllowed unless the person may steer the job."""
    if not may_control(job, user):
        raise NotAllowed(f"Only {job.actor_name}, who started this job, or an admin may do this.")
