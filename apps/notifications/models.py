"""Notifications, and who wants them as mails too."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone


class Level(models.TextChoices):
    """How much it matters."""

    OK = "ok", "Good news"
    WARN = "warn", "Warning"
    BAD = "bad", "Failure"


class MailState(models.TextChoices):
    """What became of the mail. One that was handed over is never sent again, whatever came of it."""

    NONE = "none", "Not wanted"
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Handed over"
    SENT = "sent", "Sent"
    FAILED = "failed", "Refused"
    UNKNOWN = "unknown", "Unknown"


class Notification(models.Model):
    """One thing that a person is told, once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    # What it is about; nobody is told the same thing twice.
    key = models.CharField(max_length=120)
    level = models.CharField(max_length=4, choices=Level)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=7, choices=MailState, default=MailState.NONE)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="notification_newest"),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notification_unread"),
            models.Index(
                fields=["mail_due_at"], condition=Q(mail__in=("waiting", "sending")), name="notification_mail"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address that marks it as read and leads to what it is about; by POST."""
        return reverse("notifications:open", args=[self.pk])

    @property
    def is_read(self) -> bool:
        """Say whether the person has seen it."""
        return self.read_at is not None


class Preference(models.Model):
    """Whether a person wants mails; without a row, yes."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    mails = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.person}: {'mails' if self.mails else 'no mails'}"
