"""What schemas add to the shell: entries of a dataset's menu and of the palette."""

from __future__ import annotations

from apps.core.palette import PaletteAction, register_action
from apps.data.datasets.detail import DatasetFacts
from apps.data.datasets.page import DatasetMenuItem, register_dataset_menu_item
from domoadmin.services.roles import Role


def _writable(facts: DatasetFacts) -> bool:
    return facts.writable is not False


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_dataset_menu_item(
        DatasetMenuItem("Edit schema", "table-options", "data:schema_edit", order=20, applies=_writable)
    )
    register_dataset_menu_item(
        DatasetMenuItem(
            "Change type", "switch-horizontal", "data:dataset_type", order=60, in_dialog=True, applies=_writable
        )
    )
    register_action(
        PaletteAction(
            "New dataset",
            "database-plus",
            "data:dataset_create",
            least=Role.STEWARD,
            keywords="create dataset schema columns csv copy",
            order=30,
        )
    )
