"""AppDB through the service layer against the sandbox."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Forbidden, NotFound
from domoadmin.services.resources.appdb import MOST_DOCUMENTS
from tests.sandbox_process import SandboxProcess


def collection(domo: Client, name: str) -> str:
    return next(each.id for each in domo.appdb.list_collections() if each.name == name)


def test_a_document_lives_its_life(domo: Client) -> None:
    where = collection(domo, "StoreVisits")
    made = domo.appdb.create_document(where, {"store": "NO-0007", "rating": 3, "tags": ["window"]})
    assert domo.appdb.get_document(where, made.id).content == {"store": "NO-0007", "rating": 3, "tags": ["window"]}
    found = domo.appdb.query_documents(where, {"content.store": {"$eq": "NO-0007"}, "content.rating": {"$lt": 4}})
    assert made.id in {each.id for each in found}
    domo.appdb.update_document(where, made.id, {"store": "NO-0007"})
    assert domo.appdb.get_document(where, made.id).content == {"store": "NO-0007"}
    assert made.id in {each.id for each in domo.appdb.list_documents(where)}
    domo.appdb.delete_document(where, made.id)
    with pytest.raises(NotFound):
        domo.appdb.get_document(where, made.id)


def test_more_documents_than_fit_into_a_url_are_deleted_in_batches(domo: Client, sandbox: SandboxProcess) -> None:
    where = collection(domo, "TillIncidents")
    listed = domo.appdb.list_documents(where)
    assert len(listed) == MOST_DOCUMENTS
    gone = [each.id for each in listed[:250]]
    assert sum(each.deleted or 0 for each in domo.appdb.delete_in_batches(where, gone)) == 250
    assert sandbox.stats()["effects"]["appdb.bulk_delete_documents"] > 1
    assert not {each.id for each in domo.appdb.list_documents(where)} & set(gone)


def test_schema_and_permissions_are_set(domo: Client) -> None:
    where = collection(domo, "MarkdownApprovals")
    columns = [{"type": "STRING", "name": "article", "visible": True}]
    changed = domo.appdb.update_collection_schema(where, {"columns": columns}, sync_enabled=False)
    assert (changed.columns, changed.sync_enabled) == ((("article", "STRING"),), False)
    assert domo.appdb.get_collection(where).columns == (("article", "STRING"),)
    domo.appdb.update_collection_permissions(where, "proxy-7", ["read", "create_content"])


def test_refusals_are_typed_and_carry_message_and_request_id(domo: Client) -> None:
    with pytest.raises(Forbidden) as caught:
        domo.appdb.create_document(collection(domo, "AssortmentComments"), {})
    assert "permission" in caught.value.message
    assert caught.value.request_id
    with pytest.raises(BadRequest, match=r"\$near"):
        domo.appdb.query_documents(collection(domo, "StoreVisits"), {"content.store": {"$near": 1}})
