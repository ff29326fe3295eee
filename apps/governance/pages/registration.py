"""What the slice adds to the area and the shell. Pages."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action
from apps.governance.pages.jobs import MovePages, RevokePageAccess
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
                    "Pages",
                    "governance:pages_tree",
                    keywords="dashboards tree subpage move access share owners",
                    also=("governance:pages_list", "governance:page_show"),
                )
            ],
        )
    )
    register_bulk_action(MovePages)
    register_bulk_action(RevokePageAccess)
    register_object_page("page", "governance:page_show", "page_id")
    register_action(
        PaletteAction(
            "New subpage",
            "plus",
            "governance:page_create",
            least=Role.ADMIN,
            keywords="create page dashboard",
            order=60,
        )
    )
