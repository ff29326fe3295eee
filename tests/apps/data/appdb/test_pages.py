"""Pages of collections and documents against the sandbox: list, query, export, edit, conflict, delete, rights."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from tests.apps.data.appdb.support import ROOT, Collection
from tests.apps.data.support import PARTIAL, calls, csv_rows, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


def conditions(*rows: tuple[str, str, str, str], **more: str) -> str:
    """Return the query of an address."""
    names = ("field", "operator", "type", "value")
    return "?" + urlencode(
        [(name, each) for row in rows for name, each in zip(names, row, strict=True)] + list(more.items())
    )


def trail() -> list[tuple[str, str]]:
    """Return (operation, outcome) of the audit records, oldest first."""
    return list(
        AuditRecord.objects.filter(operation__startswith="appdb.").order_by("pk").values_list("operation", "outcome")
    )


def test_collections_are_listed_found_and_opened_by_id(steward: Client, loans: Collection) -> None:
    text = text_of(steward.get(ROOT))
    assert loans.name in text
    assert "EquipmentCheckouts" in text
    found = text_of(steward.get(f"{ROOT}?q={loans.name}", headers=PARTIAL))
    assert loans.name in found
    assert "EquipmentCheckouts" not in found
    assert steward.get(f"{ROOT}open/", {"id": f" {loans.id} "})["Location"] == loans.url
    assert "Copy the id alone" in text_of(steward.get(f"{ROOT}open/", {"id": "a/b"}), 422)
    assert "Type the id" in text_of(steward.get(f"{ROOT}open/"), 422)
    text_of(steward.get(loans.url))
    assert "Opened last" in text_of(steward.get(ROOT))


def test_documents_are_one_call_and_hostile_text_is_text(
    steward: Client, loans: Collection, sandbox: SandboxProcess
) -> None:
    text = text_of(steward.get(loans.url))
    assert calls(sandbox) == {"appdb.get_collection": 1, "appdb.list_documents": 1}
    for words in ("Tent", "Stove", '<strong class="text-body">3</strong>', loans.name, "borrower.userId"):
        assert words in text
    text_of(steward.get(loans.url + "?sort=-c-days&columns=c-note&columns=c-tags"))
    assert calls(sandbox)["appdb.get_collection"] == 1, "The name is remembered"
    text = text_of(steward.get(loans.url))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert [text.index(each[:8]) for each in loans.ids] == sorted(text.index(each[:8]) for each in loans.ids)


def test_a_query_is_sent_checked_and_kept_in_the_address(
    steward: Client, loans: Collection, sandbox: SandboxProcess
) -> None:
    text = text_of(
        steward.get(loans.url + conditions(("days", "$gt", "number", "5"), ("returned", "$eq", "boolean", "false")))
    )
    assert "Pack" in text
    assert "Tent" not in text
    assert "Remove filter days is greater than: 5" in text
    assert calls(sandbox)["appdb.query_documents"] == 1
    raw = text_of(
        steward.get(loans.url, {"where": '{"$or": [{"content.item": "Tent"}, {"content.days": {"$gte": 30}}]}'})
    )
    assert "Tent" in raw
    assert "Stove" not in raw
    assert "No document matches" in text_of(steward.get(loans.url + "?q=nothing+like+it"))
    assert "Stove" in text_of(steward.get(loans.url + "?q=stov"))
    before = calls(sandbox)
    wrong = text_of(steward.get(loans.url + conditions(("days", "$eq", "number", "ten"))), 422)
    assert "“ten” is not a number" in wrong
    assert 'value="ten"' in wrong
    assert "line 1, column 2" in text_of(steward.get(loans.url, {"where": "{nope"}), 422)
    assert calls(sandbox) == before, "What can't be read is not sent"


def test_exports_hold_what_the_query_asks_for(steward: Client, loans: Collection) -> None:
    query = conditions(("days", "$lte", "number", "12"))
    lines = text_of(steward.get(f"{loans.url}export.jsonl{query}")).splitlines()
    assert [json.loads(line)["content"]["item"] for line in lines] == ["Tent", "Stove"]
    rows = csv_rows(text_of(steward.get(f"{loans.url}export.csv{query}")))
    assert rows[0][:4] == ["Id", "item", "days", "returned"]
    assert [row[1] for row in rows[1:]] == ["Tent", "Stove"]
    assert "not a number" in text_of(
        steward.get(f"{loans.url}export.jsonl{conditions(('a', '$eq', 'number', 'x'))}"), 422
    )


def test_a_document_is_edited_after_a_look_at_the_difference(
    steward: Client, loans: Collection, sandbox: SandboxProcess
) -> None:
    assert "Tent" in text_of(steward.get(loans.document_url()))
    page = steward.get(loans.document_url(0, "edit/"))
    loaded = page.context["loaded"]
    text = page.context["text"].replace('"Tent"', '"Tarp"')
    wrong = text_of(
        steward.post(loans.document_url(0, "edit/"), {"text": text + "}", "loaded": loaded, "review": "1"}), 422
    )
    assert "the object has ended, and more follows" in wrong
    assert "Tarp" in wrong
    same = {"text": page.context["text"], "loaded": loaded, "review": "1"}
    assert "Nothing differs" in text_of(steward.post(loans.document_url(0, "edit/"), same), 422)
    review = steward.post(loans.document_url(0, "edit/"), {"text": text, "loaded": loaded, "review": "1"})
    shown = text_of(review)
    assert "Tarp" in shown
    assert "days is not in the schema" in shown
    assert calls(sandbox).get("appdb.update_document") is None
    assert trail() == []
    form = review.context["form"]
    posted = {name: form[name].value() for name in form.fields} | {"send": "1"}
    saved = steward.post(loans.document_url(0, "edit/"), posted)
    assert (saved.status_code, saved["Location"]) == (302, loans.document_url())
    assert loans.documents()[loans.ids[0]]["item"] == "Tarp"
    assert trail() == [("appdb.update_document", "intended"), ("appdb.update_document", "succeeded")]
    before: Any = AuditRecord.objects.get(outcome="intended").before
    assert before["content"]["item"] == "Tent"
    back = steward.post(loans.document_url(0, "edit/"), {**posted, "back": "1"})
    assert "Tarp" in back.context["text"]


def test_a_document_that_somebody_else_changed_is_not_overwritten_unseen(steward: Client, loans: Collection) -> None:
    url = loans.document_url(1, "edit/")
    page = steward.get(url)
    base = {name: page.context[name] for name in ("loaded", "original")}
    base["text"] = page.context["text"].replace("12", "13")
    loans.put(1, {"item": "Stove", "days": 99, "by": "somebody"})
    review = steward.post(url, {**base, "review": "1"})
    assert "This document was changed since you opened it" in text_of(review)
    assert "somebody" in text_of(review)
    seen = review.context["form"]["seen"].value()
    unticked = steward.post(url, {**base, "seen": seen, "send": "1"})
    assert "Tick this to save over" in text_of(unticked, 422)
    loans.put(1, {"item": "Stove", "days": 100})
    stale = steward.post(url, {**base, "seen": seen, "send": "1", "overwrite": "on"})
    assert "changed this document while you looked" in text_of(stale, 409)
    assert loans.documents()[loans.ids[1]]["days"] == 100
    now = stale.context["form"]["seen"].value()
    assert steward.post(url, {**base, "seen": now, "send": "1", "overwrite": "on"}).status_code == 302
    assert loans.documents()[loans.ids[1]]["days"] == 13


def test_a_document_is_created_copied_and_deleted(steward: Client, loans: Collection) -> None:
    copied = text_of(steward.get(f"{loans.url}documents/new/?copy={loans.ids[2]}"))
    assert "Pack" in copied
    body = {"text": '{"item": "Lamp"}', "review": "1"}
    assert "This is what will be added" in text_of(steward.post(f"{loans.url}documents/new/", body))
    sent = {"text": '{"item": "Lamp"}', "send": "1", "once": "mark-1"}
    made = steward.post(f"{loans.url}documents/new/", sent)
    twice = text_of(steward.post(f"{loans.url}documents/new/", sent), 422)
    assert "This was sent already" in twice
    assert len(loans.documents()) == 4
    key = next(each for each, content in loans.documents().items() if content == {"item": "Lamp"})
    assert made["Location"] == f"{loans.url}documents/{key}/"
    url = f"{loans.url}documents/{key}/delete/"
    assert "Domo has no way to bring it back" in text_of(steward.get(url, headers=PARTIAL))
    done = steward.post(url, headers=PARTIAL)
    assert (done.status_code, done["HX-Redirect"]) == (204, loans.url)
    assert key not in loans.documents()
    assert trail()[-1] == ("appdb.delete_document", "succeeded")
    text_of(steward.get(url), 404)


def test_on_production_the_slug_is_typed_before_a_delete(
    steward: Client, halden: Connection, loans: Collection
) -> None:
    halden.environment = "production"
    halden.save()
    url = loans.document_url(0, "delete/")
    assert "Type halden to go on" in text_of(steward.post(url, headers=PARTIAL), 422)
    assert "Nothing was sent" in text_of(steward.post(url, {"confirm": "other"}, headers=PARTIAL), 422)
    assert len(loans.documents()) == 3
    assert steward.post(url, {"confirm": "halden"}, headers=PARTIAL).status_code == 204
    assert len(loans.documents()) == 2


def test_what_fails_upstream_keeps_what_was_typed(steward: Client, loans: Collection, sandbox: SandboxProcess) -> None:
    sandbox.control(match="appdb.create_document", cut_before_effect=1.0)
    answer = steward.post(f"{loans.url}documents/new/", {"text": '{"item": "Lost"}', "send": "1"})
    text = text_of(answer, 504)
    assert "Nobody knows whether it was done" in text
    assert "Lost" in text
    assert trail()[-1] == ("appdb.create_document", "unknown")


def test_viewers_read_and_change_nothing(loans: Collection) -> None:
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(loans.url))
    assert "Create a document" not in text
    assert "Export JSONL" not in text
    text_of(viewer.get(loans.document_url()))
    assert "Show the difference" not in text_of(viewer.get(f"{loans.url}schema/"))
    text_of(viewer.get(f"{loans.url}permissions/"))
    for rest in ("documents/new/", f"documents/{loans.ids[0]}/edit/", f"documents/{loans.ids[0]}/delete/", "import/",
                 "schema/?infer=1", "schema/sync/", "permissions/edit/", "export.jsonl", "export.csv"):  # fmt: skip
        assert viewer.get(loans.url + rest).status_code == 403, rest
    for rest in ("delete/", "schema/"):
        assert viewer.post(loans.url + rest, {"name-0": "a"}).status_code == 403, rest
    assert len(loans.documents()) == 3
