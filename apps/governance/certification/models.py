"""What is certified as the last look found it, and the reviews by which things get certified."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

# A certification that ends within so many days is "expiring".
EXPIRING_DAYS = 30


class ContentKind(models.TextChoices):
    """What can be certified."""

    DATASET = "dataset", "Dataset"
    CARD = "card", "Card"


class CertifiedState(models.TextChoices):
    """How a thing stands with Domo."""

    CERTIFIED = "certified", "Certified"
    REQUESTED = "requested", "Requested"
    EXPIRED = "expired", "Expired"
    NONE = "none", "Not certified"


class ContentRecord(models.Model):
    """A dataset or card as it stood at `read_at`. Everything but the id may be missing upstream; empty then."""

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=ContentKind)
    object_id = models.CharField(max_length=64)
    name = models.CharField(max_length=400)
    owner_id = models.CharField(max_length=64, blank=True)
    owner_name = models.CharField(max_length=200, blank=True)
    # The source of a dataset, the page of a card.
    area = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=CertifiedState, default=CertifiedState.NONE)
    changed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "object_id"], name="content_once_per_connection"),
            models.CheckConstraint(condition=Q(state__in=CertifiedState.values), name="content_state_known"),
        ]
        indexes = [
            models.Index(fields=["connection", "kind", "state", "name"], name="content_by_state"),
            models.Index(fields=["connection", "kind", "name"], name="content_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.object_id})"


class ReviewState(models.TextChoices):
    """How far a review is."""

    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ENDED = "ended", "Ended"


class Process(models.TextChoices):
    """Which certification is asked for. Domo's documented call knows one; the difference is kept here."""

    COMPANY = "company", "Company"
    DEPARTMENT = "department", "Department"


class CertificationReview(models.Model):
    """Somebody asks that a thing be certified, somebody decides; approved, it says until when that holds."""

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=ContentKind)
    object_id = models.CharField(max_length=64)
    object_name = models.CharField(max_length=400)
    process = models.CharField(max_length=12, choices=Process, default=Process.COMPANY)
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="certification_requests"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="certification_reviews"
    )
    due_on = models.DateField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    expires_on = models.DateField(null=True)
    # The dates of which people were reminded: another date is another reminder, the same one never.
    told_overdue = models.DateField(null=True)
    told_expiring = models.DateField(null=True)
    told_expired = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "object_id"],
                condition=Q(state="open"),
                name="certification_review_open_once",
            ),
            models.UniqueConstraint(
                fields=["connection", "kind", "object_id"],
                condition=Q(state="approved"),
                name="certification_review_approved_once",
            ),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="certification_review_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="certification_review_decided_or_open",
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "state", "due_on"], name="certification_review_due"),
            models.Index(fields=["state", "expires_on"], name="certification_review_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_name}"

    def get_absolute_url(self) -> str:
        """Return the address of the review's page."""
        return reverse("governance:certification_review", args=[self.connection.slug, self.pk])

    @property
    def is_open(self) -> bool:
        """Say whether it waits for a decision."""
        return self.state == ReviewState.OPEN

    def is_overdue(self, today: date) -> bool:
        """Say whether it should have been decided before today."""
        return self.is_open and self.due_on < today

    def is_expired(self, today: date) -> bool:
        """Say whether the certification that it led to has ended by its date."""
        return self.state == ReviewState.APPROVED and self.expires_on is not None and self.expires_on < today

    def is_expiring(self, today: date) -> bool:
        """Say whether that date is near."""
        if self.state != ReviewState.APPROVED or self.expires_on is None:
            return False
        return today <= self.expires_on <= today + timedelta(days=EXPIRING_DAYS)
