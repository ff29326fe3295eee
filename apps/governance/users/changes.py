"""The changes to one person from their page, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.optional_calls import if_told
from apps.governance.users.directory import forget_directory, role_names, roles_of
from apps.governance.users.forms import NewPersonForm, RoleForm
from apps.governance.users.lookup import person_with_email
from apps.governance.users.rows import PersonRow, row_of
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, UpstreamError
from domoadmin.services.results import User as Person
from domoadmin.services.roles import Role

SECONDS = 20.0
CREATE_LEAD = (
    "Domo’s documented call takes a name, an e-mail address and a role. Whether Domo then mails an invitation isn’t "
    "documented; title, department and the like are written in Domo."
)
ROLE_LEAD = (
    "The role is the one thing of a person that Domo’s documents let others change. It holds from the next call on."
)


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def create(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make a person: a dialog."""
    client = connection.client()
    with client.deadline(SECONDS):
        roles = roles_of(connection, client)
    people_url = reverse("governance:users_list", args=[connection.slug])
    made: dict[str, str] = {}

    def act(values: dict[str, Any]) -> str:
        person = _create(connection, request.user, values, role_names(connection, client))
        made["id"] = person.id
        return f"{person.name or values['name']} was made{f', with the id {person.id}' if person.id else ''}."

    dialog = ChangeDialog(
        operation="users.create",
        title="New person",
        button="Create person",
        button_icon="user-plus",
        act=act,
        parent=("People", people_url),
        lead=CREATE_LEAD,
        events={"users-changed": {}},
    )
    response = answer_change(request, connection, dialog, lambda data: NewPersonForm(data, roles=roles))
    return _led_to(response, connection, made.get("id", ""))


def _led_to(response: HttpResponse, connection: Connection, user_id: str) -> HttpResponse:
    """Lead to the new person's page, where it is known."""
    if user_id:
        url = reverse("governance:users_show", args=[connection.slug, user_id])
        response.headers["Location" if response.status_code == 302 else "HX-Redirect"] = url
    return response


def _create(connection: Connection, user: User, values: Mapping[str, Any], names: Mapping[str, str]) -> Person:
    """Make them; where the answer was lost, look whether they are there: mail addresses are unique."""
    role = {"id": values["role"], "name": names.get(values["role"], "")}
    after = {"displayName": values["name"], "emailAddress": values["email"], "role": role}
    change = Change("users.create", Target("user", "", values["name"]), before=None, after=after)

    def send(client: Client) -> Person:
        with client.deadline(SECONDS):
            try:
                return client.users.create(values["name"], values["email"], values["role"])
            except UpstreamError as error:
                found = person_with_email(client, values["email"]) if error.delivery is Delivery.UNKNOWN else None
                if found is None:
                    raise
                return found

    made = make_change(connection, user, change, send)
    forget_directory(connection)
    return made


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def change_role(request: ConnectionRequest, connection: Connection, user_id: str) -> HttpResponse:
    """Give a person another role: a dialog that shows the one they have."""
    client = connection.client()
    with client.deadline(SECONDS):
        roles = roles_of(connection, client)
        names = {role.id: role.name for role in roles or ()}
        person = row_of(client.users.get(user_id, "DETAILED"), names)
        me = if_told(client.users.me)
    url = reverse("governance:users_show", args=[connection.slug, user_id])

    def act(values: dict[str, Any]) -> str:
        return _change_role(connection, request.user, person, values["role"], names)

    dialog = ChangeDialog(
        operation="users.update",
        title=f"Change the role of {person.label}",
        button="Change role",
        button_icon="user-shield",
        act=act,
        parent=(person.label, url),
        done_url=url,
        # The role stands in the page's header, which no panel's event reloads.
        goes=True,
        lead=ROLE_LEAD,
        template="governance/users/role_body.html",
        context={
            "person": person,
            "held": next((role for role in roles or () if role.id == person.role_id), None),
            "is_own": me is not None and me.id == person.id,
        },
    )
    difference_url = reverse("governance:users_role_difference", args=[connection.slug, user_id])

    def make_form(data: Any) -> RoleForm:
        return RoleForm(data, roles=roles, present=person.role_id, difference_url=difference_url)

    return answer_change(request, connection, dialog, make_form)


def _change_role(connection: Connection, user: User, person: PersonRow, role_id: str, names: Mapping[str, str]) -> str:
    before = {"role": {"id": person.role_id, "name": person.role}}
    after = {"role": {"id": role_id, "name": names.get(role_id, "")}}
    change = Change("users.update", Target("user", person.id, person.label), before, after)
    make_change(connection, user, change, lambda client: client.users.update(person.id, role_id))
    forget_directory(connection)
    return f"{person.label} is {names.get(role_id) or 'of the role ' + role_id} now."
