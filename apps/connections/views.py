"""The pages of connections, for admins."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import SignedInRequest
from apps.connections.changes import delete_connection, save_connection
from apps.connections.forms import ConnectionForm, DeleteForm
from apps.connections.models import Connection, Kind
from apps.connections.probing import probe
from apps.connections.sealing import Unsealable
from apps.core.access import role_required
from apps.core.forms import refused, saved
from domoadmin.services.roles import Role

DOING = "manage connections"


@require_GET
@role_required(Role.ADMIN, DOING)
def connection_list(request: HttpRequest) -> HttpResponse:
    """List every connection."""
    return render(request, "connections/list.html", {"connections": Connection.objects.all()})


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, DOING)
def create(request: SignedInRequest) -> HttpResponse:
    """Add a connection of the kind in the address (`kind`, Domo by default)."""
    kind = request.GET.get("kind", Kind.DOMO)
    kind = kind if kind in Kind.values else Kind.DOMO
    form = ConnectionForm(request.POST or None, kind=kind)
    context = {"form": form, "kind": kind, "kinds": Kind.choices}
    if request.method == "GET":
        return render(request, "connections/create.html", context)
    if not form.is_valid():
        return refused(request, "connections/create.html", context)
    connection = save_connection(form.save(commit=False), form.typed_secrets(), actor=request.user)
    return saved(request, _edit_url(connection), f"{connection.name} added. Test it now.")


def _edit_url(connection: Connection) -> str:
    return reverse("connections:edit", args=[connection.slug])


def _edit_context(slug: str, **more: Any) -> dict[str, Any]:
    # A form writes what was typed into its instance; the rest of the page shows what is saved.
    connection = get_object_or_404(Connection, slug=slug)
    form = more.pop("form", None) or ConnectionForm(
        instance=Connection.objects.get(pk=connection.pk), kind=connection.kind
    )
    return {"shown": connection, "form": form, **more}


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, DOING)
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change a connection; secrets that aren't typed are kept."""
    connection = get_object_or_404(Connection, slug=slug)
    if request.method == "GET":
        return render(request, "connections/edit.html", _edit_context(slug))
    form = ConnectionForm(request.POST, instance=connection, kind=connection.kind)
    if form.is_valid():
        try:
            save_connection(form.save(commit=False), form.typed_secrets(), actor=request.user)
            return saved(request, _edit_url(connection), f"{connection.name} saved.")
        except Unsealable as failure:
            form.add_error("token", str(failure))
    return refused(request, "connections/edit.html", _edit_context(slug, form=form))


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, DOING)
def delete(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask for and do the deletion; a production connection wants its slug typed."""
    connection = get_object_or_404(Connection, slug=slug)
    form = DeleteForm(request.POST if request.method == "POST" else None, connection=connection)
    context = {"shown": connection, "form": form}
    if request.method == "GET":
        return render(request, "connections/delete.html", context)
    if not form.is_valid():
        return refused(request, "connections/delete.html", context)
    delete_connection(connection, request.user)
    return saved(request, reverse("connections:list"), f"{connection.name} deleted.")


@require_POST
@role_required(Role.ADMIN, DOING)
def test(request: HttpRequest, slug: str) -> HttpResponse:
    """Call the upstream and say as whom the token acts, what it lacks and how fast the answer came.

    The fragment for htmx, else the edit page with it. A failed test is an answer too: its status is 200.
    """
    connection = get_object_or_404(Connection, slug=slug)
    found = probe(connection)
    if request.headers.get("HX-Request") == "true":
        response = render(request, "connections/probe.html", {"shown": connection, "probe": found})
    else:
        response = render(request, "connections/edit.html", _edit_context(slug, probe=found))
    response.headers["Cache-Control"] = "no-store"
    return response
