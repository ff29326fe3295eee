"""Applications, their jobs, one job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.json_text import written
from apps.core.object_pages import object_url
from apps.governance.domostats.listing import ApplicationList, JobList, person
from apps.governance.domostats.reading import application_named, name_of, read_job
from domoadmin.services.operations import registry
from domoadmin.services.roles import Role

UPDATE = "domostats.update_job"


@require_GET
@connection_view(Role.VIEWER)
def application_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the applications."""
    return ApplicationList(request).respond("governance/domostats/applications.html", {"connection": connection})


@require_GET
@connection_view(Role.VIEWER)
def job_list(request: ConnectionRequest, connection: Connection, application_id: str) -> HttpResponse:
    """Show the jobs of an application."""
    listing = JobList(request, application_id)
    context: dict[str, Any] = {"connection": connection, "application_id": application_id}
    if not listing.is_fragment:
        context["application"] = application_named(connection.client(), application_id)
    return listing.respond("governance/domostats/jobs.html", context)


@require_GET
@connection_view(Role.VIEWER)
def job_show(request: ConnectionRequest, connection: Connection, application_id: str, job_id: str) -> HttpResponse:
    """Show one job: what it runs, and its settings as an update sends them."""
    client = connection.client()
    state = read_job(client, application_id, job_id)
    told = state.settings.get("executionPayload")
    payload: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    context = {
        "connection": connection,
        "application_id": application_id,
        "state": state,
        "job": state.job,
        "owner": person(connection.slug, state.job.owner_id, name_of(client, state.job.owner_id)),
        "policies": _datasets(connection, payload.get("policies")),
        "metrics": _datasets(connection, {"": payload.get("metricsDatasetId")}),
        "settings": written(state.settings),
        "others": written(state.others) if state.others else "",
        "may_change": may(request.user, registry.get(UPDATE).role),
    }
    return render(request, "governance/domostats/job.html", context)


def _datasets(connection: Connection, named: Any) -> list[tuple[str, str, str]]:
    """Return (name, id, address of the dataset's page) of each dataset that a job fills."""
    found = named.items() if isinstance(named, Mapping) else ()
    return [(name, str(value), object_url(connection.slug, "dataset", value)) for name, value in found if value]
