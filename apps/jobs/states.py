"""States of jobs and items, and the sets that the protocol asks about."""

from __future__ import annotations

from django.db import models


class JobState(models.TextChoices):
    """States of a job; the last four are its ends."""

    DRAFT = "draft", "Draft"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    CANCELLING = "cancelling", "Cancelling"
    SUCCEEDED = "succeeded", "Succeeded"
    PARTIAL = "partial", "Partial"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ItemState(models.TextChoices):
    """States of an item; all but the first two are its ends."""

    PENDING = "pending", "To do"
    IN_FLIGHT = "in_flight", "In flight"
    SUCCEEDED = "succeeded", "Done"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    UNKNOWN = "unknown", "Unknown"
    CANCELLED = "cancelled", "Cancelled"


class Source(models.TextChoices):
    """Where a job was started."""

    PAGE = "page", "Page"
    SCHEDULE = "schedule", "Schedule"
    COMMAND = "command", "Command line"
    API = "api", "API"
    RETRY = "retry", "Retry"
    UNDO = "undo", "Undo"


class Level(models.TextChoices):
    """Weight of an event."""

    INFO = "info", "Info"
    WARN = "warn", "Warning"
    BAD = "bad", "Failure"


JOB_ENDS = (JobState.SUCCEEDED, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED)
# A draft is a preview and holds no dedupe key: two people may look at previews of the same thing.
JOB_ACTIVE = (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED, JobState.CANCELLING)
ITEM_OPEN = (ItemState.PENDING, ItemState.IN_FLIGHT)
ITEM_ENDS = (ItemState.SUCCEEDED, ItemState.FAILED, ItemState.SKIPPED, ItemState.UNKNOWN, ItemState.CANCELLED)
# What a person has to look at.
ITEM_BAD = (ItemState.FAILED, ItemState.UNKNOWN)
