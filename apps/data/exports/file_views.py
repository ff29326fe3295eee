"""Exports to a file: the form, and the download from the job's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.data.datasets.detail import remember
from apps.data.exports.file_forms import FileForm
from apps.data.exports.file_jobs import FileExportKind, create_file_export, file_of
from apps.data.exports.file_statement import counted
from apps.data.exports.s3_views import columns_of
from apps.data.optional_calls import tells_nothing
from apps.jobs import service as jobs
from apps.jobs.access import may_see
from apps.jobs.models import Job
from apps.staging import service as staging
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Unprocessable, UpstreamError
from domoadmin.services.roles import Role

SECONDS = 20.0
COUNT_SECONDS = 60.0
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def export_dataset(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Ask for format, columns and condition, and start the export."""
    client = connection.client()
    with client.deadline(SECONDS):
        dataset = client.datasets.get_metadata(dataset_id)
        columns = columns_of(client, dataset_id)
    remember(request, connection, dataset_id, dataset.name)
    initial = _earlier(request, connection)
    form = FileForm(request.POST or None, dataset_id=dataset_id, columns=columns, initial=initial)
    context: dict[str, Any] = {"connection": connection, "dataset": dataset, "form": form}
    if request.method == "GET":
        return render(request, "data/exports/file.html", context)
    status = 422
    if form.is_valid():
        try:
            _check_condition(client, dataset_id, form)
        except UpstreamError as error:
            context["failure"] = failure_of(error)
            status = context["failure"].status
        if form.is_valid() and "failure" not in context:
            job = create_file_export(dataset, connection, request.user, form.params, "page")
            jobs.confirm(job, request.user)
            return redirect(job)
    return render(request, "data/exports/file.html", context, status=status)


def _check_condition(client: Client, dataset_id: str, form: FileForm) -> None:
    """Let the upstream read the condition before a job is made. Raises UpstreamError for a failure that passes."""
    where = form.cleaned_data["where"]
    if not where:
        return
    try:
        with client.deadline(COUNT_SECONDS):
            rows = counted(client, dataset_id, where)
    except (BadRequest, Unprocessable) as refusal:
        request_id = f" Request id {refusal.request_id}." if refusal.request_id else ""
        form.add_error("where", f"Domo does not accept this condition: “{refusal.message or refusal}”.{request_id}")
    except UpstreamError as error:
        if not tells_nothing(error):
            raise
    else:
        if rows == 0:
            form.add_error("where", "No row meets this condition, so there is nothing to export.")


def _earlier(request: ConnectionRequest, connection: Connection) -> dict[str, Any]:
    """Return what an earlier export took, whose page led here."""
    try:
        job = Job.objects.get(pk=UUID(request.GET["from"]), kind=FileExportKind.name, connection=connection)
    except (KeyError, ValueError, Job.DoesNotExist):
        return {}
    if not may_see(job, request.user):
        return {}
    return {**{name: job.params[name] for name in ("format", "columns", "where")}, "safe": not job.params["exact"]}


@require_GET
@connection_view(Role.STEWARD)
def download(request: ConnectionRequest, connection: Connection, job_id: UUID) -> StreamingHttpResponse:
    """Hand out the file of an export as it was staged."""
    job = get_object_or_404(Job, pk=job_id, kind=FileExportKind.name, connection=connection)
    file = file_of(job) if may_see(job, request.user) else None
    if file is None:
        raise Http404("The file of this export has been removed, or there is none yet. Export again.")
    response = StreamingHttpResponse(
        staging.StagedSource(file).open(), content_type=CONTENT_TYPES[job.params["format"]]
    )
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or ""
    response.headers["Cache-Control"] = "no-store"
    return response
