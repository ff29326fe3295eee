"""What a person changes on a wave that stands still: mapping, pace, hours, stop rule."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.access import require_control
from apps.migrations.federated.mapping import BadPattern, Pattern, Reference
from apps.migrations.federated.mapping_file import MOST_BYTES, read_mapping
from apps.migrations.federated.waves import mapped_of, store_mappings, store_settings
from apps.migrations.waves.forms import SettingsForm
from apps.migrations.waves.page import ROWS, WavePage
from apps.migrations.waves.views import refused, wave_of
from domoadmin.services.roles import Role

_NOT_NOW = "This wave runs or has ended: its mapping and settings can't be changed now. Pause it first."


def _editable(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> WavePage:
    """Return the page of a wave that may be changed now. Raises Http404, NotAllowed, NotReady."""
    job = wave_of(connection, job_id)
    require_control(job, request.user)
    page = WavePage(job, connection, request.user, request.GET.dict())
    if not page.can_edit:
        raise jobs.NotReady(_NOT_NOW)
    return page


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
        return refused(request, page, faults=["Choose a CSV file, or paste cells. Nothing was changed."])
    content: bytes | str = file.read(MOST_BYTES + 1) if file is not None else pasted
    read = read_mapping(content, {each.key: each.name for each in mapped_of(page.job)})
    if read.faults:
        return refused(request, page, faults=[*read.faults, "Nothing was changed."], pasted=pasted)
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
        return refused(request, page, pattern=written, pattern_problem=str(problem))
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
        return refused(request, page, form=form, settings_open=True)
    store_settings(page.job, form.settings, name=form.cleaned_data["name"])
    messages.success(request, "The settings are kept.")
    return HttpResponseRedirect(page.url)


def _told(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID, text: str) -> HttpResponse:
    messages.error(request, text)
    return HttpResponseRedirect(reverse("migrations:wave", args=[connection.slug, job_id]))
