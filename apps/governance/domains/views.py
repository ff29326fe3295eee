"""The tree, the page of one domain with its panels, the search, and the export of what is below a domain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.audit.models import AuditRecord, Outcome
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection, Kind
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.failures import failure_of
from apps.core.fragments import patch_vary, render_page
from apps.core.panels import PanelContent, panel_view
from apps.governance.domains import finding
from apps.governance.domains.custom_data import entries_of
from apps.governance.domains.levels import LevelPage, level_page, top_page
from apps.governance.domains.limits import LIMITS, gauges_of, limit_in
from apps.governance.domains.moving import last_move
from apps.governance.domains.reading import SECONDS, fetch, or_absent, read_domain, read_path, title_of
from apps.governance.domains.tree import TreeReader
from apps.governance.domains.walking import walk_below
from domoadmin.services.errors import UpstreamError
from domoadmin.services.resources.domains import ListAttribute
from domoadmin.services.results import Domain
from domoadmin.services.roles import Role

KINDS = (Kind.DOMAINS,)
MOST_FOUND = 50
LAST_CHANGES = 8
# Pages of a hundred that the gauges add up; beyond that they say so.
MOST_LEVEL_PAGES = 10
EXPORTED: tuple[ListAttribute, ...] = ("id", "name", "description", "parents", "data", "settings")
EXPORT_HEADER = (
    "Level", "Id", "Parent id", "Path", "Name", "Description", *LIMITS.values(), "Address in mails", "Custom data",
)  # fmt: skip


# The tree


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
def domains_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the tree with nothing chosen; with `q` what has the words, for browsers without a script."""
    context = {"connection": connection, **_search(connection, request.GET.get("q", ""))}
    context["tree_url"] = reverse("governance:domains_tree", args=[connection.slug])
    # The trail is for admins.
    context["changes"] = _last_changes(connection) if may(request.user, Role.ADMIN) else None
    return render_page(request, "governance/domains/list.html", "governance/domains/list_part.html", context)


def _last_changes(connection: Connection) -> list[AuditRecord]:
    records = AuditRecord.objects.filter(connection=connection.slug, target_kind="domain")
    return list(records.exclude(outcome=Outcome.INTENDED).exclude(target_id="").order_by("-pk")[:LAST_CHANGES])


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
@panel_view("domain-tree", "Tree")
def tree(request: ConnectionRequest, connection: Connection, domain_id: str = "") -> PanelContent:
    """Show the topmost domains, and the branches that lead to one domain opened."""
    client = connection.client()
    path: list[Domain] = []
    with client.deadline(SECONDS):
        if domain_id:
            with or_absent(domain_id):
                domain = fetch(client, domain_id)
            path = [*read_path(client, domain).above, domain]
        branch = TreeReader(client, connection.slug).opened(path)
    return PanelContent("governance/domains/panels/tree.html", {"branch": branch, "connection": connection})


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
def top_branch(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show a further page of the topmost domains."""
    return _branch(request, connection, "", 1)


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
def branch(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Show a page of what is right below a domain, for the tree. level: of its rows; above: ids above it."""
    level = request.GET.get("level", "")
    return _branch(request, connection, domain_id, int(level) if level.isdecimal() and len(level) < 4 else 2)


def _branch(request: ConnectionRequest, connection: Connection, domain_id: str, level: int) -> HttpResponse:
    client, marker = connection.client(), request.GET.get("marker", "")
    reader = TreeReader(client, connection.slug)
    context: dict[str, Any] = {"connection": connection, "retry_url": request.get_full_path()}
    status = 200
    try:
        with or_absent(domain_id), client.deadline(SECONDS):
            above = request.GET.getlist("above")
            found = reader.branch(domain_id, level, above, marker) if domain_id else reader.top(marker)
        context["branch"] = found
    except UpstreamError as error:
        context["failure"] = failure_of(error)
        status = context["failure"].status
    response = render(request, "governance/domains/branch.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


# Search


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
def found(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show what has the words, in place of the tree."""
    context = {"connection": connection, **_search(connection, request.GET.get("q", ""))}
    response = render(request, "governance/domains/found.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _search(connection: Connection, words: str) -> dict[str, Any]:
    words = words.strip()
    if not words:
        return {"words": ""}
    try:
        index = finding.index_of(connection)
    except UpstreamError as error:
        return {"words": words, "search_failure": failure_of(error)}
    hits = list(index.matching(words))
    rows = [(known, " / ".join(each.title for each in index.above(known.id))) for known in hits[:MOST_FOUND]]
    return {"words": words, "hits": rows, "hit_count": len(hits), "index": index}


# One domain


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
def domain_show(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Show one domain; alone what stands beside the tree, when it was chosen there."""
    domain = read_domain(connection, domain_id)
    context = {
        "connection": connection,
        "domain": domain,
        "title": title_of(domain),
        "tree_url": reverse("governance:domain_tree", args=[connection.slug, domain_id]),
        "path": read_path(connection.client(), domain),
        "entries": entries_of(domain),
        "public_url": _plain(domain.settings.get("publicUrl")),
        "further": _further(domain),
        "moved": last_move(connection, domain) if may(request.user, Role.ADMIN) else None,
    }
    return render_page(request, "governance/domains/show.html", "governance/domains/show_part.html", context)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _further(domain: Domain) -> list[tuple[str, str]]:
    """Return the settings that have no place of their own, theme among them, as the API has them."""
    known = {*LIMITS, "publicUrl"}
    return [
        (name, json.dumps(value, indent=2, ensure_ascii=False))
        for name, value in domain.settings.items()
        if name not in known and value not in (None, {}, "")
    ]


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
@panel_view("domain-limits", "Limits")
def limits(request: ConnectionRequest, connection: Connection, domain_id: str) -> PanelContent:
    """Show the limits with what counts above, and what is given on below."""
    client = connection.client()
    with or_absent(domain_id), client.deadline(SECONDS):
        domain = fetch(client, domain_id)
        path = read_path(client, domain)
        children, complete = _level(client, domain_id, path.ids)
    context = {
        "gauges": gauges_of(domain, path.above, children),
        "children": len(children),
        "complete": complete and path.complete,
        "connection": connection,
        "domain_id": domain_id,
        "public_url": _plain(domain.settings.get("publicUrl")),
    }
    return PanelContent("governance/domains/panels/limits.html", context)


def _level(client: Any, domain_id: str, above: tuple[str, ...]) -> tuple[list[Domain], bool]:
    """Return what is right below a domain, and whether that is all."""
    page = level_page(client, domain_id, above)
    children = list(page.domains)
    for _ in range(MOST_LEVEL_PAGES - 1):
        if not page.marker:
            break
        page = level_page(client, domain_id, page.above, page.marker)
        children += page.domains
    return children, not page.marker


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
@panel_view("domain-below", "Right below")
def below(request: ConnectionRequest, connection: Connection, domain_id: str) -> PanelContent:
    """Show the first page of what is right below a domain."""
    page = _below_page(request, connection, domain_id)
    context = _below_context(request, connection, domain_id, page)
    return PanelContent("governance/domains/panels/below.html", context, _count_words(page))


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
def below_more(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Show the next rows of what is right below a domain."""
    page = _below_page(request, connection, domain_id)
    context = _below_context(request, connection, domain_id, page)
    return patch_vary(request, render(request, "governance/domains/below_rows.html", context))


def _below_page(request: ConnectionRequest, connection: Connection, domain_id: str) -> LevelPage:
    client = connection.client()
    with or_absent(domain_id), client.deadline(SECONDS):
        return level_page(client, domain_id, request.GET.getlist("above"), request.GET.get("marker", ""))


def _below_context(
    request: ConnectionRequest, connection: Connection, domain_id: str, page: LevelPage
) -> dict[str, Any]:
    rows = [(each, title_of(each), [limit_in(each.settings, name) for name in LIMITS]) for each in page.domains]
    more = urlencode([("marker", page.marker), *(("above", each) for each in sorted(page.above))])
    return {
        "rows": rows,
        "page": page,
        "more_query": more,
        "labels": LIMITS.values(),
        "connection": connection,
        "domain_id": domain_id,
    }


def _count_words(page: LevelPage) -> str:
    count = len(page.domains)
    return f"the first {count:,}" if page.marker else f"{count:,} domain{'' if count == 1 else 's'}"


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
@panel_view("domains-top", "Topmost domains")
def top_panel(request: ConnectionRequest, connection: Connection) -> PanelContent:
    """Show the topmost domains that the token sees."""
    client = connection.client()
    with client.deadline(SECONDS):
        page = top_page(client)
    rows = [(each, title_of(each)) for each in page.domains]
    context = {"rows": rows, "more": bool(page.marker), "connection": connection}
    return PanelContent("governance/domains/panels/top.html", context, _count_words(page))


# Export


@require_GET
@connection_view(Role.VIEWER, kinds=KINDS)
def export(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponseBase:
    """Stream a domain and everything below it as CSV, walked by markers."""
    client = connection.client()
    domain = read_domain(connection, domain_id)
    path = read_path(client, domain)

    def rows() -> Iterator[tuple[object, ...]]:
        yield _export_row(domain, path.ids)
        for step in walk_below(client, domain.id, EXPORTED):
            yield _export_row(step.domain, (*path.ids, *step.above))

    return csv_response(f"domains-{connection.slug}-{domain.id}.csv", EXPORT_HEADER, rows())


def _export_row(domain: Domain, above: tuple[str, ...]) -> tuple[object, ...]:
    limits = [limit_in(domain.settings, name) for name in LIMITS]
    data = json.dumps(domain.data, ensure_ascii=False) if domain.data else ""
    place = " / ".join((*above, domain.id))
    parent = above[-1] if above else ""
    url = _plain(domain.settings.get("publicUrl"))
    return (len(above) + 1, domain.id, parent, place, domain.name, domain.description, *limits, url, data)
