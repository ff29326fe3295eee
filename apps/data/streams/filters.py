"""What the board of streams filters by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from apps.connections.models import Connection
from apps.data.streams.models import StreamRecord

STANDINGS: Mapping[str, tuple[str, Q]] = {
    "failing": ("Failing", Q(is_failing=True)),
    "late": ("Late", Q(is_late=True)),
    "never": ("Never ran", Q(never_ran=True)),
    "disabled": ("Disabled", Q(is_disabled=True)),
    "running": ("Running", Q(is_running=True)),
    "fine": ("In order", Q(urgency=0)),
}
SCHEDULES = (
    ("MANUAL", "Manual only"),
    ("MINUTE", "Every so many minutes"),
    ("HOUR", "Every so many hours"),
    ("DAY", "Daily"),
    ("WEEK", "Weekly"),
    ("MONTH", "Monthly"),
    ("unreadable", "Can't be read"),
)


class StreamFilters(forms.Form):
    """How it stands, its provider, its account, its schedule, its owner, its error."""

    standing = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((name, word) for name, (word, _) in STANDINGS.items())]
    )
    provider = forms.CharField(required=False, max_length=120)
    account = forms.CharField(required=False, max_length=64, label="Account id")
    schedule = forms.ChoiceField(required=False, choices=[("", "Any"), *SCHEDULES])
    owner = forms.CharField(required=False, max_length=200)
    error = forms.CharField(required=False, max_length=60, label="Error code")


def matching(connection: Connection, words: str, filters: Mapping[str, Any]) -> QuerySet[StreamRecord]:
    """Return the records that pass, in no order."""
    found = StreamRecord.objects.filter(connection=connection)
    if words.strip():
        text = words.strip()
        found = found.filter(Q(name__icontains=text) | Q(stream_id=text) | Q(dataset_id=text))
    if standing := STANDINGS.get(filters.get("standing", "")):
        found = found.filter(standing[1])
    if provider := filters.get("provider"):
        found = found.filter(Q(provider_key__iexact=provider) | Q(provider_name__icontains=provider))
    if account := filters.get("account"):
        found = found.filter(account_id=account)
    if schedule := filters.get("schedule"):
        found = found.filter(schedule_kind=schedule)
    if owner := filters.get("owner"):
        found = found.filter(owner_name__icontains=owner)
    if error := filters.get("error"):
        found = found.filter(error_code__iexact=error)
    return found
