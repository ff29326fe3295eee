"""What the slice adds to the area and the shell. Users."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action, register_source
from apps.governance.users.copying import CopyAccess, UndoCopy
from apps.governance.users.import_undo import UndoImport
from apps.governance.users.importing import ImportPeople
from apps.governance.users.jobs import ChangeRole
from apps.governance.users.page import UserMenuItem, register_user_menu_item
from apps.governance.users.palette import find_in_palette
from apps.jobs.bulk import register_bulk_action
from apps.jobs.kinds import register_kind
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
                    also=("governance:users_show", "governance:users_import", "governance:users_plan"),
                )
            ],
        )
    )
    register_object_page("user", "governance:users_show", "user_id")
    register_bulk_action(ChangeRole)
    for kind in (ImportPeople, UndoImport, CopyAccess, UndoCopy):
        register_kind(kind)
    register_user_menu_item(UserMenuItem("Copy groups and shares", "copy", "governance:users_copy", order=10))
    register_source(find_in_palette)
    register_action(
        PaletteAction("New person", "user-plus", "governance:users_create", least=Role.ADMIN, keywords="user create")
    )
    register_action(
        PaletteAction(
            "People from a CSV",
            "file-import",
            "governance:users_import",
            least=Role.ADMIN,
            keywords="users import",
        )
    )
