"""The waves of a connection, and the page of one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from apps.accounts.zones import time_zone_names
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.jobs.models import Job
from apps.migrations.federated.waves import waves_of
from apps.migrations.waves.forms import SettingsForm, initial_of
from apps.migrations.waves.listing import WaveList
from apps.migrations.waves.page import WavePage
from domoadmin.services.roles import Role


@connection_view(Role.VIEWER)
def list_waves(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show all waves, newest first."""
    return WaveList(request).respond("migrations/waves/list.html", {"connection": connection})


def wave_of(connection: Connection, job_id: uuid.UUID) -> Job:
    """Return a wave of the connection. Raises Http404."""
    found = waves_of(connection).select_related("connection", "actor", "retry_of", "undo_of").filter(pk=job_id).first()
    if found is None:
        raise Http404(f"{connection.name} has no such wave.")
    return found


def context_of(page: WavePage, **more: Any) -> dict[str, Any]:
    """Return what the page's templates need."""
    form = SettingsForm(initial=initial_of(page.settings, page.job.title, page.user))
    # The list of zones is only for those who can choose one.
    zones = time_zone_names() if page.can_edit else ()
    return {"page": page, "job": page.job, "connection": page.connection, "form": form, "zones": zones, **more}


@connection_view(Role.VIEWER)
def wave(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Show a wave: its plan before, its outcomes while it runs and after."""
    page = WavePage(wave_of(connection, job_id), connection, request.user, request.GET.dict())
    return render(request, "migrations/waves/wave.html", context_of(page))


@connection_view(Role.VIEWER)
def live(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Show what changes while a wave runs; 304 while it looks the same."""
    page = WavePage(wave_of(connection, job_id), connection, request.user, request.GET.dict())
    if page.is_live and request.headers.get("HX-PTag") == page.tag:
        return HttpResponseNotModified()
    response = render(request, "migrations/waves/body.html", context_of(page, is_part=True))
    response.headers["HX-PTag"] = page.tag
    patch_cache_control(response, no_store=True)
    return response


def refused(request: ConnectionRequest, page: WavePage, **more: Any) -> HttpResponse:
    """Answer 422 with the page and what was wrong: nothing was done."""
    return render(request, "migrations/waves/wave.html", context_of(page, **more), status=422)
