"""The formulas of an instance as the last look read them: no listing of Domo tells a formula."""

from __future__ import annotations

from django.db import models


class BeastModeFormula(models.Model):
    """One Beast Mode's formula. fingerprint: the same for formulas that differ in their writing alone."""

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="+")
    beast_mode_id = models.CharField(max_length=64)
    name = models.CharField(max_length=400)
    owner_id = models.CharField(max_length=64, blank=True)
    expression = models.TextField()
    # Empty where the upstream tells no formula: such are never equal to anything.
    fingerprint = models.CharField(max_length=64, blank=True)
    dataset_ids = models.JSONField(default=list)
    card_count = models.PositiveIntegerField(default=0)
    broken_count = models.PositiveIntegerField(default=0)
    is_locked = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    modified_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "beast_mode_id"], name="beast_mode_once_per_connection")
        ]
        indexes = [models.Index(fields=["connection", "fingerprint"], name="beast_mode_by_formula")]

    def __str__(self) -> str:
        return f"{self.name} ({self.beast_mode_id})"
