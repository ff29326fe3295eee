"""What a person does to a wave: start, hold, go on, take back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.audit import recording
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.access import require_control
from apps.jobs.events import tell
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from apps.migrations.federated.mapping import Reference
from apps.migrations.federated.waves import Wave
from apps.migrations.waves import making
from apps.migrations.waves.page import WavePage
from apps.migrations.waves.views import refused, wave_of
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.roles import Role

_REFUSALS = (jobs.NotReady, jobs.AlreadyActive, jobs.NothingToRetry, making.CannotFollow)


@require_POST
@connection_view(Role.SUPPORT)
def start(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Start a draft; on production only with the connection's slug."""
    job = wave_of(connection, job_id)
    page = WavePage(job, connection, request.user, request.GET.dict())
    word = page.confirm_word
    if word and request.POST.get("confirm", "").strip() != word:
        require_control(job, request.user)
        wrong = f"That is not {word}. Nothing was sent."
        return refused(request, page, wrong_word=wrong, reason=request.POST.get("reason", ""))
    try:
        sent = jobs.confirm(job, request.user, reason=request.POST.get("reason", ""))
    except _REFUSALS as refusal:
        return refused(request, page, start_problem=str(refusal))
    if not sent:
        messages.warning(request, "The message broker can't be reached. The wave starts by itself once it can.")
    return HttpResponseRedirect(page.url)


@require_POST
@connection_view(Role.SUPPORT)
def rehearse(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Run everything up to the first call."""
    job = wave_of(connection, job_id)
    try:
        made = making.rehearse(job, connection, request.user)
    except _REFUSALS as refusal:
        return refused(request, WavePage(job, connection, request.user, request.GET.dict()), start_problem=str(refusal))
    return HttpResponseRedirect(_url(connection, made))


def _steering(
    request: ConnectionRequest, connection: Connection, job_id: uuid.UUID, steer: Callable[[Job], Any]
) -> HttpResponse:
    job = wave_of(connection, job_id)
    try:
        steer(job)
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(_url(connection, job))


@require_POST
@connection_view(Role.SUPPORT)
def pause(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Start nothing more until somebody goes on."""
    return _steering(request, connection, job_id, lambda job: jobs.request_pause(job, request.user))


@require_POST
@connection_view(Role.SUPPORT)
def end(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Drop what has not started."""
    return _steering(request, connection, job_id, lambda job: jobs.request_cancel(job, request.user))


@require_POST
@connection_view(Role.SUPPORT)
def go_on(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Go on after a halt or a pause. What may be down is put right first, or set aside with a reason."""
    job = wave_of(connection, job_id)
    require_control(job, request.user)
    page = WavePage(job, connection, request.user, request.GET.dict())
    reason = " ".join(request.POST.get("reason", "").split())[:500]
    open_rows = page.to_put_right
    if open_rows and not reason:
        return refused(request, page, go_on_problem="Say why these are set aside. Nothing was started.")
    if page.blocking:
        return refused(request, page, go_on_problem="The mapping needs a look first. Nothing was started.")
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        aside = {row.item.key: {"by": request.user.display_name, "why": reason} for row in open_rows}
        params = {**locked.params, "set_aside": {**(locked.params.get("set_aside") or {}), **aside}}
        params["halted"] = ""
        Job.objects.filter(pk=job.pk, state=JobState.PAUSED).update(params=params, message="")
        if aside:
            named = ", ".join(row.attempt.name for row in open_rows[:5])
            tell(job.pk, f"{request.user.display_name} set aside {named}: {reason}")
            recording.record(
                "migrations.set_aside",
                actor=request.user,
                connection=connection.slug,
                target_kind="job",
                target_id=str(job.pk),
                target_name=job.title,
                after={"datasources": list(aside)},
                message=reason,
                job_id=job.pk,
            )
    return _steering(request, connection, job_id, lambda each: jobs.request_resume(each, request.user))


@connection_view(Role.SUPPORT)
def again(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID, item_pk: int) -> HttpResponse:
    """Send one datasource once more, as a wave of its own."""
    return _one(request, connection, job_id, item_pk, back=False)


@connection_view(Role.SUPPORT)
def take_back(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID, item_pk: int) -> HttpResponse:
    """Send one datasource the opposite way, as a wave of its own."""
    return _one(request, connection, job_id, item_pk, back=True)


def _one(
    request: ConnectionRequest, connection: Connection, job_id: uuid.UUID, item_pk: int, *, back: bool
) -> HttpResponse:
    job = wave_of(connection, job_id)
    item = JobItem.objects.filter(job=job, pk=item_pk).first()
    if item is None or item.intended_at is None:
        raise Http404("This wave sent no call for such a datasource.")
    item.job = job
    way = Wave(job).way.opposite if back else Wave(job).way
    name = item.label or item.key

    def act(cleaned: dict[str, Any]) -> str:
        try:
            if not back and making.settle_by_lists(item, connection, request.user):
                return f"{name} is COMPLETE: the lists of candidates show it. Nothing was sent."
            made = making.one_again(item, connection, request.user, back=back, reason=cleaned.get("reason", ""))
        except _REFUSALS as refusal:
            raise InvalidArguments(str(refusal)) from None
        return f"{made.title} has begun."

    reference = Reference.of(item.payload.get("mapping"))
    to = f", to {reference}" if way.needs_mapping and reference.whole else ""
    url = _url(connection, job)
    dialog = ChangeDialog(
        operation=way.operation,
        title=f"{way.verb} {name}{'' if back else ' again'}?",
        button=f"{way.verb} 1 datasource",
        button_icon="arrow-back-up" if back else "rotate",
        act=act,
        parent=(job.title, url),
        lead=f"One call to Domo for one datasource{to}. If its answer is lost, the candidates are read before anything "
        "else is sent.",
        irreversible="Its content is down while it runs.",
        events={"wave-changed": {}},
    )
    return answer_change(request, connection, dialog, lambda data: ReasonForm(data))


class ReasonForm(forms.Form):
    """Why, for the audit trail."""

    reason = forms.CharField(label="Reason, for the audit trail", required=False, max_length=500)


@require_POST
@connection_view(Role.SUPPORT)
def reverse_wave(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Plan the reversal of all that is COMPLETE, and show it."""
    return _planned(request, connection, job_id, making.reverse_all)


@require_POST
@connection_view(Role.SUPPORT)
def retry_wave(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Plan what did not complete or was not started once more, and show it."""
    return _planned(request, connection, job_id, making.all_again)


def _planned(
    request: ConnectionRequest,
    connection: Connection,
    job_id: uuid.UUID,
    make: Callable[[Job, Connection, User], Job],
) -> HttpResponse:
    job = wave_of(connection, job_id)
    try:
        made = make(job, connection, request.user)
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(_url(connection, job))
    except UpstreamError as problem:
        request_id = f" Request id {problem.request_id}." if problem.request_id else ""
        messages.error(request, f"{problem}{request_id} Nothing was changed; try again.")
        return HttpResponseRedirect(_url(connection, job))
    return HttpResponseRedirect(_url(connection, made))


def _url(connection: Connection, job: Job) -> str:
    return reverse("migrations:wave", args=[connection.slug, job.pk])
