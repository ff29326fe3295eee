"""Schema, synchronisation, permissions, a new collection; and all of it on an upstream of Domo's document alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from tests.apps.data.appdb.support import ROOT, V1, Collection
from tests.apps.data.support import PARTIAL, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = pytest.mark.django_db


def rows(*columns: tuple[str, str], **more: str) -> dict[str, str]:
    """Return the editor's fields for visible columns."""
    fields = dict(more)
    for number, (name, kind) in enumerate(columns):
        fields |= {f"place-{number}": str(number + 1), f"name-{number}": name, f"type-{number}": kind}
        fields[f"visible-{number}"] = "on"
    return fields


def columns_of(loans: Collection) -> list[tuple[str, str]]:
    """Return the columns as the sandbox has them."""
    return [(each["name"], each["type"]) for each in loans.record()["schema"]["columns"]]


def test_a_schema_is_inferred_shown_and_saved_only_then(steward: Client, loans: Collection) -> None:
    page = steward.get(f"{loans.url}schema/?infer=1")
    text = text_of(page)
    assert "Proposal from 3 documents" in text
    assert "<code>borrower</code> holds objects or lists" in text
    assert columns_of(loans) == [("item", "STRING")]
    proposed = [(row.name, row.type) for row in page.context["rows"] if row.name]
    assert proposed == [("item", "STRING"), ("days", "LONG"), ("returned", "STRING"), ("note", "STRING")]
    review = steward.post(f"{loans.url}schema/", rows(*proposed))
    assert "Save 4 columns" in text_of(review)
    assert columns_of(loans) == [("item", "STRING")]
    seen = review.context["seen"]
    saved = steward.post(f"{loans.url}schema/", rows(*proposed, send="1", seen=seen))
    assert saved.status_code == 302
    assert columns_of(loans) == proposed
    record = AuditRecord.objects.get(operation="appdb.update_collection_schema", outcome="intended")
    assert record.before == {"schema": {"columns": [{"type": "STRING", "name": "item", "visible": True}]}}
    assert "fit the schema as it is" in text_of(steward.get(f"{loans.url}schema/?infer=1"))
    stale = steward.post(f"{loans.url}schema/", rows(("item", "STRING"), send="1", seen=seen))
    assert "changed the schema while you looked" in text_of(stale, 409)
    assert "cards and dataflows that use them break" in text_of(stale, 409)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (rows(("item", "STRING"), ("item", "LONG")), "item: two columns have this name"),
        (rows(("item", "BLOB")), "item: there is no type “BLOB”"),
        (rows(("", "STRING")), "at least one column"),
        (rows(("item", "STRING")) | {"place-0": "first"}, "item: the place “first” is not a number"),
        (rows(("item", "STRING")), "Nothing differs"),
    ],
)
def test_what_makes_no_schema_is_refused(
    steward: Client, loans: Collection, fields: dict[str, str], words: str
) -> None:
    assert words in text_of(steward.post(f"{loans.url}schema/", fields), 422)
    assert columns_of(loans) == [("item", "STRING")]


def test_the_synchronisation_is_switched(steward: Client, loans: Collection) -> None:
    assert "writes every document into it as a row" in text_of(
        steward.get(f"{loans.url}schema/sync/?to=on", headers=PARTIAL)
    )
    assert steward.post(f"{loans.url}schema/sync/?to=on", headers=PARTIAL).status_code == 204
    assert loans.record()["syncEnabled"] is True
    assert columns_of(loans) == [("item", "STRING")], "The schema stays"
    assert steward.post(f"{loans.url}schema/sync/?to=off").status_code == 302
    assert loans.record()["syncEnabled"] is False


def test_permissions_are_set_and_shown_as_they_were_set(
    steward: Client, loans: Collection, sandbox: SandboxProcess
) -> None:
    url = f"{loans.url}permissions/edit/"
    assert "DomoAdmin has set nothing here yet" in text_of(steward.get(f"{loans.url}permissions/"))
    wrong = text_of(steward.post(url, {"proxy_id": "a/b"}, headers=PARTIAL), 422)
    assert "Copy the id alone" in wrong
    assert "Grant at least one" in wrong
    given: dict[str, Any] = {"proxy_id": "proxy-1", "permissions": ["delete_content", "read"]}
    assert steward.post(url, given, headers=PARTIAL).status_code == 204
    with sandbox.client() as client:
        assert client.get(f"{V1}/{loans.id}/permission").json() == [
            {"type": "RYUU_APP", "id": "proxy-1", "permissions": ["read", "delete_content"]}
        ]
    page = steward.get(f"{loans.url}permissions/")
    assert [each.proxy_id for each in page.context["apps"]] == ["proxy-1"]
    assert 'value="proxy-1"' in text_of(steward.get(f"{url}?proxy=proxy-1", headers=PARTIAL))
    assert client_with_role("viewer").post(url, given).status_code == 403


def test_a_collection_is_created(steward: Client, loans: Collection) -> None:
    datastore = loans.record()["datastoreId"]
    assert datastore in text_of(steward.get(f"{ROOT}new/", headers=PARTIAL))
    given = {"name": f"{loans.name} 2", "datastore_id": datastore, "columns": "asset, due, asset"}
    made = steward.post(f"{ROOT}new/", given, headers=PARTIAL)
    assert made.status_code == 204
    text = text_of(steward.get(made["HX-Redirect"] + "schema/"))
    assert 'value="asset"' in text
    again = text_of(steward.post(f"{ROOT}new/", given, headers=PARTIAL), 502)
    assert "already" in again
    assert 'value="asset, due, asset"' in again


# An upstream that is no more than Domo's document


DOCUMENTS: dict[str, Any] = {"1": {"n": 1}, "2": {"n": 2}}


def of_the_document(asked: Asked) -> Told:
    """Answer what the document has, with ids as numbers and nothing that it leaves out."""
    path = asked.path.partition("?")[0]
    listed = [{"id": int(key), "content": content} for key, content in DOCUMENTS.items()]
    if path == f"{V1}/c-1/documents":
        return told(listed)
    if path.endswith("/documents/query"):
        (entry,) = asked.json.values()
        if list(entry) != ["$eq"]:
            return told({"message": "unknown operator"}, 400)
        # Quietly ignores the condition.
        return told(listed)
    if path == f"{V1}/c-1/documents/1":
        return told(None) if asked.method == "GET" else told({})
    if asked.method == "PUT" and path == f"{V1}/c-1":
        return told({})
    return told({"message": "no such path"}, 404)


def test_an_upstream_of_the_document_alone_is_used_all_the_same(other_hands: Connection, upstream: Upstream) -> None:
    steward = client_with_role("steward")
    upstream.script(of_the_document)
    assert "This upstream does not list collections" in text_of(steward.get(ROOT))
    url = f"{ROOT}c-1/"
    text = text_of(steward.get(url))
    assert "Collection c-1" in text
    assert f'href="{url}documents/2/"' in text
    by_query = text_of(steward.get(f"{url}?field=n&operator=%24eq&type=number&value=2"))
    assert "also gave 1 that do not meet the conditions" in by_query
    assert f"{url}documents/1/" not in by_query
    refused = text_of(steward.get(f"{url}?field=n&operator=%24gt&type=number&value=1"))
    assert "The upstream refused the query (“unknown operator”)" in refused
    assert f"{url}documents/2/" in refused
    lines = text_of(steward.get(f"{url}export.jsonl?field=n&operator=%24gt&type=number&value=1")).splitlines()
    assert [json.loads(line)["id"] for line in lines] == [2]
    assert "&quot;n&quot;: 1" in text_of(steward.get(f"{url}documents/1/")), "Found in the list"
    schema = text_of(steward.get(f"{url}schema/"))
    assert "does not tell the schema" in schema
    assert "Switch it on" in schema
    assert "Switch it off" in schema
    assert steward.post(f"{url}schema/sync/?to=off").status_code == 302
    assert upstream.last.json == {"syncEnabled": False}
    text_of(steward.post(f"{ROOT}new/", {"name": "a", "datastore_id": "s"}, headers=PARTIAL), 404)


def test_odd_ids_and_what_is_not_there_break_no_page(other_hands: Connection, upstream: Upstream) -> None:
    steward = client_with_role("steward")
    upstream.script(lambda asked: told([{"id": "a/b", "content": {"n": 1}}, {"content": {"n": 2}}, {"id": None}]))
    text = text_of(steward.get(f"{ROOT}c-1/?sort=id"))
    assert "a/b" in text
    assert "no id" in text
    upstream.script(lambda asked: told({"message": "no such collection"}, 404))
    assert "no such collection" in text_of(steward.get(f"{ROOT}c-1/"), 404)
    listed = text_of(steward.get(ROOT))
    assert "This upstream does not list collections" in listed
    assert "Opened last" not in listed, "An id that was wrong is not remembered"


def test_more_than_the_limit_is_said(other_hands: Connection, upstream: Upstream) -> None:
    upstream.answers(told([{"id": number, "content": {}} for number in range(10_000)]))
    text = text_of(client_with_role("steward").get(f"{ROOT}c-1/"))
    assert "The answer ends at 10,000 documents" in text
    assert "1 to 25 of 10,000" in text
