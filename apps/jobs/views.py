"""Pages of the jobs: the list, one job with its live part, its items, the tray of running jobs."""

from __future__ import annotations

import uuid
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from apps.accounts.requests import SignedInRequest
from apps.core.fragments import is_fragment, render_page
from apps.jobs.access import visible_jobs
from apps.jobs.item_list import ItemList
from apps.jobs.models import Job
from apps.jobs.presentation import JobPage
from apps.jobs.states import JOB_ACTIVE, JobState
from apps.jobs.tables import JobList

TRAY_SHOWS = 5


def visible_job(request: HttpRequest, pk: uuid.UUID) -> Job:
    """Return the job if the person may see it, else raise Http404."""
    user = cast(SignedInRequest, request).user
    job = visible_jobs(user).select_related("connection", "actor", "retry_of", "undo_of").filter(pk=pk).first()
    if job is None:
        raise Http404("There is no such job, or it ran on a connection that your role may not use.")
    if job.connection is not None:
        # The page is about this connection, although its address, which tickets quote, does not say so.
        request.connection = job.connection  # type: ignore[attr-defined]
    return job


@require_GET
def list_jobs(request: HttpRequest) -> HttpResponse:
    """Show the jobs that the person may see."""
    return JobList(cast(SignedInRequest, request)).respond("jobs/list.html")


@require_GET
def show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show one job."""
    from apps.jobs.bulk import views as bulk  # they build on these views

    page = JobPage(visible_job(request, pk), cast(SignedInRequest, request).user)
    if bulk.shows_preview(page.job):
        return bulk.preview_page(request, page)
    if is_fragment(request):
        # A preview that stands open asks again; somebody has started or dropped the job meanwhile.
        return HttpResponseClientRedirect(page.job.get_absolute_url())
    items = ItemList(page.job, request.GET.dict(), page.user.page_size)
    return render(request, "jobs/show.html", {"page": page, "job": page.job, "items": items, **_kind_context(page)})


@require_GET
def progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the live part alone; 304 while it looks the same. Its end has no trigger, so the polling ends."""
    page = JobPage(visible_job(request, pk), cast(SignedInRequest, request).user)
    if request.headers.get("HX-PTag") == page.tag and page.poll_trigger:
        return HttpResponseNotModified()
    response = render(request, "jobs/live.html", {"page": page, "job": page.job, "with_header": is_fragment(request)})
    response.headers["HX-PTag"] = page.tag
    patch_cache_control(response, no_store=True)
    if request.GET.get("seen", page.seen) != page.seen:
        trigger_client_event(response, "job-settled", {})
        trigger_client_event(response, "jobs-changed", {})
    return response


@require_GET
def items(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what stands below the live part: causes, items, events. Without htmx the whole page."""
    page = JobPage(visible_job(request, pk), cast(SignedInRequest, request).user)
    listed = ItemList(page.job, request.GET.dict(), page.user.page_size)
    context = {"page": page, "job": page.job, "items": listed, **_kind_context(page)}
    return render_page(request, "jobs/show.html", "jobs/details.html", context)


@require_GET
def tray(request: HttpRequest) -> HttpResponse:
    """Show the person's running jobs for the top bar; one query, 304 while nothing changed, nothing without jobs."""
    user = cast(SignedInRequest, request).user
    own = Job.objects.filter(actor=user)
    running = own.filter(state__in=JOB_ACTIVE) | own.filter(
        state=JobState.DRAFT, planned_at__isnull=True, planning_requested_at__isnull=False
    )
    newest = running.order_by("-created_at").defer("sealed", "preview", "params")[: TRAY_SHOWS + 1]
    pages = [JobPage(job, user) for job in newest]
    tag = "-".join(page.tag[:8] for page in pages) or "none"
    if request.headers.get("HX-PTag") == tag:
        return HttpResponseNotModified()
    context = {"pages": pages[:TRAY_SHOWS], "more": len(pages) > TRAY_SHOWS, "tag": tag}
    # Wholly empty without jobs, so that the place for it in the top bar vanishes.
    response = render(request, "jobs/tray.html", context) if pages else HttpResponse()
    response.headers["HX-PTag"] = tag
    patch_cache_control(response, no_store=True)
    return response


def _kind_context(page: JobPage) -> dict[str, object]:
    return {
        "kind": page.kind,
        "facts": page.facts,
        "templates": dict(page.kind.templates),
    }
