"""What one can ask of the trail: the same filters for the page, its exports and the command line."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.audit.models import AuditRecord, Outcome

SOURCES = [
    ("page", "Page"),
    ("schedule", "Schedule"),
    ("console", "API console"),
    ("command", "Command line"),
    ("api", "API"),
    ("retry", "Retry"),
    ("undo", "Undo"),
]
# As it is written by some.
_ALSO = {"console": "API console", "command": "command line"}
_LOOKUPS = {
    "person": "actor_name__icontains",
    "connection": "connection",
    "operation": "operation__istartswith",
    "id": "target_id",
    "outcome": "outcome",
    "job": "job_id",
}


def source_word(source: str) -> str:
    """Return where an act came from, in words."""
    known = dict(SOURCES) | {written: dict(SOURCES)[source] for source, written in _ALSO.items()}
    return known.get(source, source.capitalize())


class AuditFilters(forms.Form):
    """Person, connection, operation, target, outcome, source, time and job."""

    person = forms.CharField(required=False, max_length=200)
    connection = forms.CharField(required=False, max_length=100)
    operation = forms.CharField(required=False, max_length=120, help_text="Begins with, for example uploads.")
    kind = forms.CharField(required=False, max_length=60, label="Target kind", help_text="For example dataset")
    target = forms.CharField(required=False, max_length=255, help_text="Name or id")
    id = forms.CharField(required=False, max_length=255, label="Target id", help_text="Exactly this one")
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *Outcome.choices])
    source = forms.ChoiceField(required=False, choices=[("", "Any"), *SOURCES])
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    job = forms.UUIDField(required=False, label="Job id")


def matching(search: str, filters: dict[str, Any]) -> QuerySet[AuditRecord]:
    """Return the records with every word of the search and every filter that is set."""
    records: QuerySet[AuditRecord] = AuditRecord.objects.all()
    for word in search.split():
        records = records.filter(
            Q(actor_name__icontains=word)
            | Q(operation__icontains=word)
            | Q(target_name__icontains=word)
            | Q(target_id=word)
            | Q(request_id=word)
        )
    for name, lookup in _LOOKUPS.items():
        if filters.get(name):
            records = records.filter(**{lookup: filters[name]})
    if kind := filters.get("kind"):
        # A job names the kind of its targets, the console the area of an operation: dataset, datasets.
        one = kind.lower().removesuffix("s")
        records = records.filter(target_kind__in=[one, f"{one}s"])
    if source := filters.get("source"):
        records = records.filter(source__in=[source, _ALSO.get(source, source)])
    if target := filters.get("target"):
        records = records.filter(Q(target_name__icontains=target) | Q(target_id=target))
    if since := filters.get("since"):
        records = records.filter(at__gte=_start_of(since))
    if until := filters.get("until"):
        records = records.filter(at__lt=_start_of(until + timedelta(days=1)))
    return records


def _start_of(day: Any) -> datetime:
    """Return the first moment of a day in the zone of the person who asks."""
    return timezone.make_aware(datetime.combine(day, time.min))
