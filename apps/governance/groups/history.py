"""Who left a group by a dialog here: the trail keeps who it was, which is what brings them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.audit.models import AuditRecord, Outcome
from apps.connections.models import Connection
from apps.governance.groups.people import id_in

OPERATIONS = ("groups.remove_member", "groups.remove_members")
SHOWN = 5


@dataclass(frozen=True)
class Removal:
    """People who were taken out by one call. names: as the trail has them, "Priya Raman (4827)"."""

    record: AuditRecord
    names: tuple[str, ...]

    @property
    def ids(self) -> list[str]:
        """Return who they are."""
        return [each for each in map(id_in, self.names) if each]

    @property
    def more(self) -> int:
        """Return how many there are beside the first."""
        return len(self.names) - 1

    @property
    def first(self) -> str:
        """Return the first of them by name."""
        return self.names[0].rpartition(" (")[0]


def removals(connection: Connection, group_id: str) -> list[Removal]:
    """Return the last removals by dialogs, the newest first; those that surely failed are none."""
    found = (_read(record) for record in _intents(connection, group_id).order_by("-pk")[: 2 * SHOWN])
    return [removal for removal in found if removal is not None][:SHOWN]


def removal(connection: Connection, group_id: str, record_id: int) -> Removal | None:
    """Return one removal of this group on this connection."""
    record = _intents(connection, group_id).filter(pk=record_id).first()
    return _read(record) if record else None


def _intents(connection: Connection, group_id: str) -> Any:
    # The removals of a job are undone from the job's page.
    return AuditRecord.objects.filter(
        connection=connection.slug,
        operation__in=OPERATIONS,
        target_kind="group",
        target_id=group_id,
        outcome=Outcome.INTENDED,
        job_id__isnull=True,
    )


def _read(record: AuditRecord) -> Removal | None:
    before = record.before if isinstance(record.before, dict) else {}
    names = before.get("members") or ([before["person"]] if before.get("person") else [])
    failed = AuditRecord.objects.filter(correlation=record.correlation, outcome=Outcome.FAILED).exists()
    return Removal(record, tuple(str(name) for name in names)) if names and not failed else None
