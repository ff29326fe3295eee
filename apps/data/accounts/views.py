"""The list of data accounts, one account with what uses it, and a new one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.panels import PanelContent, panel_view
from apps.data.accounts.forms import AccountForm
from apps.data.accounts.listing import AccountList, Use
from apps.data.accounts.search import AccountRow, status_badges
from apps.data.streams.listing import badges_of, read_since
from apps.data.streams.models import StreamRecord
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, UpstreamError
from domoadmin.services.operations import registry
from domoadmin.services.results.accounts import DataAccount
from domoadmin.services.roles import Role

SECONDS = 30.0
SHOWN = 100
EXPORT_HEADER = ("Id", "Name", "Status", "Provider", "Type", "Owner", "Modified", "Streams", "Failing streams")


@connection_view(Role.VIEWER)
def accounts_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of the accounts."""
    context = {"connection": connection, "may_create": _may_create(request.user)}
    return AccountList(request).respond("data/accounts/list.html", context)


def _may_create(user: User) -> bool:
    return may(user, registry.get("accounts.create").role)


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV."""
    listing = AccountList(request)
    rows = (_export_row(row, use, listing.looked) for row, use in listing.every_row())
    return csv_response(f"accounts-{connection.slug}.csv", EXPORT_HEADER, rows)


def _export_row(row: AccountRow, use: Use | None, looked: bool) -> tuple[object, ...]:
    known = (use.streams if use else 0, use.failing if use else 0) if looked else (None, None)
    status = [word for word, _, _ in row.badges]
    return (row.id, row.name, status, row.provider, row.type, row.owner, row.modified, *known)


@connection_view(Role.VIEWER)
def account_show(request: ConnectionRequest, connection: Connection, account_id: str) -> HttpResponse:
    """Show one account by one call; who uses it loads itself."""
    client = connection.client()
    with client.deadline(SECONDS):
        account = client.accounts.get(account_id)
    context = {
        "connection": connection,
        "account_id": account_id,
        "account": account,
        "badges": status_badges(account.status),
    }
    return render(request, "data/accounts/show.html", context)


@connection_view(Role.VIEWER)
@panel_view("account-uses", "Used by")
def uses(request: ConnectionRequest, connection: Connection, account_id: str) -> PanelContent:
    """Show the streams and datasets that use the account, as the last look at the streams found them."""
    records = StreamRecord.objects.filter(connection=connection, account_id=account_id).select_related("connection")
    total = records.count()
    shown = [(record, badges_of(record)) for record in records.order_by("-urgency", "name")[:SHOWN]]
    since = read_since(connection)
    context = {"lines": shown, "total": total, "looked": since is not None, "connection": connection}
    context["account_id"] = account_id
    noun = "stream and its dataset" if total == 1 else "streams and their datasets"
    return PanelContent("data/accounts/panels/uses.html", context, f"{total:,} {noun}" if since else "", as_of=since)


@require_http_methods(["GET", "POST"])
@connection_view(Role.VIEWER)
def create(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make an account: a dialog."""
    dialog = ChangeDialog(
        operation="accounts.create",
        title="New data account",
        button="Create account",
        button_icon="plus",
        act=lambda values: _create(connection, request.user, values),
        parent=("Data accounts", reverse("data:accounts_list", args=[connection.slug])),
        lead="Domo’s documented call takes a name and a type and no credentials: these are typed in Domo, under Data, "
        "Accounts. DomoAdmin never sees them.",
        irreversible="No documented call changes or deletes an account: that is done in Domo.",
        events={"accounts-changed": {}},
    )
    return answer_change(request, connection, dialog, AccountForm)


def _create(connection: Connection, user: User, values: dict[str, Any]) -> str:
    """Make it and return what to say; where the answer was lost, look whether it is there."""
    name, kind = values["display_name"], values["account_type"]
    client = connection.client()
    with client.deadline(SECONDS):
        before = _ids_called(client, name)
    wanted = {"displayName": name, "accountType": kind}
    change = Change("accounts.create", Target("account", "", name), before=None, after=wanted)
    made = make_change(connection, user, change, lambda client: _send(client, name, kind, before))
    return f"{made.name or name} was made{f', with the id {made.id}' if made.id else ''}."


def _send(client: Client, name: str, kind: str, before: set[str]) -> DataAccount:
    try:
        made: DataAccount = client.accounts.create(name, kind)
    except UpstreamError as error:
        if error.delivery is not Delivery.UNKNOWN:
            raise
        new = _new_account(client, name, before)
        if new is None:
            raise
        return new
    return made


def _new_account(client: Client, name: str, before: set[str]) -> DataAccount | None:
    """Return the one account of this name that wasn't there before; None where there is none, or nobody can tell."""
    try:
        found = [each for each in client.accounts.list() if each.name == name and each.id not in before]
    except UpstreamError:
        return None
    return found[0] if len(found) == 1 else None


def _ids_called(client: Client, name: str) -> set[str]:
    """Return the ids of accounts that have this name already: names need not be unique."""
    return {each.id for each in client.accounts.list() if each.name == name}
