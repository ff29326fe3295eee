"""What DomoAdmin changed of a role's authorities: the trail keeps the complete list before, which is what undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.audit.models import AuditRecord, Outcome
from apps.connections.models import Connection

UPDATE = "roles.update_authorities"
SHOWN = 10
LIST = "authorities"


@dataclass(frozen=True)
class PastChange:
    """One change. before is None where the former list could not be read: that one can't be put back."""

    record: AuditRecord
    outcome: str
    before: tuple[str, ...] | None
    after: tuple[str, ...]

    @property
    def added(self) -> int:
        """Return how many authorities came."""
        return len(set(self.after) - set(self.before or ()))

    @property
    def removed(self) -> int:
        """Return how many went."""
        return len(set(self.before or ()) - set(self.after))

    @property
    def is_undoable(self) -> bool:
        """Say whether the former list is there to be sent; a change that surely failed changed nothing."""
        return self.before is not None and self.outcome != Outcome.FAILED


def _listed(value: Any) -> tuple[str, ...] | None:
    names = value.get(LIST) if isinstance(value, dict) else None
    return tuple(str(name) for name in names) if isinstance(names, list) else None


def past_change(connection: Connection, role_id: str, record_id: int) -> PastChange | None:
    """Return one change of this role on this connection."""
    found = _intents(connection, role_id).filter(pk=record_id).first()
    return _read(found) if found else None


def past_changes(connection: Connection, role_id: str) -> list[PastChange]:
    """Return the last changes of this role, the newest first."""
    return [_read(record) for record in _intents(connection, role_id).order_by("-pk")[:SHOWN]]


def _intents(connection: Connection, role_id: str) -> Any:
    return AuditRecord.objects.filter(
        connection=connection.slug,
        operation=UPDATE,
        target_kind="role",
        target_id=role_id,
        outcome=Outcome.INTENDED,
    )


def _read(record: AuditRecord) -> PastChange:
    settled = (
        AuditRecord.objects.filter(correlation=record.correlation)
        .exclude(outcome=Outcome.INTENDED)
        .order_by("-pk")
        .values_list("outcome", flat=True)
        .first()
    )
    return PastChange(record, settled or Outcome.UNKNOWN, _listed(record.before), _listed(record.after) or ())
