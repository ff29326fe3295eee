"""What the slice adds to the area and the shell. Roles and authorities."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action, register_source
from apps.governance.roles.palette import roles_for_palette


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_area(
        Area(
            key="governance",
            label="Governance",
            icon="shield-check",
            order=20,
            pages=[NavigationPage("Roles", "governance:roles_list", keywords="authorities grants matrix permissions")],
        )
    )
    register_object_page("role", "governance:role_show", "role_id")
    register_source(roles_for_palette)
    register_action(
        PaletteAction(
            "Roles and authorities side by side",
            "table",
            "governance:roles_matrix",
            keywords="matrix grants compare difference",
            order=70,
        )
    )
