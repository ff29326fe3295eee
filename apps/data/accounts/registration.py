"""What the slice adds to the area and the shell. Data accounts."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    page = NavigationPage("Data accounts", "data:accounts_list", keywords="credentials sign-in connectors providers")
    register_area(Area(key="data", label="Data", icon="database", order=10, pages=[page]))
    register_object_page("account", "data:account_show", "account_id")
