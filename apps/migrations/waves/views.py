"""The waves of a connection, and the page of one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from apps.accounts.zones import time_zone_names
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.panels import PanelContent, panel_view
from apps.jobs.models import Job
from apps.jobs.states import JOB_ACTIVE, JOB_ENDS
from apps.migrations.federated.waves import waves_of
from apps.migrations.waves.forms import SettingsForm, initial_of
from apps.migrations.waves.listing import WaveList
from apps.migrations.waves.page import WavePage
from domoadmin.services.roles import Role

# The home page shows waves that wait or run, and for so many days those that left something open.
HOME_DAYS, HOME_WAVES = 30, 8


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


@connection_view(Role.SUPPORT)
@panel_view("migrations", "Migrations")
def home(request: ConnectionRequest, connection: Connection) -> PanelContent:
    """Show which waves run or wait for a person, and what may be down since; nothing is asked of Domo."""
    since = timezone.now() - timedelta(days=HOME_DAYS)
    troubled = Q(failed_items__gt=0) | Q(unknown_items__gt=0)
    wanted = Q(state__in=JOB_ACTIVE) | (troubled & Q(state__in=JOB_ENDS, finished_at__gt=since))
    jobs = waves_of(connection).filter(wanted).select_related("connection")[:HOME_WAVES]
    pages = [WavePage(job, connection, request.user, {}) for job in jobs]
    shown = [page for page in pages if page.job.is_active or page.to_put_right]
    down = sum(len(page.to_put_right) for page in shown)
    told = f"{down:,} may be down" if down else ""
    return PanelContent("migrations/waves/home.html", {"pages": shown, "connection": connection}, told)


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
