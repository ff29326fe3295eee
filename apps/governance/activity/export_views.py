"""Reading a whole range: the form that starts the job, and the download from the job's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.optional_calls import if_told
from apps.governance.activity.entries import EntryFilter
from apps.governance.activity.filters import ActivityFilters
from apps.governance.activity.jobs import SUMMARY, ActivityExportKind, create_export, export_file
from apps.governance.activity.periods import QUICK, USUAL, Period, exact_range
from apps.governance.activity.reading import object_types_of
from apps.jobs import service as jobs
from apps.jobs.access import may_see
from apps.jobs.models import Job
from apps.staging import service as staging
from domoadmin.services.errors import UpstreamError

FORMATS = (
    ("csv", "CSV", "Opens anywhere; one line for each entry"),
    ("jsonl", "JSON lines", "All that Domo tells of an entry, unchanged"),
    ("parquet", "Parquet", "Small, with the time as a time"),
    (SUMMARY, "Count only", "Timeline, people and objects of the whole range; no file"),
)
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


class ExportForm(ActivityFilters):
    """The filters of the page, and what becomes of the entries."""

    format = forms.ChoiceField(
        choices=[(name, label) for name, label, _ in FORMATS],
        widget=forms.RadioSelect,
        initial="csv",
        error_messages={"required": "Choose what becomes of the entries."},
    )
    safe = forms.BooleanField(
        label="Safe to open in a spreadsheet",
        required=False,
        initial=True,
        help_text="CSV only: text that begins like a formula gets an apostrophe. Untick it for the exact values.",
    )
    q = forms.CharField(label="Words", required=False, max_length=200, help_text="Each has to occur in the entry")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].required = True
        self.fields["since"].error_messages["required"] = "Say where the range begins."
        self.fields["since"].help_text = "On your clock"
        # Which actions there are is told by no call: whoever comes from the list brings one along.
        self.fields["action"] = forms.CharField(
            required=False, max_length=100, help_text="As Domo writes it, such as VIEWED", initial=""
        )


@require_http_methods(["GET", "POST"])
@connection_view(ActivityExportKind.role)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Ask for range, filters and format, and start the job."""
    types = _types(connection)
    if request.method == "GET":
        return _shown(request, connection, ExportForm(initial=_initial(request), types=types))
    form = ExportForm(request.POST, types=types)
    if not form.is_valid():
        return _shown(request, connection, form, status=422)
    values, now = form.cleaned_data, timezone.now()
    period = Period.between(values["since"], values.get("until") or now, now)
    if period.start > period.end:
        form.add_error("since", "This lies in the future: nothing has happened yet.")
        return _shown(request, connection, form, status=422)
    wanted = EntryFilter.of({**values, "words": values["q"]})
    job = create_export(
        connection, request.user, period, wanted, form=values["format"], exact=not values["safe"], source="page"
    )
    jobs.confirm(job, request.user)
    return redirect(job)


def _shown(request: ConnectionRequest, connection: Connection, form: ExportForm, status: int = 200) -> HttpResponse:
    context = {"connection": connection, "form": form, "formats": FORMATS}
    return render(request, "governance/activity/export.html", context, status=status)


def _types(connection: Connection) -> list[str]:
    try:
        return if_told(lambda: object_types_of(connection)) or []
    except UpstreamError:
        # The field takes any word; only its suggestions are missing.
        return []


def _initial(request: ConnectionRequest) -> dict[str, Any]:
    """Return what the list's address says; a quick range as the times that it means just now."""
    asked, now = request.GET, timezone.now()
    initial: dict[str, Any] = {name: asked.get(name, "") for name in ("user", "action", "object_id", "q")}
    initial |= {"object_type": asked.getlist("object_type"), "safe": True}
    initial["format"] = asked["format"] if asked.get("format") in [name for name, *_ in FORMATS] else "csv"
    if asked.get("since"):
        return initial | {"since": asked["since"], "until": asked.get("until", "")}
    quick = asked.get("range", "")
    period = Period.quick_range(quick if quick in QUICK else USUAL, now)
    return initial | exact_range(period.since, period.until)


@require_GET
@connection_view(ActivityExportKind.role)
def download(request: ConnectionRequest, connection: Connection, job_id: UUID) -> StreamingHttpResponse:
    """Hand out the file of an export as it was staged."""
    job = get_object_or_404(Job, pk=job_id, kind=ActivityExportKind.name, connection=connection)
    file = export_file(job) if may_see(job, request.user) else None
    if file is None:
        raise Http404("The file of this export has been removed, or there is none yet. Export again.")
    response = StreamingHttpResponse(
        staging.StagedSource(file).open(), content_type=CONTENT_TYPES[job.params["format"]]
    )
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or ""
    response.headers["Cache-Control"] = "no-store"
    return response
