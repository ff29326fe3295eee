"""What custom apps may do with a collection. Domo documents how to set it and not how to read it.

So the matrix shows what DomoAdmin itself set last, by its audit trail, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from apps.audit.models import AuditRecord, Outcome
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.appdb.collections import TARGET, collection_url, name_of, short
from domoadmin.services.roles import Role

OPERATION = "appdb.update_collection_permissions"
MOST_RECORDS = 200


@dataclass(frozen=True)
class Permission:
    """One permission: its name in the call, its word, and what Domo's document says it grants."""

    name: str
    word: str
    meaning: str
    about: str = "collection"
    strong: bool = False


PERMISSIONS: Sequence[Permission] = (
    Permission("read", "Read", "read the documents in the collection"),
    Permission("write", "Write", "write access, creating and updating data included"),
    Permission("share", "Share", "share the collection with other people or groups"),
    Permission("delete", "Delete", "delete the whole collection", strong=True),
    Permission("admin", "Admin", "full control over the collection", strong=True),
    Permission("create_content", "Create content", "create documents", "documents"),
    Permission("read_content", "Read content", "read the content of documents", "documents"),
    Permission("update_content", "Update content", "update documents", "documents"),
    Permission("delete_content", "Delete content", "delete documents", "documents"),
)
NAMES = tuple(each.name for each in PERMISSIONS)


@dataclass(frozen=True)
class AppRights:
    """What one app may do, as DomoAdmin set it last."""

    proxy_id: str
    permissions: Sequence[str]
    at: datetime
    by: str

    @property
    def cells(self) -> list[tuple[Permission, bool]]:
        """Return each permission with whether it was granted."""
        return [(each, each.name in self.permissions) for each in PERMISSIONS]


def rights_set_here(connection: Connection, collection_id: str) -> list[AppRights]:
    """Return the last permissions of each app that DomoAdmin set, newest first."""
    done = AuditRecord.objects.filter(
        operation=OPERATION,
        connection=connection.slug,
        target_kind=TARGET,
        target_id=collection_id,
        outcome=Outcome.SUCCEEDED,
    ).order_by("-at")[:MOST_RECORDS]
    when = {each.correlation: each for each in done}
    intents = AuditRecord.objects.filter(correlation__in=list(when), outcome=Outcome.INTENDED).order_by("-at")
    found: dict[str, AppRights] = {}
    for each in intents:
        after: Mapping[str, Any] = each.after if isinstance(each.after, dict) else {}
        proxy_id, granted = str(after.get("proxy_id") or ""), after.get("permissions")
        if proxy_id and proxy_id not in found and isinstance(granted, list):
            found[proxy_id] = AppRights(proxy_id, granted, when[each.correlation].at, each.actor_name)
    return list(found.values())


class PermissionsForm(forms.Form):
    """Which app, and what it may do."""

    proxy_id = forms.CharField(
        label="Proxy id of the app",
        max_length=255,
        help_text="Stands in the Asset Library, at the app’s instance.",
        error_messages={"required": "Type the proxy id of the app."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    permissions = forms.MultipleChoiceField(
        label="What the app may do",
        choices=[(each.name, f"{each.word}: {each.meaning}") for each in PERMISSIONS],
        widget=forms.CheckboxSelectMultiple,
        help_text="“Delete” is about the whole collection, “Delete content” about documents.",
        error_messages={"required": "Grant at least one: Domo documents no way to take all of them away."},
    )

    def clean_proxy_id(self) -> str:
        """Take a bare id."""
        value: str = self.cleaned_data["proxy_id"].strip()
        if any(character in value for character in "/?# \t"):
            raise forms.ValidationError("That is no proxy id: it has a slash or a space in it. Copy the id alone.")
        return value


@require_GET
@connection_view(Role.VIEWER)
def permissions(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Show the matrix of apps and permissions."""
    context = {
        "connection": connection,
        "collection_id": collection_id,
        "name": name_of(request, connection, collection_id),
        "apps": rights_set_here(connection, collection_id),
        "all_permissions": PERMISSIONS,
        "tab": "permissions",
    }
    return render(request, "data/appdb/permissions.html", context)


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Set what one app may do (`proxy` in the address names one)."""
    name = name_of(request, connection, collection_id)
    known = {each.proxy_id: each for each in rights_set_here(connection, collection_id)}
    proxy = request.GET.get("proxy", "")
    usual: dict[str, Any] = {"permissions": ["read", "read_content"]}
    if proxy in known:
        usual = {"proxy_id": proxy, "permissions": list(known[proxy].permissions)}

    def act(values: dict[str, Any]) -> str:
        proxy_id = values["proxy_id"]
        granted: Any = [each for each in NAMES if each in values["permissions"]]
        before = known.get(proxy_id)
        make_change(
            connection,
            request.user,
            Change(
                OPERATION,
                Target(TARGET, collection_id, name),
                {"proxy_id": proxy_id, "permissions": list(before.permissions)} if before else None,
                {"proxy_id": proxy_id, "permissions": granted},
            ),
            lambda client: client.appdb.update_collection_permissions(collection_id, proxy_id, granted),
        )
        return f"The app {short(proxy_id)} has {len(granted)} permission{'' if len(granted) == 1 else 's'} on {name}."

    back = collection_url(connection, collection_id, "appdb_permissions")
    dialog = ChangeDialog(
        operation=OPERATION,
        title="Set what an app may do",
        button="Set the permissions",
        button_icon="shield-check",
        act=act,
        parent=(name, back),
        done_url=back,
        goes=True,
        lead=f"The list takes the place of what the app may do with {name} now, which no documented call tells.",
    )
    return answer_change(request, connection, dialog, lambda data: PermissionsForm(data, initial=usual))
