"""The look at what is due, which django-celery-beat's scheduler asks for every few seconds."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.schedules import running

LOOK = "schedules.look"


@shared_task(name=LOOK)
def look() -> None:
    """Run every schedule that is due."""
    running.run_due(timezone.now())


@shared_task(name="schedules.clean")
def clean() -> None:
    """Forget runs that are older than a year."""
    running.forget_old_runs(timezone.now())
