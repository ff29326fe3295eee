"""What the slice adds to the area and the shell. Groups."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action, register_source
from apps.governance.groups.jobs import AddToGroup, MatchGroup, RemoveFromGroup
from apps.governance.groups.palette import groups_for_palette
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
            pages=[NavigationPage("Groups", "governance:groups_list", keywords="members teams owners dynamic compare")],
        )
    )
    register_object_page("group", "governance:group_show", "group_id")
    register_source(groups_for_palette)
    for action in (AddToGroup, RemoveFromGroup, MatchGroup):
        register_bulk_action(action)
    register_action(
        PaletteAction(
            "New group",
            "users-group",
            "governance:group_create",
            least=Role.ADMIN,
            keywords="create open closed dynamic",
            order=70,
        )
    )
    register_action(
        PaletteAction(
            "Compare two groups",
            "git-compare",
            "governance:groups_compare",
            keywords="difference members missing",
            order=70,
        )
    )
