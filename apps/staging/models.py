"""Rows that say which chunks of a staged file have arrived; the bytes stand on the staging storage."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone


def default_expiry() -> datetime:
    """Return when a file staged now may be removed."""
    return timezone.now() + timedelta(hours=settings.UPLOAD_KEEP_HOURS)


class StagedFile(models.Model):
    """One file on the staging storage, in chunks of `chunk_bytes` (the last one may be shorter).

    Chunks are objects of their own, because object storage can't append: a broken transfer goes on with the
    chunk that is missing, and any range can be read without fetching the whole file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField(help_text="bytes; what the sender declared")
    chunk_bytes = models.PositiveIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # A file of this machine that is read where it lies, and what it looked like when it was taken; else empty.
    local_path = models.TextField(blank=True, default="")
    local_stamp = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(default=default_expiry, db_index=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"

    @property
    def chunk_count(self) -> int:
        """How many chunks make the whole file."""
        return -(-self.size // self.chunk_bytes)

    @property
    def is_complete(self) -> bool:
        """Whether every chunk has arrived."""
        return self.completed_at is not None

    def chunk_size(self, number: int) -> int:
        """Return the bytes that chunk `number` (from 1) must have."""
        return min(self.chunk_bytes, self.size - (number - 1) * self.chunk_bytes)

    def chunk_name(self, number: int) -> str:
        """Return the name of chunk `number` (from 1) on the storage."""
        return f"{self.id}/{number:08d}"


class StagedChunk(models.Model):
    """A chunk that arrived whole."""

    file = models.ForeignKey(StagedFile, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="staged_chunk_once")]

    def __str__(self) -> str:
        return f"{self.file_id} chunk {self.number}"
