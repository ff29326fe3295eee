"""The audit trail. `audit.record()`, `audit.intend()` and `audit.settle()` write it; see recording.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.audit.models import AuditRecord
    from apps.audit.recording import Intent


def record(operation: str, **details: Any) -> AuditRecord:
    """Write one record of a finished act; see apps.audit.recording.record."""
    from apps.audit import recording  # models can't be imported before the apps are ready

    return recording.record(operation, **details)


def intend(operation: str, **details: Any) -> Intent:
    """Write the intent of an act before it is done; see apps.audit.recording.intend."""
    from apps.audit import recording

    return recording.intend(operation, **details)


def settle(intent: Intent, outcome: str, **details: Any) -> AuditRecord:
    """Write what came of an intended act; see apps.audit.recording.settle."""
    from apps.audit import recording

    return recording.settle(intent, outcome, **details)
