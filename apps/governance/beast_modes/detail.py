"""The page of one Beast Mode: formula, what it is made of, what it hangs on, and who wrote the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from apps.audit.models import AuditRecord, Outcome
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.object_pages import object_url
from apps.core.panels import PanelContent, panel_view
from apps.governance.beast_modes import survey
from apps.governance.beast_modes.duplicates import group_url, twins_of
from apps.governance.beast_modes.filters import badges_of, is_on_card
from apps.governance.beast_modes.formula import counted_columns, functions_of, nested_ids, pieces_of
from apps.governance.beast_modes.highlighting import highlighted
from apps.governance.beast_modes.links import links_of
from apps.governance.beast_modes.people import names_of
from domoadmin.services.results.beast_modes import BeastMode
from domoadmin.services.results.fields import text
from domoadmin.services.roles import Role

SECONDS = 20.0
EARLIER_SHOWN = 5
TWINS_SHOWN = 6
OPERATION = "beast_modes.update"
CHANGED = "beast-mode-changed"
_CACHES = {"day": "one day: it has a date of today in it", "non_dynamic": "until the data change"}
# What Domo's list of functions calls operators.
_OPERATOR = "DOMO_OP_"


@dataclass(frozen=True)
class BeastModeFacts:
    """What the page says; empty and None where Domo doesn't tell."""

    id: str
    name: str
    owner_id: str
    owner: str
    owner_url: str
    expression: str
    shown: SafeString
    columns: list[tuple[str, int]]
    functions: list[str]
    operators: list[str]
    nested: list[tuple[str, str]]
    loose_columns: tuple[str, ...]
    data_type: str
    badges: list[tuple[str, str, str]]
    is_locked: bool
    is_aggregated: bool | None
    is_analytic: bool | None
    is_variable: bool
    cache: str
    place: str
    checksum: str
    legacy_id: str
    created: datetime | None
    modified: datetime | None
    link_count: int

    @classmethod
    def of(cls, each: BeastMode, connection: Connection, owner: str, asked_id: str) -> BeastModeFacts:
        """Read one; asked_id: in case the answer does not repeat it."""
        slug = connection.slug
        told = list(each.functions) or functions_of(each.expression)
        nested = dict.fromkeys([*nested_ids(each.expression), *each.dependencies])
        aggregated, analytic = each.raw.get("aggregated"), each.raw.get("analytic")
        return cls(
            id=each.id or asked_id,
            name=each.name.strip() or f"Beast Mode {each.id or asked_id}",
            owner_id=each.owner_id,
            owner=owner or each.owner_id,
            owner_url=object_url(slug, "user", each.owner_id),
            expression=each.expression,
            shown=highlighted(pieces_of(each.expression)),
            columns=counted_columns(each.expression),
            functions=[name for name in told if not name.startswith(_OPERATOR)],
            operators=[name.removeprefix(_OPERATOR).lower() for name in told if name.startswith(_OPERATOR)],
            nested=[(number, object_url(slug, "beast_mode", number)) for number in nested if number],
            loose_columns=each.not_aggregated_columns,
            data_type=each.data_type.capitalize(),
            badges=badges_of(each),
            is_locked=bool(each.locked),
            is_aggregated=aggregated if isinstance(aggregated, bool) else None,
            is_analytic=analytic if isinstance(analytic, bool) else None,
            is_variable=bool(each.is_variable),
            cache=_CACHES.get(text(each.raw, "cacheWindow"), text(each.raw, "cacheWindow").replace("_", " ")),
            place="a card" if is_on_card(each) else "a dataset" if each.dataset_ids else "nothing",
            checksum=each.checksum,
            legacy_id=each.legacy_id,
            created=each.created,
            modified=each.modified,
            link_count=len(each.links),
        )


def read_beast_mode(connection: Connection, beast_mode_id: str) -> BeastMode:
    """Return one with its formula. Raises UpstreamError."""
    client = connection.client()
    with client.deadline(SECONDS):
        return client.beast_modes.get(beast_mode_id)


def earlier_changes(connection: Connection, beast_mode_id: str) -> QuerySet[AuditRecord]:
    """Return the audit records of what DomoAdmin sent to change this formula, newest first."""
    return AuditRecord.objects.filter(
        target_kind="beast_mode",
        target_id=beast_mode_id,
        connection=connection.slug,
        operation=OPERATION,
        outcome=Outcome.INTENDED,
        before__has_key="expression",
    ).order_by("-at", "-pk")


@connection_view(Role.VIEWER)
def beast_mode_show(request: ConnectionRequest, connection: Connection, beast_mode_id: str) -> HttpResponse:
    """Show one: all but the names of what it hangs on by one call."""
    found = read_beast_mode(connection, beast_mode_id)
    survey.refresh(connection, found)
    owner = names_of(connection, connection.client(), [found.owner_id]).get(found.owner_id, "")
    facts = BeastModeFacts.of(found, connection, owner, beast_mode_id)
    may_change = may(request.user, Role.STEWARD)
    twins = twins_of(connection, beast_mode_id, found.expression)
    context = {
        "connection": connection,
        "beast_mode_id": beast_mode_id,
        "facts": facts,
        "twins": twins[:TWINS_SHOWN],
        "twin_count": len(twins),
        "group_url": group_url(connection, found.expression),
        "may_change": may_change,
        "earlier": earlier_changes(connection, beast_mode_id)[:EARLIER_SHOWN] if may_change else [],
    }
    return render(request, "governance/beast_modes/show.html", context)


@connection_view(Role.VIEWER)
@panel_view("beast-mode-links", "What it hangs on", refresh=[CHANGED])
def links(request: ConnectionRequest, connection: Connection, beast_mode_id: str) -> PanelContent:
    """Show datasets and cards by their names, the broken ones first with the reason."""
    client = connection.client()
    found = links_of(connection, client, read_beast_mode(connection, beast_mode_id))
    told = f"{len(found.lines)} link{'' if len(found.lines) == 1 else 's'}"
    broken = f", {found.broken} broken" if found.broken else ""
    context = {"links": found, "connection": connection}
    return PanelContent("governance/beast_modes/panels/links.html", context, f"{told}{broken}")
