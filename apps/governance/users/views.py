"""The list of people, its export, suggestions while one types, and the page of one person."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.object_pages import object_url, url_in_domo
from apps.governance.users.directory import role_names
from apps.governance.users.listing import PeopleList
from apps.governance.users.lookup import suggested
from apps.governance.users.page import menu_of
from apps.governance.users.rows import PersonRow, row_of
from domoadmin.services.errors import UpstreamError
from domoadmin.services.operations import registry
from domoadmin.services.roles import Role

HEADER_SECONDS = 30.0
# A person waits for suggestions while typing; later than this they are of no use.
SUGGESTION_SECONDS = 4.0
LEAST_LETTERS = 2
EXPORT_HEADER = (
    "Id", "Name", "E-mail", "Role", "Role id", "State", "Title", "Department", "Phone", "Location", "Last seen",
    "Created",
)  # fmt: skip


@require_GET
@connection_view(Role.VIEWER)
def users_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of the people whom the token sees."""
    context = {"connection": connection, "may_create": may(request.user, registry.get("users.create").role)}
    return PeopleList(request).respond("governance/users/list.html", context)


@require_GET
@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV; the import takes the same columns."""
    rows = map(_export_row, PeopleList(request).every_row())
    return csv_response(f"people-{connection.slug}.csv", EXPORT_HEADER, rows)


def _export_row(row: PersonRow) -> tuple[object, ...]:
    state = [word for word, _, _ in row.badges]
    return (
        row.id, row.name, row.email, row.role, row.role_id, state, row.title, row.department, row.phone, row.location,
        row.seen, row.created,
    )  # fmt: skip


@require_GET
@connection_view(Role.VIEWER)
def show(request: ConnectionRequest, connection: Connection, user_id: str) -> HttpResponse:
    """Show one person: the header by one call, everything else in panels that load themselves."""
    client = connection.client()
    with client.deadline(HEADER_SECONDS):
        found = client.users.get(user_id, "DETAILED")
        try:
            names = {} if found.role_name else role_names(connection, client)
        except UpstreamError:
            # The page does not fail because the role's name is not known.
            names = {}
    person = row_of(found, names)
    context = {
        "connection": connection,
        "person": person,
        "user_id": user_id,
        "role_url": object_url(connection.slug, "role", person.role_id),
        "domo_url": url_in_domo(connection.base_url, "user", user_id),
        "menu": menu_of(connection, found, request.user),
        "may_change": may(request.user, registry.get("users.update").role),
    }
    return render(request, "governance/users/show.html", context)


@require_GET
@connection_view(Role.VIEWER)
def suggest(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest people for what is typed, as options of a field; the parameter is the field's, whatever its name."""
    words = next(iter(request.GET.dict().values()), "").strip()
    options: list[tuple[str, str]] = []
    problem = ""
    if len(words) >= LEAST_LETTERS and not words.endswith(")"):
        client = connection.client()
        try:
            with client.deadline(SUGGESTION_SECONDS):
                options = suggested(client, words)
        except UpstreamError:
            problem = "Names can’t be suggested now. Give the id."
    response = render(request, "governance/users/person_options.html", {"options": options, "problem": problem})
    response.headers["Cache-Control"] = "no-store"
    return response
