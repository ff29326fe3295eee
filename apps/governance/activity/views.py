"""The log's page, and one entry of it in the drawer."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.addresses import with_parameters
from apps.core.failures import failure_of
from apps.core.fragments import render_page
from apps.core.object_pages import object_url, url_in_domo
from apps.governance.activity.entries import key_of, kind_of, object_name, page_of, type_words
from apps.governance.activity.jobs import ActivityExportKind
from apps.governance.activity.listing import ActivityList, action_badge
from apps.governance.activity.reading import entry_at
from domoadmin.services.errors import UpstreamError
from domoadmin.services.exact_json import dumps
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.roles import Role

# Digits of epoch milliseconds, until long after this program.
LONGEST = 14
SHOWN_ELSEWHERE = frozenset(
    (
        "userName", "userId", "userType", "actionType", "objectType", "objectId", "objectName", "additionalComment",
        "time", "eventText",
    )
)  # fmt: skip


@require_GET
@connection_view(Role.VIEWER)
def activity_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show what happened in a range."""
    listing = ActivityList(request)
    may_export = may(request.user, ActivityExportKind.role)
    return listing.respond("governance/activity/list.html", {"connection": connection, "may_export": may_export})


@require_GET
@connection_view(Role.VIEWER)
def activity_entry(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one entry: read anew by its moment, so the address can be passed on."""
    at, key = request.GET.get("at", ""), request.GET.get("key", "")
    if not (at.isascii() and at.isdecimal()) or len(at) > LONGEST or not key:
        raise Http404("An entry is asked for by its moment and its key.")
    context: dict[str, Any] = {"connection": connection}
    status = 200
    try:
        context |= _facts(request, connection, int(at), key)
    except UpstreamError as error:
        context["failure"] = failure_of(error)
        status = context["failure"].status
    return render_page(
        request, "governance/activity/entry.html", "governance/activity/entry_drawer.html", context, status
    )


def _facts(request: ConnectionRequest, connection: Connection, at: int, key: str) -> dict[str, Any]:
    found = next((entry for entry in entry_at(connection.client(), at, ()) if key_of(entry) == key), None)
    if found is None:
        raise Http404("Domo's log has no such entry (any more), or this token may not see it.")
    slug, kind = connection.slug, kind_of(found.object_type)
    here = request.path.removesuffix("entry/")
    return {
        "entry": found,
        "name": object_name(found),
        "type_words": type_words(found.object_type),
        "action": action_badge(found.action),
        "person_url": object_url(slug, "user", found.user_id),
        "object_url": page_of(slug, found.object_type, found.object_id),
        "object_in_domo": url_in_domo(connection.base_url, kind, found.object_id) if found.object_id else "",
        "same_person": with_parameters(here, {"user": found.user_id}) if found.user_id else "",
        "same_object": _same_object(here, found),
        "others": [(name, _plain(value)) for name, value in found.raw.items() if name not in SHOWN_ELSEWHERE],
        "raw": dumps(dict(found.raw), indent=2),
    }


def _same_object(here: str, entry: ActivityEntry) -> str:
    if entry.object_id:
        return with_parameters(here, {"object_type": entry.object_type, "object_id": entry.object_id})
    name = object_name(entry)
    return with_parameters(here, {"object_type": entry.object_type, "q": name}) if name else ""


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
