"""Pages of an upload: choose the file, check and match, send. The job's own page shows the rest."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.data.uploads.forms import ReadingForm, SendForm, mapping_of
from apps.data.uploads.jobs import UploadKind, create_upload_job, set_decision
from apps.data.uploads.review import Review
from apps.jobs import service as jobs
from apps.jobs.access import may_control, may_see
from apps.jobs.drafts import plan_again
from apps.jobs.models import Job
from apps.jobs.states import JobState
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.roles import Role


def _upload_job(request: ConnectionRequest, connection: Connection, job_id: UUID, *, control: bool = False) -> Job:
    job = get_object_or_404(Job, pk=job_id, kind=UploadKind.name, connection=connection)
    if not may_see(job, request.user) or (control and not may_control(job, request.user)):
        raise Http404("This upload was started by somebody else.")
    return job


def _check_url(connection: Connection, job: Job) -> str:
    return reverse("data:upload_check", args=[connection.slug, job.pk])


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def create(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Step 1: choose the file. POST takes a staged file's id, or the file itself where no script runs."""
    dataset = connection.client().datasets.get_metadata(dataset_id)
    context = {"dataset": dataset, "connection": connection, "may_write": dataset.writable is not False}
    if request.method == "GET":
        return render(request, "data/uploads/create.html", context)
    try:
        file = _staged_file(request)
    except staging.StagingRefused as problem:
        return render(request, "data/uploads/create.html", {**context, "problem": str(problem)}, status=problem.status)
    job = create_upload_job(file=file, dataset=dataset, connection=connection, actor=request.user, source="page")
    jobs.start_planning(job)
    return redirect(_check_url(connection, job))


def _staged_file(request: ConnectionRequest) -> StagedFile:
    staged_id = request.POST.get("staged_file", "")
    if staged_id:
        try:
            file = StagedFile.objects.filter(pk=UUID(staged_id), owner=request.user).first()
        except ValueError:
            file = None
        if file is None:
            raise staging.StagingRefused("The staged file is gone: choose it again.")
        if not file.is_complete:
            staging.complete(file)
        return file
    sent = request.FILES.get("file")
    if sent is None:
        raise staging.StagingRefused("Choose a file first.", status=422)
    return staging.stage_stream(sent.file, sent.name or "file.csv", sent.size or 0, request.user)  # type: ignore[arg-type]


@require_GET
@connection_view(Role.STEWARD)
def check(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Step 2: what was found in the file, and what will happen. A job that was sent leads to its own page."""
    job = _upload_job(request, connection, job_id)
    if job.state != JobState.DRAFT and not (job.state == JobState.FAILED and job.started_at is None):
        return HttpResponseRedirect(job.get_absolute_url())
    return _check_page(request, connection, job)


def _check_page(
    request: ConnectionRequest, connection: Connection, job: Job, form: SendForm | None = None, problem: str = ""
) -> HttpResponse:
    context = {
        "job": job,
        "connection": connection,
        "reading_form": ReadingForm.of(job),
        "review": Review.of(job, form) if job.planned_at and job.state == JobState.DRAFT else None,
        "form": form,
        "problem": problem,
        "may_control": may_control(job, request.user),
    }
    status = 422 if problem or (form is not None and form.errors) else 200
    return render(request, "data/uploads/check.html", context, status=status)


@require_GET
@connection_view(Role.STEWARD)
def progress(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """The check's progress, polled; when it has ended the page is asked for anew."""
    job = _upload_job(request, connection, job_id)
    if not job.is_planning:
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = _check_url(connection, job)
        return response
    response = render(request, "data/uploads/check.html#progress", {"job": job, "connection": connection})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@connection_view(Role.STEWARD)
def correct(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Read the file again with corrections; a refused check is made anew from the same staged file."""
    job = _upload_job(request, connection, job_id, control=True)
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return _check_page(request, connection, job, problem="Reading: choose values from the lists.")
    try:
        mapping = mapping_of(request.POST, job)
    except ValidationError as refusal:
        return _check_page(request, connection, job, problem=refusal.messages[0])
    params = {**job.params, "dialect": form.overrides(), "mapping": mapping}
    if job.state != JobState.DRAFT:
        dataset = connection.client().datasets.get_metadata(job.params["dataset_id"])
        file = get_object_or_404(StagedFile, pk=job.params["staged_file"])
        job = create_upload_job(
            file=file, dataset=dataset, connection=connection, actor=request.user, source="page", params=params
        )
        jobs.start_planning(job)
    else:
        plan_again(job, params)
    return redirect(_check_url(connection, job))


@require_POST
@connection_view(Role.STEWARD)
def send(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Step 3: confirm. From here the worker sends, and the job's page shows it."""
    job = _upload_job(request, connection, job_id, control=True)
    if job.state != JobState.DRAFT:
        return HttpResponseRedirect(job.get_absolute_url())
    if job.planned_at is None:
        return redirect(_check_url(connection, job))
    form = SendForm(request.POST, job=job, connection=connection)
    if not form.is_valid():
        return _check_page(request, connection, job, form=form)
    try:
        set_decision(job, **form.decided())
        jobs.confirm(job, request.user)
    except (jobs.NotReady, jobs.AlreadyActive) as refusal:
        return _check_page(request, connection, job, problem=str(refusal))
    return HttpResponseRedirect(job.get_absolute_url())


@require_GET
@connection_view(Role.STEWARD)
def problems(request: ConnectionRequest, connection: Connection, job_id: UUID) -> StreamingHttpResponse:
    """The rows with problems as CSV, each with its line and the reason; safe to open in a spreadsheet."""
    job = _upload_job(request, connection, job_id)
    file = StagedFile.objects.filter(pk=job.preview.get("problems_file")).first()
    if file is None:
        raise Http404("This upload has no rows with problems, or their file has been removed.")

    def content() -> Iterator[bytes]:
        yield from staging.StagedSource(file).open()

    response = StreamingHttpResponse(content(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="rows-with-problems-{job.short_id}.csv"'
    return response
