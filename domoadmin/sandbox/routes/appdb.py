"""AppDB: documents, queries, schema and permissions of collections."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from domoadmin.sandbox.appdb.appdb import MOST_DOCUMENTS, AppDB
from domoadmin.sandbox.appdb.conditions import condition
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/datastores/v1/collections"
COLLECTION = BASE + "/{collection_id}"
DOCUMENTS = COLLECTION + "/documents"
DOCUMENT = DOCUMENTS + "/{document_id}"
LONGEST_TARGET = 8192


def _page(request: Request, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most 10,000 documents. limit and offset, which public clients send, go unmentioned in the document."""
    limit = request.number("limit", MOST_DOCUMENTS, MOST_DOCUMENTS)
    offset = request.number("offset", 0, 10_000_000)
    return documents[offset : offset + limit]


@router.add(
    "appdb.query_documents",
    "POST",
    "/api/datastores/v2/collections/{collection_id}/documents/query",
    mutates=False,
    heavy=True,
)
def query_documents(world: World, request: Request, collection_id: str) -> Any:
    """Query Document: those that meet all conditions."""
    meets = condition(request.json_object())
    return _page(request, [each for each in world.part(AppDB).documents(collection_id) if meets(each)])


@router.add("appdb.list_documents", "GET", DOCUMENTS, heavy=True)
def list_documents(world: World, request: Request, collection_id: str) -> Any:
    """List Documents, oldest first."""
    return _page(request, world.part(AppDB).documents(collection_id))


@router.add("appdb.create_document", "POST", DOCUMENTS)
def create_document(world: World, request: Request, collection_id: str) -> Any:
    """Create Document."""
    appdb = world.part(AppDB)
    return appdb.document(collection_id, appdb.create(collection_id, request.json_object()))


@router.add("appdb.bulk_delete_documents", "DELETE", DOCUMENTS + "/bulk")
def bulk_delete_documents(world: World, request: Request, collection_id: str) -> Any:
    """Bulk Delete Documents: ids separated by commas, with or without brackets, or ids given several times."""
    if len(request.target) > LONGEST_TARGET:
        raise ApiError(414, "The URL is too long: delete in batches")
    given = parse_qs(urlsplit(request.target).query).get("ids", [])
    identifiers = [each.strip(" \"'[]") for text in given for each in text.split(",")]
    if not any(identifiers):
        raise ApiError(400, "ids is required")
    return {"Deleted": world.part(AppDB).delete_all(collection_id, identifiers)}


@router.add("appdb.get_document", "GET", DOCUMENT)
def get_document(world: World, request: Request, collection_id: str, document_id: str) -> Any:
    """Get Document."""
    return world.part(AppDB).document(collection_id, document_id)


@router.add("appdb.update_document", "PUT", DOCUMENT)
def update_document(world: World, request: Request, collection_id: str, document_id: str) -> Any:
    """Update Document."""
    appdb = world.part(AppDB)
    appdb.replace(collection_id, document_id, request.json_object())
    return appdb.document(collection_id, document_id)


@router.add("appdb.delete_document", "DELETE", DOCUMENT)
def delete_document(world: World, request: Request, collection_id: str, document_id: str) -> Response:
    """Delete Document: 204."""
    world.part(AppDB).delete(collection_id, document_id)
    return Response(204)


@router.add("appdb.update_collection_permissions", "PUT", COLLECTION + "/permission/RYUU_APP/{proxy_id}")
def update_collection_permissions(world: World, request: Request, collection_id: str, proxy_id: str) -> Response:
    """Update Collection Permissions: 204."""
    permissions = [each.strip() for each in request.query.get("permissions", "").split(",") if each.strip()]
    if not permissions:
        raise ApiError(400, "permissions is required")
    world.part(AppDB).permit(collection_id, proxy_id, permissions)
    return Response(204)


@router.add("appdb.update_collection_schema", "PUT", COLLECTION)
def update_collection_schema(world: World, request: Request, collection_id: str) -> Any:
    """Update Collection Schema."""
    appdb = world.part(AppDB)
    appdb.update(collection_id, request.json_object())
    return appdb.record(collection_id)


@router.add("appdb.create_collection", "POST", "/api/datastores/v1/{datastore_id}/collections")
def create_collection(world: World, request: Request, datastore_id: str) -> Any:
    """Create a collection; not in the documents."""
    appdb = world.part(AppDB)
    return appdb.record(appdb.create_collection(datastore_id, request.json_object()))


@router.add("appdb.list_collections", "GET", BASE)
def list_collections(world: World, request: Request) -> Any:
    """The collections; not in the documents, but without it no client could know an id."""
    return world.part(AppDB).visible()


@router.add("appdb.get_collection", "GET", COLLECTION)
def get_collection(world: World, request: Request, collection_id: str) -> Any:
    """One collection; not in the documents."""
    return world.part(AppDB).record(collection_id)


@router.add("appdb.get_collection_permissions", "GET", COLLECTION + "/permission")
def get_collection_permissions(world: World, request: Request, collection_id: str) -> Any:
    """What custom apps may do with a collection; not in the documents."""
    found = world.part(AppDB).permissions(collection_id)
    return [{"type": "RYUU_APP", "id": proxy, "permissions": each} for proxy, each in found.items()]
