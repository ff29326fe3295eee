"""The panels beside the editor: named queries and the last runs of this dataset. They ask no upstream."""

from __future__ import annotations

from django.http import HttpResponse

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.panels import PanelContent, panel_view
from apps.data.queries import history
from apps.data.queries.tables import HistoryList, shorter_sql
from domoadmin.services.roles import Role

SHOWN = 8


@connection_view(Role.STEWARD)
@panel_view("named-queries", "Named queries", refresh=["named-queries-changed"])
def named(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the named queries of this dataset that the person sees."""
    found = list(history.named_queries_of(request.user, connection).filter(dataset_id=dataset_id)[: SHOWN + 1])
    lines = [(query, query.may_be_changed_by(request.user)) for query in found[:SHOWN]]
    context = {"lines": lines, "more": len(found) > SHOWN, "connection": connection}
    return PanelContent("data/queries/named_panel.html", context)


@connection_view(Role.STEWARD)
@panel_view("query-runs", "Your last runs", refresh=["query-ran"])
def runs(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show what the person ran on this dataset."""
    found = list(history.runs_of(request.user, connection).filter(dataset_id=dataset_id)[:SHOWN])
    lines = [(run, shorter_sql(run.sql)) for run in found]
    return PanelContent("data/queries/runs_panel.html", {"lines": lines, "connection": connection})


@connection_view(Role.STEWARD)
def list_runs(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show everything that the person ran on the connection."""
    return HistoryList(request).respond("data/queries/history.html", {"connection": connection, "tab": "history"})
