"""What a person does to a wave: mapping, settings, start, hold, go on, take back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.audit import recording
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.access import require_control
from apps.jobs.events import tell
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from apps.migrations.federated.mapping import BadPattern, Pattern, Reference
from apps.migrations.federated.mapping_file import MOST_BYTES, read_mapping
from apps.migrations.federated.waves import Wave, mapped_of, store_mappings, store_settings
from apps.migrations.waves import making
from apps.migrations.waves.forms import SettingsForm
from apps.migrations.waves.page import ROWS, WavePage
from apps.migrations.waves.views import context_of, wave_of
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.roles import Role

_REFUSALS = (jobs.NotReady, jobs.AlreadyActive, jobs.NothingToRetry, making.CannotFollow)
_NOT_NOW = "This wave runs or has ended: its mapping and settings can't be changed now. Pause it first."


def _editable(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> WavePage:
    """Return the page of a wave that may be changed now. Raises Http404, NotAllowed, NotReady."""
    job = wave_of(connection, job_id)
    require_control(job, request.user)
    page = WavePage(job, connection, request.user, request.GET.dict())
    if not page.can_edit:
        raise jobs.NotReady(_NOT_NOW)
    return page


def _refused(request: ConnectionRequest, page: WavePage, **more: Any) -> HttpResponse:
    return render(request, "migrations/waves/wave.html", context_of(page, **more), status=422)


def _back(request: ConnectionRequest, page: WavePage) -> HttpResponseRedirect:
    return HttpResponseRedirect(page.page_url(int(page.number) if page.number.isdecimal() else 1))


@require_POST
@connection_view(Role.SUPPORT)
def save_mapping(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Keep what was typed into the grid; what is wrong with it is shown beside it."""
    try:
        page = _editable(request, connection, job_id)
    except jobs.NotReady as refusal:
        return _told(request, connection, job_id, str(refusal))
    names = {str(pk): key for pk, key in page.job.items.values_list("pk", "key")}
    typed = {
        names[pk]: Reference.of({part: request.POST.get(f"{part}-{pk}", "") for part in ("catalog", "schema", "table")})
        for pk in request.POST.getlist("row")[:ROWS]
        if pk in names
    }
    store_mappings(page.job, typed)
    return _back(request, page)


@require_POST
@connection_view(Role.SUPPORT)
def read_file(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Take a mapping that was pasted or comes as CSV, whole or not at all."""
    try:
        page = _editable(request, connection, job_id)
    except jobs.NotReady as refusal:
        return _told(request, connection, job_id, str(refusal))
    file, pasted = request.FILES.get("file"), request.POST.get("pasted", "")
    if file is None and not pasted.strip():
        return _refused(request, page, faults=["Choose a CSV file, or paste cells. Nothing was changed."])
    content: bytes | str = file.read(MOST_BYTES + 1) if file is not None else pasted
    read = read_mapping(content, {each.key: each.name for each in mapped_of(page.job)})
    if read.faults:
        return _refused(request, page, faults=[*read.faults, "Nothing was changed."], pasted=pasted)
    written = store_mappings(page.job, read.mappings)
    messages.success(
        request, f"The mapping of {written:,} {'datasource' if written == 1 else 'datasources'} was taken."
    )
    return HttpResponseRedirect(f"{page.url}#grid")


@require_POST
@connection_view(Role.SUPPORT)
def fill(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Fill the empty mappings by a pattern."""
    try:
        page = _editable(request, connection, job_id)
    except jobs.NotReady as refusal:
        return _told(request, connection, job_id, str(refusal))
    written = request.POST.get("pattern", "")
    try:
        pattern = Pattern.read(written)
    except BadPattern as problem:
        return _refused(request, page, pattern=written, pattern_problem=str(problem))
    filled = {each.key: pattern.fill(each.key, each.name) for each in page.wave.mapped if each.mapping.empty}
    count = store_mappings(page.job, filled)
    messages.success(request, f"{count:,} empty {'mapping was' if count == 1 else 'mappings were'} filled.")
    return HttpResponseRedirect(f"{page.url}#grid")


@require_POST
@connection_view(Role.SUPPORT)
def take_as_mapped(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Take the same table twice and names that differ in case as they are written, or no longer."""
    try:
        page = _editable(request, connection, job_id)
    except jobs.NotReady as refusal:
        return _told(request, connection, job_id, str(refusal))
    store_settings(page.job, page.settings, as_mapped=request.POST.get("meant") == "1")
    return HttpResponseRedirect(f"{page.url}#grid")


@require_POST
@connection_view(Role.SUPPORT)
def save_settings(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Keep pace, hours and stop rule."""
    try:
        page = _editable(request, connection, job_id)
    except jobs.NotReady as refusal:
        return _told(request, connection, job_id, str(refusal))
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _refused(request, page, form=form, settings_open=True)
    store_settings(page.job, form.settings, name=form.cleaned_data["name"])
    messages.success(request, "The settings are kept.")
    return HttpResponseRedirect(page.url)


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
        return _refused(request, page, wrong_word=wrong, reason=request.POST.get("reason", ""))
    try:
        sent = jobs.confirm(job, request.user, reason=request.POST.get("reason", ""))
    except _REFUSALS as refusal:
        return _refused(request, page, start_problem=str(refusal))
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
        return _refused(
            request, WavePage(job, connection, request.user, request.GET.dict()), start_problem=str(refusal)
        )
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
        return _refused(request, page, go_on_problem="Say why these are set aside. Nothing was started.")
    if page.blocking:
        return _refused(request, page, go_on_problem="The mapping needs a look first. Nothing was started.")
    now = timezone.now()
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        aside = {row.item.key: {"by": request.user.display_name, "why": reason} for row in open_rows}
        params = {**locked.params, "set_aside": {**(locked.params.get("set_aside") or {}), **aside}}
        # The stop rule counts anew from here.
        params |= {"resumed_at": now.isoformat(), "halted": ""}
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
    job = wave_of(connection, job_id)
    try:
        made = making.reverse_all(job, connection, request.user)
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


def _told(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID, text: str) -> HttpResponse:
    messages.error(request, text)
    return HttpResponseRedirect(reverse("migrations:wave", args=[connection.slug, job_id]))
