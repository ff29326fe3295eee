"""The query console: choosing a dataset, the editor beside its schema, the result, cancelling."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import Failure, failure_of
from apps.core.fragments import is_fragment, patch_vary, render_page
from apps.data.datasets.detail import recent, remember
from apps.data.datasets.search import DatasetPage, find
from apps.data.queries import history
from apps.data.queries.jobs import LONGEST_LINKED_SQL
from apps.data.queries.models import NamedQuery
from apps.data.queries.running import Asked, run_in_console
from apps.data.queries.sql import ROW_CAPS, default_statement
from apps.data.queries.tools import tools_of
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

CHOICES = 20
CONSOLE = "data/queries/console.html"
RESULT = "data/queries/result.html"


@connection_view(Role.STEWARD)
def choose(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Let a person choose what to query: the datasets they looked at last, or found by name."""
    words = request.GET.get("q", "").strip()
    found: DatasetPage | None = None
    failure: Failure | None = None
    if words:
        try:
            found = find(connection.client(), words, CHOICES)
        except UpstreamError as error:
            failure = failure_of(error)
    context = {
        "connection": connection,
        "words": words,
        "found": found,
        "failure": failure,
        "recent": recent(request, connection),
        "tab": "datasets",
    }
    status = failure.status if failure else 200
    return render_page(request, "data/queries/choose.html", "data/queries/choose_results.html", context, status)


@dataclass(frozen=True)
class ConsoleDataset:
    """What the console says of the dataset; what the upstream does not tell is empty or None."""

    name: str
    row_count: int | None = None


@connection_view(Role.STEWARD)
def dataset_query(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the editor (GET), or run what stands in it (POST: it only reads, but SQL may be longer than a URL)."""
    if request.method != "POST":
        named = _named(request, connection)
        dataset = read_dataset(request, connection, dataset_id)
        return console_page(request, connection, dataset_id, dataset, _sql_to_show(request, connection, named), named)
    asked = Asked(
        request.POST.get("sql", ""),
        row_cap(request.POST.get("rows", "")),
        request.POST.get("run", ""),
        known_name(request, connection, dataset_id),
    )
    outcome = run_in_console(request.user, connection, dataset_id, asked)
    context = outcome.context | {"connection": connection, "dataset_id": dataset_id, "rows": asked.rows}
    if is_fragment(request):
        response = render(request, RESULT, context, status=outcome.status)
        return patch_vary(request, trigger_client_event(response, "query-ran", {}))
    try:
        dataset = read_dataset(request, connection, dataset_id)
    except UpstreamError:
        # What was typed stays, whatever else fails.
        dataset = ConsoleDataset(asked.dataset_name)
    return console_page(
        request,
        connection,
        dataset_id,
        dataset,
        asked.sql,
        extra=outcome.context,
        rows=asked.rows,
        status=outcome.status,
    )


def console_page(
    request: ConnectionRequest,
    connection: Connection,
    dataset_id: str,
    dataset: ConsoleDataset,
    sql: str,
    named: NamedQuery | None = None,
    *,
    extra: dict[str, Any] | None = None,
    rows: int = ROW_CAPS[0],
    status: int = 200,
) -> HttpResponse:
    """Answer with the whole console. extra: the context of a result, a refusal or a failure."""
    context = {
        "connection": connection,
        "dataset_id": dataset_id,
        "dataset": dataset,
        "sql": sql or default_statement(dataset_id),
        "named": named,
        "rows": rows,
        "row_caps": ROW_CAPS,
        "tools": tools_of(connection, dataset_id, request.user),
        "run_key": uuid.uuid4(),
        **(extra or {}),
    }
    return patch_vary(request, render(request, CONSOLE, context, status=status))


def row_cap(text: str) -> int:
    """Return the chosen number of rows; what is no choice of ours is the smallest."""
    return int(text) if text.isdecimal() and int(text) in ROW_CAPS else ROW_CAPS[0]


def read_dataset(request: ConnectionRequest, connection: Connection, dataset_id: str) -> ConsoleDataset:
    """Return what the console says of the dataset, by one call, and remember that it was looked at."""
    dataset = connection.client().datasets.get_metadata(dataset_id)
    remember(request, connection, dataset.id or dataset_id, dataset.name)
    return ConsoleDataset(dataset.name, dataset.row_count)


def known_name(request: ConnectionRequest, connection: Connection, dataset_id: str) -> str:
    """Return the name of a dataset that the person looked at lately; empty for another one."""
    return dict(recent(request, connection)).get(dataset_id, "")


def _named(request: ConnectionRequest, connection: Connection) -> NamedQuery | None:
    wanted = request.GET.get("named", "")
    if not wanted.isdecimal():
        return None
    return history.named_queries_of(request.user, connection).filter(pk=wanted).first()


def _sql_to_show(request: ConnectionRequest, connection: Connection, named: NamedQuery | None) -> str:
    """Return the statement that a link asks for: of a named query, of an earlier run, or written in the link."""
    if named is not None:
        return named.sql
    try:
        run = history.runs_of(request.user, connection).filter(pk=uuid.UUID(request.GET.get("run", ""))).first()
    except ValueError:
        run = None
    return run.sql if run is not None else request.GET.get("sql", "")[:LONGEST_LINKED_SQL]


@require_POST
@connection_view(Role.STEWARD)
def cancel(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Stop waiting for an answer. The documents know no call that stops a query, so the upstream is told nothing."""
    try:
        key = uuid.UUID(request.POST.get("run", ""))
    except ValueError:
        key = uuid.UUID(int=0)
    history.cancel(request.user, key)
    if not is_fragment(request):
        return HttpResponseRedirect(reverse("data:query_history", args=[connection.slug]))
    response = render(request, RESULT, {"cancelled": True, "connection": connection})
    return patch_vary(request, trigger_client_event(response, "query-ran", {}))
