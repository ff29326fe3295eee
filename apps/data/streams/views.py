"""The board of streams, its export, the look that fills it, and the page of one stream."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.forms import saved
from apps.core.panels import PanelContent, panel_view
from apps.data.streams import survey
from apps.data.streams.detail import StreamFacts, execution_facts
from apps.data.streams.health import failing_since
from apps.data.streams.history import History, read_with_history
from apps.data.streams.jobs import start_look
from apps.data.streams.listing import StreamList, badges_of, counts_of, read_since
from apps.data.streams.models import StreamRecord
from apps.jobs import service as jobs
from domoadmin.services.results.streams import Stream
from domoadmin.services.roles import Role

SECONDS = 30.0
EXPORT_HEADER = (
    "Stream id", "Dataset id", "Name", "State", "Error code", "Error", "Request id", "Failing since", "Schedule",
    "Last success", "Last run", "Rows of last run", "Provider", "Account id", "Owner", "Read",
)  # fmt: skip


@connection_view(Role.VIEWER)
def streams_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the board."""
    return StreamList(request).respond("data/streams/list.html", {"connection": connection})


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV."""
    rows = StreamList(request).every_row()
    return csv_response(f"streams-{connection.slug}.csv", EXPORT_HEADER, map(_export_row, rows))


def _export_row(record: StreamRecord) -> tuple[object, ...]:
    return (
        record.stream_id,
        record.dataset_id,
        record.name,
        [word for word, _, _ in badges_of(record)],
        record.error_code,
        record.error_text,
        record.request_id,
        record.failing_since,
        record.schedule_words,
        record.last_success_at,
        record.last_run_at,
        record.rows_inserted,
        record.provider_name,
        record.account_id,
        record.owner_name,
        record.read_at,
    )


@require_POST
@connection_view(Role.STEWARD)
def look(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Start a look at all streams; a second one while one is at work is refused."""
    url = reverse("data:streams_list", args=[connection.slug])
    try:
        job = start_look(connection, request.user)
    except jobs.AlreadyActive as refusal:
        return saved(request, url, str(refusal), {"streams-changed": {}})
    response = saved(request, job.get_absolute_url(), "The look at all streams has begun.")
    if response.status_code == 204:
        response.headers["HX-Redirect"] = job.get_absolute_url()
    return response


@connection_view(Role.VIEWER)
@panel_view("streams", "Streams")
def home(request: ConnectionRequest, connection: Connection) -> PanelContent:
    """Count the streams by how they stand, as the last look found them."""
    listing = StreamList(request)
    url = reverse("data:streams_list", args=[connection.slug])
    context = {"counts": counts_of(connection), "url": url, "connection": connection}
    context |= {"look": listing.look, "look_running": listing.look_running}
    since = read_since(connection)
    return PanelContent("data/streams/panels/home.html", context, as_of=since)


def read_stream(connection: Connection, stream_id: str) -> Stream:
    """Return the stream. Raises UpstreamError."""
    client = connection.client()
    with client.deadline(SECONDS):
        return client.streams.get(stream_id)


@connection_view(Role.VIEWER)
def stream_show(request: ConnectionRequest, connection: Connection, stream_id: str) -> HttpResponse:
    """Show one stream: facts, configuration and last runs by one call; its history loads itself."""
    facts = StreamFacts.of(read_stream(connection, stream_id), connection, stream_id, timezone.now())
    return render(
        request,
        "data/streams/show.html",
        {
            "connection": connection,
            "stream_id": stream_id,
            "facts": facts,
            "may_change": may(request.user, Role.STEWARD),
        },
    )


@connection_view(Role.VIEWER)
@panel_view("stream-history", "Executions", refresh=["stream-changed"])
def history(request: ConnectionRequest, connection: Connection, stream_id: str) -> PanelContent:
    """Show the runs as a chart, with what went wrong beside it."""
    client = connection.client()
    stream, executions = read_with_history(client, stream_id, SECONDS)
    found = History.of(executions, stream)
    survey.refresh(connection, stream, failing_since(executions))
    context = {"history": found, "connection": connection, "stream_id": stream_id}
    return PanelContent("data/streams/panels/history.html", context, found.subtitle)


@connection_view(Role.VIEWER)
def execution(request: ConnectionRequest, connection: Connection, stream_id: str, execution_id: str) -> HttpResponse:
    """Show all that is known of one run: what the history says, and the stream where it is one of its last."""
    stream, executions = read_with_history(connection.client(), stream_id, SECONDS)
    found = History.of(executions, stream).run(execution_id)
    if found is None:
        raise Http404(f"Stream {stream_id} has no execution {execution_id} that Domo still tells of.")
    facts = StreamFacts.of(stream, connection, stream_id, timezone.now())
    context = {"connection": connection, "stream_id": stream_id, "facts": facts, "run": execution_facts(found)}
    return render(request, "data/streams/execution.html", context)
