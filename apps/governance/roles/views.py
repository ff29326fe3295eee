"""The list of roles, the page of one, the people who have it, and two roles side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.object_pages import url_in_domo
from apps.core.panels import PanelContent, panel_view
from apps.governance.groups.people import Person
from apps.governance.roles.history import past_changes
from apps.governance.roles.listing import PeopleList, RoleList, people_page
from apps.governance.roles.reading import (
    SECONDS,
    SYSTEM,
    WHY_UNTOLD,
    Entry,
    Held,
    by_heading,
    is_system,
    read_catalogue,
    read_held,
    read_roles,
)
from domoadmin.services.errors import NotFound
from domoadmin.services.results import UpstreamRole
from domoadmin.services.roles import Role

EXPORT_HEADER = ("Id", "Name", "Description", "Comes with Domo", "People", "Authorities", "Created", "Changed")
PEOPLE_HEADER = ("Id", "Name", "E-mail")
SHOWN = 8
Groups = list[tuple[str, list[Entry]]]


def read_role(connection: Connection, role_id: str) -> UpstreamRole:
    """Return one role, by the documented call. Raises NotFound, UpstreamError."""
    client = connection.client()
    with client.deadline(SECONDS):
        role: UpstreamRole = client.roles.get(role_id)
    if not role.id:
        raise NotFound(f"There is no role {role_id}", status=404)
    return role


@connection_view(Role.VIEWER)
def roles_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the roles."""
    context = {"connection": connection, "may_change": may(request.user, Role.ADMIN)}
    return RoleList(request).respond("governance/roles/list.html", context)


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream the roles that match as CSV."""
    rows = RoleList(request).every_row()
    return csv_response(f"roles-{connection.slug}-list.csv", EXPORT_HEADER, map(_export_row, rows))


def _export_row(role: UpstreamRole) -> tuple[object, ...]:
    counts = (role.user_count, role.authority_count)
    return (role.id, role.name, role.description, is_system(role), *counts, role.created, role.modified)


@connection_view(Role.VIEWER)
def role_show(request: ConnectionRequest, connection: Connection, role_id: str) -> HttpResponse:
    """Show one role by one call; its authorities and people load by themselves."""
    role = read_role(connection, role_id)
    context = {
        "connection": connection,
        "role": role,
        "system": SYSTEM if is_system(role) else None,
        "may_change": may(request.user, Role.ADMIN),
        "in_domo": url_in_domo(connection.base_url, "role", role_id),
    }
    return render(request, "governance/roles/show.html", context)


@connection_view(Role.VIEWER)
@panel_view("role-authorities", "Authorities", refresh=["role-changed"])
def authorities(request: ConnectionRequest, connection: Connection, role_id: str) -> PanelContent:
    """Show what the role may do, by headings; where the upstream doesn't tell, say so."""
    client = connection.client()
    held = read_held(client, role_id)
    catalogue = read_catalogue(client).with_names(held.names or ())
    groups = by_heading(catalogue.entry(name) for name in held.names or ())
    context = {
        "connection": connection,
        "role_id": role_id,
        "held": held,
        "why": WHY_UNTOLD,
        "groups": groups,
        "lacks": len(catalogue.entries) - len(held.names or ()),
        "complete": catalogue.complete,
        "may_change": may(request.user, Role.ADMIN),
    }
    of = f" of {len(catalogue.entries):,}" if catalogue.complete else ""
    subtitle = f"{len(held.names):,}{of}" if held.names is not None else "not told"
    return PanelContent("governance/roles/panels/authorities.html", context, subtitle)


@connection_view(Role.VIEWER)
@panel_view("role-people", "People", refresh=["role-changed"])
def people_panel(request: ConnectionRequest, connection: Connection, role_id: str) -> PanelContent:
    """Show the first of the people who have the role."""
    page = people_page(connection.client(), role_id, SHOWN)
    context = {"connection": connection, "role_id": role_id, "people": page.rows, "total": page.total}
    return PanelContent("governance/roles/panels/people.html", context, f"{page.total:,}")


@connection_view(Role.VIEWER)
@panel_view("role-history", "Changed here", refresh=["role-changed"])
def history(request: ConnectionRequest, connection: Connection, role_id: str) -> PanelContent:
    """Show what DomoAdmin changed of the role, each with the way back."""
    changes = past_changes(connection, role_id)
    context = {
        "connection": connection,
        "role_id": role_id,
        "changes": changes,
        "may_change": may(request.user, Role.ADMIN),
    }
    return PanelContent("governance/roles/panels/history.html", context)


@connection_view(Role.VIEWER)
def people(request: ConnectionRequest, connection: Connection, role_id: str) -> HttpResponse:
    """Show one page of the people who have a role."""
    role = read_role(connection, role_id)
    return PeopleList(request, role).respond("governance/roles/people.html", {"connection": connection, "role": role})


@connection_view(Role.VIEWER)
def people_export(request: ConnectionRequest, connection: Connection, role_id: str) -> HttpResponseBase:
    """Stream them as CSV."""
    rows = PeopleList(request, read_role(connection, role_id)).every_row()
    return csv_response(f"role-{role_id}.csv", PEOPLE_HEADER, map(_person_row, rows))


def _person_row(person: Person) -> tuple[object, ...]:
    return (person.id, person.name, person.email)


@dataclass(frozen=True)
class Part:
    """Authorities that only one of two roles has, or both have."""

    title: str
    count: int
    groups: Groups
    css: str


@connection_view(Role.VIEWER)
def compare(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show how two roles differ."""
    client = connection.client()
    roles = sorted(read_roles(client), key=lambda role: role.name.casefold())
    chosen = [next((role for role in roles if role.id == request.GET.get(name, "")), None) for name in ("a", "b")]
    left, right = chosen
    parts: list[Part] = []
    untold: list[tuple[UpstreamRole, Held]] = []
    if left is not None and right is not None and left.id != right.id:
        found = [(role, read_held(client, role.id)) for role in (left, right)]
        untold = [(role, held) for role, held in found if not held.is_told]
        if not untold:
            parts = _parts(connection, found)
    context = {
        "connection": connection,
        "roles": roles,
        "left": left,
        "right": right,
        "same": left is not None and right is not None and left.id == right.id,
        "parts": parts,
        "untold": untold,
        "why": WHY_UNTOLD,
    }
    return render(request, "governance/roles/compare.html", context)


def _parts(connection: Connection, found: list[tuple[UpstreamRole, Held]]) -> list[Part]:
    (left, held_left), (right, held_right) = found
    first, second = held_left.names or frozenset(), held_right.names or frozenset()
    catalogue = read_catalogue(connection.client()).with_names(first | second)
    divided = (
        (f"Only {left.name}", first - second, "is-run"),
        (f"Only {right.name}", second - first, "is-warn"),
        ("Both", first & second, "is-off"),
    )
    return [
        Part(title, len(names), by_heading(catalogue.entry(name) for name in names), css)
        for title, names, css in divided
    ]
