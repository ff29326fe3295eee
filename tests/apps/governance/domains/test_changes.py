"""Creating, renaming, custom data, limits, definitions: typed, reviewed, checked, recorded, refused in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.governance.domains.refusals import SENTENCES, sentence_for
from domoadmin.reference import entries
from tests.apps.data.support import PARTIAL, text_of
from tests.apps.governance.domains.support import OtherHands, Sandbox, intent, of, refusal, trail
from tests.apps.governance.domains.test_domain_page import FIELDS, plain
from tests.services.upstream import CUT
from tests.services.upstream import told as answer


def reviewed(admin: Client, address: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Send a form; return what is to be looked at, and what its form would send."""
    text = text_of(admin.post(address, fields, headers=PARTIAL))
    start = text.index('name="reviewed" value="') + len('name="reviewed" value="')
    return plain(text), {**fields, "reviewed": text[start : text.index('"', start)]}


class TestSandbox:
    """With real effect."""

    def test_name_and_description(self, told: Sandbox, admin: Client) -> None:
        told.create("change-a", description="old")
        address = of("change-a", "edit/text/")
        same = {"name": "Change-A", "description": "old"}
        assert "nothing to send" in text_of(admin.post(address, same, headers=PARTIAL), 422)
        assert "Give the domain a name" in text_of(admin.post(address, {"name": " "}, headers=PARTIAL), 422)
        answered = admin.post(address, {"name": "Fjord", "description": "two\r\nlines"}, headers=PARTIAL)
        assert (answered.status_code, answered.headers["HX-Redirect"]) == (204, of("change-a"))
        found = told.get("change-a")
        assert (found["name"], found["description"]) == ("Fjord", "two\nlines")
        assert intent().before == {"name": "Change-A", "description": "old"}
        assert trail("domains.update") == ["intended", "succeeded"]

    def test_custom_data_by_type(self, told: Sandbox, admin: Client) -> None:
        data = {"lang": "sv", "area": 380, "email": "a@b.se", "nested": {"a": [1]}}
        told.create("change-b", data=data, domainMetadata=FIELDS)
        address = of("change-b", "edit/data/")
        fields = {"value_0": "sv", "value_1": "380", "value_2": "a@b.se"}
        wrong = text_of(admin.post(address, fields | {"value_1": "wide"}, headers=PARTIAL), 422)
        assert "Floor area: Type a number, such as 380 or 12.5." in wrong
        assert "nothing to send" in text_of(admin.post(address, fields, headers=PARTIAL), 422)
        shown, form = reviewed(admin, address, {"value_0": "", "value_1": "412.5", "value_2": "c@d.se"})
        assert "Floor area 380 412.5" in shown
        assert "Language sv nothing" in shown
        assert "Send 3 changes" in shown
        assert told.get("change-b")["data"] == data
        again = text_of(admin.post(address, form | {"again": "1"}, headers=PARTIAL))
        assert 'value="412.5"' in again
        assert admin.post(address, form, headers=PARTIAL).status_code == 204
        assert told.get("change-b")["data"] == {"area": 412.5, "email": "c@d.se", "nested": {"a": [1]}}
        assert intent().before == {"data": data}

    def test_what_changed_meanwhile_is_not_overwritten(self, told: Sandbox, admin: Client) -> None:
        told.create("change-c", data={"lang": "sv"}, domainMetadata=FIELDS)
        _, form = reviewed(admin, of("change-c", "edit/data/"), {"value_0": "en", "value_1": ""})
        told.update("change-c", data={"lang": "nb"})
        text = text_of(admin.post(of("change-c", "edit/data/"), form, headers=PARTIAL), 422)
        assert "Somebody changed this domain meanwhile" in text
        assert told.get("change-c")["data"] == {"lang": "nb"}
        assert trail("domains.update") == []

    def test_limits(self, told: Sandbox, admin: Client) -> None:
        told.create("change-d", settings={"max_users": 5, "max_things": 7})
        address = of("change-d", "edit/limits/")
        for typed, said in (
            ("-1", "Type 0 or more"),
            ("many", "Type a whole number"),
            ("9" * 20, "more than the upstream"),
        ):
            assert said in text_of(admin.post(address, {"max_users": typed}, headers=PARTIAL), 422)
        assert "protocol and host only" in text_of(admin.post(address, {"publicUrl": "halden"}, headers=PARTIAL), 422)
        fields = {"max_users": "", "max_things": "7", "max_thingtypes": "1200", "publicUrl": "https://halden.example"}
        shown, form = reviewed(admin, address, fields)
        assert "Users 5 no limit" in shown
        assert "Thing types no limit 1,200" in shown
        assert "Send 3 changes" in shown
        assert admin.post(address, form, headers=PARTIAL).status_code == 204
        settings = told.get("change-d")["settings"]
        assert {name: settings.get(name) for name in fields} == {
            "max_users": None, "max_things": 7, "max_thingtypes": 1200, "publicUrl": "https://halden.example",
        }  # fmt: skip
        assert intent().after == {
            "settings": {"max_users": None, "max_thingtypes": 1200, "publicUrl": "https://halden.example"}
        }

    def test_definitions_are_sent_as_a_whole(self, told: Sandbox, admin: Client) -> None:
        told.create("change-e", data={"lang": "sv", "area": 3}, domainMetadata=FIELDS)
        address = of("change-e", "edit/fields/")
        usual = {"label_0": "Language", "type_0": "text", "label_1": "Floor area", "type_1": "number"}
        empty = {"type_2": "text", "type_3": "text", "type_4": "text"}
        wrong = text_of(admin.post(address, usual | empty | {"type_1": "text", "label_0": ""}, headers=PARTIAL), 422)
        assert "Its value is no text" in wrong
        assert "Give the field a label" in wrong
        taken = text_of(admin.post(address, usual | empty | {"label_2": "Lang"}, headers=PARTIAL), 422)
        assert "There is a field with the id lang already" in taken
        new = {"gone_0": "on", "label_1": "Area", "label_2": "Opened in", "type_2": "number"}
        shown, form = reviewed(admin, address, usual | empty | new)
        assert "lang Language (text) nothing Its value stays in the data" in shown
        assert "area Floor area (number) Area (number)" in shown
        assert "opened_in nothing Opened in (number)" in shown
        assert admin.post(address, form, headers=PARTIAL).status_code == 204
        found = told.get("change-e")
        assert found["domainMetadata"] == [
            {"id": "area", "label": "Area", "type": "number"},
            {"id": "opened_in", "label": "Opened in", "type": "number"},
        ]
        assert found["data"] == {"lang": "sv", "area": 3}

    def test_creating(self, told: Sandbox, admin: Client) -> None:
        told.create("change-f", domainMetadata=FIELDS)
        address = of("change-f", "new/")
        for wrong in ("two words", "a/b", "list", "attributes", "é", ".."):
            text_of(admin.post(address, {"id": wrong, "name": "X"}, headers=PARTIAL), 422)
        assert "Language, Floor area" in text_of(admin.get(address, headers=PARTIAL))
        fields = {"id": "change-f.ö", "name": "Ö", "max_users": "3", "same_fields": "on", "description": "below"}
        answered = admin.post(address, fields, headers=PARTIAL)
        told.made.append("change-f.ö")
        assert (answered.status_code, answered.headers["HX-Redirect"]) == (204, of("change-f.ö"))
        found = told.get("change-f.ö")
        assert (found["parentId"], found["name"], found["domainMetadata"]) == ("change-f", "Ö", FIELDS)
        assert found["settings"]["max_users"] == 3
        twice = text_of(admin.post(address, fields, headers=PARTIAL), 422)
        assert "There is a domain with this id already" in twice
        assert "Request id" in twice
        assert trail("domains.create") == ["intended", "succeeded", "intended", "failed"]

    def test_others_may_only_read(self, told: Sandbox, viewer: Client) -> None:
        told.create("change-g")
        for rest in ("new/", "edit/text/", "edit/data/", "edit/limits/", "edit/fields/", "move/", "remove/"):
            text_of(viewer.get(of("change-g", rest), headers=PARTIAL), 403)
            text_of(viewer.post(of("change-g", rest), {"name": "x"}, headers=PARTIAL), 403)
        assert told.get("change-g")["name"] == "Change-G"
        assert trail("domains.update") == []


class TestOtherHands:
    """Strictly by the document."""

    def test_what_is_sent(self, hands: OtherHands, admin: Client) -> None:
        hands.add("root", data={"lang": "sv", "email": "e"}, domainMetadata=FIELDS)
        _, form = reviewed(admin, of("root", "edit/data/"), {"value_0": "en", "value_1": "1e3", "value_2": "e"})
        admin.post(of("root", "edit/data/"), form, headers=PARTIAL)
        # All of the data: nothing says that what is left out stays.
        assert hands.sent("PATCH") == [{"data": {"lang": "en", "email": "e", "area": 1000.0}}]
        assert hands.upstream.asked[-1].path == "/domains/root?returnDomainTree=false"

    def test_an_upstream_that_only_adds_to_data_is_told_of(self, hands: OtherHands, admin: Client) -> None:
        hands.add("root", data={"lang": "sv"}, domainMetadata=FIELDS)
        hands.refused["PATCH /domains/root"] = answer({"root": {"name": "Root"}})
        _, form = reviewed(admin, of("root", "edit/data/"), {"value_0": "", "value_1": ""})
        page = text_of(admin.post(of("root", "edit/data/"), form, follow=True))
        assert "kept the value of Language" in page

    def test_a_value_of_the_wrong_type_may_stay_but_not_be_typed(self, hands: OtherHands, admin: Client) -> None:
        hands.add("root", data={"area": "wide"}, domainMetadata=FIELDS)
        shown, _ = reviewed(admin, of("root", "edit/data/"), {"value_0": "sv", "value_1": "wide"})
        assert "Send 1 change" in shown
        text_of(admin.post(of("root", "edit/data/"), {"value_0": "sv", "value_1": "wider"}, headers=PARTIAL), 422)

    def test_a_create_whose_answer_is_lost_is_looked_for(self, hands: OtherHands, admin: Client) -> None:
        hands.add("root")
        hands.add("new", "root", name="New")
        hands.refused["domains.create"] = CUT
        assert admin.post(of("root", "new/"), {"id": "new", "name": "New"}, headers=PARTIAL).status_code == 204
        text = text_of(admin.post(of("root", "new/"), {"id": "other", "name": "New"}, headers=PARTIAL), 504)
        assert "Nobody knows whether it was done" in text
        assert len(hands.sent("POST")) == 2
        assert trail("domains.create") == ["intended", "succeeded", "intended", "unknown"]


DOCUMENTED = [
    (entry["id"], error["key"], error["param"] or "")
    for entry in entries().values()
    if entry["api"] == "domains"
    for error in entry["errors"]
]
# Where each operation is called from a page.
ASKED = {
    "domains.create": ("new/", {"id": "new", "name": "New"}),
    "domains.update": ("edit/text/", {"name": "Other", "description": ""}),
    "domains.remove": ("remove/", {}),
    "domains.get": ("", None),
}


def test_every_documented_error_has_its_sentence() -> None:
    assert set(SENTENCES) == set(DOCUMENTED)
    assert len(DOCUMENTED) == 19


@pytest.mark.parametrize(("operation", "key", "param"), DOCUMENTED)
def test_every_documented_error_is_told_in_plain_words(
    hands: OtherHands, admin: Client, operation: str, key: str, param: str
) -> None:
    hands.add("root")
    hands.add("one", "root")
    hands.refused[operation] = refusal(key, param)
    rest, fields = ASKED[operation]
    if operation == "domains.remove":
        text = text_of(admin.get(of("one", rest), headers=PARTIAL))
        fields = {"seen": text.split('name="seen" value="')[1].split('"')[0]}
    answered = admin.get(of("one", rest)) if fields is None else admin.post(of("one", rest), fields, headers=PARTIAL)
    assert answered.status_code >= 400
    text = plain(answered.content.decode())
    absent = operation == "domains.get" and key in ("NOT_AUTHORIZED_DOMAIN", "DOMAIN_NOT_FOUND")
    wanted = sentence_for(operation, key, param)[0]
    if absent:
        wanted = "no domain “one” that this connection may see"
    elif operation == "domains.get":
        wanted = "something is missing"
    assert wanted[1:] in text
    assert "said upstream" not in text
    assert hands.domains["one"]["name"] == "One"
