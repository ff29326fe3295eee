"""Exports to S3: the form for one dataset; the form, plan and start for many."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.data.datasets.detail import remember
from apps.data.datasets.panels import read_schemas
from apps.data.datasets.selection import DATASETS
from apps.data.exports.s3_forms import KEYS, S3Form, initial_for
from apps.data.exports.s3_jobs import S3ExportKind, busy_datasets, create_s3_export, create_selection_draft
from apps.data.exports.s3_jobs import plan_selection as plan_selected
from apps.data.exports.s3_running import described, read_exports, running_of
from apps.data.exports.s3_target import TargetRefused
from apps.data.optional_calls import if_told
from apps.jobs import service as jobs
from apps.jobs.access import may_control, may_see
from apps.jobs.bulk import Selection
from apps.jobs.models import Job
from apps.jobs.states import ItemState, JobState
from domoadmin.services.client import Client
from domoadmin.services.roles import Role

SECONDS = 20.0
ITEMS_SHOWN = 200
_REFUSALS = (jobs.NotReady, jobs.AlreadyActive)


@sensitive_post_parameters(*KEYS)
@sensitive_variables("form")
@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def export_dataset(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Ask where one dataset goes and start its export."""
    client = connection.client()
    with client.deadline(SECONDS):
        dataset = client.datasets.get_metadata(dataset_id)
        columns = columns_of(client, dataset_id)
    remember(request, connection, dataset_id, dataset.name)
    initial = initial_for(connection, request.user, S3ExportKind.name, many=False) | _earlier(request, connection)
    form = S3Form(request.POST or None, columns=columns, initial=initial)
    context: dict[str, Any] = {"connection": connection, "dataset": dataset, "form": form}
    running = busy_datasets(connection, [dataset_id]).get(dataset_id)
    if request.method == "GET":
        return render(request, "data/exports/s3.html", {**context, "running": running})
    if not form.is_valid() or running is not None:
        return render(request, "data/exports/s3.html", {**context, "running": running}, status=422)
    with client.deadline(SECONDS):
        upstream = running_of(read_exports(client, dataset_id))
    if upstream is not None:
        return render(request, "data/exports/s3.html", {**context, "upstream": described(upstream)}, status=422)
    try:
        job = create_s3_export(dataset, connection, request.user, form.params, form.keys, "page")
        jobs.confirm(job, request.user)
    except TargetRefused as refusal:
        form.add_error("pattern", str(refusal))
    except jobs.AlreadyActive as active:
        context["running"] = active.job
    else:
        return redirect(job)
    return render(request, "data/exports/s3.html", context, status=422)


def columns_of(client: Client, dataset_id: str) -> list[str]:
    """Return the columns that can be exported; none where nobody tells them."""
    schemas = if_told(lambda: read_schemas(client, dataset_id))
    if schemas is None:
        # Then there is nothing to choose from, and the export takes all.
        return []
    latest, indexed = schemas
    # What is exported is what queries see.
    return [column.name for column in (indexed or latest).columns if column.visible]


def _earlier(request: ConnectionRequest, connection: Connection) -> dict[str, Any]:
    """Return where an earlier export went, whose page led here."""
    try:
        job = Job.objects.get(pk=UUID(request.GET["from"]), kind=S3ExportKind.name, connection=connection)
    except (KeyError, ValueError, Job.DoesNotExist):
        return {}
    names = ("bucket", "region", "pattern", "include_bom", "use_cache", "columns")
    return {name: job.params[name] for name in names if name in job.params} if may_see(job, request.user) else {}


def begin_selection(connection: Connection, selection: Selection, user: Any) -> str:
    """Make the draft of what was selected in a list and return the page that goes on."""
    job = create_selection_draft(connection, selection, user, {})
    return reverse("data:exports_s3_plan", args=[connection.slug, job.pk])


def _export_job(request: ConnectionRequest, connection: Connection, job_id: UUID, *, control: bool = False) -> Job:
    job = get_object_or_404(Job, pk=job_id, kind=S3ExportKind.name, connection=connection)
    if not may_see(job, request.user) or (control and not may_control(job, request.user)):
        raise Http404("This export was prepared by somebody else.")
    return job


@sensitive_post_parameters(*KEYS)
@sensitive_variables("form")
@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def plan_selection(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Ask where many datasets go, then show the plan; a job that was started leads to its own page."""
    job = _export_job(request, connection, job_id, control=request.method == "POST")
    if job.state != JobState.DRAFT:
        return HttpResponseRedirect(job.get_absolute_url())
    if request.method == "GET" and (job.is_planning or job.planned_at) and "change" not in request.GET:
        return _plan_page(request, connection, job)
    initial = initial_for(connection, request.user, S3ExportKind.name, many=True) | job.params
    form = S3Form(request.POST or None, many=True, initial=initial)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        selection = Selection.from_params(job.params["selection"])
        scope = selection.describe(DATASETS)
        context = {"connection": connection, "job": job, "form": form, "scope": scope, "many": True}
        return render(request, "data/exports/s3.html", context, status=status)
    if not plan_selected(job, form.params, form.keys):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    return redirect("data:exports_s3_plan", connection.slug, job.pk)


def _plan_page(
    request: ConnectionRequest, connection: Connection, job: Job, problem: str = "", status: int = 200
) -> HttpResponse:
    items = job.items.order_by("position")
    context = {
        "connection": connection,
        "job": job,
        "problem": problem,
        "to_do": items.filter(state=ItemState.PENDING)[:ITEMS_SHOWN],
        "to_do_count": job.count_of(ItemState.PENDING),
        "skipped": items.filter(state=ItemState.SKIPPED)[:ITEMS_SHOWN],
        "skipped_count": job.count_of(ItemState.SKIPPED),
        "word": S3ExportKind().confirm_word(job),
        "may_control": may_control(job, request.user),
    }
    return render(request, "data/exports/s3_plan.html", context, status=status)


@require_GET
@connection_view(Role.STEWARD)
def plan_progress(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """The plan's progress, polled; when it has ended the page is asked for anew."""
    job = _export_job(request, connection, job_id)
    if not job.is_planning:
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = reverse("data:exports_s3_plan", args=[connection.slug, job.pk])
        return response
    response = render(request, "data/exports/s3_plan.html#progress", {"job": job, "connection": connection})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@connection_view(Role.STEWARD)
def start(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Start the planned exports; on production the slug is typed."""
    job = _export_job(request, connection, job_id, control=True)
    if job.state != JobState.DRAFT:
        return HttpResponseRedirect(job.get_absolute_url())
    word = S3ExportKind().confirm_word(job)
    typed = request.POST.get("confirm", "").strip()
    if word and typed != word:
        return _plan_page(request, connection, job, f"“{typed}” is not “{word}”. Nothing was started.", 422)
    try:
        jobs.confirm(job, request.user)
    except _REFUSALS as refusal:
        return _plan_page(request, connection, job, str(refusal), 422)
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
@connection_view(Role.STEWARD)
def export_again(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponse:
    """Prepare what did not succeed once more, with new keys; all of it where everything did."""
    job = _export_job(request, connection, job_id)
    left = list(job.items.exclude(state=ItemState.SUCCEEDED).order_by("position").values_list("key", flat=True))
    ids = left or list(job.items.order_by("position").values_list("key", flat=True))
    if len(ids) == 1:
        return redirect(f"{reverse('data:export_s3', args=[connection.slug, ids[0]])}?from={job.pk}")
    params = {name: value for name, value in job.params.items() if name not in ("selection", "dataset_id")}
    selection = Selection(ids=tuple(ids)) if ids else Selection.from_params(job.params["selection"])
    draft = create_selection_draft(connection, selection, request.user, params)
    return redirect("data:exports_s3_plan", connection.slug, draft.pk)
