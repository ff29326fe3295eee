"""The collections and documents as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

import uuid
from typing import Any

from domoadmin.sandbox.appdb.generated import iso, make_collections, make_documents
from domoadmin.sandbox.catalog import COLUMN_TYPES, now_ms
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.world import World

COLLECTION, DOCUMENT = "appdb-collection", "appdb-document"
MOST_DOCUMENTS = 10_000
SYNC_MS = 3_000
PERMISSIONS = (
    "read",
    "share",
    "delete",
    "write",
    "admin",
    "create_content",
    "read_content",
    "update_content",
    "delete_content",
)
Record = dict[str, Any]


class AppDB:
    """Collections by id, each with its documents by id, which are made when they are first asked for."""

    def __init__(self, world: World) -> None:
        self._company, self._store, self._directory = world.company, world.store, world.directory
        self._collections = make_collections(world.company)
        for identifier, collection in self._store.all(COLLECTION).items():
            self._collections[identifier] = collection
        self._documents: dict[str, dict[str, Document]] = {}
        self._changed: dict[str, dict[str, Document]] = {}
        for key, document in self._store.all(DOCUMENT).items():
            collection_id, _, document_id = key.partition(":")
            self._changed.setdefault(collection_id, {})[document_id] = document

    def visible(self) -> list[Record]:
        """The collections that the token's owner may read."""
        return [self.record(key) for key, each in self._collections.items() if self._share(each)]

    def _share(self, collection: Document) -> str:
        return "admin" if collection["owner"] == self._directory.me.id else collection["share"] or ""

    def find(self, identifier: str, *, to_change: bool = False) -> Document:
        """A collection that the token's owner may read, or change; ApiError 403 or 404."""
        collection = self._collections.get(identifier.lower())
        if collection is None:
            raise not_found("Collection", identifier)
        share = self._share(collection)
        if not share or (to_change and share == "read"):
            raise ApiError(403, f"You do not have permission to {'change' if to_change else 'read'} this collection")
        return collection

    def record(self, identifier: str) -> Record:
        """A collection, as public clients see the answer of an update."""
        collection = self.find(identifier)
        waiting = collection["synced"] and now_ms() - collection["updated"] < SYNC_MS
        return {
            "id": identifier.lower(),
            "datastoreId": collection["datastore"],
            "defaultPermissions": None,
            "requiredAuthorities": None,
            "owner": int(collection["owner"]),
            "name": collection["name"],
            "datasourceId": None,
            "schema": {"columns": collection["columns"]} if collection["columns"] else None,
            "filters": None,
            "syncEnabled": collection["synced"],
            "syncRequired": waiting,
            "fullReplaceRequired": False,
            "lastSync": iso(collection["updated"] + SYNC_MS) if collection["synced"] and not waiting else None,
            "createdOn": iso(collection["created"]),
            "updatedOn": iso(collection["updated"]),
            "updatedBy": int(collection["updated_by"]),
        }

    def create_collection(self, datastore: str, values: Record) -> str:
        """Create a collection in the datastore of an app: gives the id; ApiError 400, 404."""
        known = [each for each in self._collections.values() if each["datastore"] == datastore.lower()]
        if not known:
            raise not_found("Datastore", datastore)
        name = values.get("name")
        if not isinstance(name, str) or not name.strip():
            raise ApiError(400, "name is required")
        if any(each["name"] == name for each in known):
            raise ApiError(409, f"The datastore has a collection {name} already")
        me, moment = self._directory.me.id, now_ms()
        collection: Document = {
            "kind": None,
            "name": name,
            "app": known[0]["app"],
            "datastore": datastore.lower(),
            "owner": me,
            "share": None,
            "columns": _columns(values["schema"]) if values.get("schema") is not None else [],
            "synced": values.get("syncEnabled") is True,
            "created": moment,
            "updated": moment,
            "updated_by": me,
            "permissions": {},
        }
        identifier = str(uuid.uuid4())
        with self._store.lock:
            self._store.put(COLLECTION, identifier, collection)
            self._collections[identifier] = collection
        return identifier

    def update(self, identifier: str, values: Record) -> None:
        """Update Collection Schema: the schema and the switch that are sent; ApiError 400."""
        changes: Document = {}
        if values.get("schema") is not None:
            changes["columns"] = _columns(values["schema"])
        if values.get("syncEnabled") is not None:
            if not isinstance(values["syncEnabled"], bool):
                raise ApiError(400, "syncEnabled must be true or false")
            changes["synced"] = values["syncEnabled"]
        self._change(identifier, {**changes, "updated": now_ms(), "updated_by": self._directory.me.id})

    def permissions(self, identifier: str) -> dict[str, list[str]]:
        """What each custom app may do, by proxy id."""
        found: dict[str, list[str]] = self.find(identifier)["permissions"]
        return found

    def permit(self, identifier: str, proxy: str, permissions: list[str]) -> None:
        """Update Collection Permissions: the list takes the place of the earlier one."""
        for permission in permissions:
            if permission not in PERMISSIONS:
                raise ApiError(400, f"permissions: {permission} is not one of {', '.join(PERMISSIONS)}")
        before = self.find(identifier, to_change=True)["permissions"]
        self._change(identifier, {"permissions": {**before, proxy: permissions}})

    def _change(self, identifier: str, changes: Document) -> None:
        with self._store.lock:
            changed = {**self.find(identifier, to_change=True), **changes}
            self._store.put(COLLECTION, identifier.lower(), changed)
            self._collections[identifier.lower()] = changed

    def _documents_of(self, identifier: str) -> dict[str, Document]:
        collection, key = self.find(identifier), identifier.lower()
        with self._store.lock:
            if key not in self._documents:
                made = make_documents(self._company, collection)
                for document_id, document in self._changed.get(key, {}).items():
                    _apply(made, document_id, document)
                self._documents[key] = made
            return self._documents[key]

    def documents(self, identifier: str) -> list[Record]:
        """All documents of a collection, oldest first."""
        collection = self.find(identifier)
        with self._store.lock:
            documents = list(self._documents_of(identifier).items())
        return [self._record(identifier, collection, key, each) for key, each in documents]

    def document(self, identifier: str, document_id: str) -> Record:
        """One document; ApiError 404."""
        return self._record(identifier, self.find(identifier), document_id, self._document(identifier, document_id))

    def _document(self, identifier: str, document_id: str) -> Document:
        document = self._documents_of(identifier).get(document_id)
        if document is None:
            raise not_found("Document", document_id)
        return document

    def _record(self, identifier: str, collection: Document, document_id: str, document: Document) -> Record:
        return {
            "id": document_id,
            "datastoreId": collection["datastore"],
            "collectionId": identifier.lower(),
            # the synchronisation to a dataset comes a little later
            "syncRequired": collection["synced"] and now_ms() - document["updated"] < SYNC_MS,
            "owner": document["owner"],
            "createdBy": document["owner"],
            "createdOn": iso(document["created"]),
            "updatedOn": iso(document["updated"]),
            "updatedBy": document["updated_by"],
            "content": document["content"],
        }

    def create(self, identifier: str, values: Record) -> str:
        """Create Document: gives the id; ApiError 400."""
        content, me, moment = _content(values), self._directory.me.id, now_ms()
        document = {"owner": me, "created": moment, "updated": moment, "updated_by": me, "content": content}
        document_id = str(uuid.uuid4())
        with self._store.lock:
            self.find(identifier, to_change=True)
            self._save(identifier, {document_id: document})
        return document_id

    def replace(self, identifier: str, document_id: str, values: Record) -> None:
        """Update Document: the content takes the place of the earlier one."""
        content = _content(values)
        with self._store.lock:
            self.find(identifier, to_change=True)
            before = self._document(identifier, document_id)
            changes = {"content": content, "updated": now_ms(), "updated_by": self._directory.me.id}
            self._save(identifier, {document_id: {**before, **changes}})

    def delete(self, identifier: str, document_id: str) -> None:
        """Deletes a document; ApiError 404."""
        with self._store.lock:
            self.find(identifier, to_change=True)
            self._document(identifier, document_id)
            self._save(identifier, {document_id: {"deleted": True}})

    def delete_all(self, identifier: str, document_ids: list[str]) -> int:
        """Deletes the documents of these ids that exist, all together; gives their number."""
        with self._store.lock:
            self.find(identifier, to_change=True)
            present = self._documents_of(identifier).keys() & set(document_ids)
            self._save(identifier, {document_id: {"deleted": True} for document_id in present})
        return len(present)

    def _save(self, identifier: str, documents: dict[str, Document]) -> None:
        key, present = identifier.lower(), self._documents_of(identifier)
        self._store.put_all((DOCUMENT, f"{key}:{each}", document) for each, document in documents.items())
        for document_id, document in documents.items():
            self._changed.setdefault(key, {})[document_id] = document
            _apply(present, document_id, document)


def _apply(documents: dict[str, Document], document_id: str, document: Document) -> None:
    if document.get("deleted"):
        documents.pop(document_id, None)
    else:
        documents[document_id] = document


def _content(values: Record) -> Any:
    if not isinstance(values.get("content"), dict):
        raise ApiError(400, "content is required and must be an object")
    return values["content"]


def _columns(schema: Any) -> list[Record]:
    columns = schema.get("columns") if isinstance(schema, dict) else None
    if not isinstance(columns, list):
        raise ApiError(400, "schema.columns must be a list")
    read: list[Record] = []
    for place, column in enumerate(columns):
        name = column.get("name") if isinstance(column, dict) else None
        if not isinstance(name, str) or not name:
            raise ApiError(400, f"schema.columns[{place}].name is required")
        if column.get("type") not in COLUMN_TYPES:
            raise ApiError(400, f"schema.columns[{place}].type must be one of {', '.join(COLUMN_TYPES)}")
        read.append({"type": column["type"], "name": name, "visible": column.get("visible", True) is not False})
    return read
