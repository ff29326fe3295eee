"""The panel "Stream" on a dataset's page: what fills it, when, and how the last runs went."""

from __future__ import annotations

from django.utils import timezone

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.panels import PanelContent, panel_view
from apps.data.streams import survey
from apps.data.streams.detail import StreamFacts
from apps.data.streams.health import failing_since
from apps.data.streams.history import History, read_with_history
from apps.data.streams.known import stream_of
from domoadmin.services.roles import Role

SECONDS = 20.0
SHOWN = 6


@connection_view(Role.VIEWER)
@panel_view("stream", "Stream", refresh=["dataset-changed", "stream-changed"])
def stream(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the stream that fills the dataset."""
    client = connection.client()
    template = "data/streams/panels/dataset.html"
    with client.deadline(SECONDS):
        stream_id = stream_of(connection, client, dataset_id)
    if not stream_id:
        return PanelContent(template, {"facts": None}, "none")
    found, executions = read_with_history(client, stream_id, SECONDS)
    survey.refresh(connection, found, failing_since(executions))
    facts = StreamFacts.of(found, connection, stream_id, timezone.now())
    history = History.of(executions, found)
    context = {
        "facts": facts,
        "runs": history.runs[:SHOWN],
        "history": history,
        "connection": connection,
        "may_change": may(request.user, Role.STEWARD),
    }
    return PanelContent(template, context, facts.schedule_words[:1].lower() + facts.schedule_words[1:])
