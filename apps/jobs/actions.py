"""What a person does to a job: each a POST that leads back to the job's page with a sentence."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.core.forms import refused, saved
from apps.core.fragments import is_fragment
from apps.jobs import service
from apps.jobs.access import require_control
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job, JobItem
from apps.jobs.presentation import JobPage
from apps.jobs.settling import CannotReadBack, NotUnknown
from apps.jobs.states import ItemState, JobState
from apps.jobs.views import visible_job

_LATER = "The message broker can't be reached. The job is kept and starts by itself once it can."
_REFUSALS = (service.NotReady, service.AlreadyActive, service.NothingToRetry, CannotReadBack)


@require_POST
def confirm(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Start a planned draft."""
    from apps.jobs.bulk import views as bulk  # they build on these views

    job = visible_job(request, pk)
    word = kind_of(job).confirm_word(job) if job.state == JobState.DRAFT else ""
    if word and request.POST.get("confirm", "").strip() != word:
        require_control(job, _user(request))
        if not kind_of(job).previews:
            messages.error(request, f"Type “{word}” where the plan is shown to start this. Nothing was sent.")
            return HttpResponseRedirect(job.get_absolute_url())
        return bulk.preview_page(request, JobPage(job, _user(request)), 422, f"This is not “{word}”. Nothing was sent.")
    try:
        sent = service.confirm(job, _user(request), reason=request.POST.get("reason", ""))
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, sent, "Queued.")
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
def pause(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Pause a job."""
    job = visible_job(request, pk)
    try:
        service.request_pause(job, _user(request))
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
def resume(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Go on with a paused job."""
    job = visible_job(request, pk)
    if why_not := kind_of(job).why_not_resume(job):
        messages.error(request, why_not)
        return HttpResponseRedirect(job.get_absolute_url())
    try:
        sent = service.request_resume(job, _user(request))
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, sent, "Resumed.")
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Cancel what is still to do."""
    job = visible_job(request, pk)
    try:
        service.request_cancel(job, _user(request))
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
def retry(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Start a new job of what failed and show it."""
    job = visible_job(request, pk)
    try:
        again = service.retry(job, _user(request))
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(job.get_absolute_url())
    messages.success(request, "A new job does again what failed.")
    return HttpResponseRedirect(again.get_absolute_url())


@require_POST
def undo(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Plan a job that takes back what this one did, and show its preview."""
    return _planned_anew(request, visible_job(request, pk), service.undo)


@require_POST
def run_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Plan the same once more, and show its preview."""
    return _planned_anew(request, visible_job(request, pk), service.run_again)


def _planned_anew(request: HttpRequest, job: Job, make: Callable[[Job, User], Job]) -> HttpResponse:
    try:
        draft = make(job, _user(request))
    except (*_REFUSALS, service.NotUndoable) as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(job.get_absolute_url())
    if not service.start_planning(draft):
        messages.warning(request, _LATER)
    return HttpResponseRedirect(draft.get_absolute_url())


@require_POST
def read_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask a worker to read back what is unknown."""
    job = visible_job(request, pk)
    try:
        sent = service.read_back(job, _user(request))
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, sent, "A worker reads back what is unknown.")
    return HttpResponseRedirect(job.get_absolute_url())


@require_POST
def retry_unknown(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask a worker to read back what is unknown, and to do again what did not happen."""
    job = visible_job(request, pk)
    try:
        sent = service.retry_unknown(job, _user(request))
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, sent, "A worker reads back what is unknown and does again what did not happen.")
    return HttpResponseRedirect(job.get_absolute_url())


class DecisionForm(forms.Form):
    """What a person found out about an unknown outcome."""

    outcome = forms.ChoiceField(
        label="What happened",
        choices=[("done", "It was done"), ("not_done", "It was not done (it can be retried then)")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it was done."},
    )
    reason = forms.CharField(
        label="How you know",
        help_text="Written to the audit trail with your name.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say how you know: it is what the audit trail keeps."},
    )


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: uuid.UUID, item_pk: int) -> HttpResponse:
    """Settle an unknown item by a person's word: a page, or a dialog on the job's page."""
    job = visible_job(request, pk)
    require_control(job, _user(request))
    item = job.items.filter(pk=item_pk).first()
    if item is None:
        raise Http404("This job has no such item.")
    item.job = job
    form = DecisionForm(request.POST if request.method == "POST" else None)
    template = "jobs/decide_dialog.html" if is_fragment(request) else "jobs/decide.html"
    context = {"form": form, "job": job, "item": item, "is_unknown": item.state == ItemState.UNKNOWN}
    if request.method == "GET":
        return render(request, template, context)
    if not form.is_valid():
        return refused(request, template, context)
    return _decided(request, item, form)


def _decided(request: HttpRequest, item: JobItem, form: DecisionForm) -> HttpResponse:
    try:
        done = form.cleaned_data["outcome"] == "done"
        service.decide(item, _user(request), done, form.cleaned_data["reason"])
    except NotUnknown as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(item.job.get_absolute_url())
    url = item.job.get_absolute_url()
    return saved(request, url, f"{item}: settled.", {"dialog-close": {}, "job-settled": {}})


def _user(request: HttpRequest) -> User:
    return cast(SignedInRequest, request).user


def _tell(request: HttpRequest, sent: bool, sentence: str) -> None:
    if sent:
        messages.success(request, sentence)
    else:
        messages.warning(request, _LATER)
