"""The look at what is overdue and what ends, which django-celery-beat's scheduler asks for."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.governance.certification import reminders


@shared_task(name="certification.remind")
def remind() -> None:
    """Tell people what they have not been told yet."""
    reminders.remind(timezone.localdate())
