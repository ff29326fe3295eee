"""Brings the list up to what DomoAdmin did since the last look, out of the audit trail: nothing is asked of Domo."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.db.models import Min, QuerySet

from apps.audit.models import AuditRecord, Outcome
from apps.connections.models import Connection
from apps.governance.certification.models import (
    CertificationReview,
    CertifiedState,
    ContentKind,
    ContentRecord,
    ReviewState,
)

_OPERATIONS = {
    "certified_content.certify": CertifiedState.CERTIFIED,
    "certified_content.decertify": CertifiedState.NONE,
}
KEPT_SECONDS = 3600


def catch_up(connection: Connection) -> int:
    """Apply every certification and removal that succeeded after a row was read; returns how many rows changed.

    Bulk jobs and the pages of datasets and cards write them; each is looked at once. A removal also ends the review by
    which the object had been certified.
    """
    since = cache.get(_key(connection)) or _oldest(connection)
    if since is None:
        return 0
    records = AuditRecord.objects.filter(
        operation__in=_OPERATIONS,
        connection=connection.slug,
        outcome=Outcome.SUCCEEDED,
        target_kind__in=ContentKind.values,
        # The clocks of two workers may differ a little; to apply one twice does no harm.
        at__gte=since,
    )
    latest: dict[tuple[str, str], tuple[str, datetime]] = {}
    last = since
    for kind, identifier, operation, at in records.order_by("at", "pk").values_list(
        "target_kind", "target_id", "operation", "at"
    ):
        latest[(kind, identifier)] = (operation, at)
        last = max(last, at)
    changed = sum(_apply(connection, *key, *value) for key, value in latest.items())
    cache.set(_key(connection), last, KEPT_SECONDS)
    return changed


def _apply(connection: Connection, kind: str, object_id: str, operation: str, at: datetime) -> int:
    state = _OPERATIONS[operation]
    if state == CertifiedState.NONE:
        _holding(connection).filter(kind=kind, object_id=object_id, decided_at__lt=at).update(state=ReviewState.ENDED)
    rows = ContentRecord.objects.filter(connection=connection, kind=kind, object_id=object_id, read_at__lt=at)
    return rows.update(state=state, changed_at=None if state == CertifiedState.NONE else at, read_at=at)


def _oldest(connection: Connection) -> datetime | None:
    """Return since when records may matter: the oldest row, or the oldest review that still holds."""
    read = ContentRecord.objects.filter(connection=connection).aggregate(at=Min("read_at"))["at"]
    decided = _holding(connection).aggregate(at=Min("decided_at"))["at"]
    return min((at for at in (read, decided) if at is not None), default=None)


def _holding(connection: Connection) -> QuerySet[CertificationReview]:
    return CertificationReview.objects.filter(connection=connection, state=ReviewState.APPROVED)


def _key(connection: Connection) -> str:
    return f"governance:certification:caught-up:{connection.pk}"
