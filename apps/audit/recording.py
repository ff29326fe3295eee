"""Writing the trail: `record()` for what is already done, `intend()` and `settle()` around what may fail."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.audit import chain
from apps.audit.canonical import CONTENT, storable, storable_text
from apps.audit.masking import mask
from apps.audit.models import AuditRecord, Outcome

if TYPE_CHECKING:
    from apps.accounts.models import User

# What an upstream or a person sends may be longer than its column: the record is cut, never refused.
_LONGEST: dict[str, int | None] = {
    field.name: field.max_length
    for field in AuditRecord._meta.concrete_fields
    if field.name in CONTENT and field.get_internal_type() in ("CharField", "TextField")
}


@dataclass(frozen=True)
class Act:
    """What is done to what, by whom; the same for the intent and the outcome."""

    operation: str
    actor: User | None = None
    actor_name: str = ""
    role: str = ""
    connection: str = ""
    source: str = ""
    target_kind: str = ""
    target_id: str = ""
    target_name: str = ""
    job_id: uuid.UUID | None = None
    correlation: uuid.UUID | None = None


@dataclass(frozen=True)
class Entry:
    """What is written of an act: its intent or what came of it."""

    act: Act
    outcome: str
    correlation: uuid.UUID | None = None
    before: Any = None
    after: Any = None
    request_id: str | None = ""
    message: str = ""


@dataclass(frozen=True)
class Intent:
    """An intent that was written; `settle()` writes its outcome."""

    act: Act
    correlation: uuid.UUID


def record(
    operation: str,
    *,
    outcome: str = Outcome.SUCCEEDED,
    before: Any = None,
    after: Any = None,
    request_id: str | None = "",
    message: str = "",
    **act: Any,
) -> AuditRecord:
    """Write one record of a finished act and return it. `act` takes the fields of Act; secrets are masked by name."""
    return write(
        Act(operation=operation, **act), outcome, before=before, after=after, request_id=request_id, message=message
    )


def intend(operation: str, *, before: Any = None, after: Any = None, message: str = "", **act: Any) -> Intent:
    """Write the intent of an act before it is done and return what `settle()` needs."""
    described = Act(operation=operation, **act)
    written = write(described, Outcome.INTENDED, before=before, after=after, message=message)
    return Intent(described, written.correlation)


def settle(
    intent: Intent,
    outcome: str,
    *,
    before: Any = None,
    after: Any = None,
    request_id: str | None = "",
    message: str = "",
) -> AuditRecord:
    """Write what came of an intended act as a second row with the same correlation id."""
    return write(
        intent.act,
        outcome,
        correlation=intent.correlation,
        before=before,
        after=after,
        request_id=request_id,
        message=message,
    )


def write(
    act: Act,
    outcome: str,
    *,
    correlation: uuid.UUID | None = None,
    before: Any = None,
    after: Any = None,
    request_id: str | None = "",
    message: str = "",
    many: bool = False,
) -> AuditRecord:
    """Add one record. It is sealed after the commit, with others where `many` are written."""
    entry = Entry(act, outcome, correlation, before, after, request_id, message)
    record = _record_of(entry)
    record.save()
    transaction.on_commit(chain.seal_now_and_then if many else chain.seal_quietly)
    return record


def write_all(entries: Iterable[Entry]) -> None:
    """Add many records by one statement. Who writes many seals them now and then: here it would hold up all writers."""
    records = [_record_of(entry) for entry in entries]
    if records:
        AuditRecord.objects.bulk_create(records)


def _record_of(entry: Entry) -> AuditRecord:
    """Make the row of an entry, masked, storable and marked; every record passes here."""
    act, actor = entry.act, entry.act.actor
    record = AuditRecord(
        correlation=entry.correlation or act.correlation or uuid.uuid4(),
        actor=actor,
        actor_name=act.actor_name or (actor.get_full_name() or actor.get_username() if actor else ""),
        role=act.role or (actor.role if actor else ""),
        connection=act.connection,
        source=act.source,
        operation=act.operation,
        target_kind=act.target_kind,
        target_id=act.target_id,
        target_name=act.target_name,
        before=storable(mask(entry.before)),
        after=storable(mask(entry.after)),
        outcome=entry.outcome,
        request_id=entry.request_id or "",
        message=entry.message,
        job_id=act.job_id,
    )
    for name, most in _LONGEST.items():
        setattr(record, name, storable_text(getattr(record, name), most))
    record.mark = chain.mark_of({name: getattr(record, name) for name in CONTENT})
    return record
