"""Looking at all streams of an instance: Domo documents no list of them, so the datasets say which stream fills them.

The search names the datasets, the call for a hundred of them (where there is one) says which have a stream, and then
each stream is asked for. What is found is kept as StreamRecord.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.db import models
from django.utils import timezone

from apps.audit.canonical import storable_text
from apps.connections.models import Connection
from apps.data.streams import health
from apps.data.streams.models import StreamRecord
from apps.data.streams.schedule import words_of
from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, NotFound, UpstreamError
from domoadmin.services.exact_json import loads
from domoadmin.services.results import Dataset
from domoadmin.services.results.fields import text
from domoadmin.services.results.streams import Stream

_LENGTHS = {
    field.name: field.max_length
    for field in StreamRecord._meta.concrete_fields
    if isinstance(field, models.CharField | models.TextField)
}
# What a column of the database holds.
MOST_ROWS = 2**63 - 1
_KEY = ("connection", "stream_id")
_WRITTEN = [
    field.name for field in StreamRecord._meta.concrete_fields if not field.primary_key and field.name not in _KEY
]


def datasets_of(client: Client, dataset_ids: Sequence[str]) -> Iterator[Dataset]:
    """Yield the metadata of up to a hundred datasets: by one call where the upstream has it, else one by one."""
    found: dict[str, Dataset] = {}
    try:
        found = {dataset.id: dataset for dataset in client.datasets.bulk_get(dataset_ids)}
    except UpstreamError:
        # It stands in no document: whatever it answers, the documented call tells.
        found = {}
    # Where it tells the stream of any, a dataset without a word of it has none; else it may only tell shortly.
    tells = any(dataset.stream_id for dataset in found.values())
    for dataset_id in dataset_ids:
        known = found.get(dataset_id)
        if known is not None and tells:
            yield known
            continue
        try:
            yield client.datasets.get_metadata(dataset_id)
        except (NotFound, Forbidden):
            continue


def look_at(
    connection: Connection, client: Client, dataset_ids: Sequence[str], check: Callable[[], None]
) -> list[StreamRecord]:
    """Read the streams of these datasets and keep them. check: called between calls; what it raises stops the look."""
    records = []
    for dataset in datasets_of(client, dataset_ids):
        check()
        if dataset.stream_id in ("", "0"):
            continue
        try:
            stream = client.streams.get(dataset.stream_id)
        except (NotFound, Forbidden):
            continue
        since = _failing_since(client, stream) if health.standing_of(stream, timezone.now()).failing else None
        records.append(record_of(connection, stream, since, dataset))
    keep(records)
    return records


def record_of(
    connection: Connection, stream: Stream, failing_since: datetime | None, dataset: Dataset | None = None
) -> StreamRecord:
    """Return the row of a stream. failing_since: when its failures began, if it fails; dataset: what it fills."""
    now = timezone.now()
    source = stream.dataset or dataset
    standing = health.standing_of(stream, now)
    last = stream.last_execution
    problems = health.problems_of(last) if standing.failing else []
    owner = (stream.dataset and stream.dataset.owner) or (dataset and dataset.owner)
    record = StreamRecord(
        connection=connection,
        stream_id=stream.id or (dataset.stream_id if dataset else ""),
        dataset_id=(source.id if source else "") or (dataset.id if dataset else ""),
        name=(source.name.strip() if source else "") or f"Stream {stream.id}",
        owner_name=(owner.name or owner.id) if owner else "",
        provider_key=stream.provider_key,
        provider_name=stream.provider_name or stream.provider_key,
        transport_type=stream.transport_type,
        transport=stream.transport_description,
        transport_version=text(stream.raw, "transport.version"),
        account_id=stream.account_id,
        schedule_kind=_kind_of(stream),
        schedule_words=words_of(health.schedule_text(stream), stream.schedule_expression),
        is_failing=standing.failing,
        is_late=standing.late,
        is_disabled=standing.disabled,
        never_ran=standing.never,
        is_running=standing.running,
        urgency=standing.urgency,
        error_code=problems[0].code if problems else "",
        error_text=problems[0].message if problems else "",
        request_id=(last.request_id or "") if last and standing.failing else "",
        failing_since=failing_since if standing.failing else None,
        last_run_at=health.ended_at(last),
        last_success_at=health.ended_at(stream.last_successful_execution),
        rows_inserted=last.rows_inserted if last else None,
        read_at=now,
    )
    return _cut(record)


def _kind_of(stream: Stream) -> str:
    try:
        found = loads(health.schedule_text(stream) or "{}")
    except (ValueError, RecursionError):
        return "unreadable"
    return str(found.get("type", "")) if isinstance(found, dict) else "unreadable"


def _failing_since(client: Client, stream: Stream) -> datetime | None:
    """Return when the failures began, by the history; where that can't be had, when the last one did."""
    last = stream.last_execution
    try:
        since = health.failing_since(client.streams.history(stream.id))
    except UpstreamError:
        since = None
    return since or (last.started if last else None)


def _cut(record: StreamRecord) -> StreamRecord:
    """Make it storable: what an upstream sends is never refused for its length or its characters."""
    for name, longest in _LENGTHS.items():
        setattr(record, name, storable_text(getattr(record, name), longest))
    if record.rows_inserted is not None and abs(record.rows_inserted) > MOST_ROWS:
        record.rows_inserted = None
    return record


def keep(records: Iterable[StreamRecord]) -> None:
    """Store rows in place of the earlier ones of the same streams."""
    once = {(record.connection_id, record.stream_id): record for record in records if record.stream_id}
    StreamRecord.objects.bulk_create(
        once.values(), batch_size=100, update_conflicts=True, unique_fields=_KEY, update_fields=_WRITTEN
    )


def refresh(connection: Connection, stream: Stream, failing_since: datetime | None = None) -> None:
    """Keep what a page has just read of a stream, so that the board isn't behind it; before the first look, nothing.

    One stream alone would look like a whole instance.
    """
    if StreamRecord.objects.filter(connection=connection).exists():
        keep([record_of(connection, stream, failing_since)])


def forget_older(connection: Connection, before: datetime) -> int:
    """Remove streams that a whole look did not meet any more; returns how many."""
    removed, _ = StreamRecord.objects.filter(connection=connection, read_at__lt=before).delete()
    return removed
