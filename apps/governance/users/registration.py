"""What the slice adds to the area and the shell. Users."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action, register_source
from apps.governance.users.jobs import ChangeRole
from apps.governance.users.palette import find_in_palette
from apps.jobs.bulk import register_bulk_action
from domoadmin.services.roles import Role


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
                    "People",
                    "governance:users_list",
                    keywords="users persons roles csv import create invite e-mail",
                    also=("governance:users_show",),
                )
            ],
        )
    )
    register_object_page("user", "governance:users_show", "user_id")
    register_bulk_action(ChangeRole)
    register_source(find_in_palette)
    register_action(
        PaletteAction("New person", "user-plus", "governance:users_create", least=Role.ADMIN, keywords="user create")
    )
