"""Queries of people: what they ran, and what they keep under a name."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from domoadmin.services.roles import Role

# Longer than the console waits for an answer, and than a download lasts: nobody will write any more how it ended.
FORGOTTEN_AFTER = timedelta(minutes=5)
DOWNLOAD_FORGOTTEN_AFTER = timedelta(hours=12)


class RunState(models.TextChoices):
    """How a run ended, or that it goes on."""

    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class QueryRun(models.Model):
    """A statement that a person ran in the console, or downloaded the rows of; never the rows themselves."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="query_runs")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    dataset_id = models.CharField(max_length=200)
    dataset_name = models.CharField(max_length=300, blank=True)
    sql = models.TextField()
    download = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.RUNNING)
    at = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField(null=True, blank=True)
    rows = models.BigIntegerField(null=True, blank=True)
    # There were more rows than the console showed.
    cut = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    request_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-at",)
        indexes = [models.Index(fields=["owner", "connection", "-at"], name="query_run_of_person")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="query_run_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_name or self.dataset_id}: {self.sql[:80]}"

    @property
    def look(self) -> str:
        """The state as pages show it: one that was never ended was forgotten when the server stopped."""
        longest = DOWNLOAD_FORGOTTEN_AFTER if self.download else FORGOTTEN_AFTER
        if self.state == RunState.RUNNING and self.at < timezone.now() - longest:
            return RunState.CANCELLED.value
        return self.state

    @property
    def editor_url(self) -> str:
        """The console with this statement in it."""
        return f"{reverse('data:dataset_query', args=[self.connection.slug, self.dataset_id])}?run={self.key}"


class NamedQuery(models.Model):
    """A statement under a name; its owner's, or everybody's who may query on this connection."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="named_queries")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    dataset_id = models.CharField(max_length=200)
    dataset_name = models.CharField(max_length=300, blank=True)
    name = models.CharField(max_length=80)
    sql = models.TextField("SQL")
    shared = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "pk")
        indexes = [models.Index(fields=["connection", "shared"], name="named_query_of_connection")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "connection", "name"], name="named_query_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def editor_url(self) -> str:
        """The console with this statement in it."""
        return f"{reverse('data:dataset_query', args=[self.connection.slug, self.dataset_id])}?named={self.pk}"

    def may_be_changed_by(self, person: User) -> bool:
        """Say whether the person may rename, share or delete it: its owner, and admins what is shared."""
        return self.owner_id == person.pk or (self.shared and person.may(Role.ADMIN))
