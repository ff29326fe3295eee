"""What the slice adds to the area and the shell. Federated migrations, both families and both directions."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.jobs.kinds import register_kind
from apps.migrations.federated.jobs import FederatedKind


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_kind(FederatedKind)
    # The pages are those of the other slices; here they stand in their order.
    register_area(
        Area(
            key="migrations",
            label="Migrations",
            icon="arrows-exchange",
            order=60,
            pages=[
                NavigationPage("Waves", "migrations:waves", keywords="federated migration run report stop rule"),
                NavigationPage(
                    "Candidates", "migrations:choose", keywords="federated collision amplifier migrate new wave"
                ),
                NavigationPage("History", "migrations:history", keywords="federated attempts toe complete incomplete"),
            ],
        )
    )
