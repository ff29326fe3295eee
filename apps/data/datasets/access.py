"""Who may see a dataset: the panel, sharing with one person or group, taking access away from one or many people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, make_change
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.formats import format_number
from apps.core.panels import PanelContent, panel_view
from apps.data.datasets.changes import page_of, target_of
from apps.data.datasets.filters import Owner
from apps.data.datasets.job_access import NO_GROUPS, OWNER, holder_of
from apps.data.datasets.job_forms import ShareForm
from apps.data.datasets.search import find_groups
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import Permission
from domoadmin.services.roles import Role

SECONDS = 20.0
SUGGESTION_SECONDS = 4.0
SHOWN = 200
CHANGED = "panel-access"
ACCESS_WORDS = {
    "OWNER": "Owner",
    "CO_OWNER": "Co-owner",
    "CAN_EDIT": "Can edit",
    "CAN_SHARE": "Can share",
    "CAN_VIEW": "Can view",
}


@dataclass(frozen=True)
class Holder:
    """A line of the panel. revocable: a documented call takes this access away."""

    id: str
    name: str
    is_group: bool
    level: str
    revocable: bool


def access_word(permission: Permission) -> str:
    """Return the access level in plain words."""
    level = permission.access_level
    return ACCESS_WORDS.get(level.upper(), level.replace("_", " ").capitalize() or "not reported")


def _holder(permission: Permission) -> Holder:
    is_group = permission.type == "GROUP"
    revocable = not is_group and bool(permission.id) and permission.access_level.upper() != OWNER
    name = permission.name or permission.id
    return Holder(permission.id, name, is_group, access_word(permission), revocable)


def _counted(count: int, one: str, many: str) -> str:
    return f"{format_number(count)} {one if count == 1 else many}"


@connection_view(Role.VIEWER)
@panel_view("access", "Access")
def access(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the people and groups that have access, with what a steward may do about it."""
    client = connection.client()
    with client.deadline(SECONDS):
        permissions = client.datasets.list_permissions(dataset_id)
    groups = sum(1 for permission in permissions if permission.type == "GROUP")
    people = len(permissions) - groups
    return PanelContent(
        "data/datasets/panels/access.html",
        {
            "holders": [_holder(permission) for permission in permissions[:SHOWN]],
            "total": len(permissions),
            "has_groups": groups > 0,
            "may_change": may(request.user, Role.STEWARD),
            "connection": connection,
            "dataset_id": dataset_id,
        },
        f"{_counted(people, 'person', 'people')}, {_counted(groups, 'group', 'groups')}",
    )


@connection_view(Role.VIEWER)
def groups(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest groups for what was typed, as options of a datalist; a failure suggests nothing and says so."""
    text = Owner.from_text(request.GET.get("group", ""))
    found, problem = [], ""
    if len(text.name) >= 2 and not text.id:
        client = connection.client()
        try:
            with client.deadline(SUGGESTION_SECONDS):
                found = find_groups(client, text.name)
        except UpstreamError as error:
            problem = str(error)
    options = [(str(Owner(each.id, each.name)), each.detail) for each in found]
    return render(request, "data/datasets/owner_options.html", {"options": options, "problem": problem})


@connection_view(Role.STEWARD)
def share(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Share a dataset with one person or one group."""
    parent = page_of(request, connection, dataset_id)

    def act(cleaned: dict[str, Any]) -> str:
        return _share(request, connection, dataset_id, cleaned)

    dialog = ChangeDialog(
        operation="datasets.share",
        title=f"Share {parent[0]}",
        button="Share",
        button_icon="share",
        act=act,
        parent=parent,
        events={CHANGED: {}},
    )
    return answer_change(request, connection, dialog, lambda data: _share_form(data, connection))


def _share_form(data: Any, connection: Connection) -> ShareForm:
    form = ShareForm(data, connection=connection)
    form.fields[
        "message"
    ].help_text = "Kept in the audit trail. Domo’s call has no place for it: its mail says its own."
    return form


def _share(request: ConnectionRequest, connection: Connection, dataset_id: str, cleaned: dict[str, Any]) -> str:
    kind, identifier = holder_of(cleaned)
    level, mail, message = cleaned["access_level"], bool(cleaned.get("send_email")), cleaned.get("message", "")
    held = [each for each in _people(connection.client(), dataset_id) if (each.type, each.id) == (kind, identifier)]
    if held and held[0].access_level.upper() == OWNER:
        return "Nothing was sent: they own it."
    before = {"type": kind, "id": identifier, "access_level": held[0].access_level if held else ""}
    after = before | {"access_level": level, "send_email": mail} | ({"message": message} if message else {})
    entry = {"id": identifier, "type": kind, "accessLevel": level}
    make_change(
        connection,
        request.user,
        Change("datasets.share", target_of(request, connection, dataset_id), before, after),
        lambda client: client.datasets.share(dataset_id, [entry], send_email=mail),
    )
    name = held[0].name if held and held[0].name else f"{kind.lower()} {identifier}"
    mailed = " Domo mails them." if mail else ""
    return f"Shared with {name}: {ACCESS_WORDS.get(level, level).lower()}.{mailed}"


def _people(client: Client, dataset_id: str) -> list[Permission]:
    with client.deadline(SECONDS):
        return list(client.datasets.list_permissions(dataset_id))


@connection_view(Role.STEWARD)
def revoke(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Take the access of the people named by `user` away: one by its own call, several by the call for several."""
    parent = page_of(request, connection, dataset_id)
    wanted = list(dict.fromkeys(each for each in request.GET.getlist("user") if each))
    held = (
        {each.id: each for each in _people(connection.client(), dataset_id) if each.type != "GROUP"} if wanted else {}
    )
    people = [held[each] for each in wanted if each in held and _holder(held[each]).revocable]
    left_out = [each for each in wanted if each not in {person.id for person in people}]
    many = len(people) > 1

    def act(_cleaned: dict[str, Any]) -> str:
        return _revoke(request, connection, dataset_id, people)

    who = people[0].name or people[0].id if people else "nobody"
    dialog = ChangeDialog(
        operation="datasets.remove_users" if many else "datasets.revoke_access",
        title=f"Revoke the access of {format_number(len(people))} people" if many else f"Revoke the access of {who}",
        button="Revoke access",
        button_icon="user-off",
        act=act,
        parent=parent,
        destructive=True,
        irreversible=_MANY if many else "",
        events={CHANGED: {}},
        template="data/datasets/revoke_body.html",
        context={"people": [_holder(each) for each in people], "left_out": left_out, "any_wanted": bool(wanted)},
    )
    return answer_change(request, connection, dialog, lambda data: _RevokeForm(data, any_people=bool(people)))


_MANY = "Each of them has to be shared with again, one by one, to have it back."


class _RevokeForm(forms.Form):
    """Nothing to fill in; refuses when nobody is left whose access could be taken away."""

    def __init__(self, data: Any, *, any_people: bool) -> None:
        super().__init__(data)
        self.any_people = any_people

    def clean(self) -> dict[str, Any]:
        """Refuse an empty selection."""
        if not self.any_people:
            raise forms.ValidationError("Tick the people whose access is to be taken away, in the panel Access.")
        return super().clean() or {}


def _revoke(request: ConnectionRequest, connection: Connection, dataset_id: str, people: Sequence[Permission]) -> str:
    target = target_of(request, connection, dataset_id)
    before = {"access": [{"id": each.id, "name": each.name, "access_level": each.access_level} for each in people]}
    after: dict[str, Any] = {"access": []}
    if len(people) == 1:
        change = Change("datasets.revoke_access", target, before, after)
        make_change(
            connection, request.user, change, lambda client: client.datasets.revoke_access(dataset_id, people[0].id)
        )
        return f"{people[0].name or people[0].id} has no access of their own any more."
    entries = [{"id": each.id, "type": "USER"} for each in people]
    change = Change("datasets.remove_users", target, before, after)
    make_change(connection, request.user, change, lambda client: client.datasets.remove_users(dataset_id, entries))
    return f"{format_number(len(people))} people have no access of their own any more."


__all__ = ["NO_GROUPS", "access", "access_word", "groups", "revoke", "share"]
