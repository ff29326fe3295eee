"""What the shell itself adds to the navigation and to the home page: the floors below it have no areas."""

from __future__ import annotations

from apps.core.home import HomePanel, register_panel
from apps.core.navigation import Area, NavigationPage, register_area
from domoadmin.services.roles import Role

EVERY_KIND: tuple[str, ...] = ()


def register() -> None:
    """Register the pages of Work and the panels of every connection; called once, when the shell is ready."""
    for area in (
        Area(
            "jobs",
            "Jobs",
            "history",
            10,
            [
                _work("History", "jobs:list", "jobs tasks runs uploads", "j"),
                _work("Schedules", "schedules:list", "cron repeat nightly every", "s"),
                _work("Notifications", "notifications:list", "bell told mails"),
            ],
            work=True,
        ),
        Area(
            "audit",
            "Audit trail",
            "clipboard-list",
            30,
            [_work("Audit trail", "audit:list", "log changes who when", "a", Role.ADMIN)],
            work=True,
        ),
        Area(
            "settings",
            "Settings",
            "settings",
            90,
            [
                _work("All settings", "shell:settings", "options"),
                _work("Connections", "connections:list", "instances tokens upstream", least=Role.ADMIN),
                _work("People and roles", "accounts:people", "users permissions", least=Role.ADMIN),
                _work("Status", "shell:status", "health version worker redis database", least=Role.ADMIN),
                _work("Preferences", "accounts:preferences", "theme dark light time zone password keys"),
            ],
            work=True,
        ),
    ):
        register_area(area)
    for panel in (
        HomePanel("jobs", "Jobs", "shell:jobs_panel", "main", 10, kinds=EVERY_KIND, rows=4),
        HomePanel("changes", "Recent changes", "shell:changes_panel", "main", 20, Role.ADMIN, EVERY_KIND, rows=6),
        HomePanel("connection", "This connection", "shell:connection_panel", "side", 10, kinds=EVERY_KIND, rows=4),
    ):
        register_panel(panel)


def _work(label: str, url_name: str, keywords: str, shortcut: str = "", least: Role = Role.VIEWER) -> NavigationPage:
    return NavigationPage(label, url_name, least, EVERY_KIND, keywords, shortcut)
