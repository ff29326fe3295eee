"""The first page and the home page of a connection with its own panels."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.audit.models import AuditRecord, Outcome
from apps.connections.access import LAST_CONNECTION, connection_view, connections_of
from apps.connections.models import Connection
from apps.connections.probing import probe
from apps.core.home import panels_for
from apps.core.palette import actions_for
from apps.core.panels import PanelContent, panel_view
from apps.jobs.access import visible_jobs
from domoadmin.services.roles import Role

RECENT_JOBS = 6
RECENT_CHANGES = 8
# The palette holds all of them.
QUICK_ACTIONS = 8


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the home page of the last used or first connection; without any, say what comes next."""
    connections = connections_of(cast(User, request.user))
    last = request.session.get(LAST_CONNECTION)
    chosen = next((connection for connection in connections if connection.slug == last), None)
    chosen = chosen or next(iter(connections), None)
    if chosen is not None:
        return redirect("shell:home", connection=chosen.slug)
    return render(request, "shell/no_connection.html", {"exists": Connection.objects.exists()})


@require_safe
@connection_view(Role.VIEWER, kinds=())
def home(request: SignedInRequest, connection: Connection) -> HttpResponse:
    """Show a connection's home: figures, recent work, the connection itself, quick actions. Calls no upstream."""
    user = request.user
    places = {place: panels_for(user, connection.kind, connection.slug, place) for place in ("top", "main", "side")}
    actions = actions_for(user, connection.kind, connection.slug)[:QUICK_ACTIONS]
    return render(request, "shell/home.html", {"connection": connection, "places": places, "actions": actions})


@require_safe
@connection_view(Role.VIEWER, kinds=())
@panel_view("connection", "This connection")
def connection_panel(request: SignedInRequest, connection: Connection) -> PanelContent:
    """Show as whom the token acts, what it lacks and how fast the upstream answers, by calling it."""
    return PanelContent("shell/panel_connection.html", {"connection": connection, "probe": probe(connection)})


@require_safe
@connection_view(Role.VIEWER, kinds=())
@panel_view("jobs", "Jobs", refresh=("jobs-changed",))
def jobs_panel(request: SignedInRequest, connection: Connection) -> PanelContent:
    """Show the newest jobs of the connection."""
    jobs = visible_jobs(request.user).filter(connection=connection).order_by("-created_at")[:RECENT_JOBS]
    return PanelContent("shell/panel_jobs.html", {"connection": connection, "jobs": jobs})


@require_safe
@connection_view(Role.ADMIN, kinds=())
@panel_view("changes", "Recent changes")
def changes_panel(request: SignedInRequest, connection: Connection) -> PanelContent:
    """Show the newest finished acts on the connection; intents have an outcome of their own later."""
    records = AuditRecord.objects.filter(connection=connection.slug).exclude(outcome=Outcome.INTENDED)
    newest = records.order_by("-at", "-pk")[:RECENT_CHANGES]
    return PanelContent("shell/panel_changes.html", {"records": newest}, subtitle="made through DomoAdmin")
