"""Choosing where to, the candidates there, and the wave that is made of those picked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.core.failures import failure_of
from apps.migrations.candidates.listing import CandidateList, look_of
from apps.migrations.federated.targets import (
    SETUP_URL,
    NoSuchTarget,
    Target,
    find_target,
    integration_types,
    targets_of_type,
)
from apps.migrations.federated.upstream import Check
from apps.migrations.federated.waves import MOST_DATASOURCES, create_wave, known_mappings
from apps.migrations.federated.ways import FAMILIES, WAYS, Way
from apps.migrations.waves.making import rehearse
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

SECONDS = 30.0
EXPORT_HEADER = (
    "Datasource id", "Name", "Check", "What to do", "Type", "Catalog", "Schema", "Table", "Colliding id",
    "Colliding name", "Migrated", "Migrated at",
)  # fmt: skip


@connection_view(Role.VIEWER)
def choose(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Choose a way, an integration type, an account or integration; what must be there first is said and checked."""
    way = WAYS.get(request.GET.get("way", ""))
    context: dict[str, Any] = {
        "connection": connection,
        "ways": [
            (key, [each for each in WAYS.values() if each.family == key], title) for key, title in FAMILIES.items()
        ],
        "way": way,
        "kind": request.GET.get("type", ""),
        "setup_url": SETUP_URL,
    }
    status = 200
    if way is not None:
        try:
            context |= _offered(connection, way, context["kind"])
        except UpstreamError as error:
            context["failure"] = failure_of(error)
            status = context["failure"].status
    return render(request, "migrations/candidates/choose.html", context, status=status)


def _offered(connection: Connection, way: Way, kind: str) -> dict[str, Any]:
    client = connection.client()
    with client.deadline(SECONDS):
        types = integration_types(client, way.family)
        known = next((each for each in types if each.lower() == kind.lower()), "")
        targets = targets_of_type(client, way.family, known) if known else []
    return {"types": types, "kind": known, "unknown_kind": kind if kind and not known else "", "targets": targets}


def _way_and_target(connection: Connection, way: str, target_id: str, kind: str = "") -> tuple[Way, Target]:
    """Return both. Raises Http404, NoSuchTarget, UpstreamError."""
    found = WAYS.get(way)
    if found is None:
        raise Http404(f"There is no such way: {way}.")
    client = connection.client()
    with client.deadline(SECONDS):
        return found, find_target(client, found, target_id, kind)


def _no_target(request: ConnectionRequest, connection: Connection, problem: NoSuchTarget) -> HttpResponse:
    context = {"connection": connection, "problem": str(problem)}
    return render(request, "migrations/candidates/no_target.html", context, status=422)


@connection_view(Role.VIEWER)
def candidates(request: ConnectionRequest, connection: Connection, way: str, target_id: str) -> HttpResponse:
    """Show the candidates of one account or integration."""
    try:
        found, target = _way_and_target(connection, way, target_id, request.GET.get("type", ""))
    except NoSuchTarget as problem:
        return _no_target(request, connection, problem)
    listing = CandidateList(request, found, target)
    context = {"connection": connection, "way": found, "target": target}
    return listing.respond("migrations/candidates/list.html", context)


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection, way: str, target_id: str) -> HttpResponseBase:
    """Give the candidates that match as CSV."""
    try:
        found, target = _way_and_target(connection, way, target_id)
    except NoSuchTarget as problem:
        return _no_target(request, connection, problem)
    rows = (
        (
            each.id,
            each.name,
            look_of(each.check(found), found)[0],
            each.why_not(found),
            each.type,
            each.catalog,
            each.schema,
            each.table,
            each.colliding_id,
            each.colliding_name,
            each.migrated,
            each.migrated_at,
        )
        for each in CandidateList(request, found, target).every_candidate()
    )
    return csv_response(f"candidates-{connection.slug}-{found.key}.csv", EXPORT_HEADER, rows)


@require_POST
@connection_view(Role.SUPPORT)
def pick(request: ConnectionRequest, connection: Connection, way: str, target_id: str) -> HttpResponse:
    """Make a draft of what was picked and lead to it; what can't move is left out, or refused if nothing else is."""
    try:
        found, target = _way_and_target(connection, way, target_id)
    except NoSuchTarget as unknown:
        return _no_target(request, connection, unknown)
    listing = CandidateList(request, found, target)
    by_id = {each.id: each for each in listing.candidates}
    if request.POST.get("all") == "1":
        # The list is evaluated again, as its address says.
        request.GET = QueryDict(request.POST.get("query", ""))
        keys = [each.id for each in CandidateList(request, found, target).every_candidate()]
        keys = [key for key in keys if key in by_id and by_id[key].check(found) == Check.CAN_MOVE]
    else:
        keys = list(dict.fromkeys(request.POST.getlist("id")))
    problem = ""
    if not keys:
        problem = "None of these can move. Pick at least one that can."
    elif len(keys) > MOST_DATASOURCES:
        problem = (
            f"A wave has at most {MOST_DATASOURCES:,} datasources; these are {len(keys):,}. Filter the list first."
        )
    else:
        # A page that stood open for long, or a form of other hands.
        wrong = next((key for key in keys if key not in by_id or by_id[key].check(found) != Check.CAN_MOVE), None)
        if wrong is not None and wrong not in by_id:
            problem = f"{wrong} is no longer among the candidates of {target.name}. Load the list again."
        elif wrong is not None:
            problem = f"{by_id[wrong].name} can't be picked. {by_id[wrong].why_not(found)}"
    if problem:
        return _refused(request, connection, found, target, problem)
    mappings = known_mappings(connection, keys) if found.family == "v1-v2" else None
    job = create_wave(connection, request.user, found, target, keys, by_id, mappings=mappings)
    if request.POST.get("action") == "rehearse" and not found.needs_mapping:
        job = rehearse(job, connection, request.user)
    return _go(request, reverse("migrations:wave", args=[connection.slug, job.pk]))


def _refused(
    request: ConnectionRequest, connection: Connection, way: Way, target: Target, problem: str
) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return render(request, "migrations/candidates/refused.html", {"problem": problem}, status=422)
    messages.error(request, problem)
    return HttpResponseRedirect(reverse("migrations:candidates", args=[connection.slug, way.key, target.id]))


def _go(request: ConnectionRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(url)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = url
    return response
