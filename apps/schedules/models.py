"""Schedules, and what came of each time that one was due."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import check_time_zone
from apps.schedules.timing import Cron, Interval, Timing


class TimingKind(models.TextChoices):
    """How a schedule says when."""

    CRON = "cron", "At set times"
    INTERVAL = "interval", "Every so often"


class Unit(models.TextChoices):
    """What an interval counts."""

    MINUTES = "minutes", "minutes"
    HOURS = "hours", "hours"
    DAYS = "days", "days"


class Outcome(models.TextChoices):
    """What came of a time that a schedule was due."""

    STARTED = "started", "Started"
    LATE = "late", "Started late"
    SKIPPED = "skipped", "Left out"
    STOPPED = "stopped", "Stopped"


class Schedule(models.Model):
    """A kind of job with its params that runs again and again, with the rights of who made the schedule."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    connection = models.ForeignKey("connections.Connection", null=True, on_delete=models.SET_NULL, related_name="+")
    connection_slug = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    owner_name = models.CharField(max_length=200)

    timing_kind = models.CharField("when", max_length=8, choices=TimingKind, default=TimingKind.CRON)
    cron = models.CharField("times", max_length=200, blank=True)
    every = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=7, choices=Unit, default=Unit.HOURS)
    time_zone = models.CharField(max_length=64, validators=[check_time_zone])

    enabled = models.BooleanField(default=True)
    # Why it stopped by itself; empty where a person switched it off.
    stopped_reason = models.TextField(blank=True)
    # When it runs next: the truth that every scheduler goes by. None while it is off.
    next_run_at = models.DateTimeField(null=True)
    counts_from = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["next_run_at"], condition=Q(enabled=True), name="schedule_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(enabled=True, next_run_at__isnull=False) | Q(enabled=False, next_run_at__isnull=True),
                name="schedule_on_has_next",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the schedule's page."""
        return reverse("schedules:show", args=[self.pk])

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone on whose clock it runs."""
        return ZoneInfo(self.time_zone)

    @property
    def timing(self) -> Timing:
        """Return when it is due. Raises TimingRefused."""
        if self.timing_kind == TimingKind.CRON:
            return Cron(self.cron, self.zone)
        every = timedelta(**{str(self.unit): self.every or 0})
        return Interval(every, self.counts_from + every)

    @property
    def timing_words(self) -> str:
        """Return when it runs, in words."""
        if self.timing_kind == TimingKind.CRON:
            return f"{self.cron} ({self.time_zone.replace('_', ' ')})"
        unit = Unit(self.unit).label
        return f"Every {unit.removesuffix('s')}" if self.every == 1 else f"Every {self.every} {unit}"

    @property
    def state(self) -> str:
        """Return "on", "off", or "stopped" by itself."""
        if self.enabled:
            return "on"
        return "stopped" if self.stopped_reason else "off"


class ScheduleRun(models.Model):
    """One time that a schedule was due, and what came of it."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="runs")
    due_at = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=7, choices=Outcome)
    message = models.TextField(blank=True)
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="schedule_run_once")]
        indexes = [models.Index(fields=["schedule", "-due_at"], name="schedule_run_newest")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.due_at:%Y-%m-%d %H:%M}: {self.outcome}"
