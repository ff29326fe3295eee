"""Durable work: the database is the queue. Protocol: protocol.py; who runs it: runner.py."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone

from apps.jobs.states import ITEM_BAD, ITEM_ENDS, JOB_ACTIVE, JOB_ENDS, ItemState, JobState, Level, Source


def number_in(json_field: str, key: str) -> Coalesce:
    """Return the expression of the integer that a JSON object holds under a key; 0 when it holds none."""
    return Coalesce(Cast(KT(f"{json_field}__{key}"), models.IntegerField()), Value(0))


class Job(models.Model):
    """One piece of work that a person started, made of items; survives every worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    connection = models.ForeignKey("connections.Connection", null=True, on_delete=models.SET_NULL, related_name="+")
    connection_slug = models.CharField(max_length=100, blank=True)
    params = models.JSONField(default=dict)
    sealed = models.TextField(blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=20)
    source = models.CharField(max_length=10, choices=Source, default=Source.PAGE)
    dedupe_key = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=12, choices=JobState, default=JobState.DRAFT)
    message = models.TextField(blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    # Of the counts, what lists and charts ask for; computed by the database.
    failed_items = models.GeneratedField(
        expression=number_in("counts", ItemState.FAILED), output_field=models.IntegerField(), db_persist=True
    )
    unknown_items = models.GeneratedField(
        expression=number_in("counts", ItemState.UNKNOWN), output_field=models.IntegerField(), db_persist=True
    )
    bytes_done = models.PositiveBigIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(default=0)
    progress = models.JSONField(default=dict)
    progress_at = models.DateTimeField(null=True)
    preview = models.JSONField(default=dict)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="retries")
    undo_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="undos")
    payload_version = models.PositiveSmallIntegerField(default=1)

    planning_requested_at = models.DateTimeField(null=True)
    planning_token = models.UUIDField(null=True)
    planning_expires_at = models.DateTimeField(null=True)
    planning_losses = models.PositiveSmallIntegerField(default=0)
    confirm_when_planned = models.BooleanField(default=False)
    planned_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    read_back_requested_at = models.DateTimeField(null=True)
    # Who asked that what the read-back finds not done is done again, by a new job.
    retry_unknown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    runner_seen_at = models.DateTimeField(null=True)
    # When JobKind.finished() came back; the sweeper calls it again for jobs whose runner died in between.
    afterwards_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="job_state_created"),
            # All that the history filters, orders and counts by: its rows are small, those of the table are not.
            models.Index(
                fields=[
                    "-created_at",
                    "-id",
                    "state",
                    "kind",
                    "connection",
                    "connection_slug",
                    "actor",
                    "actor_name",
                    "title",
                    "total",
                    "failed_items",
                    "unknown_items",
                ],
                name="job_history",
            ),
            models.Index(fields=["actor", "state"], name="job_actor_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(state__in=JOB_ACTIVE) & ~Q(dedupe_key=""),
                name="job_one_active_per_key",
            ),
            models.CheckConstraint(
                condition=Q(state__in=JOB_ENDS, finished_at__isnull=False)
                | (~Q(state__in=JOB_ENDS) & Q(finished_at__isnull=True)),
                name="job_end_has_time",
            ),
            models.CheckConstraint(
                condition=Q(planning_token__isnull=True, planning_expires_at__isnull=True)
                | Q(state=JobState.DRAFT, planning_token__isnull=False, planning_expires_at__isnull=False),
                name="job_planning_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.short_id})"

    def get_absolute_url(self) -> str:
        """Return the address of the job's page."""
        return reverse("jobs:show", args=[self.pk])

    @property
    def short_id(self) -> str:
        """Return the first 13 characters of the id: unambiguous among millions of jobs."""
        return str(self.pk)[:13]

    @property
    def is_active(self) -> bool:
        """Say whether runners may still work on it."""
        return self.state in JOB_ACTIVE

    @property
    def has_ended(self) -> bool:
        """Say whether it has come to an end state."""
        return self.state in JOB_ENDS

    @property
    def is_planning(self) -> bool:
        """Say whether a draft is still being planned or waits for a worker to plan it."""
        return self.state == JobState.DRAFT and self.planned_at is None and self.planning_requested_at is not None

    @property
    def has_unknown(self) -> bool:
        """Say whether an item's outcome is unknown, which a person settles; such a job never counts as succeeded."""
        return self.count_of(ItemState.UNKNOWN) > 0

    def count_of(self, state: str) -> int:
        """Return how many items were in the state when progress was last written."""
        return int(self.counts.get(state, 0))


class JobItem(models.Model):
    """One step of a job, run at most by one runner at a time, which holds its lease."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    stage = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=255)
    label = models.CharField(max_length=300, blank=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How often its runner died; not counted against max_attempts.
    losses = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    verify_first = models.BooleanField(default=False)
    intended_at = models.DateTimeField(null=True)
    checkpoint = models.JSONField(default=dict)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    result = models.JSONField(default=dict)
    error_code = models.CharField(max_length=60, blank=True)
    error_text = models.TextField(blank=True)
    # Of failed and unknown items: what groups them, see causes.py.
    cause = models.CharField(max_length=16, blank=True, default="")
    request_id = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    bytes_done = models.PositiveBigIntegerField(default=0)
    rows_done = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["stage", "position"]
        indexes = [
            models.Index(fields=["job", "state", "available_at"], name="item_claimable"),
            models.Index(fields=["job", "state", "stage", "position", "id"], name="item_next"),
            models.Index(fields=["job", "stage", "position", "id"], name="item_order"),
            models.Index(fields=["job", "state", "cause", "id"], condition=Q(state__in=ITEM_BAD), name="item_cause"),
            models.Index(fields=["lease_expires_at"], condition=Q(state=ItemState.IN_FLIGHT), name="item_lease_expiry"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["job", "key"], name="item_key_once_per_job"),
            models.CheckConstraint(
                condition=Q(state=ItemState.IN_FLIGHT, lease_token__isnull=False, lease_expires_at__isnull=False)
                | (~Q(state=ItemState.IN_FLIGHT) & Q(lease_token__isnull=True, lease_expires_at__isnull=True)),
                name="item_in_flight_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ITEM_ENDS, finished_at__isnull=False)
                | (~Q(state__in=ITEM_ENDS) & Q(finished_at__isnull=True)),
                name="item_end_has_time",
            ),
            models.CheckConstraint(condition=Q(losses__lte=F("attempts")), name="item_losses_within_attempts"),
        ]

    def __str__(self) -> str:
        return self.label or self.key

    @property
    def failed_attempts(self) -> int:
        """Return the tries that came to an answer or an error, not those whose runner died."""
        return self.attempts - self.losses


class JobEvent(models.Model):
    """One line of a job's story; only ever added."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    item = models.ForeignKey(JobItem, null=True, on_delete=models.SET_NULL, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    level = models.CharField(max_length=4, choices=Level, default=Level.INFO)
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["job", "-at"], name="event_newest")]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the line; a stored one can't be changed."""
        if self.pk is not None:
            raise TypeError("Job events are only added.")
        super().save(*args, **kwargs)
