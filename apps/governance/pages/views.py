"""The tree of pages, the list of them, one page, and what is suggested while one types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.failures import failure_of
from apps.core.object_pages import url_in_domo
from apps.governance.pages.jobs import PageAction
from apps.governance.pages.listing import PageList, owners_markup
from apps.governance.pages.reading import PageQuery, find_pages, find_people, line_above, read_page
from apps.governance.pages.rows import TOP, PageRow
from apps.governance.pages.tree import BRANCH, Branch, read_branch
from apps.jobs.bulk.views import bulk_buttons
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.operations import registry
from domoadmin.services.roles import Role

SECONDS = 30.0
MOST_OPENED = 25
DEEPEST = 12
SUGGESTED = 20
EXPORT_HEADER = ("Id", "Title", "Below id", "Below", "Owner ids", "Owners", "Cards", "Locked", "Modified", "Created")


@connection_view(Role.VIEWER)
def tree(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the tree: the top, and the branches that the address opens (open=ID for each)."""
    client = connection.client()
    opened = [each for each in request.GET.getlist("open") if each.isdecimal()][:MOST_OPENED]
    context: dict[str, Any] = _common(request, connection) | {"opened": opened}
    try:
        with client.deadline(SECONDS):
            top = read_branch(client)
            context |= {"branch": top, "nodes": _opened(client, top, 0, set(opened)), "rest": _rest(top, TOP, 0, 0)}
    except UpstreamError as error:
        context["failure"] = failure_of(error)
        return render(request, "governance/pages/tree.html", context, status=context["failure"].status)
    return render(request, "governance/pages/tree.html", context)


def _opened(client: Client, branch: Branch, depth: int, opened: set[str]) -> list[Any]:
    """Return the nodes of a branch with the opened ones below them, in the order in which they are drawn."""
    found: list[Any] = []
    for node in branch.nodes(depth):
        is_open = node.page.id in opened and node.may_open and depth < DEEPEST
        found.append(replace(node, opened=is_open))
        if is_open:
            below = read_branch(client, node.page.id)
            found += _opened(client, below, depth + 1, opened - {node.page.id})
            rest = _rest(below, node.page.id, depth + 1, 0)
            found += [rest] if rest else []
    return found


def _rest(branch: Branch, parent: str, depth: int, offset: int) -> dict[str, Any] | None:
    """Return what a row needs that loads the rest of a long branch."""
    shown = offset + len(branch.rows)
    if shown >= branch.total or not branch.rows:
        return None
    return {"parent": parent, "depth": depth, "offset": shown, "left": branch.total - shown, "count": BRANCH}


def _common(request: ConnectionRequest, connection: Connection) -> dict[str, Any]:
    return {
        "connection": connection,
        "bulk_actions": bulk_buttons(PageAction.target_kind, request.user),
        "may_create": may(request.user, registry.get("pages.create_subpage").role),
    }


@require_GET
@connection_view(Role.VIEWER)
def branch(request: ConnectionRequest, connection: Connection, page_id: str) -> HttpResponse:
    """Answer the rows right below a page, to be put below its own row; a failure is a row, too."""
    depth = _whole(request.GET.get("depth", ""), 1, DEEPEST)
    offset = _whole(request.GET.get("offset", ""), 0, 1_000_000)
    client = connection.client()
    context: dict[str, Any] = _common(request, connection) | {"page_id": page_id, "depth": depth}
    try:
        with client.deadline(SECONDS):
            found = read_branch(client, page_id, offset)
    except UpstreamError as error:
        context |= {"failure": failure_of(error), "retry_url": request.get_full_path()}
        response = render(request, "governance/pages/branch_error.html", context)
    else:
        context |= {"nodes": found.nodes(depth), "rest": _rest(found, page_id, depth, offset)}
        response = render(request, "governance/pages/branch.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _whole(text: str, usual: int, most: int) -> int:
    return min(int(text), most) if text.isdecimal() else usual


@connection_view(Role.VIEWER)
def pages_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of the pages that the token sees."""
    return PageList(request).respond("governance/pages/list.html", _common(request, connection))


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV."""
    return csv_response(f"pages-{connection.slug}.csv", EXPORT_HEADER, map(_export_row, PageList(request).every_row()))


def _export_row(row: PageRow) -> tuple[object, ...]:
    owners = row.owners or ()
    return (
        row.id, row.title, row.parent, row.parent_title, [owner.id for owner in owners],
        [owner.name for owner in owners], row.cards, row.locked, row.modified, row.created,
    )  # fmt: skip


@connection_view(Role.VIEWER)
def page_show(request: ConnectionRequest, connection: Connection, page_id: str) -> HttpResponse:
    """Show one page: the header by few calls, everything else in panels that load themselves."""
    client = connection.client()
    with client.deadline(SECONDS):
        found = read_page(client, page_id)
        above = line_above(client, found) if found else []
    page = found or PageRow(page_id, "")
    context = _common(request, connection) | {
        "page": page,
        "is_found": found is not None,
        "above": above,
        "owners": owners_markup(connection.slug, page),
        "domo_url": url_in_domo(connection.base_url, "page", page_id),
        "may_move": may(request.user, registry.get("pages.bulk_move").role),
        "tree_url": _tree_url(connection, [*(row.id for row in above), page_id]),
    }
    return render(request, "governance/pages/show.html", context)


def _tree_url(connection: Connection, opened: list[str]) -> str:
    base = reverse("governance:pages_tree", args=[connection.slug])
    return f"{base}?{'&'.join(f'open={each}' for each in opened)}"


@require_GET
@connection_view(Role.VIEWER)
def targets(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest pages by a part of their title."""
    words = request.GET.get("parent", "").strip()
    context: dict[str, Any] = {"options": [], "problem": ""}
    if len(words) >= 2:
        client = connection.client()
        try:
            with client.deadline(SECONDS):
                rows = find_pages(client, PageQuery(words), SUGGESTED).rows
        except UpstreamError as error:
            context["problem"] = str(error)
        else:
            context["options"] = [(f"{row.name} ({row.id})", f"below {row.parent_title or 'the top'}") for row in rows]
    return render(request, "governance/pages/options.html", context)


@require_GET
@connection_view(Role.VIEWER)
def people(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest people by a part of their name."""
    words = (request.GET.get("owner") or request.GET.get("person") or "").strip()
    context: dict[str, Any] = {"options": [], "problem": ""}
    if len(words) >= 2:
        client = connection.client()
        try:
            with client.deadline(SECONDS):
                found = find_people(client, words)
        except UpstreamError as error:
            context["problem"] = str(error)
        else:
            context["options"] = [(f"{person.name} ({person.id})", "") for person in found]
    return render(request, "governance/pages/options.html", context)
