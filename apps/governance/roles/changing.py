"""A new role from another one, and the end of one, after everybody who has it was shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.governance.roles.editing import page_of
from apps.governance.roles.forms import DeleteForm, NewRoleForm
from apps.governance.roles.listing import people_page
from apps.governance.roles.matrix import forget
from apps.governance.roles.reading import is_system, read_held, read_roles
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, InvalidArguments, UpstreamError
from domoadmin.services.results import UpstreamRole
from domoadmin.services.roles import Role

SHOWN = 20


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def create(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make a role from another one and go to its page."""
    roles = read_roles(connection.client())
    choices = [(role.id, _with_count(role)) for role in sorted(roles, key=lambda role: role.name.casefold())]
    made: list[str] = []

    def act(values: dict[str, Any]) -> str:
        role = _create(connection, request.user, values, roles)
        made.append(role.id)
        return f"The role {values['name']} was made. Nobody has it yet."

    dialog = ChangeDialog(
        operation="roles.create",
        title="New role",
        button="Create role",
        button_icon="plus",
        act=act,
        parent=("Roles", reverse("governance:roles_list", args=[connection.slug])),
        lead="It begins with the authorities of another role; change them on its page. No documented call renames a "
        "role, so choose the name well.",
        done_url=lambda: reverse("governance:role_show", args=[connection.slug, made[0]]),
        goes=True,
    )
    initial = {"from_role_id": request.GET.get("from", "")}
    return answer_change(request, connection, dialog, lambda data: NewRoleForm(data, initial=initial, roles=choices))


def _with_count(role: UpstreamRole) -> str:
    return role.name if role.authority_count is None else f"{role.name} ({role.authority_count:,} authorities)"


def _create(connection: Connection, user: User, values: dict[str, Any], roles: list[UpstreamRole]) -> UpstreamRole:
    name, description, source = values["name"].strip(), values["description"].strip(), values["from_role_id"]
    taken = next((role for role in roles if role.name.casefold() == name.casefold()), None)
    if taken is not None:
        raise InvalidArguments(f"There is a role called “{taken.name}” already ({taken.id})", argument="name")
    known = {role.id for role in roles}
    change = Change("roles.create", Target("role", "", name), None, {"name": name, "from_role": source})
    made = make_change(connection, user, change, lambda client: _send_new(client, name, description, source, known))
    forget(connection)
    return made


def _send_new(client: Client, name: str, description: str, source: str, known: set[str]) -> UpstreamRole:
    """Send it once; where the answer was lost, look whether there is one of this name that was not there before."""
    try:
        role: UpstreamRole = client.roles.create(name, description, source)
    except UpstreamError as error:
        if error.delivery is not Delivery.UNKNOWN:
            raise
        new = [role for role in read_roles(client) if role.id not in known and role.name == name]
        if len(new) != 1:
            raise
        return new[0]
    return role


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def delete(request: ConnectionRequest, connection: Connection, role_id: str) -> HttpResponse:
    """Show who has the role, then delete it."""
    client = connection.client()
    role = client.roles.get(role_id)
    parent = page_of(connection, role)
    if is_system(role):
        return render(
            request,
            "governance/roles/system.html",
            {"connection": connection, "role": role, "parent": parent},
            status=409,
        )
    people = people_page(client, role_id, SHOWN)
    count = max(role.user_count or 0, people.total)
    held = read_held(client, role_id)

    def act(values: dict[str, Any]) -> str:
        before = {"name": role.name, "description": role.description, "people": count}
        before |= {"authorities": sorted(held.names)} if held.names is not None else {}
        change = Change("roles.delete", Target("role", role_id, role.name), before, None)
        make_change(connection, request.user, change, lambda client: client.roles.delete(role_id))
        forget(connection)
        return f"The role {role.name} was deleted."

    dialog = ChangeDialog(
        operation="roles.delete",
        title=f"Delete the role {parent[0]}",
        button="Delete the role",
        button_icon="trash",
        act=act,
        parent=parent,
        irreversible="This can’t be undone: a role made anew has another id, and nobody has it. The audit trail keeps "
        "what this one was allowed."
        if held.is_told
        else "This can’t be undone, and this Domo does not tell what the role was allowed.",
        destructive=True,
        goes=True,
        done_url=reverse("governance:roles_list", args=[connection.slug]),
        template="governance/roles/delete.html",
        context={"role": role, "people": people.rows, "count": count, "more": count - len(people.rows)},
    )
    return answer_change(request, connection, dialog, lambda data: DeleteForm(data, people=count))
