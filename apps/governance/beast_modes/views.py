"""The list of Beast Modes, its figures, the duplicates, and their exports."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.forms import saved
from apps.core.panels import PanelContent, panel_view
from apps.governance.beast_modes.duplicates import DuplicateList, figures_of, read_since
from apps.governance.beast_modes.jobs import start_look
from apps.governance.beast_modes.listing import BeastModeList, BeastModeRow
from apps.governance.beast_modes.models import BeastModeFormula
from apps.jobs import service as jobs
from domoadmin.services.results.beast_modes import BeastModeStatistics
from domoadmin.services.roles import Role

SECONDS = 20.0
EXPORT_HEADER = (
    "Id", "Name", "State", "Saved on", "Owner id", "Dataset ids", "Cards", "Broken links", "Changed", "Created",
)  # fmt: skip
DUPLICATES_HEADER = ("Group", "Id", "Name", "Owner id", "Dataset ids", "Cards", "Locked", "Changed", "Formula")


@dataclass(frozen=True)
class Figure:
    """One figure of the statistics, and the list that it counts. css: the state class where it is trouble."""

    label: str
    count: int | None
    url: str
    meaning: str
    css: str = ""


@connection_view(Role.VIEWER)
def beast_modes_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show one page of what the token sees."""
    context = {"connection": connection, "may_change": may(request.user, Role.STEWARD)}
    return BeastModeList(request).respond("governance/beast_modes/list.html", context)


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV."""
    rows = map(_export_row, BeastModeList(request).every_row())
    return csv_response(f"beast-modes-{connection.slug}.csv", EXPORT_HEADER, rows)


def _export_row(row: BeastModeRow) -> tuple[object, ...]:
    return (
        row.id, row.name, [word for word, _, _ in row.badges], row.place, row.owner_id, row.datasets, row.cards,
        row.broken, row.modified, row.created,
    )  # fmt: skip


# Statistics


@connection_view(Role.VIEWER)
def statistics(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the page of the statistics; its figures load themselves."""
    return render(request, "governance/beast_modes/statistics.html", {"connection": connection})


@connection_view(Role.VIEWER)
@panel_view("beast-mode-figures", "Figures", refresh=["beast-mode-changed"])
def figures(request: ConnectionRequest, connection: Connection) -> PanelContent:
    """Show what Domo counts, each figure with the list behind it."""
    client = connection.client()
    with client.deadline(SECONDS):
        found = client.beast_modes.statistics()
    every = _figures(connection, found)
    context = {
        "connection": connection,
        "total": every[0],
        "places": every[1:3],
        "rest": every[3:],
        "duplicates": figures_of(connection),
        "read_since": read_since(connection),
    }
    return PanelContent("governance/beast_modes/panels/figures.html", context)


def _figures(connection: Connection, found: BeastModeStatistics) -> list[Figure]:
    url = reverse("governance:beast_modes_list", args=[connection.slug])
    return [
        Figure("All", found.total, url, "On datasets and on cards together; variables are not among them."),
        Figure("On datasets", found.on_datasets, f"{url}?place=dataset", "Saved on a dataset: all its cards see it."),
        Figure("On cards", found.on_cards, f"{url}?place=card", "Saved on one card alone."),
        Figure("In visualizations", found.in_visualizations, f"{url}?state=active", "Something computes it.", "is-ok"),
        Figure("Locked", found.locked, f"{url}?state=locked", "Nobody can change its formula.", "is-off"),
        Figure("Invalid", found.invalid, f"{url}?state=invalid", "Domo can't compute the formula.", "is-bad"),
        Figure(
            "Broken links", found.invalid_link, f"{url}?state=broken", "It refers to what its dataset lacks.", "is-bad"
        ),
        Figure("Archived", found.archived, f"{url}?state=archived", "Put away, and not offered any more.", "is-off"),
    ]


# Duplicates


@connection_view(Role.VIEWER)
def duplicates(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the formulas that stand more than once, as the last look found them."""
    context = {"connection": connection, "may_look": may(request.user, Role.STEWARD)}
    return DuplicateList(request).respond("governance/beast_modes/duplicates.html", context)


@connection_view(Role.VIEWER)
def duplicates_export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream each Beast Mode of each group as CSV."""
    rows = map(_duplicate_row, DuplicateList(request).every_row())
    return csv_response(f"duplicate-formulas-{connection.slug}.csv", DUPLICATES_HEADER, rows)


def _duplicate_row(each: BeastModeFormula) -> tuple[object, ...]:
    return (
        each.fingerprint[:12], each.beast_mode_id, each.name, each.owner_id, each.dataset_ids, each.card_count,
        each.is_locked, each.modified_at, each.expression,
    )  # fmt: skip


@require_POST
@connection_view(Role.STEWARD)
def look(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Start a look at all formulas; a second one while one is at work is refused."""
    url = reverse("governance:beast_modes_duplicates", args=[connection.slug])
    try:
        job = start_look(connection, request.user)
    except jobs.AlreadyActive as refusal:
        return saved(request, url, str(refusal))
    return saved(request, job.get_absolute_url(), "The look at all formulas has begun.")
