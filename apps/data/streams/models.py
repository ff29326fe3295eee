"""What the last look at an instance found of each stream. Domo has no documented list of streams: this is ours."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse


class StreamRecord(models.Model):
    """One stream as it stood at `read_at`. Everything but the ids may be missing upstream; empty then."""

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="+")
    stream_id = models.CharField(max_length=64)
    dataset_id = models.CharField(max_length=64)
    name = models.CharField(max_length=400)
    owner_name = models.CharField(max_length=200, blank=True)
    provider_key = models.CharField(max_length=120, blank=True)
    provider_name = models.CharField(max_length=200, blank=True)
    transport_type = models.CharField(max_length=60, blank=True)
    transport = models.CharField(max_length=200, blank=True)
    transport_version = models.CharField(max_length=40, blank=True)
    account_id = models.CharField(max_length=64, blank=True)
    schedule_kind = models.CharField(max_length=20, blank=True)
    schedule_words = models.CharField(max_length=200, blank=True)
    # A stream may be several of these at once: it fails, and is late because of that.
    is_failing = models.BooleanField(default=False)
    is_late = models.BooleanField(default=False)
    is_disabled = models.BooleanField(default=False)
    never_ran = models.BooleanField(default=False)
    is_running = models.BooleanField(default=False)
    # What orders the board: the more it wants a person, the higher.
    urgency = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True)
    error_text = models.TextField(blank=True)
    request_id = models.CharField(max_length=120, blank=True)
    failing_since = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    rows_inserted = models.BigIntegerField(null=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "stream_id"], name="stream_once_per_connection")]
        indexes = [
            models.Index(fields=["connection", "-urgency", "name"], name="stream_by_urgency"),
            models.Index(fields=["connection", "account_id"], name="stream_by_account"),
            models.Index(fields=["connection", "is_failing"], condition=Q(is_failing=True), name="stream_failing"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.stream_id})"

    def get_absolute_url(self) -> str:
        """Return the address of the stream's page."""
        return reverse("data:stream_show", args=[self.connection.slug, self.stream_id])
