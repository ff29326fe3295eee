"""Datasets API: metadata, tags, properties, cards."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.cards.cards import Card, ChangedCards
from domoadmin.sandbox.company.cards import FIRST_CARD
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routes.schema import read_columns
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.streams.runs import Runs
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/data/v3/datasources/{dataset_id}"


@router.add("datasets.get_metadata", "GET", BASE)
def get_metadata(world: World, request: Request, dataset_id: str) -> Any:
    """Get Metadata. Parts other than permission and certification change nothing, as far as the document says."""
    world.part(Runs).settle()
    record = world.catalog.metadata(world.catalog.find(dataset_id))
    parts = [part for part in request.query.get("part", request.query.get("requestedParts", "")).split(",") if part]
    if parts and "permission" not in parts:
        record.pop("permissions", None)
    return record


@router.add("datasets.create_copy", "POST", "/api/data/v2/datasources")
def create_copy(world: World, request: Request) -> Any:
    """Create Dataset Copy: an empty dataset with a schema."""
    body = request.json_object()
    name = body.get("dataSourceName")
    if not isinstance(name, str) or not name.strip():
        raise ApiError(400, "dataSourceName is required")
    columns = read_columns((body.get("schema") or {}).get("columns"))
    provider = str(body.get("userDefinedType") or "api").lower()
    description = str(body.get("dataSourceDescription") or "")
    index = world.catalog.create(name.strip(), provider, columns, description)
    return {"dataSource": {**world.catalog.metadata(index), "dataSourceId": world.catalog.table.ids[index]}}


@router.add("datasets.change_properties", "PUT", BASE + "/properties")
def change_properties(world: World, request: Request, dataset_id: str) -> Any:
    """Change Dataset Properties; name and description are taken too, as Domo's own page sends them."""
    index = world.catalog.writable(dataset_id)
    body = request.json_object()
    names = {"dataProviderType": "dataProviderType", "dataSourceName": "name", "name": "name"}
    names["dataSourceDescription"] = names["description"] = "description"
    changes = {names[key]: value for key, value in body.items() if key in names}
    if not changes or not all(isinstance(value, str) for value in changes.values()):
        raise ApiError(400, "dataProviderType is required")
    world.catalog.change(index, **changes)
    return {}


@router.add("datasets.create_tag", "POST", "/api/data/ui/v3/datasources/{dataset_id}/tags")
def create_tag(world: World, request: Request, dataset_id: str) -> Any:
    """createDatasetTag: the tags sent replace all earlier ones, as public clients rely on."""
    index = world.catalog.writable(dataset_id)
    tags = request.json()
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag.strip() for tag in tags):
        raise ApiError(400, "A list of tags is expected")
    world.catalog.change(index, tags=list(dict.fromkeys(tag.strip() for tag in tags)))
    return {}


@router.add("datasets.delete", "DELETE", BASE)
def delete(world: World, request: Request, dataset_id: str) -> Any:
    """Deletes a dataset; not in the documents, but public clients do it."""
    world.catalog.change(world.catalog.writable(dataset_id), deleted=True)
    return {}


@router.add("datasets.list", "GET", "/api/data/v3/datasources", heavy=True)
def list_datasets(world: World, request: Request) -> Any:
    """The paged list of public clients: limit, offset, nameLike, ownerId, dataProviderType."""
    world.part(Runs).settle()
    catalog = world.catalog
    wanted = request.query.get("nameLike", "").lower()
    owner, provider = request.query.get("ownerId"), request.query.get("dataProviderType")
    places = [
        index
        for index, name in enumerate(catalog.table.names)
        if wanted in name.lower() and not catalog.is_deleted(index)
    ]
    if owner:
        places = [index for index in places if catalog.owner(index).id == owner]
    if provider:
        places = [index for index in places if catalog.metadata(index)["dataProviderType"] == provider]
    limit, offset = request.number("limit", 50, 500), request.number("offset", 0, 10_000_000)
    return {
        "dataSources": [catalog.metadata(index) for index in places[offset : offset + limit]],
        "_metaData": {"totalCount": len(places), "limit": limit, "offset": offset},
    }


@router.add("datasets.bulk_get", "POST", "/api/data/v3/datasources/bulk", mutates=False)
def bulk(world: World, request: Request) -> Any:
    """Metadata of up to 100 datasets; unknown ids are left out."""
    identifiers = request.json()
    if not isinstance(identifiers, list) or len(identifiers) > 100:
        raise ApiError(400, "A list of at most 100 ids is expected")
    world.part(Runs).settle()
    found = []
    for identifier in identifiers:
        try:
            found.append(world.catalog.metadata(world.catalog.find(str(identifier))))
        except ApiError:
            continue
    return {"dataSources": found}


@router.add("datasets.list_cards", "GET", "/api/content/v1/datasources/{dataset_id}/cards")
def list_cards(world: World, request: Request, dataset_id: str) -> Any:
    """Get Cards for a Dataset ID; drill paths come too, behind the cards, unless drill=false."""
    index = world.catalog.find(dataset_id)
    changed = world.part(ChangedCards)
    cards = [Card(str(FIRST_CARD + number), number, index) for number in world.cards.of_dataset(index)]
    found = [changed.record(card) for card in cards]
    if request.flag("drill", default=True):
        found += [path for card in cards for path in changed.drill_paths(card)]
    return found
