"""Pages of the schedules: list, one with its last runs, make, change, switch, delete."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.core.forms import refused, saved
from apps.jobs.access import visible_jobs
from apps.jobs.kinds import all_kinds, kind_of
from apps.jobs.models import Job
from apps.schedules import changes
from apps.schedules.changes import CannotSchedule, require_change, visible_schedules
from apps.schedules.forms import ScheduleForm
from apps.schedules.models import Schedule, ScheduleRun
from apps.schedules.tables import STATES, ScheduleList, last_result
from apps.schedules.timing import TimingRefused

RUNS_SHOWN = 30
NEXT_SHOWN = 5
JOBS_OFFERED = 20


@require_GET
def list_schedules(request: HttpRequest) -> HttpResponse:
    """Show the schedules that the person may see."""
    return ScheduleList(cast(SignedInRequest, request)).respond("schedules/list.html")


@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """Offer the newest jobs whose work can be put on a schedule."""
    user = _user(request)
    again = [kind.name for kind in all_kinds() if kind.can_run_again and kind.can_be_scheduled and user.may(kind.role)]
    newest = visible_jobs(user).filter(kind__in=again, connection__isnull=False).defer("preview", "sealed")
    jobs = [
        job for job in newest.order_by("-created_at")[: JOBS_OFFERED * 2] if not changes.why_not_scheduled(job, user)
    ]
    return render(request, "schedules/new.html", {"jobs": jobs[:JOBS_OFFERED]})


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    """Put the work of a job on a schedule."""
    user = _user(request)
    source = visible_jobs(user).select_related("connection").filter(pk=job).first()
    if source is None:
        raise Http404("There is no such job, or it ran on a connection that your role may not use.")
    refusal = changes.why_not_scheduled(source, user)
    title = changes.title_of_work(source)
    slug = source.connection_slug if source.connection is not None and source.connection.is_production else ""
    form = ScheduleForm(request.POST or None, person=user, slug_to_type=slug, initial={"name": title[:200]})
    context = {"form": form, "job": source, "refusal": refusal, "title": title, "kind": kind_of(source)}
    if request.method == "GET":
        return render(request, "schedules/create.html", context)
    if refusal or not form.is_valid():
        return refused(request, "schedules/create.html", context)
    try:
        made = changes.create(form.save(commit=False), source, user)
    except (CannotSchedule, TimingRefused) as problem:
        form.add_error(None, str(problem))
        return refused(request, "schedules/create.html", context)
    return saved(request, made.get_absolute_url(), f"{made.name} is on.")


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one schedule: what, when, with whose rights, what came of it."""
    schedule = _visible(request, pk)
    runs = list(schedule.runs.select_related("job").order_by("-due_at")[:RUNS_SHOWN])
    context = {
        "schedule": schedule,
        "state": STATES[schedule.state],
        "kind": kind_of(Job(kind=schedule.kind)),
        "selection": changes.selection_words(schedule),
        "next_runs": _next_runs(schedule),
        "runs": [(run, _drawn(run)) for run in runs],
        "may_change": changes.may_change(schedule, _user(request)),
    }
    return render(request, "schedules/show.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name and timing."""
    schedule = _mine(request, pk)
    form = ScheduleForm(request.POST or None, instance=_visible(request, pk), person=_user(request))
    context = {"form": form, "schedule": schedule}
    if request.method == "GET":
        return render(request, "schedules/edit.html", context)
    if not form.is_valid():
        return refused(request, "schedules/edit.html", context)
    changed = changes.change(form.save(commit=False), _user(request))
    return saved(request, changed.get_absolute_url(), f"{changed.name} saved.")


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch it on or off."""
    schedule = _mine(request, pk)
    on = request.POST.get("on") == "1"
    try:
        changes.switch(schedule, _user(request), on)
    except (CannotSchedule, TimingRefused) as refusal:
        messages.error(request, f"{schedule.name} stays off. {refusal}")
    else:
        messages.success(request, f"{schedule.name} is {'on' if on else 'off'}.")
    return HttpResponseRedirect(schedule.get_absolute_url())


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for and do the deletion."""
    schedule = _mine(request, pk)
    if request.method == "GET":
        return render(request, "schedules/delete.html", {"schedule": schedule})
    name = schedule.name
    changes.delete(schedule, _user(request))
    return saved(request, reverse("schedules:list"), f"{name} deleted. The jobs that it started stay.")


def _drawn(run: ScheduleRun) -> Any:
    return last_result(run.outcome, run.job.state if run.job is not None else None)


def _next_runs(schedule: Schedule) -> list[datetime]:
    """Return the next times it runs, on its own zone's clock."""
    if schedule.next_run_at is None:
        return []
    times = [schedule.next_run_at]
    while len(times) < NEXT_SHOWN:
        times.append(schedule.timing.after(times[-1]))
    return [timezone.localtime(at, schedule.zone) for at in times]


def _visible(request: HttpRequest, pk: int) -> Schedule:
    found = visible_schedules(_user(request)).select_related("owner", "connection").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such schedule, or it is on a connection that your role may not use.")
    if found.connection is not None:
        request.connection = found.connection  # type: ignore[attr-defined]
    return found


def _mine(request: HttpRequest, pk: int) -> Schedule:
    schedule = _visible(request, pk)
    require_change(schedule, _user(request))
    return schedule


def _user(request: HttpRequest) -> User:
    return cast(SignedInRequest, request).user
