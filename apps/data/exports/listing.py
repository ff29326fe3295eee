"""The list of exports made on a connection: the jobs of the two kinds."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import QuerySet

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.lists import LocalList
from apps.core.remote import RemoteQuery
from apps.core.tables import NumberColumn, TimeColumn
from apps.core.templatetags.ui import badge
from apps.data.exports.file_jobs import FORMATS, FileExportKind
from apps.data.exports.s3_jobs import S3ExportKind
from apps.jobs.access import visible_jobs
from apps.jobs.models import Job
from apps.jobs.states import JobState
from apps.jobs.tables import JobTable

KINDS = {S3ExportKind.name: "S3", FileExportKind.name: "File"}


class ExportTable(JobTable):
    """Exports, newest first."""

    caption = "Exports"
    phone = ("title", "state", "actor_name", "created_at")

    kind = tables.Column(verbose_name="To", orderable=False, attrs={"cell": {"class": "cell-state"}})
    total = NumberColumn(verbose_name="Datasets")
    rows = NumberColumn(accessor="progress__rows", orderable=False, default="")
    created_at = TimeColumn(verbose_name="Started")

    class Meta(JobTable.Meta):
        sequence = ("title", "state", "kind", "actor_name", "total", "rows", "created_at")
        exclude = ("connection_slug",)

    def render_kind(self, record: Job) -> Any:
        """Say where the rows went."""
        if record.kind == S3ExportKind.name:
            return badge("S3", "is-off", "cloud-upload")
        return badge(FORMATS.get(record.params.get("format", ""), "File"), "is-off", "file-export")


class ExportFilters(forms.Form):
    """Where to, state and person."""

    kind = forms.ChoiceField(label="To", required=False, choices=[("", "Any"), *KINDS.items()])
    state = forms.ChoiceField(required=False, choices=[("", "Any"), *JobState.choices])
    person = forms.CharField(required=False, max_length=100)


class ExportList(LocalList):
    """The exports that the person may see."""

    key = "exports"
    table_class = ExportTable
    noun = ("export", "exports")
    search_label = "Dataset or bucket"
    filter_form = ExportFilters
    orderings = {
        "title": "title",
        "state": "state",
        "actor_name": "actor_name",
        "total": "total",
        "created_at": "created_at",
    }
    default_order = "-created_at"
    empty_icon = "file-export"
    empty_title = "No exports yet"
    empty_text = (
        "Rows leave Domo for an S3 bucket, or as a CSV or Parquet file. Each export stays here with its outcome."
    )

    def __init__(self, request: ConnectionRequest, connection: Connection) -> None:
        super().__init__(request)
        self.user = request.user
        self.connection = connection

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the exports that match."""
        jobs = visible_jobs(self.user).filter(connection=self.connection, kind__in=KINDS).defer("sealed", "preview")
        if query.search:
            jobs = jobs.filter(title__icontains=query.search)
        lookups = {"kind": "kind", "state": "state", "person": "actor_name__icontains"}
        return jobs.filter(**{lookups[name]: value for name, value in query.filters.items() if value})
