"""Cards: their texts, and pictures of them."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.cards.cards import ChangedCards
from domoadmin.sandbox.cards.rendering import read_parts, render
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.reading import read_identifier, read_identifiers
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/content/v1/cards"


@router.add("cards.update_title", "PUT", BASE + "/{card_id}/title")
def update_title(world: World, request: Request, card_id: str) -> Any:
    """Update Card Title."""
    world.part(ChangedCards).update_texts(card_id, request.json_object())
    return {}


@router.add("cards.render_kpi", "PUT", BASE + "/kpi/{urn}/render", mutates=False, heavy=True)
def render_kpi(world: World, request: Request, urn: str) -> Any:
    """Render KPI Card Chart or Table."""
    parts = read_parts(request.query.get("parts", ""))
    body = request.json_object()
    for name in ("queryOverrides", "cardLoadContext"):
        if not isinstance(body.get(name, {}), dict):
            raise ApiError(400, f"{name} must be an object")
    card = world.part(ChangedCards).readable(urn)
    locale = request.query.get("locale", "en-US")
    return render(world, card, parts, locale, body.get("treatLongsAsStrings") is True)


@router.add("cards.add_owners", "POST", BASE + "/owners/add")
def add_owners(world: World, request: Request) -> Any:
    """Makes people owners of cards, beside those they have; known from public clients."""
    world.part(ChangedCards).change_owners(*_owners(request), added=True)
    return {}


@router.add("cards.remove_owners", "POST", BASE + "/owners/remove")
def remove_owners(world: World, request: Request) -> Any:
    """Takes people off the owners of cards; known from public clients."""
    world.part(ChangedCards).change_owners(*_owners(request), added=False)
    return {}


def _owners(request: Request) -> tuple[list[str], list[str]]:
    body = request.json_object()
    owners = body.get("cardOwners")
    if not isinstance(owners, list) or not owners or not all(isinstance(each, dict) for each in owners):
        raise ApiError(400, "cardOwners must be a list of objects with id and type")
    return read_identifiers(body.get("cardIds"), "cardIds"), [read_identifier(each.get("id"), "id") for each in owners]


@router.add("cards.list_by_urn", "GET", BASE)
def list_by_urn(world: World, request: Request) -> Any:
    """Cards by their ids, as public clients ask for them; unknown ones are left out."""
    cards = world.part(ChangedCards)
    found = []
    for urn in request.query.get("urns", "").split(","):
        try:
            card = cards.readable(urn.strip())
        except ApiError:
            continue
        found.append({**cards.record(card), "description": cards.description(card)})
    return found
