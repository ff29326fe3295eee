"""AppDB: what is sent and how answers are read. No answer of its documents has a body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.reference import entries
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UnexpectedAnswer
from domoadmin.services.operations import RetrySafety, registry
from domoadmin.services.resources.appdb import MOST_CHARACTERS, MOST_DOCUMENTS, batches
from domoadmin.services.results import Done, Listing
from domoadmin.services.results.appdb import Collection, Deletion, Document
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

V1, V2 = "/api/datastores/v1/collections", "/api/datastores/v2/collections"
EQUAL = {"content.userId": {"$eq": "123456789"}}
PERMISSIONS = ["read", "create_content", "delete", "delete_content"]
SCHEMA: dict[str, Any] = {"columns": [{"type": "STRING", "name": "band", "visible": True}]}
# As public clients see it.
DOCUMENT = {
    "id": "d-1",
    "datastoreId": "s-1",
    "collectionId": "c-1",
    "syncRequired": True,
    "owner": "123456789",
    "createdBy": "123456789",
    "createdOn": "2024-05-08T19:39:00.708226378Z",
    "updatedOn": "2024-05-08T19:39:00.708226378Z",
    "updatedBy": "123456789",
    "content": {"a": 1},
}
Call = Callable[[Client], Any]
CALLS: dict[str, Call] = {
    "appdb.get_document": lambda client: client.appdb.get_document("c-1", "d-1"),
    "appdb.query_documents": lambda client: client.appdb.query_documents("c-1", EQUAL),
    "appdb.list_documents": lambda client: client.appdb.list_documents("c-1"),
    "appdb.create_document": lambda client: client.appdb.create_document("c-1", {"a": 1}),
    "appdb.update_document": lambda client: client.appdb.update_document("c-1", "d-1", {"a": 1}),
    "appdb.delete_document": lambda client: client.appdb.delete_document("c-1", "d-1"),
    "appdb.bulk_delete_documents": lambda client: client.appdb.bulk_delete_documents("c-1", ["d-1", "d-2"]),
    "appdb.update_collection_schema": lambda client: client.appdb.update_collection_schema("c-1", SCHEMA, True),
    "appdb.update_collection_permissions": lambda client: client.appdb.update_collection_permissions(
        "c-1", "p-1", PERMISSIONS
    ),
}

for each in ("appdb.create_document", "appdb.update_document"):
    no_bearing(each, "the example body holds a // comment", "it stands for any content; comments are not sent")


def test_every_documented_call_is_made_below() -> None:
    assert set(CALLS) == {entry_id for entry_id, entry in entries().items() if entry["area"] == "appdb"}


@pytest.mark.parametrize("entry_id", CALLS)
def test_an_answer_without_a_body_is_a_success(client: Client, upstream: Upstream, entry_id: str) -> None:
    for answer in (Told(200, b"", {}), told(None), Told(204, b"", {}), Told(200, b"null", {})):
        upstream.answers(answer)
        assert isinstance(CALLS[entry_id](client), Document | Done | Deletion | Collection | Listing)


for each, entry in entries().items():
    if entry["area"] == "appdb" and any(text.startswith("the Response block") for text in entry["quirks"]):
        quirk(each, "the Response block")(test_an_answer_without_a_body_is_a_success)


def test_answers_of_public_clients_are_read(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(DOCUMENT))
    document = client.appdb.create_document("c-1", {"a": 1})
    assert (document.id, document.content, document.owner_id) == ("d-1", {"a": 1}, "123456789")
    assert document.created is not None
    assert document.created.year == 2024
    for answer in ([DOCUMENT], {"documents": [DOCUMENT]}):
        upstream.answers(told(answer))
        assert [each.id for each in client.appdb.list_documents("c-1")] == ["d-1"]
    upstream.answers(told(DOCUMENT))
    assert [each.id for each in client.appdb.query_documents("c-1", EQUAL)] == ["d-1"]
    upstream.answers(told({"Deleted": 2}))
    assert client.appdb.bulk_delete_documents("c-1", ["d-1", "d-2"]).deleted == 2
    upstream.answers(told({"id": "c-1", "name": "Bands", "owner": 12, "schema": SCHEMA, "syncEnabled": True}))
    collection = client.appdb.update_collection_schema("c-1", SCHEMA)
    assert (collection.name, collection.columns, collection.owner_id) == ("Bands", (("band", "STRING"),), "12")


@quirk("appdb.get_document", "v1 of the datastores API")
@quirk("appdb.query_documents", "v2, while every other", "read-only although")
def test_only_the_query_is_v2_and_it_reads(client: Client, upstream: Upstream) -> None:
    for entry_id, call in CALLS.items():
        call(client)
        is_query = entry_id == "appdb.query_documents"
        assert upstream.last.path.startswith(V2 if is_query else V1)
        assert is_query == upstream.last.path.startswith(V2)
    declared = registry.get("appdb.query_documents")
    assert (declared.method, declared.mutates, declared.retry_safety) == ("POST", False, RetrySafety.READ)


@quirk("appdb.query_documents", "described as retrieving", "only the $eq operator is shown")
def test_a_query_gives_all_that_meet_it_and_passes_other_operators_on(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([DOCUMENT, {**DOCUMENT, "id": "d-2"}]))
    conditions = {**EQUAL, "$or": [{"content.n": {"$gt": 3}}, {"content.n": None}]}
    assert len(client.appdb.query_documents("c-1", conditions)) == 2
    assert upstream.last.json == conditions
    client.appdb.query_documents("c-1", {})
    assert upstream.last.json == {}
    assert registry.get("appdb.query_documents").paging is None


@quirk("appdb.list_documents", "at most 10,000 documents", "paging is recommended")
def test_a_list_is_one_call_and_says_how_much_it_can_hold(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{**DOCUMENT, "id": str(number)} for number in range(MOST_DOCUMENTS)]))
    assert len(list(client.walk("appdb.list_documents", collection_id="c-1"))) == MOST_DOCUMENTS
    assert [asked.path for asked in upstream.asked] == [f"{V1}/c-1/documents"]
    assert f"{MOST_DOCUMENTS:,}" in (registry.get("appdb.list_documents").build.__doc__ or "")


@quirk("appdb.create_document", "the documented path ends with a slash", "success is 200, not 201")
def test_a_document_is_posted_to_the_path_with_a_slash(client: Client, upstream: Upstream) -> None:
    for status in (200, 201):
        upstream.answers(told(DOCUMENT, status))
        assert client.appdb.create_document("c-1", {"a": None}).id == "d-1"
    assert (upstream.last.method, upstream.last.path) == ("POST", f"{V1}/c-1/documents/")
    assert upstream.last.json == {"content": {"a": None}}


@quirk("appdb.update_document", "nothing says whether content is merged")
def test_an_update_sends_the_whole_content(client: Client, upstream: Upstream) -> None:
    client.appdb.update_document("c-1", "d-1", {"a": 2, "b": {"c": []}})
    assert (upstream.last.method, upstream.last.json) == ("PUT", {"content": {"a": 2, "b": {"c": []}}})
    assert "whole content" in (registry.get("appdb.update_document").build.__doc__ or "")


@quirk("appdb.delete_document", "204 without a body")
@quirk("appdb.bulk_delete_documents", "answers 200, while the single delete answers 204")
def test_deletes_take_204_and_200(client: Client, upstream: Upstream) -> None:
    for answer in (Told(204, b"", {}), told({"Deleted": 2})):
        upstream.answers(answer)
        CALLS["appdb.delete_document"](client)
        deleted = CALLS["appdb.bulk_delete_documents"](client).deleted
        assert deleted == (2 if answer.body else None)


@quirk("appdb.bulk_delete_documents", "written ids=[ids]")
def test_ids_are_joined_by_commas_without_brackets(client: Client, upstream: Upstream) -> None:
    client.appdb.bulk_delete_documents("c-1", ["d-1", 7])
    parts = urlsplit(upstream.last.path)
    assert (upstream.last.method, parts.path) == ("DELETE", f"{V1}/c-1/documents/bulk")
    assert parse_qs(parts.query) == {"ids": ["d-1,7"]}
    for wrong in ([], ""):
        with pytest.raises(InvalidArguments) as caught:
            client.appdb.bulk_delete_documents("c-1", wrong)
        assert caught.value.argument == "document_ids"


@quirk("appdb.bulk_delete_documents", "limited by the maximum URL length")
def test_many_documents_go_in_batches_that_fit_into_a_url(client: Client, upstream: Upstream) -> None:
    identifiers = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(1000)]
    with pytest.raises(InvalidArguments) as caught:
        client.appdb.bulk_delete_documents("c-1", identifiers)
    assert caught.value.argument == "document_ids"
    assert upstream.asked == []
    upstream.script(lambda asked: told({"Deleted": len(parse_qs(urlsplit(asked.path).query)["ids"][0].split(","))}))
    done = list(client.appdb.delete_in_batches("c-1", [*identifiers, identifiers[0]]))
    assert sum(each.deleted or 0 for each in done) == 1000
    assert len(upstream.asked) == len(done) > 5
    assert all(len(asked.path) < MOST_CHARACTERS + 100 for asked in upstream.asked)
    assert list(batches([])) == []


@quirk("appdb.bulk_delete_documents", "the segment bulk shares its place")
def test_bulk_is_no_id_of_a_document(client: Client, upstream: Upstream) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.appdb.delete_document("c-1", "bulk")
    assert caught.value.argument == "document_id"
    assert upstream.asked == []


@quirk("appdb.update_collection_schema", "no parameter table", "no endpoint to list or read collections")
def test_schema_and_synchronisation_can_be_set_apart(client: Client, upstream: Upstream) -> None:
    client.appdb.update_collection_schema("c-1", SCHEMA)
    assert upstream.last.json == {"schema": SCHEMA}
    client.appdb.update_collection_schema("c-1", sync_enabled=False)
    assert upstream.last.json == {"syncEnabled": False}
    for wrong in ({}, {"schema": {}}):
        with pytest.raises(InvalidArguments) as caught:
            client.appdb.update_collection_schema("c-1", **wrong)
        assert caught.value.argument == "schema"
    # What reads them is marked as coming from elsewhere.
    assert not registry.get("appdb.list_collections").documented
    assert not registry.get("appdb.get_collection").documented


@quirk("appdb.update_collection_permissions", "permissions travel in the query", "path segment permission is singular")
@quirk("appdb.update_collection_permissions", "RYUU_APP is a literal", "the delete permission is about")
def test_permissions_of_an_app_go_into_the_query_as_they_are_called(client: Client, upstream: Upstream) -> None:
    client.appdb.update_collection_permissions("c-1", "p-1", PERMISSIONS)
    parts = urlsplit(upstream.last.path)
    assert (upstream.last.method, parts.path) == ("PUT", f"{V1}/c-1/permission/RYUU_APP/p-1")
    assert parse_qs(parts.query) == {"permissions": ["read,create_content,delete,delete_content"]}
    assert upstream.last.body == b""
    for wrong in (["READ"], ["deleteContent"], []):
        with pytest.raises(InvalidArguments) as caught:
            client.call("appdb.update_collection_permissions", collection_id="c-1", proxy_id="p-1", permissions=wrong)
        assert caught.value.argument == "permissions"
    told_of = registry.get("appdb.update_collection_permissions").build.__doc__ or ""
    assert '"delete" is about the whole collection' in told_of


def test_the_documented_example_of_permissions_passes(client: Client, upstream: Upstream) -> None:
    listed = "read,create_content,read_content,update_content,delete_content"
    client.appdb.update_collection_permissions("c-1", "p-1", listed.split(","))
    assert parse_qs(urlsplit(upstream.last.path).query) == {"permissions": [listed]}


@pytest.mark.parametrize(
    "body",
    [
        [{**DOCUMENT, "id": str(number), "content": {"text": "é" * 40}} for number in range(3000)],
        {"total": 3000, "documents": [{"id": str(number), "content": {}} for number in range(3000)], "next": None},
    ],
)
def test_documents_come_one_by_one(client: Client, upstream: Upstream, body: Any) -> None:
    upstream.answers(told(body))
    with client.appdb.opened_documents("c-1") as documents:
        assert [each.id for each in documents] == [str(number) for number in range(3000)]
    assert upstream.last.path == f"{V1}/c-1/documents"
    with client.appdb.opened_documents("c-1", EQUAL) as documents:
        assert next(documents).id == "0"
    assert (upstream.last.method, upstream.last.json) == ("POST", EQUAL)


@pytest.mark.parametrize(
    ("answer", "count"), [(told(DOCUMENT), 1), (Told(200, b"", {}), 0), (Told(200, b" null", {}), 0), (told([]), 0)]
)
def test_one_document_alone_or_none_are_read_too(client: Client, upstream: Upstream, answer: Told, count: int) -> None:
    upstream.answers(answer)
    with client.appdb.opened_documents("c-1", EQUAL) as documents:
        assert len(list(documents)) == count


@pytest.mark.parametrize("body", [b'[{"id": "1"}, {"id"', b'[{"id": "1"} {"id": "2"}]', b"[1]", b'"text"', b"[\xff]"])
def test_a_broken_listing_is_told(client: Client, upstream: Upstream, body: bytes) -> None:
    upstream.answers(Told(200, body, {"Content-Type": "application/json"}))
    with pytest.raises(UnexpectedAnswer), client.appdb.opened_documents("c-1") as documents:
        list(documents)


def test_a_collection_is_created_by_a_call_of_public_clients(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": "c-9", "name": "Bands"}))
    assert client.appdb.create_collection("s-1", "Bands", SCHEMA, False).id == "c-9"
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/datastores/v1/s-1/collections")
    assert upstream.last.json == {"name": "Bands", "schema": SCHEMA, "syncEnabled": False}
    assert not registry.get("appdb.create_collection").documented
