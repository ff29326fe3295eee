"""What Domostats add to the area: the page of applications and their jobs."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_area(
        Area(
            key="governance",
            label="Governance",
            icon="shield-check",
            order=20,
            pages=[
                NavigationPage(
                    "Domostats", "governance:domostats", keywords="remote domostats executor applications jobs watchdog"
                )
            ],
        )
    )
