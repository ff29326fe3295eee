"""The list of schedules."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import OuterRef, Q, QuerySet, Subquery, UUIDField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.requests import SignedInRequest
from apps.core.lists import LocalList
from apps.core.remote import RemoteQuery
from apps.core.tables import KitTable, NameColumn, TimeColumn
from apps.core.templatetags.ui import badge, state_badge
from apps.schedules.changes import visible_schedules
from apps.schedules.models import Outcome, Schedule, ScheduleRun

STATES = {
    "on": ("On", "is-ok", "check"),
    "off": ("Off", "is-off", "player-pause"),
    "stopped": ("Stopped", "is-bad", "alert-triangle"),
}


def last_result(outcome: str, job_state: str | None) -> SafeString:
    """Draw what came of a run: the state of its job, or why there is none."""
    if job_state:
        return state_badge(job_state)
    if outcome in (Outcome.STARTED, Outcome.LATE):
        return badge("Job removed", "is-off", "trash")
    css = "is-bad" if outcome == Outcome.STOPPED else "is-warn"
    return badge(Outcome(outcome).label, css, "alert-triangle")


class ScheduleTable(KitTable):
    """Schedules by their next run."""

    caption = "Schedules"
    phone = ("name", "enabled", "next_run_at", "timing_kind")

    name = NameColumn(linkify=True)
    enabled = tables.Column(verbose_name="State", attrs={"cell": {"class": "cell-state"}}, orderable=False)
    timing_kind = tables.Column(verbose_name="When", orderable=False)
    connection_slug = tables.Column(verbose_name="Connection")
    owner_name = tables.Column(verbose_name="Made by")
    last = tables.Column(
        verbose_name="Last run", empty_values=(), orderable=False, attrs={"cell": {"class": "cell-state"}}
    )
    next_run_at = TimeColumn(verbose_name="Next run")

    def render_name(self, record: Schedule) -> str:
        """Write the name."""
        return record.name

    def render_enabled(self, record: Schedule) -> SafeString:
        """Draw whether it is on."""
        return badge(*STATES[record.state])

    def render_timing_kind(self, record: Schedule) -> str:
        """Write when it runs."""
        return record.timing_words

    def render_last(self, record: Any) -> SafeString:
        """Draw what came of the last run, as the link to its job."""
        if not record.last_outcome:
            return format_html('<span class="text-secondary">{}</span>', "none yet")
        drawn = last_result(record.last_outcome, record.last_state)
        if not record.last_state:
            return drawn
        return format_html('<a href="{}">{}</a>', reverse("jobs:show", args=[record.last_job]), drawn)

    def row_key(self, record: Schedule) -> str:
        """Return the id."""
        return str(record.pk)

    def row_name(self, record: Schedule) -> str:
        """Return the name."""
        return record.name


class ScheduleFilters(forms.Form):
    """State, connection and who made it."""

    state = forms.ChoiceField(
        required=False, choices=[("", "Any"), ("on", "On"), ("off", "Off"), ("stopped", "Stopped by itself")]
    )
    connection = forms.CharField(required=False, max_length=100)
    person = forms.CharField(required=False, max_length=100, label="Made by")


class ScheduleList(LocalList):
    """The schedules that the person may see."""

    key = "schedules"
    table_class = ScheduleTable
    noun = ("schedule", "schedules")
    search_label = "Name"
    filter_form = ScheduleFilters
    orderings = {
        "name": "name",
        "connection_slug": "connection_slug",
        "owner_name": "owner_name",
        "next_run_at": "next_run_at",
    }
    default_order = "name"
    empty_icon = "calendar-time"
    empty_title = "No schedules yet"
    empty_text = "A bulk action that you ran, or previewed, can run again by itself: open its job and press “Schedule”."

    def __init__(self, request: SignedInRequest) -> None:
        super().__init__(request)
        self.user = request.user

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return those that match, each with its last run."""
        last = ScheduleRun.objects.filter(schedule=OuterRef("pk")).order_by("-due_at")
        schedules = visible_schedules(self.user).annotate(
            last_outcome=Subquery(last.values("outcome")[:1]),
            last_job=Subquery(last.values("job_id")[:1], output_field=UUIDField()),
            last_state=Subquery(last.values("job__state")[:1]),
        )
        if query.search:
            schedules = schedules.filter(Q(name__icontains=query.search) | Q(title__icontains=query.search))
        filters = query.filters
        if state := filters.get("state"):
            schedules = schedules.filter(enabled=state == "on")
            if state == "stopped":
                schedules = schedules.exclude(stopped_reason="")
            elif state == "off":
                schedules = schedules.filter(stopped_reason="")
        if filters.get("connection"):
            schedules = schedules.filter(connection_slug=filters["connection"])
        if filters.get("person"):
            schedules = schedules.filter(owner_name__icontains=filters["person"])
        return schedules
