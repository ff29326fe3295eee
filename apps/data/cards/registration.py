"""What the slice adds to the area and the shell. Cards: titles, pictures, booklets."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.object_pages import register_object_page
from apps.core.palette import PaletteAction, register_action
from apps.data.cards.booklet import BookletKind
from apps.data.cards.jobs import CertifyCards, DecertifyCards
from apps.data.datasets.page import DatasetMenuItem, register_dataset_menu_item
from apps.jobs.bulk import register_bulk_action
from apps.jobs.kinds import register_kind
from domoadmin.services.roles import Role


def register() -> None:
    """Register the slice; called once, when the area is ready."""
    register_area(
        Area(
            key="data",
            label="Data",
            icon="database",
            order=10,
            pages=[
                NavigationPage(
                    "Cards",
                    "data:cards_list",
                    keywords="charts kpi title picture pdf booklet certify",
                    also=("data:card_show", "data:booklet_create"),
                )
            ],
        )
    )
    for action in (CertifyCards, DecertifyCards):
        register_bulk_action(action)
    register_kind(BookletKind)
    register_object_page("card", "data:card_show", "card_id")
    register_dataset_menu_item(
        DatasetMenuItem("Booklet of its cards", "report", "data:dataset_booklet", order=60, least=Role.STEWARD)
    )
    register_action(
        PaletteAction(
            "Make a booklet of cards",
            "report",
            "data:cards_list",
            least=Role.STEWARD,
            keywords="pdf cards print report",
            order=60,
        )
    )
