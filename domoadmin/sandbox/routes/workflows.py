"""Workflows: start, cancel, permissions; and the model that public clients read."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.grants import KINDS, read_grants
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.reading import text_field
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.workflows.models import PERMISSIONS, Models
from domoadmin.sandbox.workflows.runs import Runs
from domoadmin.sandbox.world import World

router = Router()
INSTANCES = "/api/workflow/v1/instances"
MODEL = "/api/workflow/v1/models/{model_id}"


@router.add("workflows.start", "POST", INSTANCES + "/message")
def start(world: World, request: Request) -> Any:
    """Start a Workflow."""
    body = request.json_object()
    message, version, model = (text_field(body, name) for name in ("messageName", "version", "modelId"))
    data = body.get("data")
    if not isinstance(data, dict):
        raise ApiError(400, "data is required: an object with the start parameters")
    return world.part(Runs).start(model, version, message, data)


@router.add("workflows.cancel", "POST", INSTANCES + "/{instance_id}/cancel")
def cancel(world: World, request: Request, instance_id: str) -> Any:
    """Canceling a Workflow."""
    return world.part(Runs).cancel(instance_id)


@router.add("workflows.update_permissions", "POST", MODEL + "/permissions")
def update_permissions(world: World, request: Request, model_id: str) -> Any:
    """Changing a Workflow's Permissions: nothing is answered."""
    grants = read_grants(world.directory, request.json(), PERMISSIONS, with_names=False)
    world.part(Models).change_grants(model_id, grants)
    return Response(200)


@router.add("workflows.get_permissions", "GET", MODEL + "/permissions")
def get_permissions(world: World, request: Request, model_id: str) -> Any:
    """Who may do what, as public clients read it: entries by kind."""
    models = world.part(Models)
    grants = models.grants(models.find(model_id))
    split = [(*key.partition(":")[::2], held) for key, held in grants.items()]
    return {kind: [{"id": each, "permissions": held} for found, each, held in split if found == kind] for kind in KINDS}


@router.add("workflows.get_model", "GET", MODEL)
def get_model(world: World, request: Request, model_id: str) -> Any:
    """A model with its versions, as public clients read it."""
    models = world.part(Models)
    return models.record(models.find(model_id))
