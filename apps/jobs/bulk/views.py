"""Pages of bulk actions: starting one from a list, its preview, and what the preview hands out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.requests import SignedInRequest
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import require
from apps.core.exports import csv_response
from apps.core.forms import refused
from apps.core.fragments import is_fragment, render_page
from apps.core.lists import BulkAction as BulkButton
from apps.jobs import service
from apps.jobs.access import require_control
from apps.jobs.bulk.actions import BulkAction, UnknownAction, all_bulk_actions, get_bulk_action
from apps.jobs.bulk.command_lines import ids_file_name
from apps.jobs.bulk.creating import create_bulk_job
from apps.jobs.bulk.kind import BulkKind
from apps.jobs.bulk.leaving_out import LEFT_OUT, leave_out, was_left_out
from apps.jobs.bulk.preview import BulkPreview
from apps.jobs.bulk.selection import Selection, SelectionRefused, TargetSource
from apps.jobs.bulk.selection_pages import SelectionPage, selection_page, selection_pages
from apps.jobs.bulk.settings_form import SettingsForm
from apps.jobs.drafts import plan_again
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job
from apps.jobs.presentation import JobPage
from apps.jobs.states import ItemState, JobState
from apps.jobs.views import visible_job
from domoadmin.services.roles import Role

CSV_HEADER = ("Id", "Name", "Plan", "Before", "After", "Why not")


def bulk_buttons(target_kind: str, user: Any) -> list[BulkButton]:
    """Return the buttons of a list's bulk bar that this person may press."""
    actions = [
        BulkButton(action.name, action.title, action.icon)
        for action in all_bulk_actions()
        if action.target_kind == target_kind and action.offered and user.may(action.declared().role)
    ]
    pages = [
        BulkButton(page.name, page.title, page.icon) for page in selection_pages(target_kind) if user.may(page.role)
    ]
    return actions + pages


# Starting


@require_POST
@connection_view(Role.VIEWER)
def start(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make a draft of what is selected in a list; ask for the settings first where the action has any."""
    page = selection_page(request.POST.get("action", ""))
    if page is not None:
        return _gone_on(request, connection, page)
    try:
        action = get_bulk_action(request.POST.get("action", ""))
    except UnknownAction as unknown:
        raise Http404(str(unknown)) from None
    require(request.user, action.declared().role, action.sentence("").lower())
    try:
        selection = _posted_selection(request.POST, action.source)
    except SelectionRefused as refusal:
        messages.error(request, f"Nothing was started: {refusal}.")
        return _redirect(request, request.headers.get("Referer", "/"))
    has_settings = "settings" in request.POST
    form = action.new_form(request.POST if has_settings else None, connection=connection)
    context = {"action": action, "form": form, "selection": selection, "posted": request.POST, "connection": connection}
    template = "jobs/bulk_dialog.html" if is_fragment(request) else "jobs/bulk_start.html"
    if form.is_needed and not has_settings:
        return render(request, template, context | _words(action, selection, request.POST))
    if form.is_needed and not form.is_valid():
        return refused(request, template, context | _words(action, selection, request.POST))
    return _started(request, connection, action, selection, form)


def _gone_on(request: ConnectionRequest, connection: Connection, page: SelectionPage) -> HttpResponse:
    require(request.user, page.role, page.title.lower())
    try:
        selection = _posted_selection(request.POST, page.source)
    except SelectionRefused as refusal:
        messages.error(request, f"Nothing was started: {refusal}.")
        return _redirect(request, request.headers.get("Referer", "/"))
    return _redirect(request, page.begin(connection, selection, request.user))


def _posted_selection(posted: QueryDict, source: TargetSource) -> Selection:
    if posted.get("all") == "1":
        return Selection(query=source.clean_query(QueryDict(posted.get("query", "")).dict()))
    return Selection.of_ids(posted.getlist("id"))


def _words(action: BulkAction, selection: Selection, posted: QueryDict) -> dict[str, Any]:
    count = f"{len(selection.ids):,}" if selection.query is None else ""
    return {
        "heading": action.sentence(count),
        "scope": selection.describe(action.source),
        "ids": posted.getlist("id") if selection.query is None else [],
    }


def _started(
    request: ConnectionRequest, connection: Connection, action: BulkAction, selection: Selection, form: SettingsForm
) -> HttpResponse:
    settings = dict(form.cleaned_data) if form.is_needed else {}
    job = create_bulk_job(action.name, connection, selection, settings, request.user)
    _plan(request, job)
    return _redirect(request, job.get_absolute_url())


def _plan(request: HttpRequest, job: Job) -> None:
    if not service.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)


# The preview


def shows_preview(job: Job) -> bool:
    """Say whether the job's page is its preview."""
    return job.state == JobState.DRAFT and kind_of(job).previews


def preview_page(request: HttpRequest, page: JobPage, status: int = 200, wrong_word: str = "") -> HttpResponse:
    """Show the preview of a draft, or its body alone."""
    preview = BulkPreview(page, action_of(page.job), request.GET.dict())
    context = {
        "page": page,
        "job": page.job,
        "preview": preview,
        "action": preview.action,
        "wrong_word": wrong_word,
        "reason": request.POST.get("reason", ""),
        "is_part": is_fragment(request),
    }
    return render_page(request, "jobs/bulk_preview.html", "jobs/bulk_preview_body.html", context, status)


@require_GET
def overlaps(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the other jobs on the same objects, as they are now."""
    page = _draft(request, pk)
    preview = BulkPreview(page, action_of(page.job), {})
    response = render(request, "jobs/bulk_overlaps.html", {"job": page.job, "preview": preview})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def plan_anew(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Read everything again."""
    page = _draft(request, pk)
    require_control(page.job, page.user)
    if not plan_again(page.job, page.job.params):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    return HttpResponseRedirect(page.job.get_absolute_url())


@require_POST
def leave_these_out(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one object out of the plan, or all that have a caution."""
    page = _draft(request, pk)
    require_control(page.job, page.user)
    item, caution = request.POST.get("item", ""), request.POST.get("caution", "")
    try:
        if not caution and not item.isdecimal():
            raise service.NotReady("Nothing was named to leave out.")
        count = leave_out(
            page.job, action_of(page.job), page.user, caution=caution, item_pk=None if caution else int(item)
        )
    except service.NotReady as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{count:,} left out. Plan again brings {'it' if count == 1 else 'them'} back.")
    return HttpResponseRedirect(page.job.get_absolute_url())


@require_GET
def plan_csv(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Stream the whole plan: what will change and what is left out."""
    job = _bulk_job(request, pk)
    return csv_response(f"{job.kind}-{job.short_id}.csv", CSV_HEADER, _csv_rows(job))


def _csv_rows(job: Job) -> Iterator[tuple[object, ...]]:
    action = action_of(job)
    for item in job.items.order_by("stage", "position").iterator(chunk_size=500):
        plan = "skipped" if item.state == ItemState.SKIPPED else "will change"
        before, after = _in_words(action, item.before), _in_words(action, item.after)
        yield (item.key, item.label, plan, before, after, item.error_text)


def _in_words(action: BulkAction, state: Any) -> str:
    return "" if state is None else ", ".join(word for word, _, _ in action.shown(state))


@require_GET
def selected_ids(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand out the selected ids as the command line reads them."""
    job = _bulk_job(request, pk)
    keys: Iterable[str] = job.params["selection"].get("ids", [])
    if was_left_out(job):
        left = job.items.exclude(error_code=LEFT_OUT).order_by("stage", "position")
        keys = left.values_list("key", flat=True).iterator()
    response = HttpResponse("".join(f"{key}\n" for key in keys), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, ids_file_name(job)) or ""
    return response


def action_of(job: Job) -> BulkAction:
    """Return the action of a bulk job; Http404 for another kind."""
    kind = kind_of(job)
    if not isinstance(kind, BulkKind):
        raise Http404("This job is no bulk action.")
    return kind.action


def _bulk_job(request: HttpRequest, pk: uuid.UUID) -> Job:
    job = visible_job(request, pk)
    action_of(job)
    return job


def _draft(request: HttpRequest, pk: uuid.UUID) -> JobPage:
    job = _bulk_job(request, pk)
    if job.state != JobState.DRAFT:
        raise Http404("This job is no preview any more.")
    return JobPage(job, cast(SignedInRequest, request).user)
