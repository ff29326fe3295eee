"""Making the draft of a bulk job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from apps.jobs import service
from apps.jobs.bulk.actions import get_bulk_action
from apps.jobs.bulk.selection import Selection
from apps.jobs.states import Source

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.connections.models import Connection
    from apps.jobs.models import Job


def create_bulk_job(
    action_name: str,
    connection: Connection,
    selection: Selection,
    settings: Mapping[str, Any],
    actor: User,
    source: str = Source.PAGE,
) -> Job:
    """Make a draft that is still to be planned; `settings` are cleaned. Raises UnknownAction, NotAllowed."""
    action = get_bulk_action(action_name)
    return service.create_job(
        action.name,
        title=f"{action.sentence('')} {action.describe(settings)}".strip(),
        connection=connection,
        params={"selection": selection.as_params(), "settings": dict(settings)},
        actor=actor,
        source=source,
    )
