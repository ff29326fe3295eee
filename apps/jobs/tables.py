"""The list of jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Any, cast

import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.connections.access import connections_of
from apps.core.addresses import with_parameters
from apps.core.lists import LocalList
from apps.core.navigation import registered_areas
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import badge, state_badge
from apps.jobs.access import visible_jobs
from apps.jobs.finding import ids_starting_with
from apps.jobs.history import Day, History, range_of, start_of
from apps.jobs.kinds import all_kinds, kind_of
from apps.jobs.models import Job
from apps.jobs.retention import kept_days
from apps.jobs.states import JobState


class JobTable(KitTable):
    """Jobs, newest first."""

    caption = "Jobs"
    phone = ("title", "state", "actor_name", "created_at")

    title = NameColumn(verbose_name="Job", linkify=True)
    state = tables.Column(attrs={"cell": {"class": "cell-state"}})
    kind = tables.Column(orderable=False)
    connection_slug = tables.Column(verbose_name="Connection")
    actor_name = tables.Column(verbose_name="Person")
    total = NumberColumn(verbose_name="Items")
    created_at = TimeColumn(verbose_name="Started")

    def render_state(self, record: Job) -> SafeString:
        """Draw the state, and beside it what a person has to settle."""
        drawn = state_badge(record.state)
        if record.has_unknown:
            return format_html("{} {}", drawn, badge("Unknown", "is-unknown", "question-mark"))
        return drawn

    def render_kind(self, record: Job) -> str:
        """Write the kind's title."""
        return kind_of(record).title

    def row_key(self, record: Job) -> str:
        """Return the id."""
        return str(record.pk)

    def row_name(self, record: Job) -> str:
        """Return the title."""
        return record.title


class JobFilters(forms.Form):
    """Kind, area, person, connection, state and time."""

    state = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False)
    area = forms.ChoiceField(required=False)
    connection = forms.ChoiceField(required=False)
    person = forms.CharField(required=False, max_length=100)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))


def filters_for(user: User) -> type[JobFilters]:
    """Return the filter form with the choices that this person has."""
    kinds = all_kinds()
    labels = {area.key: area.label for area in registered_areas()}
    areas = sorted({kind.area for kind in kinds if kind.area})
    offered = {
        "state": [*JobState.choices, ("unknown", "With an unknown outcome")],
        "kind": [(kind.name, kind.title) for kind in kinds],
        "area": [(area, labels.get(area, area.capitalize())) for area in areas],
        "connection": [(each.slug, each.name) for each in connections_of(user)],
    }

    class Bound(JobFilters):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for name, choices in offered.items():
                cast(forms.ChoiceField, self.fields[name]).choices = [("", "Any"), *choices]

    return Bound


class JobList(LocalList):
    """The jobs that the person may see."""

    key = "jobs"
    table_class = JobTable
    noun = ("job", "jobs")
    search_label = "Title or id"
    orderings = {
        "title": "title",
        "state": "state",
        "connection_slug": "connection_slug",
        "actor_name": "actor_name",
        "total": "total",
        "created_at": "created_at",
    }
    default_order = "-created_at"
    views_template = "accounts/list_views.html"
    summary_template = "jobs/charts.html"
    empty_icon = "history"
    empty_title = "No jobs yet"
    empty_text = "Uploads and changes to many objects run as jobs. Each one stays here with its outcome, item by item."

    def __init__(self, request: SignedInRequest) -> None:
        super().__init__(request)
        self.user = request.user
        self.filter_form = filters_for(request.user)  # type: ignore[misc]

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page: which jobs, and how many, is read off an index alone; then the rows of this page."""
        page = super().fetch(query)
        jobs = Job.objects.defer("sealed", "preview", "params", "progress").in_bulk([job.pk for job in page.rows])
        return replace(page, rows=[jobs[job.pk] for job in page.rows if job.pk in jobs])

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the jobs that match."""
        return self.matching(query.search, query.filters).only("pk")

    def matching(self, search: str, filters: dict[str, Any]) -> QuerySet[Job]:
        """Return the jobs that match these words and filters."""
        jobs = visible_jobs(self.user)
        if search:
            jobs = jobs.filter(Q(title__icontains=search) | Q(pk__in=ids_starting_with(jobs, search)))
        if filters.get("state") == "unknown":
            jobs = jobs.filter(unknown_items__gt=0)
        elif filters.get("state"):
            jobs = jobs.filter(state=filters["state"])
        if area := filters.get("area"):
            jobs = jobs.filter(kind__in=[kind.name for kind in all_kinds() if kind.area == area])
        if since := filters.get("since"):
            jobs = jobs.filter(created_at__gte=start_of(since))
        if until := filters.get("until"):
            jobs = jobs.filter(created_at__lt=start_of(until + timedelta(days=1)))
        lookups = {"kind": "kind", "connection": "connection_slug", "person": "actor_name__icontains"}
        return jobs.filter(**{lookups[name]: filters[name] for name in lookups if filters.get(name)})

    @property
    def kept_days(self) -> int | None:
        """Return for how many days ended jobs are kept; None for ever."""
        return kept_days()

    @cached_property
    def history(self) -> History:
        """Return jobs and failures by day of what matches."""
        first, last = range_of(self.filters.get("since"), self.filters.get("until"), timezone.localdate())
        return History(self.matching(self.search, self.filters), first, last)

    @property
    def figures(self) -> list[tuple[Day, str]]:
        """Return the days that have jobs, newest first, each with the address of its jobs."""
        days = [day for day in reversed(self.history.days) if day.total]
        return [(day, with_parameters(self.url, {"since": day.day, "until": day.day, "page": None})) for day in days]
