"""What the slice adds to the area and the shell. Federated migrations, both families and both directions."""

from __future__ import annotations

from apps.jobs.kinds import register_kind
from apps.migrations.federated.jobs import FederatedKind


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_kind(FederatedKind)
