"""App DB API: documents, queries, schema and permissions of collections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal
from urllib.parse import quote

from domoadmin.services.arguments import Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Query, Whole
from domoadmin.services.record_stream import records_of
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Done, Listing
from domoadmin.services.results.appdb import Collection, Deletion, Document
from domoadmin.services.roles import Role

# A list never holds more (the document); exactly as many means that there may be more.
MOST_DOCUMENTS = 10_000
# Servers and proxies take 8 KB of URL and more; half of it leaves room for the address.
MOST_CHARACTERS = 4_000
BULK = "bulk"
COLLECTION = "/api/datastores/v1/collections/{collection_id}"
DOCUMENT = f"{COLLECTION}/documents/{{document_id}}"
CollectionPermission = Literal[
    "read",
    "share",
    "delete",
    "write",
    "admin",
    "create_content",
    "read_content",
    "update_content",
    "delete_content",
]


class AppDB(Resource):
    """The JSON documents that custom apps keep."""

    @operation(id="appdb.get_document", method="GET", path=DOCUMENT, heading="Get Document")
    def get_document(self, collection_id: Identifier, document_id: Identifier) -> Request[Document]:
        """Return one document; the answer isn't documented, public clients show what Document names."""
        return Request(parse=Document.tolerant, expects=Expects.ANYTHING)

    @operation(
        id="appdb.query_documents",
        method="POST",
        # v2, while everything else of AppDB is v1.
        path="/api/datastores/v2/collections/{collection_id}/documents/query",
        heading="Query Document",
        mutates=False,  # reads, although it is a POST
    )
    def query_documents(
        self, collection_id: Identifier, conditions: Annotated[Mapping[str, Any], Whole()]
    ) -> Request[Listing[Document]]:
        """Return the documents that meet all conditions: {"content.userId": {"$eq": "123456789"}}.

        Only $eq is documented; other operators go through as they are. No paging is documented.
        """
        return Request(parse=Document.documents, expects=Expects.ANYTHING)

    @operation(
        id="appdb.list_documents",
        method="GET",
        path=f"{COLLECTION}/documents",
        heading="List Documents",
    )
    def list_documents(self, collection_id: Identifier) -> Request[Listing[Document]]:
        """Return the documents of a collection, at most 10,000: for more, narrow down with query_documents.

        Paging is recommended, but none is documented.
        """
        return Request(parse=Document.documents, expects=Expects.ANYTHING)

    @contextmanager
    def opened_documents(
        self, collection_id: Identifier, conditions: Mapping[str, Any] | None = None
    ) -> Iterator[Iterator[Document]]:
        """Give the documents of list_documents, or of query_documents, one by one while they come, in bounded memory.

        Raises like these; a break midway raises AnswerLost, an answer cut short UnexpectedAnswer.
        """
        arguments: dict[str, Any] = {"collection_id": collection_id}
        operation_id = "appdb.list_documents"
        if conditions:
            operation_id, arguments["conditions"] = "appdb.query_documents", conditions
        with self.client.opened(operation_id, **arguments) as answer:
            yield (Document.from_raw(record) for record in records_of(answer.chunks, "documents", "data"))

    @operation(
        id="appdb.create_document",
        method="POST",
        # With a slash at its end, unlike the path of the list.
        path=f"{COLLECTION}/documents/",
        heading="Create Document",
        reverse="appdb.delete_document",
        role=Role.STEWARD,
        # A query for the content tells whether it is there, and since when.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create_document(self, collection_id: Identifier, content: Mapping[str, Any]) -> Request[Document]:
        """Add a document; its id is in the result where the answer, which isn't documented, says it."""
        return Request(parse=Document.tolerant, expects=Expects.ANYTHING)

    @operation(
        id="appdb.update_document",
        method="PUT",
        path=DOCUMENT,
        heading="Update Document",
        reverse="appdb.update_document",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_document(
        self, collection_id: Identifier, document_id: Identifier, content: Mapping[str, Any]
    ) -> Request[Document]:
        """Replace the content. Whether the upstream merges isn't documented: send the whole content."""
        return Request(parse=Document.tolerant, expects=Expects.ANYTHING)

    @operation(
        id="appdb.delete_document",
        method="DELETE",
        path=DOCUMENT,
        heading="Delete Document",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete_document(self, collection_id: Identifier, document_id: Identifier) -> Request[Done]:
        """Delete one document."""
        # The bulk delete stands at the place of an id.
        if str(document_id) == BULK:
            raise InvalidArguments("document_id is not an id, it is the bulk delete", argument="document_id")
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="appdb.bulk_delete_documents",
        method="DELETE",
        path=f"{COLLECTION}/documents/{BULK}",
        heading="Bulk Delete Documents",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def bulk_delete_documents(
        self,
        collection_id: Identifier,
        document_ids: Annotated[Sequence[Identifier] | str, Length(), Query("ids", joined=True)],
    ) -> Request[Deletion]:
        """Delete several documents in one call, as many as a URL holds: delete_in_batches takes any number."""
        given = document_ids if isinstance(document_ids, str) else ",".join(str(each) for each in document_ids)
        if len(quote(given, safe="")) > MOST_CHARACTERS:
            message = f"document_ids are longer than the {MOST_CHARACTERS:,} characters that fit into the URL"
            raise InvalidArguments(message, argument="document_ids")
        return Request(parse=Deletion.tolerant, expects=Expects.ANYTHING)

    def delete_in_batches(self, collection_id: Identifier, document_ids: Sequence[Identifier]) -> Iterator[Deletion]:
        """Delete any number of documents, a batch for each step: nothing happens before it is asked for."""
        for batch in batches(document_ids):
            yield self.bulk_delete_documents(collection_id, batch)

    @operation(
        id="appdb.update_collection_schema",
        method="PUT",
        path=COLLECTION,
        heading="Update Collection Schema",
        reverse="appdb.update_collection_schema",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_collection_schema(
        self,
        collection_id: Identifier,
        schema: Annotated[
            Mapping[str, Any] | None, Keys({"columns": Sequence[Mapping[str, Any]]}, required=("columns",))
        ] = None,
        sync_enabled: bool | None = None,
    ) -> Request[Collection]:
        """Set the schema ({"columns": [{"type", "name", "visible"}]}), the synchronisation to a dataset, or both."""
        if schema is None and sync_enabled is None:
            raise InvalidArguments("schema or sync_enabled must be given", argument="schema")
        return Request(parse=Collection.tolerant, expects=Expects.ANYTHING)

    @operation(
        id="appdb.update_collection_permissions",
        method="PUT",
        path=f"{COLLECTION}/permission/RYUU_APP/{{proxy_id}}",
        heading="Update Collection Permissions",
        reverse="appdb.update_collection_permissions",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_collection_permissions(
        self,
        collection_id: Identifier,
        proxy_id: Identifier,
        permissions: Annotated[Sequence[CollectionPermission] | CollectionPermission, Length(), Query(joined=True)],
    ) -> Request[Done]:
        """Set what one custom app may do; its proxy id stands in the Asset Library. No call reads them back.

        "delete" is about the whole collection, "delete_content" about documents.
        """
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="appdb.create_collection",
        method="POST",
        path="/api/datastores/v1/{datastore_id}/collections",
        heading="AppDB: POST datastores/v1/{id}/collections",
        role=Role.STEWARD,
        # The list of collections tells whether it is there.
        retry_safety=RetrySafety.VERIFIABLE,
        documented=False,
    )
    def create_collection(
        self,
        datastore_id: Identifier,
        name: Annotated[str, Length()],
        schema: Annotated[
            Mapping[str, Any] | None, Keys({"columns": Sequence[Mapping[str, Any]]}, required=("columns",))
        ] = None,
        sync_enabled: bool | None = None,
    ) -> Request[Collection]:
        """Create a collection in the datastore of an app; known from public clients only."""
        return Request(parse=Collection.tolerant, expects=Expects.ANYTHING)

    @operation(
        id="appdb.list_collections",
        method="GET",
        path="/api/datastores/v1/collections",
        heading="AppDB: GET datastores/v1/collections",
        documented=False,
    )
    def list_collections(self) -> Request[Listing[Collection]]:
        """Return the collections that this token may see; known from public clients only."""
        return Request(parse=lambda answer: Collection.listing(answer, "collections"))

    @operation(
        id="appdb.get_collection",
        method="GET",
        path=COLLECTION,
        heading="AppDB: GET datastores/v1/collections/{id}",
        documented=False,
    )
    def get_collection(self, collection_id: Identifier) -> Request[Collection]:
        """Return one collection with its schema; known from public clients only."""
        return Request(parse=Collection.from_answer)


def batches(identifiers: Sequence[Identifier]) -> Iterator[list[str]]:
    """Yield the ids in lists that fit into a URL; each id once."""
    batch: list[str] = []
    characters = 0
    for each in dict.fromkeys(str(each) for each in identifiers):
        # The comma between two ids takes three characters in a URL.
        size = len(quote(each, safe="")) + 3
        if batch and characters + size > MOST_CHARACTERS:
            yield batch
            batch, characters = [], 0
        batch.append(each)
        characters += size
    if batch:
        yield batch
