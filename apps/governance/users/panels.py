"""The panels of a person's page."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.object_pages import object_url
from apps.core.optional_calls import if_told
from apps.core.panels import PanelContent, panel_view
from apps.core.side_by_side import answer_of, side_by_side
from apps.governance.users.memberships import memberships_of
from apps.governance.users.owned import KINDS, read_owned
from apps.governance.users.rows import attributes_of
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.roles import Role
from domoadmin.services.times import read_time

SECONDS = 20.0
GROUPS_SHOWN, GROUPS_FETCHED = 50, 60
ACTIVITY_SHOWN = 15
# The log can only be asked for a period and looked through: the shorter ones first, until enough is found.
ACTIVITY_DAYS = (1, 7, 30)
ACTIVITY_SECONDS = 12.0
LOOKED_THROUGH = 20_000
# The kinds of objects that have pages, in the words of the activity log.
_ACTIVITY_KINDS = {
    "DATA_SOURCE": "dataset", "DATASET": "dataset", "CARD": "card", "PAGE": "page", "USER": "user", "GROUP": "group",
    "ROLE": "role", "DATAFLOW": "dataflow", "ALERT": "alert",
}  # fmt: skip
WORDS = {"title": "Title", "department": "Department", "phoneNumber": "Phone", "employeeLocation": "Location"} | {
    "hireDate": "Hired",
    "reportsTo": "Reports to",
    "locale": "Language",
    "timeZone": "Time zone",
}


@connection_view(Role.VIEWER)
@panel_view("user-attributes", "Attributes")
def attributes(request: ConnectionRequest, connection: Connection, user_id: str) -> PanelContent:
    """Show what Domo keeps of the person beside name, address and role, and whom they report to."""
    client = connection.client()
    with client.deadline(SECONDS):
        person = client.users.get(user_id, "DETAILED")
        values = attributes_of(person)
        manager = values.get("reportsTo", "")
        chief = if_told(lambda: client.users.get(manager)) if manager.isdecimal() else None
    lines = [(WORDS.get(key, key), _legible(key, value), "") for key, value in values.items() if key != "reportsTo"]
    if manager:
        name = chief.name if chief is not None else person.manager
        lines.insert(0, (WORDS["reportsTo"], name or manager, object_url(connection.slug, "user", manager)))
    return PanelContent("governance/users/panels/attributes.html", {"lines": lines}, f"{len(lines)} told")


def _legible(key: str, value: str) -> str:
    """Return a value as people read it: Domo keeps days as epoch milliseconds."""
    moment = read_time(int(value)) if key.endswith("Date") and value.isdecimal() else None
    return f"{moment.day} {moment:%B %Y}" if moment is not None else value


@connection_view(Role.VIEWER)
@panel_view("user-groups", "Groups", refresh=["groups-changed"])
def groups(request: ConnectionRequest, connection: Connection, user_id: str) -> PanelContent:
    """Show the groups that the person is in."""
    client = connection.client()
    with client.deadline(SECONDS):
        found = memberships_of(client, user_id, GROUPS_FETCHED)
    slug = connection.slug
    shown = [(group, object_url(slug, "group", group.id)) for group in found.groups[:GROUPS_SHOWN]]
    context = {"groups": shown, "more": len(found.groups) - len(shown), "found": found, "fetched": GROUPS_FETCHED}
    count = len(found.groups)
    return PanelContent(
        "governance/users/panels/groups.html", context, f"{count:,} {'group' if count == 1 else 'groups'}"
    )


@connection_view(Role.VIEWER)
@panel_view("user-owned", "Owns")
def owned(request: ConnectionRequest, connection: Connection, user_id: str) -> PanelContent:
    """Show what the person owns, by the documented search."""
    client = connection.client()
    calls = [lambda kind=kind: read_owned(client, connection.slug, user_id, kind) for kind in KINDS]
    outcomes = side_by_side(client, SECONDS, calls)
    if all(isinstance(each, UpstreamError) for each in outcomes):
        answer_of(outcomes[0])
    known = [each for each in outcomes if not isinstance(each, UpstreamError)]
    failed = [word for (_, word, _), each in zip(KINDS, outcomes, strict=True) if isinstance(each, UpstreamError)]
    total = sum(each.total or 0 for each in known)
    context = {"owned": known, "failed": failed, "total": total}
    return PanelContent("governance/users/panels/owned.html", context, f"{total:,} visible to this token")


@connection_view(Role.VIEWER)
@panel_view("user-activity", "Recent activity")
def activity(request: ConnectionRequest, connection: Connection, user_id: str) -> PanelContent:
    """Show what the person did last, as far back as the log can be looked through in a moment."""
    client = connection.client()
    entries, days, whole = _recent(client, user_id)
    slug = connection.slug
    lines = [
        (entry, object_url(slug, _ACTIVITY_KINDS.get(entry.object_type.upper(), ""), entry.object_id))
        for entry in entries
    ]
    context = {"lines": lines, "days": days, "whole": whole, "all_url": _activity_url(slug, user_id)}
    return PanelContent("governance/users/panels/activity.html", context)


def _recent(client: Client, user_id: str) -> tuple[list[ActivityEntry], int, bool]:
    """Return the last entries, the days that were looked through, and whether all of these days were."""
    entries: list[ActivityEntry] = []
    now = timezone.now()
    looked = 0
    with client.deadline(ACTIVITY_SECONDS):
        for days in ACTIVITY_DAYS:
            own: list[ActivityEntry] = []
            seen = 0
            for entry in islice(client.activity_log.walk(now - timedelta(days=days), now), LOOKED_THROUGH):
                seen += 1
                if entry.user_id == user_id:
                    own.append(entry)
                    if len(own) >= ACTIVITY_SHOWN:
                        return own, days, True
            entries, looked = own, days
            if seen >= LOOKED_THROUGH:
                return entries, looked, False
    return entries, looked, True


def _activity_url(slug: str, user_id: str) -> str:
    """Return the activity log filtered by the person; empty where there is no such page."""
    try:
        return f"{reverse('governance:activity', args=[slug])}?{urlencode({'user': user_id})}"
    except NoReverseMatch:
        return ""
