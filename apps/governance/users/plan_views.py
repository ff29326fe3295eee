"""Where a job about people is looked at before it starts: what it will do, what it leaves alone, and decisions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_GET, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.governance.users.copying import CopyAccess, UndoCopy
from apps.governance.users.import_plan import set_aside_csv
from apps.governance.users.import_undo import UndoImport
from apps.governance.users.importing import ImportPeople, decide, plan_url
from apps.governance.users.plan_lines import PlanLines, leave_out
from apps.jobs import service as jobs
from apps.jobs.access import may_control, may_see
from apps.jobs.drafts import plan_again
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job
from apps.jobs.states import ItemState, JobState
from domoadmin.services.roles import Role

KINDS = (ImportPeople.name, UndoImport.name, CopyAccess.name, UndoCopy.name)


def planned_job(request: ConnectionRequest, connection: Connection, job_id: UUID, *, control: bool = False) -> Job:
    """Return a job of this slice that the person may see, or steer. Raises Http404."""
    job = get_object_or_404(Job, pk=job_id, kind__in=KINDS, connection=connection)
    if not may_see(job, request.user) or (control and not may_control(job, request.user)):
        raise Http404("This job was started by somebody else.")
    return job


@require_GET
@connection_view(Role.ADMIN)
def plan(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Show what will be sent. A job that was started leads to its own page."""
    job = planned_job(request, connection, job_id)
    if job.state != JobState.DRAFT and not (job.state == JobState.FAILED and job.started_at is None):
        return HttpResponseRedirect(job.get_absolute_url())
    return _page(request, connection, job)


def _page(request: ConnectionRequest, connection: Connection, job: Job, problem: str = "") -> HttpResponse:
    ready = job.state == JobState.DRAFT and job.planned_at is not None
    asked = request.GET if request.method == "GET" else request.POST
    context: dict[str, Any] = {
        "job": job,
        "connection": connection,
        "sort": job.kind.removeprefix("governance.users-"),
        "preview": job.preview,
        "facts": kind_of(job).describe(job),
        "ready": ready,
        "lines": PlanLines(job, asked.get("show", ""), asked.get("page", "1")) if ready else None,
        "to_do": job.count_of(ItemState.PENDING),
        "refusal": kind_of(job).why_not_confirm(job) if ready else "",
        "confirm_word": kind_of(job).confirm_word(job),
        "may_control": may_control(job, request.user),
        "problem": problem,
        "set_aside": "set_aside" in request.POST or bool(job.params.get("set_aside")),
        "ignore_columns": "ignore_columns" in request.POST or bool(job.params.get("ignore_columns")),
        "command": kind_of(job).command_line(job),
    }
    return render(request, "governance/users/plan.html", context, status=422 if problem else 200)


@require_GET
@connection_view(Role.ADMIN)
def progress(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Show how far the plan is, polled; when it has ended the page is asked for anew."""
    job = planned_job(request, connection, job_id)
    if not job.is_planning:
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = plan_url(job)
        return response
    response = render(request, "governance/users/plan.html#progress", {"job": job, "connection": connection})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@connection_view(Role.ADMIN)
def start(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Start what was looked at, with the decisions that were ticked."""
    job = planned_job(request, connection, job_id, control=True)
    if job.state != JobState.DRAFT:
        return HttpResponseRedirect(job.get_absolute_url())
    if job.kind == ImportPeople.name:
        decide(job, set_aside="set_aside" in request.POST, ignore_columns="ignore_columns" in request.POST)
    word = kind_of(job).confirm_word(job)
    if word and request.POST.get("confirm", "").strip() != word:
        return _page(request, connection, job, f"Type {word} to go on. Nothing was sent.")
    try:
        sent = jobs.confirm(job, request.user)
    except (jobs.NotReady, jobs.AlreadyActive) as refusal:
        return _page(request, connection, job, f"{refusal} Nothing was sent.")
    if not sent:
        messages.warning(request, "The message broker can't be reached. The job begins once it can.")
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
@connection_view(Role.ADMIN)
def again(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Plan the draft anew; for the undo of an import, with or without deleting who it made."""
    job = planned_job(request, connection, job_id, control=True)
    params = dict(job.params)
    if job.kind == UndoImport.name and "delete_made" in request.POST:
        params["delete_made"] = request.POST["delete_made"] == "1"
    if not plan_again(job, params):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    return HttpResponseRedirect(plan_url(job))


@require_POST
@connection_view(Role.ADMIN)
def leave_out_one(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Take one line out of the plan."""
    job = planned_job(request, connection, job_id, control=True)
    item, shown = request.POST.get("item", ""), request.POST.get("show", "")
    if not item.isdecimal() or not leave_out(job, int(item), request.user):
        messages.error(request, "It is in the plan no more. Nothing was left out.")
    return HttpResponseRedirect(f"{plan_url(job)}?{urlencode({'show': shown})}#lines")


@require_GET
@connection_view(Role.ADMIN)
def set_aside(request: ConnectionRequest, connection: Connection, job_id: UUID) -> StreamingHttpResponse:
    """Hand out the rows that are not sent, with the reasons; corrected, the file can be imported as it is."""
    job = planned_job(request, connection, job_id)
    if job.kind != ImportPeople.name:
        raise Http404("This job has no rows that were set aside.")
    response = StreamingHttpResponse(set_aside_csv(job), content_type="text/csv; charset=utf-8")
    name = f"set-aside-{job.short_id}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["Cache-Control"] = "no-store"
    return response
