"""Federated V2 to Cloud Amplifier migrations."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.federation.federation import Federation
from domoadmin.sandbox.federation.generated import AMPLIFIER, INTEGRATIONS, Federated, Integration
from domoadmin.sandbox.federation.moves import FROM_AMPLIFIER, TO_AMPLIFIER, State, timestamp
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routes.federated_v1_v2 import ended
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/query/migration"


@router.add("federated_v2_amplifier.list_integration_types", "GET", BASE + "/integrations/types")
def list_integration_types(world: World, request: Request) -> Any:
    """List Cloud Amplifier Integration Types."""
    return sorted({each.type for each in INTEGRATIONS})


@router.add("federated_v2_amplifier.list_integrations", "GET", BASE + "/integrations/{integration_type}")
def list_integrations(world: World, request: Request, integration_type: str) -> Any:
    """List Cloud Amplifier Integrations by Type, which may be written in any case."""
    found = world.part(Federation).integrations(integration_type)
    return [{"id": each.id, "name": each.name, "type": each.type, "authMethod": each.auth_method} for each in found]


@router.add(
    "federated_v2_amplifier.list_candidates",
    "GET",
    BASE + "/candidates/federated/to/amplifier/integrations/{integration_id}",
)
def list_candidates(world: World, request: Request, integration_id: str) -> Any:
    """List Datasource Migration Candidates by Amplifier Integration."""
    federation = world.part(Federation)
    integration = federation.integration(integration_id)
    occupied = federation.occupied(integration)
    return [_candidate(federation, each, state, occupied) for each, state in federation.in_reach(integration)]


@router.add(
    "federated_v2_amplifier.list_reverse_candidates",
    "GET",
    BASE + "/candidates/amplifier/to/federated/integrations/{integration_id}",
)
def list_reverse_candidates(world: World, request: Request, integration_id: str) -> Any:
    """List Datasource Reverse Migration Candidates by Amplifier Integration."""
    federation = world.part(Federation)
    found = federation.in_reach(federation.integration(integration_id))
    return [_candidate(federation, each, state, {}) for each, state in found if state["stage"] == AMPLIFIER]


def _candidate(federation: Federation, dataset: Federated, state: State, occupied: Any) -> dict[str, Any]:
    catalog, schema, table = state["reference"]
    migrated = state["stage"] == AMPLIFIER
    taken = None if migrated else occupied.get((catalog, schema, table))
    return {
        "id": dataset.id,
        "name": federation.name(dataset),
        "type": dataset.type,
        "catalogName": catalog,
        "schemaName": schema,
        "tableName": table,
        "collision": taken is not None,
        "collidingDatasourceId": taken.id if taken else None,
        "collidingDatasourceName": federation.name(taken) if taken else None,
        "migrated": migrated,
        "migrationDate": timestamp(state["amplified"]) if migrated else None,
    }


@router.add(
    "federated_v2_amplifier.migrate",
    "POST",
    BASE + "/federated/to/amplifier/{dataset_id}/integrations/{integration_id}",
)
def migrate(world: World, request: Request, dataset_id: str, integration_id: str) -> Any:
    """Migrate Datasource to Amplifier Integration."""
    federation = world.part(Federation)
    integration: Integration = federation.integration(integration_id)
    return _without_empty_message(federation.move(dataset_id, TO_AMPLIFIER, integration.id))


@router.add("federated_v2_amplifier.reverse", "POST", BASE + "/amplifier/to/federated/{dataset_id}")
def reverse(world: World, request: Request, dataset_id: str) -> Any:
    """Reverse Datasource Migration."""
    return _without_empty_message(world.part(Federation).move(dataset_id, FROM_AMPLIFIER, None))


def _without_empty_message(told: tuple[dict[str, Any], float]) -> Response:
    """The samples of this section have no errorMessage where nothing went wrong."""
    answer, seconds = told
    return ended(({name: value for name, value in answer.items() if value is not None}, seconds))
