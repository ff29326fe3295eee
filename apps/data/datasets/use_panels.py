"""The panels that say who uses a dataset and what happened to it: cards, Beast Modes, activity, our own records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.audit.models import AuditRecord, Outcome
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import require
from apps.core.failures import Failure, failure_of
from apps.core.formats import format_number
from apps.core.panels import PanelContent, panel_view
from apps.data.datasets.beast_modes import beast_modes_of, trouble_with
from apps.data.datasets.changes import known_name
from apps.data.datasets.side_by_side import answer_of, side_by_side
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import Card
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.results.beast_modes import BeastMode
from domoadmin.services.roles import Role

SECONDS = 20.0
SHOWN = 100
# A dataset that everybody uses has hundreds, and each line of them takes time to draw.
CARDS_SHOWN = 25
RECORDS = 10
DAYS = 30
OBJECT_TYPE = "DATA_SOURCE"
# The documented page; a thousand would take as long to read as the whole page to draw.
ACTIVITY_PAGE = 300


def _counted(count: int, one: str, many: str) -> str:
    return f"{format_number(count)} {one if count == 1 else many}"


@dataclass(frozen=True)
class CardLine:
    """A card, or a drill path of one. parent_id: the card that is drilled into."""

    card: Card
    parent_id: str

    @classmethod
    def of(cls, card: Card) -> CardLine:
        """Read a card; a drill path is told by the urn dr:<drill path>:<card>."""
        urn = str(card.raw.get("urn") or "")
        return cls(card, urn.rpartition(":")[2] if urn.startswith("dr:") else "")


@connection_view(Role.VIEWER)
@panel_view("cards", "Cards")
def cards(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the cards that are built on the dataset, drill paths included."""
    client = connection.client()
    with client.deadline(SECONDS):
        lines = [CardLine.of(card) for card in client.datasets.list_cards(dataset_id, drill=True)]
    # A drill path follows its card, wherever the upstream lists it; cards keep their order.
    places = {line.card.id: place for place, line in enumerate(lines) if not line.parent_id}
    lines.sort(key=lambda line: (places.get(line.parent_id or line.card.id, len(lines)), bool(line.parent_id)))
    paths = sum(1 for line in lines if line.parent_id)
    told = f", {_counted(paths, 'drill path', 'drill paths')}" if paths else ""
    return PanelContent(
        "data/datasets/panels/cards.html",
        {
            "lines": lines if "all" in request.GET else lines[:CARDS_SHOWN],
            "total": len(lines),
            "connection": connection,
        },
        f"{_counted(len(lines) - paths, 'card', 'cards')}{told}",
    )


@connection_view(Role.VIEWER)
@panel_view("beast-modes", "Beast Modes")
def beast_modes(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show the Beast Modes on the dataset, those that are broken first."""
    client = connection.client()
    with client.deadline(SECONDS):
        result = beast_modes_of(client, dataset_id)
    lines = sorted(
        ((each, trouble_with(each, dataset_id)) for each in result.found), key=lambda line: (not line[1], line[0].name)
    )
    broken = sum(1 for _, trouble in lines if trouble)
    context = {
        "lines": lines[:SHOWN],
        "total": len(lines),
        "looked_through": 0 if result.complete else result.looked_through,
        "connection": connection,
        "dataset_id": dataset_id,
    }
    told = f"{len(lines)}, {broken} broken" if broken else format_number(len(lines))
    return PanelContent("data/datasets/panels/beast_modes.html", context, told)


@connection_view(Role.VIEWER)
def formula(request: ConnectionRequest, connection: Connection, dataset_id: str, beast_mode_id: str) -> HttpResponse:
    """Show the formula of a Beast Mode, which no listing tells."""
    client = connection.client()
    found: BeastMode | None = None
    failure: Failure | None = None
    try:
        with client.deadline(SECONDS):
            found = client.beast_modes.get(beast_mode_id)
    except UpstreamError as error:
        failure = failure_of(error)
    response = render(
        request,
        "data/datasets/formula.html",
        {"beast_mode": found, "failure": failure},
        status=failure.status if failure else 200,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@connection_view(Role.VIEWER)
@panel_view("activity", "Activity")
def activity(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show what people did with the dataset in the last 30 days, newest first.

    The log has no filter by object: the newest entries about datasets are read by one call and looked through here;
    with `all` in the address, every entry of the 30 days.
    """
    now = timezone.now()
    start, name = now - timedelta(days=DAYS), known_name(request, connection, dataset_id)
    whole = "all" in request.GET
    client = connection.client()

    def read() -> list[ActivityEntry]:
        if whole:
            return list(client.activity_log.walk(start, now, object_types=[OBJECT_TYPE]))
        return list(client.activity_log.list(start, now, limit=ACTIVITY_PAGE, object_type=OBJECT_TYPE))

    calls: list[Callable[[], Any]] = [read]
    if name == dataset_id:
        # The page's first visit: what it is called is read beside the log.
        calls.append(lambda: client.datasets.get_metadata(dataset_id))
    entries, *dataset = map(answer_of, side_by_side(client, SECONDS, calls))
    name = dataset[0].name if dataset else name
    found = [entry for entry in entries if _is_about(entry, dataset_id, name)]
    # Pages of round numbers are full ones: the upstream may give fewer than were asked for.
    cut = not whole and bool(entries) and len(entries) % 100 == 0
    oldest = min((entry.time for entry in entries if entry.time), default=None)
    context = {
        "entries": found[:SHOWN],
        "total": len(found),
        "looked_through": len(entries),
        "cut_at": oldest if cut else None,
        "days": DAYS,
    }
    told = _counted(len(found), "event", "events")
    return PanelContent("data/datasets/panels/activity.html", context, f"{told} in {DAYS} days" if not cut else told)


def _is_about(entry: ActivityEntry, dataset_id: str, name: str) -> bool:
    """Say whether an entry is about the dataset: by its id, which is not documented, else by the name it quotes."""
    if entry.object_id:
        return entry.object_id == dataset_id
    return name != dataset_id and (entry.object_name == name or f"'{name}'" in entry.comment)


@connection_view(Role.VIEWER)
@panel_view("records", "Audit records", refresh=["dataset-changed", "panel-access"])
def records(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show what the audit trail has of the dataset, newest first; for those who may read the trail."""
    require(request.user, Role.ADMIN, "read the audit trail")
    about = AuditRecord.objects.filter(target_kind="dataset", target_id=dataset_id, connection=connection.slug)
    # An act is two records: its outcome tells all that its intent does.
    ended = about.exclude(outcome=Outcome.INTENDED)
    found = list(ended.defer("before", "after").order_by("-at", "-pk")[:RECORDS])
    context = {"records": found, "connection": connection, "dataset_id": dataset_id}
    return PanelContent("data/datasets/panels/records.html", context, "newest first" if found else "")
