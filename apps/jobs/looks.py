"""Looks: jobs that walk an upstream and keep what they saw, one at a time for each connection."""

from __future__ import annotations

from django.db import transaction

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.models import Job


def begin_look(kind: str, connection: Connection, actor: User, *, title: str, dedupe_key: str, source: str) -> Job:
    """Start a look of this kind. Raises service.AlreadyActive while one is at work, service.NotAllowed."""
    with transaction.atomic():
        earlier = last_look_of(kind, connection)
        if earlier is not None and is_at_work(earlier):
            raise service.AlreadyActive(earlier)
        job = service.create_job(
            kind, title=title, connection=connection, params={}, actor=actor, source=source, dedupe_key=dedupe_key
        )
        service.start_planning(job, confirm=True)
    return job


def is_at_work(job: Job | None) -> bool:
    """Say whether a look is under way; a draft that is still being planned holds no dedupe key yet, but is."""
    return job is not None and (job.is_active or job.is_planning)


def last_look_of(kind: str, connection: Connection) -> Job | None:
    """Return the look that began last; None when there was none, or its row is gone."""
    return Job.objects.filter(connection=connection, kind=kind).order_by("-created_at").first()
