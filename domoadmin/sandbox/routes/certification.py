"""Certified Content."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.cards.cards import CERTIFICATION, ChangedCards
from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
PATH = "/api/tags/v3/{entity_type}/{entity_id}/system/CERTIFIED/state"
SHOWN = {"CERTIFIED": "ACTIVE", "REQUESTED": "REQUESTED", "PENDING": "PENDING", "EXPIRED": "EXPIRED"}


def _state(world: World, entity_type: str, entity_id: str) -> dict[str, Any] | None:
    if entity_type == "DATA_SOURCE":
        return world.catalog.certification(world.catalog.find(entity_id))
    if entity_type == "CARD":
        cards = world.part(ChangedCards)
        return cards.certification(cards.find(entity_id))
    raise ApiError(400, f"Unknown entity type {entity_type}")


@router.add("certified_content.get_status", "GET", PATH)
def get_status(world: World, request: Request, entity_type: str, entity_id: str) -> Any:
    """Get Certification Status: state null for what is not certified."""
    state = _state(world, entity_type, entity_id)
    if state is None:
        return {"tag": "CERTIFIED", "state": None, "metadata": None, "updated": None}
    metadata = {"adminCertified": True, "processType": entity_type, "userId": world.directory.me.id}
    return {
        "tag": "CERTIFIED",
        "state": SHOWN[state["state"]],
        "metadata": {**metadata, "approvalRequestId": None},
        "updated": state["lastUpdated"],
    }


@router.add("certified_content.certify", "PUT", PATH + "/ACTIVE")
def certify(world: World, request: Request, entity_type: str, entity_id: str) -> Any:
    """Certify Content."""
    return _set(world, entity_type, entity_id, "CERTIFIED", Response(200))


@router.add("certified_content.decertify", "DELETE", PATH)
def decertify(world: World, request: Request, entity_type: str, entity_id: str) -> Any:
    """Delete a Certification: 204."""
    return _set(world, entity_type, entity_id, "", Response(204))


def _set(world: World, entity_type: str, entity_id: str, state: str, answer: Response) -> Response:
    _state(world, entity_type, entity_id)
    if entity_type == "DATA_SOURCE":
        world.catalog.change(world.catalog.writable(entity_id), certification=state, certifiedOn=now_ms())
    else:
        # one without a state stays written down: the card may have been certified from the start
        world.store.put_all([(CERTIFICATION, entity_id, {"state": state, "lastUpdated": now_ms()})])
    return answer
