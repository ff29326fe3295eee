"""Looking at all datasets and cards: the search names them and, where it can, tells how each is certified.

That the search tells the certification stands in no document. Where a hit says nothing of it, each object is asked by
the documented call, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Literal

from django.utils import timezone

from apps.audit.canonical import storable_text
from apps.connections.models import Connection
from apps.core.side_by_side import side_by_side
from apps.governance.certification.models import CertifiedState, ContentKind, ContentRecord
from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, NotFound, UpstreamError
from domoadmin.services.results import Certification, SearchHit
from domoadmin.services.results.fields import mappings, moment, text

AT_ONCE = 500
ASKED_AT_ONCE = 8
ASKED_SECONDS = 60.0
_KEY = ("connection", "kind", "object_id")
_WRITTEN = [
    field.name for field in ContentRecord._meta.concrete_fields if not field.primary_key and field.name not in _KEY
]
_ENTITY_TYPES: dict[str, Literal["CARD", "DATA_SOURCE"]] = {
    ContentKind.DATASET: "DATA_SOURCE",
    ContentKind.CARD: "CARD",
}
_STATES = {
    "ACTIVE": CertifiedState.CERTIFIED,
    "CERTIFIED": CertifiedState.CERTIFIED,
    "REQUESTED": CertifiedState.REQUESTED,
    "PENDING": CertifiedState.REQUESTED,
    "EXPIRED": CertifiedState.EXPIRED,
}


def state_of(word: str) -> CertifiedState:
    """Return our state for what an upstream calls it; what is not known is not certified."""
    return _STATES.get(word.upper(), CertifiedState.NONE)


def read_state(client: Client, kind: str, object_id: str) -> Certification:
    """Return the certification by the documented call. Raises UpstreamError."""
    return client.certified_content.get_status(_ENTITY_TYPES[kind], object_id)


def certify(client: Client, kind: str, object_id: str) -> object:
    """Certify by the documented call. Raises UpstreamError."""
    return client.certified_content.certify(_ENTITY_TYPES[kind], object_id)


def decertify(client: Client, kind: str, object_id: str) -> object:
    """Take the certification away by the documented call. Raises UpstreamError."""
    return client.certified_content.decertify(_ENTITY_TYPES[kind], object_id)


def look_at(
    connection: Connection, client: Client, kind: str, since: datetime, check: Callable[[int], None]
) -> dict[str, int]:
    """Read everything of a kind and keep it; return how many were read, certified, and asked one by one.

    since: what was read after it by an earlier try of the same look is not asked again one by one.
    check: called with how many more were read; what it raises stops the look.
    """
    figures = {"read": 0, "certified": 0, "asked": 0}
    hits = (hit for hit in client.search.walk_all(entities=[kind], query="*") if hit.id)
    while group := list(islice(hits, AT_ONCE)):
        records = list(_records(connection, client, kind, group, since, check, figures))
        keep(records)
        figures["read"] += len(group)
        figures["certified"] += sum(record.state == CertifiedState.CERTIFIED for record in records)
        check(len(group))
    return figures


def _records(
    connection: Connection,
    client: Client,
    kind: str,
    hits: Sequence[SearchHit],
    since: datetime,
    check: Callable[[int], None],
    figures: dict[str, int],
) -> Iterator[ContentRecord]:
    # Where the search tells it of any, a hit without a word of it is not certified.
    if any("certification" in hit.raw or "certificationState" in hit.raw for hit in hits):
        for hit in hits:
            told = moment(hit.raw, "certification.lastUpdated", "certification.updated")
            yield record_of(connection, kind, hit, state_of(hit.certification), told)
        return
    known = ContentRecord.objects.filter(connection=connection, kind=kind, read_at__gte=since)
    read = set(known.filter(object_id__in=[hit.id for hit in hits]).values_list("object_id", flat=True))
    waiting = iter([hit for hit in hits if hit.id not in read])
    while some := list(islice(waiting, ASKED_AT_ONCE)):
        check(0)
        answers = side_by_side(client, ASKED_SECONDS, [partial(read_state, client, kind, hit.id) for hit in some])
        figures["asked"] += len(some)
        for hit, answer in zip(some, answers, strict=True):
            if isinstance(answer, NotFound | Forbidden):
                continue
            if isinstance(answer, UpstreamError):
                raise answer
            yield record_of(connection, kind, hit, state_of(answer.state), answer.updated)


def record_of(
    connection: Connection, kind: str, hit: SearchHit, state: CertifiedState, changed_at: datetime | None
) -> ContentRecord:
    """Return the row of a hit; what an upstream sends is never refused for its length or its letters."""
    return ContentRecord(
        connection=connection,
        kind=kind,
        object_id=storable_text(hit.id, 64),
        name=storable_text(hit.name.strip() or f"{ContentKind(kind).label} {hit.id}", 400),
        owner_id=storable_text(hit.owner_id, 64),
        owner_name=storable_text(hit.owner_name, 200),
        area=storable_text(_area(kind, hit), 200),
        state=state,
        changed_at=changed_at if state != CertifiedState.NONE else None,
        read_at=timezone.now(),
    )


def _area(kind: str, hit: SearchHit) -> str:
    """Return the source of a dataset, or the page of a card."""
    if kind == ContentKind.DATASET:
        return hit.type
    pages = hit.raw.get("pages")
    listed = pages if isinstance(pages, list) else []
    plain = next((page for page in listed if isinstance(page, str) and page), "")
    return plain or next((text(page, "title", "name", "pageName") for page in mappings(hit.raw, "pages")), "")


def keep(records: Iterable[ContentRecord]) -> None:
    """Store rows in place of the earlier ones of the same objects."""
    once = {record.object_id: record for record in records}
    ContentRecord.objects.bulk_create(
        once.values(), batch_size=100, update_conflicts=True, unique_fields=_KEY, update_fields=_WRITTEN
    )


def note_state(connection: Connection, kind: str, object_id: str, state: CertifiedState) -> None:
    """Keep what was just done to an object, so that the list isn't behind it; one that isn't listed is left so."""
    now = timezone.now()
    ContentRecord.objects.filter(connection=connection, kind=kind, object_id=object_id).update(
        state=state, changed_at=None if state == CertifiedState.NONE else now, read_at=now
    )


def forget_older(connection: Connection, before: datetime) -> int:
    """Remove what a whole look did not meet any more; returns how many."""
    removed, _ = ContentRecord.objects.filter(connection=connection, read_at__lt=before).delete()
    return removed
