"""All roles beside all authorities: who may do what, searched, and only what differs where that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.core.fragments import render_page
from apps.governance.roles.reading import (
    Catalogue,
    Entry,
    Held,
    by_heading,
    cache_key,
    is_system,
    read_catalogue,
    read_many_held,
    read_roles,
)
from domoadmin.services.results import UpstreamRole
from domoadmin.services.roles import Role

# So long what was read answers the next letters that somebody types into the search.
KEPT_SECONDS = 60
# Columns that are read; an instance with more roles chooses among them.
MOST_ROLES = 60
HAS = SafeString('<td class="has">✓</td>')
LACKS = SafeString("<td></td>")
UNTOLD = SafeString('<td class="untold">?</td>')
NO_CELLS = SafeString("")


@dataclass(frozen=True)
class Column:
    """A role, and what it has."""

    id: str
    name: str
    count: int | None
    held: Held
    system: bool = False


@dataclass(frozen=True)
class AllRoles:
    """Every role with its authorities, as they were read."""

    columns: Sequence[Column]
    catalogue: Catalogue
    at: datetime = field(default_factory=timezone.now)
    left_out: int = 0


@dataclass(frozen=True)
class Line:
    """A row of the matrix: an authority, or a heading (then entry is None)."""

    entry: Entry | None
    heading: str
    cells: SafeString = NO_CELLS


@dataclass(frozen=True)
class Matrix:
    """The part that is asked for. total: how many authorities there are; shown: how many rows are left."""

    columns: Sequence[Column]
    lines: Sequence[Line]
    shown: int
    total: int
    untold: Sequence[Column]

    @property
    def span(self) -> int:
        """Return over how many columns a heading goes."""
        return len(self.columns) + 1


def read_all(connection: Connection, *, fresh: bool = False) -> AllRoles:
    """Return every role with its authorities, at most a minute old. Raises UpstreamError."""
    key = cache_key(connection)
    kept: AllRoles | None = None if fresh else cache.get(key)
    if kept is not None:
        return kept
    client = connection.client()
    roles = read_roles(client)
    catalogue = read_catalogue(client)
    held = read_many_held(client, roles[:MOST_ROLES])
    columns = [_column(role, held[role.id]) for role in roles[:MOST_ROLES]]
    named = sorted({name for each in held.values() for name in each.names or ()})
    found = AllRoles(columns, catalogue.with_names(named), left_out=len(roles) - len(columns))
    cache.set(key, found, KEPT_SECONDS)
    return found


def forget(connection: Connection) -> None:
    """Forget what was read: a role was changed."""
    cache.delete(cache_key(connection))


def _column(role: UpstreamRole, held: Held) -> Column:
    return Column(role.id, role.name or role.id, role.authority_count, held, is_system(role))


def matrix_of(found: AllRoles, words: str, chosen: Sequence[str], *, differing: bool) -> Matrix:
    """Return the rows with the words, for the chosen roles (all where none is), only differing ones where asked."""
    columns = [column for column in found.columns if not chosen or column.id in chosen]
    wanted = words.casefold().split()
    entries = [entry for entry in found.catalogue.entries.values() if all(word in entry.words for word in wanted)]
    if differing:
        entries = [entry for entry in entries if _differs(entry, columns)]
    lines: list[Line] = []
    for heading, group in by_heading(entries):
        lines.append(Line(None, heading))
        lines += [Line(entry, heading, _cells(entry, columns)) for entry in group]
    untold = [column for column in columns if not column.held.is_told]
    return Matrix(columns, lines, len(entries), len(found.catalogue.entries), untold)


def _differs(entry: Entry, columns: Sequence[Column]) -> bool:
    return len({entry.key in column.held.names for column in columns if column.held.names is not None}) > 1


def _cells(entry: Entry, columns: Sequence[Column]) -> SafeString:
    # Written here: thousands of cells take a template a second.
    cells = (
        UNTOLD if column.held.names is None else HAS if entry.key in column.held.names else LACKS for column in columns
    )
    return SafeString("".join(cells))


@require_GET
@connection_view(Role.VIEWER)
def matrix(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the matrix, or the table alone while somebody types."""
    found = read_all(connection, fresh="fresh" in request.GET)
    words, chosen = request.GET.get("q", "").strip(), request.GET.getlist("role")
    differing = "differing" in request.GET
    shown = matrix_of(found, words, chosen, differing=differing)
    context = {
        "connection": connection,
        "found": found,
        "matrix": shown,
        "head": _head(connection, shown.columns),
        "words": words,
        "chosen": chosen,
        "differing": differing,
        "export_query": request.GET.urlencode(),
    }
    return render_page(request, "governance/roles/matrix.html", "governance/roles/matrix_table.html", context)


def _head(connection: Connection, columns: Sequence[Column]) -> SafeString:
    named = (
        (reverse("governance:role_show", args=[connection.slug, column.id]), column.name, column.name)
        for column in columns
    )
    return format_html_join("", '<th class="matrix-role" scope="col"><a href="{}" title="{}">{}</a></th>', named)


@require_GET
@connection_view(Role.VIEWER)
def matrix_export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream the part that is asked for as CSV."""
    found = read_all(connection)
    differing = "differing" in request.GET
    shown = matrix_of(found, request.GET.get("q", "").strip(), request.GET.getlist("role"), differing=differing)
    header = ("Authority", "Title", "Heading", *(column.name for column in shown.columns))
    rows = (
        (line.entry.key, line.entry.title, line.heading, *(_word(line.entry.key, column) for column in shown.columns))
        for line in shown.lines
        if line.entry is not None
    )
    return csv_response(f"roles-{connection.slug}.csv", header, rows)


def _word(key: str, column: Column) -> str:
    if column.held.names is None:
        return "not told"
    return "yes" if key in column.held.names else ""
