"""Where a delete or an import begins, is looked at before it starts, and hands out its copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.fragments import is_fragment
from apps.data.appdb.collections import collection_url, job_url, name_of, short
from apps.data.appdb.deleting import DeleteDocuments, copy_of, create_delete_job
from apps.data.appdb.fields import in_words
from apps.data.appdb.import_plan import ADD, UPDATE
from apps.data.appdb.importing import ImportDocuments, create_import_job, leave_out_problems
from apps.data.appdb.json_text import written
from apps.data.appdb.question import asked
from apps.jobs import service as jobs
from apps.jobs.access import may_control, may_see
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job
from apps.jobs.states import ItemState, JobState
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.roles import Role

KINDS = (DeleteDocuments.name, ImportDocuments.name)
GLANCE = 90
MODES = (
    (ADD, "Add each line", "as a new document; ids in the file are ignored, since AppDB gives them"),
    (UPDATE, "Update by id", "lines with an id replace that document, lines without one are added"),
)


@require_POST
@connection_view(Role.STEWARD)
def begin_delete(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Make the draft of a delete: the selected rows, or all that the list's address asks for."""
    name, back = name_of(request, connection, collection_id), collection_url(connection, collection_id)
    question, ids = None, None
    if request.POST.get("all") == "1":
        form = asked(QueryDict(request.POST.get("query", "")))
        if form.problem:
            return _refused(request, back, f"Nothing was started: {form.problem}")
        question = form.question
    else:
        ids = [each for each in request.POST.getlist("id") if each]
        if not ids:
            return _refused(request, back, "Nothing was started: select at least one document.")
    try:
        job = create_delete_job(connection, collection_id, name, request.user, ids=ids, question=question)
    except jobs.AlreadyActive as refusal:
        return _refused(request, back, str(refusal))
    return _planned(request, job)


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def import_documents(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Take a file of JSON lines, or pasted ones, and let it be checked."""
    name = name_of(request, connection, collection_id)
    problem, status = "", 200
    if request.method == "POST":
        try:
            file = _file(request)
            mode = request.POST.get("mode", ADD)
            job = create_import_job(connection, collection_id, name, request.user, file=file, mode=mode)
        except staging.StagingRefused as refusal:
            problem, status = str(refusal), refusal.status
        except jobs.AlreadyActive as refusal:
            problem, status = str(refusal), 409
        else:
            return _planned(request, job)
    context = {
        "connection": connection,
        "collection_id": collection_id,
        "name": name,
        "modes": MODES,
        "mode": request.POST.get("mode", ADD),
        "pasted": request.POST.get("pasted", ""),
        "problem": problem,
    }
    return render(request, "data/appdb/import.html", context, status=status)


def _file(request: ConnectionRequest) -> StagedFile:
    if "pasted" in request.POST:
        text = request.POST["pasted"]
        if not text.strip():
            raise staging.StagingRefused("Paste at least one line, or choose a file.", status=422)
        return staging.stage_pieces([text.replace("\r\n", "\n").encode()], "pasted.jsonl", request.user)
    staged_id = request.POST.get("staged_file", "")
    if not staged_id:
        sent = request.FILES.get("file")
        if sent is None:
            raise staging.StagingRefused("Choose a file first.", status=422)
        return staging.stage_stream(sent.file, sent.name or "file.jsonl", sent.size or 0, request.user)  # type: ignore[arg-type]
    try:
        file = StagedFile.objects.filter(pk=UUID(staged_id), owner=request.user).first()
    except ValueError:
        file = None
    if file is None:
        raise staging.StagingRefused("The staged file is gone: choose it again.")
    if not file.is_complete:
        staging.complete(file)
    return file


def _planned(request: ConnectionRequest, job: Job) -> HttpResponse:
    if not jobs.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The check is made once it can.")
    return _go(request, job_url(job))


def _refused(request: ConnectionRequest, url: str, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return _go(request, url)


def _go(request: ConnectionRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)


# Before it starts


def _job(request: ConnectionRequest, connection: Connection, job_id: UUID, *, control: bool = False) -> Job:
    job = get_object_or_404(Job, pk=job_id, kind__in=KINDS, connection=connection)
    if not may_see(job, request.user) or (control and not may_control(job, request.user)):
        raise Http404("This job was started by somebody else.")
    return job


@require_GET
@connection_view(Role.STEWARD)
def check(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Show what will be sent. A job that was started leads to its own page."""
    job = _job(request, connection, job_id)
    if job.state != JobState.DRAFT and not (job.state == JobState.FAILED and job.started_at is None):
        return HttpResponseRedirect(job.get_absolute_url())
    return _check_page(request, connection, job)


def _check_page(request: ConnectionRequest, connection: Connection, job: Job, problem: str = "") -> HttpResponse:
    kind = kind_of(job)
    preview = job.preview
    context = {
        "job": job,
        "connection": connection,
        "deletes": job.kind == DeleteDocuments.name,
        "preview": preview,
        "ready": job.state == JobState.DRAFT and job.planned_at is not None,
        "to_do": job.count_of(ItemState.PENDING),
        "shown": [_shown(each) for each in preview.get("shown", [])],
        "confirm_word": kind.confirm_word(job),
        "may_control": may_control(job, request.user),
        "collection_id": job.params["collection_id"],
        "name": job.params["name"],
        "problem": problem,
        "leave_out": "leave_out" in request.POST,
        "has_copy": copy_of(job) is not None if job.kind == DeleteDocuments.name else False,
    }
    return render(request, "data/appdb/check.html", context, status=422 if problem else 200)


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of the preview with its beginning in one line, and all of it."""
    glance = ", ".join(f"{name} {in_words(value)}" for name, value in document["content"].items())
    return {
        **document,
        "short_id": short(str(document["id"])),
        "glance": glance if len(glance) <= GLANCE else f"{glance[: GLANCE - 1]}…",
        "text": written(document["content"]),
    }


@require_GET
@connection_view(Role.STEWARD)
def progress(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Show how far the check is, polled; when it has ended the page is asked for anew."""
    job = _job(request, connection, job_id)
    if not job.is_planning:
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = job_url(job)
        return response
    response = render(request, "data/appdb/check.html#progress", {"job": job, "connection": connection})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@connection_view(Role.STEWARD)
def start(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Start what was looked at."""
    job = _job(request, connection, job_id, control=True)
    if job.state != JobState.DRAFT:
        return HttpResponseRedirect(job.get_absolute_url())
    word = kind_of(job).confirm_word(job)
    if word and request.POST.get("confirm", "").strip() != word:
        return _check_page(request, connection, job, f"Type {word} to go on. Nothing was sent.")
    if "leave_out" in request.POST and job.kind == ImportDocuments.name:
        leave_out_problems(job)
    try:
        jobs.confirm(job, request.user)
    except (jobs.NotReady, jobs.AlreadyActive) as refusal:
        return _check_page(request, connection, job, str(refusal))
    return HttpResponseRedirect(job.get_absolute_url())


@require_GET
@connection_view(Role.STEWARD)
def copy(request: ConnectionRequest, connection: Connection, job_id: UUID) -> StreamingHttpResponse:
    """Hand out the copy of what a job deletes, as it can be imported again."""
    job = _job(request, connection, job_id)
    file = copy_of(job) if job.kind == DeleteDocuments.name else None
    if file is None:
        raise Http404("The copy of these documents is no longer kept.")

    def content() -> Iterator[bytes]:
        yield from staging.StagedSource(file).open()

    response = StreamingHttpResponse(content(), content_type="application/x-ndjson; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or ""
    response.headers["Cache-Control"] = "no-store"
    return response
