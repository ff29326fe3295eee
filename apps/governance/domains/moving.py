"""Moving a domain with everything below it: by the dialog, which a drag in the tree opens as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.models import User
from apps.audit.models import AuditRecord, Outcome
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, make_change
from apps.connections.models import Connection, Kind
from apps.core.failures import Failure, failure_of
from apps.governance.domains import finding
from apps.governance.domains.editing import page_of, target_of
from apps.governance.domains.finding import Index, Known
from apps.governance.domains.reading import (
    SECONDS,
    absence,
    chain,
    is_out_of_sight,
    read_domain,
    read_path,
    title_of,
)
from apps.governance.domains.refusals import told_plainly
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.results import Domain
from domoadmin.services.roles import Role

SHOWN = 20
# So many records of a domain are looked through for its last move.
LOOKED_AT = 40
SEARCH = "search"
TOPMOST = "It is the topmost domain that this connection sees, so there is no other place for it."


@dataclass(frozen=True)
class Place:
    """A domain that another one might be moved to. above: its path in words; problem: why it can't go there."""

    id: str
    title: str
    above: str
    problem: str = ""


@dataclass(frozen=True)
class Places:
    """What the dialog offers. more: how many match beside these; note: what the search can't tell."""

    found: tuple[Place, ...]
    more: int = 0
    note: str = ""
    failure: Failure | None = None


class MoveForm(forms.Form):
    """The id of the new parent."""

    parent = forms.CharField(label="New place", strip=False, error_messages={"required": "Choose where it goes."})


@require_GET
@connection_view(Role.ADMIN, kinds=(Kind.DOMAINS,))
def places(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Show the places that have the words, as choices of the dialog."""
    domain = read_domain(connection, domain_id)
    context = {"places": _places(connection, domain, request.GET.get("q", ""), ""), "chosen": ""}
    response = render(request, "governance/domains/places.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN, kinds=(Kind.DOMAINS,))
def move(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Choose the new place and move it there. `to` is a place that was chosen before: by a drag, or to move it back."""
    domain = read_domain(connection, domain_id)
    given = request.POST if request.method == "POST" else request.GET
    chosen = request.POST.get("parent", "") or request.GET.get("to", "")
    words = given.get("q", "").strip()
    path = read_path(connection.client(), domain)
    parent = page_of(connection, domain)

    def act(cleaned: dict[str, Any]) -> str:
        return _move(connection, request.user, domain, cleaned["parent"])

    dialog = ChangeDialog(
        operation="domains.update",
        title=f"Move {parent[0]}",
        button="Move domain",
        button_icon="arrows-exchange",
        act=act,
        parent=parent,
        done_url=parent[1],
        goes=True,
        template="governance/domains/move.html",
        context={
            "domain": domain,
            "path": path,
            "words": words,
            "chosen": chosen,
            "places": _places(connection, domain, words, chosen),
            "places_url": reverse("governance:domain_places", args=[connection.slug, domain.id]),
            "below": _count_below(connection, domain),
        },
    )
    searching = SEARCH in request.POST
    return answer_change(request, connection, dialog, MoveForm, reviewing=searching)


def _count_below(connection: Connection, domain: Domain) -> int | None:
    """Return how many domains go with it; None where the tree doesn't tell."""
    try:
        index = finding.index_of(connection)
    except UpstreamError:
        return None
    return len(index.below(domain.id)) if index.complete and index.has_a_place(domain.id) else None


def _places(connection: Connection, domain: Domain, words: str, chosen: str) -> Places:
    """Return what to offer: the chosen place first, then what has the words, else the domains further up."""
    try:
        index = finding.index_of(connection)
    except UpstreamError as error:
        return Places(_by_id(connection, domain, [chosen, words]), failure=failure_of(error))
    matching = list(index.matching(words)) if words else _usual(index, domain)
    first = [index.by_id[chosen]] if chosen in index.by_id else []
    offered = [*first, *(known for known in matching if known.id != chosen)]
    found = tuple(_place(index, domain, known) for known in offered[:SHOWN])
    missing = tuple(each for each in [chosen, words] if each and each not in index.by_id)
    note = (
        "" if index.complete else f"Only {len(index.domains):,} domains could be searched. Any other by its exact id."
    )
    return Places((*_by_id(connection, domain, missing), *found), max(0, len(offered) - SHOWN), note)


def _usual(index: Index, domain: Domain) -> list[Known]:
    """Return the places that are near: the parent's parents, then what lies beside the domain."""
    above = index.above(domain.id)[::-1]
    beside = [each for each in index.domains if each.parent_id == domain.parent_id and each.id != domain.id]
    return [each for each in [*above, *beside] if each.id != domain.parent_id]


def _place(index: Index, domain: Domain, known: Known) -> Place:
    above = index.above(known.id)
    inside = known.id == domain.id or any(each.id == domain.id for each in above)
    return Place(known.id, known.title, " / ".join(each.title for each in above), _problem(domain, known.id, inside))


def _problem(domain: Domain, place: str, inside: bool) -> str:
    if place == domain.id:
        return "It can’t go below itself."
    if inside:
        return f"It lies below {title_of(domain)}."
    return "It is there now." if place == domain.parent_id else ""


def _by_id(connection: Connection, domain: Domain, ids: Iterable[str]) -> tuple[Place, ...]:
    """Return domains that no search knows by their exact ids; nothing for those out of sight."""
    client = connection.client()
    found = []
    for each in dict.fromkeys(ids):
        try:
            above = chain(client, each) if each and "/" not in each else []
        except UpstreamError:
            continue
        if above:
            inside = any(parent.id == domain.id for parent in above)
            words = " / ".join(title_of(parent) for parent in above[:-1])
            found.append(Place(each, title_of(above[-1]), words, _problem(domain, each, inside)))
    return tuple(found)


def _move(connection: Connection, user: User, domain: Domain, parent_id: str) -> str:
    """Move it. Raises InvalidArguments for a place that can't be, UpstreamError."""
    if not domain.parent_id:
        raise InvalidArguments(TOPMOST)
    client = connection.client()
    with client.deadline(SECONDS):
        above = _above(client, domain, parent_id)
    change = Change("domains.update", target_of(domain), {"parentId": domain.parent_id}, {"parentId": parent_id})
    with told_plainly("domains.update", {"parentId": "parent"}):
        make_change(connection, user, change, lambda client: client.domains.update(domain.id, parent_id=parent_id))
    finding.forget(connection)
    return f"{title_of(domain)} is now below {title_of(above[-1])}."


def _above(client: Client, domain: Domain, parent_id: str) -> list[Domain]:
    """Return the new place and what is above it, as they are at this moment, after checking it."""
    try:
        above = chain(client, parent_id)
    except UpstreamError as error:
        if is_out_of_sight(error):
            raise InvalidArguments(absence(parent_id), argument="parent") from error
        raise
    if not above:
        raise InvalidArguments(absence(parent_id), argument="parent")
    inside = any(each.id == domain.id for each in above)
    if problem := _problem(domain, parent_id, inside):
        raise InvalidArguments(
            f"{title_of(domain)} can’t be moved to {title_of(above[-1])}. {problem}", argument="parent"
        )
    return above


@dataclass(frozen=True)
class LastMove:
    """The last move that DomoAdmin made of a domain, while it is still where that put it."""

    record: AuditRecord
    earlier: str
    undo_url: str


def last_move(connection: Connection, domain: Domain) -> LastMove | None:
    """Return the move that can be taken back, by the trail; None where there is none, or it was moved since."""
    records = AuditRecord.objects.filter(
        connection=connection.slug, target_kind="domain", target_id=domain.id, operation="domains.update"
    )
    # An act is two records: the intent says from where to where, the outcome whether it came to that.
    done: set[UUID] = set()
    for record in records.order_by("-pk")[:LOOKED_AT]:
        if record.outcome == Outcome.SUCCEEDED:
            done.add(record.correlation)
        elif record.correlation in done and (there := _place_in(record.after)):
            # The latest move decides; changes of other parts since then don't matter.
            earlier = _place_in(record.before)
            if there != domain.parent_id or earlier in ("", domain.parent_id):
                return None
            url = reverse("governance:domain_move", args=[connection.slug, domain.id])
            return LastMove(record, earlier, f"{url}?{urlencode({'to': earlier})}")
    return None


def _place_in(state: Any) -> str:
    """Return the parent that a record names; empty where it is about something else."""
    return str(state.get("parentId") or "") if isinstance(state, dict) else ""
