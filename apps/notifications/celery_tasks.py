"""Mails, sent by workers."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.notifications import mails
from apps.notifications.models import Notification

KEPT = timedelta(days=90)


@shared_task(name=mails.MAIL)
def mail(pk: int) -> None:
    """Send one mail, if it still waits."""
    mails.send(pk, timezone.now())


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Ask for mails whose message was lost, and forget what is old."""
    now = timezone.now()
    mails.sweep(now)
    Notification.objects.filter(at__lt=now - KEPT).delete()
