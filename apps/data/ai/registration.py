"""What the slice adds to the area and the shell. Text generation, summaries and questions in words."""

from __future__ import annotations

from apps.core.navigation import Area, NavigationPage, register_area
from apps.core.palette import PaletteAction, register_action
from apps.data.queries.tools import register_console_tool
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
                    "AI",
                    "data:ai_generate",
                    least=Role.STEWARD,
                    keywords="text generation summary summarise ask words sql model",
                    also=("data:ai_summary", "data:ai_ask"),
                )
            ],
        )
    )
    register_console_tool("Ask in words", "sparkles", "data:ai_ask_console")
    register_action(
        PaletteAction(
            "Ask datasets in words",
            "sparkles",
            "data:ai_ask",
            least=Role.STEWARD,
            keywords="ai sql question text",
            order=70,
        )
    )
