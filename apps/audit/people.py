"""Changes of people, which the accounts app announces without knowing who listens."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import User
from apps.audit import recording


def record_person(
    sender: Any,
    *,
    person: User,
    actor: User | None,
    operation: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **details: Any,
) -> None:
    """Record what was done to a person; without an actor it came from the command line."""
    recording.record(
        operation,
        actor=actor,
        actor_name="" if actor is not None else "Command line",
        source="page" if actor is not None else "command",
        target_kind="person",
        target_id=str(person.pk),
        target_name=person.display_name,
        before=before,
        after=after,
    )
