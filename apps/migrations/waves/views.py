"""The page of a wave."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.migrations.federated.waves import waves_of
from domoadmin.services.roles import Role


@connection_view(Role.VIEWER)
def wave(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Lead to the job's page."""
    return HttpResponseRedirect(get_object_or_404(waves_of(connection), pk=job_id).get_absolute_url())
