"""The append-only trail. An act is two rows, the intent and the outcome, tied by a correlation id; none is updated."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Outcome(models.TextChoices):
    """What is known about an act."""

    INTENDED = "intended", "Intended"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    CANCELLED = "cancelled", "Cancelled"


class AppendOnlyError(TypeError):
    """Someone tried to change or delete an audit record."""


class AuditQuerySet(models.QuerySet["AuditRecord"]):
    """Reads and adds; the ways to change or delete many rows at once are closed."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("Audit records are never changed.")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("Audit records are never deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("Audit records are never changed.")


class AuditRecord(models.Model):
    """Who wanted or did what to which target, from where, and what came of it."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    correlation = models.UUIDField(default=uuid.uuid4, db_index=True)
    # Not enforced: a person may go, the record stays as it was written.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor_name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, blank=True)
    connection = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=20, blank=True)
    operation = models.CharField(max_length=120)
    target_kind = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=255, blank=True)
    target_name = models.CharField(max_length=300, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    request_id = models.CharField(max_length=120, blank=True)
    message = models.TextField(blank=True)
    job_id = models.UUIDField(null=True, db_index=True)

    # The record's place in the chain (chain.py), written once when it is sealed.
    sequence = models.BigIntegerField(null=True, unique=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    # Until then the mark shows that the content is ours.
    mark = models.CharField(max_length=64, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="audit_target"),
            models.Index(fields=["operation", "at"], name="audit_operation_at"),
            models.Index(fields=["actor_name", "at"], name="audit_person_at"),
            models.Index(fields=["id"], condition=models.Q(sequence__isnull=True), name="audit_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.operation} {self.target_name or self.target_id} ({self.outcome})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the record; a stored one can't be changed."""
        if not self._state.adding:
            raise AppendOnlyError("Audit records are never changed.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the address of the record's page."""
        return reverse("audit:show", args=[self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("Audit records are never deleted.")


class AuditHead(models.Model):
    """Where the chain ends: one row, signed with the secret key, beside the records."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"
