"""What other slices add to the query console: buttons beside "Run" that open a dialog of theirs.

Such a dialog hands its SQL over by the page event "sql-proposed" with the detail {"sql": "..."}; the console puts it
into the editor and never runs it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.access import may
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class ConsoleTool:
    """A button of the console. url_name takes `connection` and `dataset_id`; its page is one the dialog can hold."""

    label: str
    icon: str
    url_name: str
    least: Role = Role.STEWARD


_tools: dict[str, ConsoleTool] = {}


def register_console_tool(label: str, icon: str, url_name: str, least: Role = Role.STEWARD) -> None:
    """Add a button; one that leads to the same page is replaced."""
    _tools[url_name] = ConsoleTool(label, icon, url_name, least)


def tools_of(connection: Connection, dataset_id: str, user: User) -> list[tuple[ConsoleTool, str]]:
    """Return the tools that this person may use, each with its address."""
    return [
        (tool, reverse(tool.url_name, args=[connection.slug, dataset_id]))
        for tool in _tools.values()
        if may(user, tool.least)
    ]
