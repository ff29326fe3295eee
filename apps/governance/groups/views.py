"""The list of groups, the page of one, its members as CSV, and what is suggested while one types."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.object_pages import url_in_domo
from apps.core.panels import PanelContent, panel_view
from apps.governance.groups.history import removals
from apps.governance.groups.listing import GroupList, MemberList
from apps.governance.groups.people import Person, id_in, known_people, matching
from apps.governance.groups.reading import (
    SECONDS,
    Asked,
    GroupRow,
    facts_of,
    find_groups,
    is_dynamic,
    kind_badges,
    read_group,
)
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

EXPORT_HEADER = ("Id", "Name", "Type", "Members", "Owners", "Description", "Created")
MEMBER_HEADER = ("Id", "Name", "E-mail", "Title", "Role", "Active")
SUGGESTED = 8
SUGGESTION_SECONDS = 6.0


@connection_view(Role.VIEWER)
def groups_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of the groups."""
    context = {"connection": connection, "may_change": may(request.user, Role.ADMIN)}
    return GroupList(request).respond("governance/groups/list.html", context)


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV."""
    rows = GroupList(request).every_row()
    return csv_response(f"groups-{connection.slug}.csv", EXPORT_HEADER, map(_export_row, rows))


def _export_row(row: GroupRow) -> tuple[object, ...]:
    owners = [name or identifier for identifier, name, _ in row.owners]
    return (row.id, row.name, row.kind, row.members, owners, row.description, row.created)


@connection_view(Role.VIEWER)
def group_show(request: ConnectionRequest, connection: Connection, group_id: str) -> HttpResponse:
    """Show one group and its members; its owners load by themselves."""
    group = read_group(connection.client(), group_id)
    listing = MemberList(request, group)
    context = {
        "connection": connection,
        "group": group,
        "badges": kind_badges(group.type),
        "dynamic": is_dynamic(group),
        "may_change": listing.may_change,
        "in_domo": url_in_domo(connection.base_url, "group", group.id),
    }
    return listing.respond("governance/groups/show.html", context)


@connection_view(Role.VIEWER)
@panel_view("group-about", "About the group", refresh=["group-changed"])
def about(request: ConnectionRequest, connection: Connection, group_id: str) -> PanelContent:
    """Show the owners, and the rule of a dynamic group where the upstream tells it."""
    client = connection.client()
    group = read_group(client, group_id)
    with client.deadline(SECONDS):
        facts = facts_of(group, client)
    names = {} if all(person.name for person in facts.owners) else known_people(connection, client)
    owners = [person if person.name else names.get(person.id, person) for person in facts.owners]
    context = {
        "connection": connection,
        "facts": facts,
        "group": group,
        "owners": owners,
        "in_domo": url_in_domo(connection.base_url, "group", group.id),
    }
    return PanelContent("governance/groups/panels/about.html", context)


@connection_view(Role.VIEWER)
@panel_view("group-removals", "Left here", refresh=["group-changed"])
def removals_panel(request: ConnectionRequest, connection: Connection, group_id: str) -> PanelContent:
    """Show who was taken out by a dialog, each time with the way back."""
    context = {
        "connection": connection,
        "group_id": group_id,
        "removals": removals(connection, group_id),
        "may_change": may(request.user, Role.ADMIN),
    }
    return PanelContent("governance/groups/panels/removals.html", context)


@connection_view(Role.VIEWER)
def members_export(request: ConnectionRequest, connection: Connection, group_id: str) -> HttpResponseBase:
    """Hand out the members that match as CSV."""
    listing = MemberList(request, read_group(connection.client(), group_id))
    people = listing.all_matching(listing.query(0, 0, listing.order))
    return csv_response(f"group-{group_id}.csv", MEMBER_HEADER, map(_member_row, people))


def _member_row(person: Person) -> tuple[object, ...]:
    return (person.id, person.name, person.email, person.title, person.role, person.active)


def _typed(request: ConnectionRequest) -> str:
    # The field that suggests has the name that its form gives it.
    return next((value.strip() for _, value in request.GET.items() if isinstance(value, str) and value.strip()), "")


@connection_view(Role.VIEWER)
def people_suggested(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest people for what was typed, as options of a datalist; a failure suggests nothing and says so."""
    typed, options, problem = _typed(request), [], ""
    if len(typed) >= 2 and not id_in(typed):
        client = connection.client()
        try:
            with client.deadline(SUGGESTION_SECONDS):
                people = matching(known_people(connection, client).values(), typed)
        except UpstreamError as error:
            people, problem = [], str(error)
        options = [(f"{person.shown} ({person.id})", person.email) for person in people[:SUGGESTED]]
    return render(request, "governance/groups/options.html", {"options": options, "problem": problem})


@connection_view(Role.VIEWER)
def groups_suggested(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest groups for what was typed."""
    typed, options, problem = _typed(request), [], ""
    if len(typed) >= 2 and not id_in(typed):
        client = connection.client()
        try:
            with client.deadline(SUGGESTION_SECONDS):
                rows = find_groups(client, Asked(words=typed), SUGGESTED).rows
        except UpstreamError as error:
            rows, problem = [], str(error)
        options = [(f"{row.name} ({row.id})", row.kind) for row in rows]
    return render(request, "governance/groups/options.html", {"options": options, "problem": problem})
