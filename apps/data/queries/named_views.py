"""Keeping statements under a name: save, rename, share, delete; a dialog, or without htmx a page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.forms import refused, saved
from apps.core.fragments import is_fragment
from apps.data.queries.forms import NamedQueryForm, NewNamedQueryForm
from apps.data.queries.models import NamedQuery
from apps.data.queries.tables import NamedQueryList
from apps.data.queries.views import known_name
from domoadmin.services.roles import Role

EVENTS: dict[str, dict[str, Any]] = {"named-queries-changed": {}, "dialog-close": {}}


@connection_view(Role.STEWARD)
def list_named(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the person's named queries and those that others share."""
    return NamedQueryList(request).respond("data/queries/named.html", {"connection": connection, "tab": "named"})


@require_POST
@connection_view(Role.STEWARD)
def add(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Keep a statement. A POST without a name comes from the console and is answered with the form."""
    back = reverse("data:dataset_query", args=[connection.slug, dataset_id])
    context: dict[str, Any] = {"connection": connection, "dataset_id": dataset_id, "back": back, "query": None}
    if "name" not in request.POST:
        opened = request.POST.get("named", "")
        name = NamedQuery.objects.filter(pk=opened, owner=request.user).first() if opened.isdecimal() else None
        initial: dict[str, Any] = {"sql": request.POST.get("sql", "")}
        if name is not None:
            initial |= {"name": name.name, "shared": name.shared}
        return _shown(request, context | {"form": NewNamedQueryForm(initial=initial)})
    form = NewNamedQueryForm(request.POST)
    if not form.is_valid():
        return _shown(request, context | {"form": form}, refuse=True)
    values = form.cleaned_data
    query, made = NamedQuery.objects.update_or_create(
        owner=request.user,
        connection=connection,
        name=values["name"],
        defaults={
            "sql": values["sql"],
            "shared": values["shared"],
            "dataset_id": dataset_id[:200],
            "dataset_name": known_name(request, connection, dataset_id)[:300],
            "changed_at": timezone.now(),
        },
    )
    return saved(request, query.editor_url, f"Query “{query.name}” {'saved' if made else 'replaced'}.", EVENTS)


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Rename or share a named query."""
    query = _changeable(request, connection, pk)
    form = NamedQueryForm(request.POST or None, instance=query)
    list_url = reverse("data:named_queries", args=[connection.slug])
    context = {"connection": connection, "dataset_id": query.dataset_id, "back": list_url, "query": query, "form": form}
    if request.method == "GET":
        return _shown(request, context)
    if not form.is_valid():
        return _shown(request, context, refuse=True)
    form.save()
    return saved(request, list_url, f"Query “{query.name}” saved.", EVENTS)


@require_POST
@connection_view(Role.STEWARD)
def delete(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Delete a named query."""
    query = _changeable(request, connection, pk)
    query.delete()
    list_url = reverse("data:named_queries", args=[connection.slug])
    return saved(request, list_url, f"Query “{query.name}” deleted.", EVENTS)


def _changeable(request: ConnectionRequest, connection: Connection, pk: int) -> NamedQuery:
    query = NamedQuery.objects.filter(pk=pk, connection=connection).first()
    if query is None or not (query.shared or query.owner_id == request.user.pk):
        raise Http404("There is no such query.")
    if not query.may_be_changed_by(request.user):
        raise PermissionDenied("Only who saved this query, or an admin, may change it.")
    return query


def _shown(request: ConnectionRequest, context: dict[str, Any], *, refuse: bool = False) -> HttpResponse:
    template = "data/queries/named_dialog.html" if is_fragment(request) else "data/queries/named_page.html"
    return refused(request, template, context) if refuse else render(request, template, context)
