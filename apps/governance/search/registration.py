"""What the slice adds to the area and the shell. Search over every kind of object."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import register_source
from apps.governance.search.palette import search_everything


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
                    "Search",
                    "governance:search",
                    keywords="find everything facets filters entities datasets cards people",
                )
            ],
        )
    )
    register_source(search_everything)
