"""Beast Modes: search, statistics, one template, its formula and lock; bulk change and deletion of public clients."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.beast_modes.answers import search, statistics, template
from domoadmin.sandbox.beast_modes.generated import BeastMode
from domoadmin.sandbox.beast_modes.library import BeastModes
from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.reading import read_identifier, text_field
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/query/v1/functions"
TEMPLATE = BASE + "/template/{beastmode_id}"
MOST_BULK = 100


@router.add("beast_modes.statistics", "GET", BASE + "/statistics", heavy=True)
def get_statistics(world: World, request: Request) -> Any:
    """Get Statistics."""
    return statistics(world.part(BeastModes))


@router.add("beast_modes.search", "POST", BASE + "/search", mutates=False, heavy=True)
def search_beast_modes(world: World, request: Request) -> Any:
    """Get All Beast Modes."""
    return search(world.part(BeastModes), request.json_object())


@router.add("beast_modes.get", "GET", TEMPLATE)
def get_beast_mode(world: World, request: Request, beastmode_id: str) -> Any:
    """Get Beast Mode by Id."""
    modes = world.part(BeastModes)
    return template(modes, modes.find(beastmode_id))


@router.add("beast_modes.update", "PUT", TEMPLATE, heavy=True)
def update(world: World, request: Request, beastmode_id: str) -> Any:
    """Update a Beast Mode and Lock Beast Mode: one call, told apart by the field that is sent."""
    modes, body = world.part(BeastModes), request.json_object()
    if not {"expression", "locked", "owner", "name"} & body.keys():
        raise ApiError(400, "expression or locked is required")
    with world.store.lock:
        beast_mode = modes.writable(beastmode_id)
        values = _changes(modes, beast_mode, body, request.flag("strict", default=True))
        modes.change({beast_mode.id: values})
        return template(modes, modes.find(beastmode_id))


def _changes(modes: BeastModes, beast_mode: BeastMode, body: dict[str, Any], strict: bool) -> Document:
    """The values to store; ApiError 409 for a locked one, unless the same call unlocks it."""
    values: Document = {"modified": now_ms()}
    locked = body.get("locked", beast_mode.locked)
    if not isinstance(locked, bool):
        raise ApiError(400, "locked must be true or false")
    values["locked"] = locked
    changed = body.get("expression", beast_mode.expression) != beast_mode.expression
    renamed = body.get("name", beast_mode.name) != beast_mode.name
    if beast_mode.locked and locked and (changed or renamed):
        raise ApiError(409, f"Beast Mode {beast_mode.id} is locked and cannot be altered")
    if "name" in body:
        values["name"] = text_field(body, "name")
    if body.get("owner") is not None:
        values["owner"] = modes.world.directory.person(read_identifier(body["owner"], "owner")).id
    if "expression" in body:
        values |= modes.formula_values(beast_mode, text_field(body, "expression"), strict)
    return values


@router.add("beast_modes.bulk_update", "POST", BASE + "/bulk/template", heavy=True)
def bulk_update(world: World, request: Request) -> Any:
    """Many at once, as public clients change owners: update holds whole templates, delete holds ids."""
    modes, body = world.part(BeastModes), request.json_object()
    updates, deletions = body.get("update") or [], body.get("delete") or []
    if (
        not isinstance(updates, list)
        or not isinstance(deletions, list)
        or not all(isinstance(e, dict) for e in updates)
    ):
        raise ApiError(400, "update must be a list of templates and delete a list of ids")
    if not updates and not deletions:
        raise ApiError(400, "update is required")
    if len(updates) + len(deletions) > MOST_BULK:
        raise ApiError(400, f"update may hold at most {MOST_BULK} templates")
    strict = body.get("strict") is True
    with world.store.lock:
        changes: dict[int, Document] = {}
        for each in updates:
            beast_mode = modes.writable(read_identifier(each.get("id"), "update.id"))
            changes[beast_mode.id] = _changes(modes, beast_mode, each, strict)
        for identifier in deletions:
            changes[modes.writable(read_identifier(identifier, "delete")).id] = {"deleted": True}
        modes.change(changes)
        return {"updated": [template(modes, modes.find(str(each["id"]))) for each in updates]}


@router.add("beast_modes.delete", "DELETE", TEMPLATE)
def delete(world: World, request: Request, beastmode_id: str) -> Any:
    """Deletes one; not in the documents, but public clients do it."""
    modes = world.part(BeastModes)
    beast_mode = modes.writable(beastmode_id)
    if beast_mode.locked:
        raise ApiError(409, f"Beast Mode {beast_mode.id} is locked and cannot be deleted")
    modes.change({beast_mode.id: {"deleted": True}})
    return Response(200)
