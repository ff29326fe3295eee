"""Which stream fills a dataset, for some minutes after its page told: saves the panel a call before its own."""

from __future__ import annotations

from django.core.cache import cache

from apps.connections.models import Connection
from domoadmin.services.client import Client

KEPT_SECONDS = 300
NONE = "0"


def _key(connection: Connection, dataset_id: str) -> str:
    # A connection that was edited may be another instance.
    return f"data:streams:of:{connection.pk}:{connection.updated.timestamp()}:{dataset_id}"


def note_stream(connection: Connection, dataset_id: str, stream_id: str) -> None:
    """Keep what a dataset's metadata said."""
    cache.set(_key(connection, dataset_id), stream_id or NONE, KEPT_SECONDS)


def stream_of(connection: Connection, client: Client, dataset_id: str) -> str:
    """Return the id of the stream that fills a dataset, empty when none does; by a call unless it is known."""
    found = cache.get(_key(connection, dataset_id))
    if not isinstance(found, str):
        found = client.datasets.get_metadata(dataset_id).stream_id or NONE
        note_stream(connection, dataset_id, found)
    return "" if found == NONE else found
