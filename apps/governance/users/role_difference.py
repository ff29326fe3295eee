"""What somebody gains and loses with another role, as far as the upstream tells what roles allow."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.core.optional_calls import if_told
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import Authority
from domoadmin.services.roles import Role

SECONDS = 10.0
SHOWN = 12


@dataclass(frozen=True)
class Difference:
    """Titles of authorities, in order."""

    gains: tuple[str, ...]
    loses: tuple[str, ...]


def role_difference(client: Client, held: str, wanted: str) -> Difference | None:
    """Return the difference of two roles by calls that stand in no document; None where the upstream lacks them."""
    before = if_told(lambda: client.roles.list_authorities(held))
    after = if_told(lambda: client.roles.list_authorities(wanted)) if before is not None else None
    if before is None or after is None:
        return None
    old, new = _titles(before), _titles(after)
    gains = tuple(sorted(new[name] for name in new.keys() - old.keys()))
    return Difference(gains, tuple(sorted(old[name] for name in old.keys() - new.keys())))


def _titles(listed: list[Authority]) -> dict[str, str]:
    return {each.authority: each.title or each.authority for each in listed if each.authority}


@require_GET
@connection_view(Role.ADMIN)
def show(request: ConnectionRequest, connection: Connection, user_id: str) -> HttpResponse:
    """Show the difference between the role that is held and the one that is chosen in the dialog."""
    held, wanted = request.GET.get("held", ""), request.GET.get("role", "")
    context: dict[str, object] = {"asked": held.isdecimal() and wanted.isdecimal() and held != wanted, "shown": SHOWN}
    if context["asked"]:
        client = connection.client()
        try:
            with client.deadline(SECONDS):
                context["difference"] = role_difference(client, held, wanted)
        except UpstreamError as error:
            context["failure"] = failure_of(error)
    response = render(request, "governance/users/role_difference.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
