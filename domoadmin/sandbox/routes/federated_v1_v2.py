"""Federated V1 to V2 migrations."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.federation.federation import Federation
from domoadmin.sandbox.federation.generated import V1
from domoadmin.sandbox.federation.moves import V1_TO_V2, V2_TO_V1, timestamp
from domoadmin.sandbox.http.message import Request, Response, json_response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/query/migration/federated/v1/to/v2"


def ended(told: tuple[dict[str, Any], float]) -> Response:
    """The answer to a move: it comes when the move has ended."""
    response = json_response(told[0])
    response.after_seconds = told[1]
    return response


@router.add("federated_v1_v2.list_types", "GET", BASE + "/types")
def list_types(world: World, request: Request) -> Any:
    """List Federated Integration Types."""
    return world.part(Federation).types()


@router.add("federated_v1_v2.list_accounts", "GET", BASE + "/accounts/{integration_type}")
def list_accounts(world: World, request: Request, integration_type: str) -> Any:
    """List Federated V2 Accounts by Integration Type: those that the token's owner may use."""
    found = world.part(Federation).accounts(integration_type)
    return [{"id": each.id, "type": each.type, "name": each.name} for each in found]


@router.add("federated_v1_v2.list_candidates", "GET", BASE + "/candidates/{account_id}")
def list_candidates(world: World, request: Request, account_id: str) -> Any:
    """List Federated V1 Migration Candidate Datasources by Account."""
    federation = world.part(Federation)
    return [
        {
            "id": dataset.id,
            "name": federation.name(dataset),
            "migrated": state["stage"] != V1,
            "migrationDate": timestamp(state["migrated"]) if state["migrated"] else None,
        }
        for dataset, state in federation.from_v1(federation.account(account_id))
    ]


@router.add("federated_v1_v2.migrate", "POST", BASE + "/{dataset_id}/accounts/{account_id}")
def migrate(world: World, request: Request, dataset_id: str, account_id: str) -> Any:
    """Migrate Federated V1 Datasource to V2. The text NULL stands for no schema."""
    body, federation = request.json_object(), world.part(Federation)
    for name in ("catalog", "schema", "table"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise ApiError(400, f"{name} is required")
    account = federation.account(account_id)
    reference = body["catalog"], body["schema"], body["table"]
    return ended(federation.move(dataset_id, V1_TO_V2, account.id, reference))


@router.add("federated_v1_v2.reverse", "POST", BASE + "/{dataset_id}/reverse")
def reverse(world: World, request: Request, dataset_id: str) -> Any:
    """Reverse Federated V1 to V2 Datasource Migration."""
    return ended(world.part(Federation).move(dataset_id, V2_TO_V1, None))
