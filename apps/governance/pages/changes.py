"""What is changed at one page: a page below it, and where it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.governance.pages.forms import MoveForm, SubpageForm
from apps.governance.pages.moving import destination, in_the_way, standing
from apps.governance.pages.reading import pages_by_id, same_titles
from apps.governance.pages.rows import TOP, PageRow
from apps.governance.pages.tree import forget_index
from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, InvalidArguments, UpstreamError
from domoadmin.services.results.pages import Page
from domoadmin.services.roles import Role

SECONDS = 30.0
CHANGED: dict[str, dict[str, Any]] = {"pages-changed": {}}


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def create(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make a page below another: a dialog."""
    parent = request.GET.get("parent", "")
    parent = parent if parent.isdecimal() else ""
    tree_url = reverse("governance:pages_tree", args=[connection.slug])
    back = reverse("governance:page_show", args=[connection.slug, parent]) if parent else tree_url

    def make_form(data: Any) -> SubpageForm:
        return SubpageForm(data, connection=connection, parent=parent)

    dialog = ChangeDialog(
        operation="pages.create_subpage",
        title="New subpage",
        button="Create the page",
        button_icon="plus",
        act=lambda values: _create(connection, request.user, values),
        parent=("Page" if parent else "Pages", back),
        lead="The account of this connection’s token becomes its owner, and the only one who sees it at first.",
        irreversible="No documented call deletes a page: it is taken away again in Domo.",
        events=CHANGED,
    )
    return answer_change(request, connection, dialog, make_form)


def _create(connection: Connection, user: User, values: dict[str, Any]) -> str:
    """Make the page and return what to say. Raises InvalidArguments for a title that stands there, UpstreamError."""
    parent, title = values["parent"], values["title"]
    client = connection.client()
    with client.deadline(SECONDS):
        # A page whose parent nobody tells says nothing about a title below this one.
        if any((row.parent or TOP) == parent for row in same_titles(client, title, [parent]) if row.parent is not None):
            raise InvalidArguments(f"a page called “{title}” stands there already. Nothing was sent", argument="title")
    wanted = {"parent": parent, "title": title, "has_layout": values["has_layout"]}
    change = Change("pages.create_subpage", Target("page", "", title), before=None, after=wanted)

    def send(client: Client) -> Page:
        made: Page = client.pages.create_subpage(parent, title, has_layout=values["has_layout"])
        return made

    try:
        made = make_change(connection, user, change, send)
    except Conflict as error:
        raise InvalidArguments(_conflict(error), argument="title") from error
    forget_index(connection.slug)
    return f"{made.title or title} was made{f', with the id {made.id}' if made.id else ''}."


def _conflict(error: UpstreamError) -> str:
    asked = f" Request id {error.request_id}." if error.request_id else ""
    return f"Domo answers 409, conflict: {error.message or error}.{asked} Nothing was changed"


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def move(request: ConnectionRequest, connection: Connection, page_id: str) -> HttpResponse:
    """Move one page below another: a dialog that looks for conflicts first."""
    client = connection.client()
    with client.deadline(SECONDS):
        page = pages_by_id(client, [page_id]).get(page_id) or PageRow(page_id, "")
    back = reverse("governance:page_show", args=[connection.slug, page_id])

    def make_form(data: Any) -> MoveForm:
        form = MoveForm(data, connection=connection)
        form.fields["parent"].widget.attrs["autofocus"] = True
        return form

    dialog = ChangeDialog(
        operation="pages.bulk_move",
        title=f"Move {page.name}",
        button="Move the page",
        button_icon="arrows-exchange",
        act=lambda values: _move(connection, request.user, page_id, values["parent"]),
        parent=(page.name, back),
        done_url=back,
        goes=True,
        lead="It moves with all that stands below it and keeps its permissions. It can be moved back the same way.",
    )
    return answer_change(request, connection, dialog, make_form)


def _move(connection: Connection, user: User, page_id: str, target: str) -> str:
    """Move a page and return what to say. Raises InvalidArguments where a conflict is known, UpstreamError."""
    client = connection.client()
    with client.deadline(SECONDS):
        there = destination(client, target)
        if not there.known:
            raise InvalidArguments(f"the search knows no page {target}. Nothing was sent", argument="parent")
        before = standing(client, page_id, target)
    reason = in_the_way(before, target)
    if reason:
        raise InvalidArguments(f"{reason} Nothing was sent", argument="parent")
    change = Change(
        "pages.bulk_move",
        Target("page", page_id, before["title"]),
        {"parent": before["parent"]},
        {"parent": "" if target == TOP else target},
    )
    try:
        make_change(connection, user, change, lambda client: client.pages.bulk_move([page_id], target))
    except Conflict as error:
        raise InvalidArguments(_conflict(error), argument="parent") from error
    forget_index(connection.slug)
    return f"{before['title']} stands below {there.name} now." if target != TOP else f"{before['title']} is at the top."
