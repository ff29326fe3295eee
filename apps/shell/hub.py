"""The settings hub: what can be set, as far as this person may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.core.access import may
from domoadmin.services.roles import Role


@dataclass(frozen=True)
class Setting:
    """A page of settings: who may open it and what it is for."""

    label: str
    icon: str
    url_name: str
    text: str
    least: Role = Role.VIEWER


SETTINGS = (
    Setting("Preferences", "adjustments", "accounts:preferences", "Theme, time zone, rows per page, single keys."),
    Setting(
        "Connections",
        "plug-connected",
        "connections:list",
        "Domo, Domain API and Domoscio instances: address, token, environment, and which roles may use them.",
        Role.ADMIN,
    ),
    Setting("People and roles", "users", "accounts:people", "Who signs in, and what they may do.", Role.ADMIN),
    Setting("Status", "heartbeat", "shell:status", "Whether database, Redis, workers and storage work.", Role.ADMIN),
)


def settings_for(user: Any) -> list[tuple[Setting, str]]:
    """Return the pages of settings that this person may open, each with its address."""
    return [(setting, reverse(setting.url_name)) for setting in SETTINGS if may(user, setting.least)]


@require_safe
def settings_hub(request: HttpRequest) -> HttpResponse:
    """List the pages of settings."""
    return render(request, "shell/settings.html", {"settings": settings_for(request.user)})
