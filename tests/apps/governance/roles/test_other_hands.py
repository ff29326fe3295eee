"""Roles of an upstream that answers strictly what the documents show: no call reads a role's authorities."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from tests.apps.data.support import text_of
from tests.apps.governance.roles.support import LIST
from tests.clients import client_with_role
from tests.services.upstream import Asked, Told, Upstream, told

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
ROLE: dict[str, Any] = {
    "id": 1234567,
    "name": "Night <i>shift",
    "description": "",
    "authorityCount": 94,
    "userCount": 2,
    "created": 1550093701000,
    "modified": 1550093701000,
}
ADMIN = {**ROLE, "id": 1, "name": "Admin"}
USERS = [{"id": number, "displayName": f"Person {number}", "emailAddress": "", "roleId": role} for number, role in
         ((7, 1234567), (8, 1234567), (9, 1))]  # fmt: skip


@pytest.fixture
def documented(upstream: Upstream, other_hands: Connection) -> Upstream:
    """Answers the documented calls alone."""

    def answer(asked: Asked) -> Told:
        path = asked.path.partition("?")[0].removeprefix("/api/authorization/v1/roles")
        if path == "" and asked.method == "GET":
            return told([ADMIN, ROLE])
        if path in ("/1", "/1234567") and asked.method == "GET":
            return told(ADMIN if path == "/1" else ROLE)
        if path == "/1234567" and asked.method == "DELETE":
            return Told(204)
        if path == "/1234567/authorities" and asked.method == "PATCH":
            return told({"status": "SUCCESS", "message": ""})
        if path == "/api/identity/v1/users":
            return told({"users": USERS})
        return told({"status": 404, "message": "No such path"}, 404)

    return upstream.script(answer)


@pytest.fixture
def admin(documented: Upstream) -> Client:
    """An admin's browser."""
    return client_with_role("admin")


def test_pages_say_what_is_not_told(admin: Client) -> None:
    text = text_of(admin.get(f"{LIST}1234567/"))
    assert "Night &lt;i&gt;shift" in text
    panel = text_of(admin.get(f"{LIST}1234567/authorities/", headers=PARTIAL))
    assert "does not tell what the role may do" in panel
    matrix = text_of(admin.get(f"{LIST}matrix/"))
    assert ("does not tell which authorities" in matrix, "94" in matrix) == (True, True)
    assert "guesses nothing" in text_of(admin.get(f"{LIST}compare/", {"a": "1", "b": "1234567"}))


def test_people_come_out_of_everybody(admin: Client) -> None:
    text = text_of(admin.get(f"{LIST}1234567/people/"))
    assert ("Person 7" in text, "Person 8" in text, "Person 9" in text) == (True, True, False)


def test_a_list_that_can_not_be_read_is_replaced_only_knowingly(admin: Client, documented: Upstream) -> None:
    address = f"{LIST}1234567/edit/"
    text = text_of(admin.get(address))
    assert ("94 authorities. A list with fewer takes some away" in text, "can’t be undone" in text) == (True, True)
    fields = {"wanted": 'dataset.view\n["alert.use", "dataset.view"]'}
    assert "Tick it only if nothing is missing" in text_of(admin.post(address, fields), 422)
    assert not [asked for asked in documented.asked if asked.method == "PATCH"]
    # What the form with ticks would send is no complete list knowingly given.
    assert admin.post(address, {"do": "check", "base": "a.b", "authority": "a.b"}).status_code == 422
    assert admin.post(address, {"base": "a.b", "wanted": "a.b c.d"}).status_code == 422
    assert not [asked for asked in documented.asked if asked.method == "PATCH"]
    assert admin.post(address, {**fields, "complete": "on"}).status_code == 302
    assert documented.last.json == ["dataset.view", "alert.use"]
    record = AuditRecord.objects.get(operation="roles.update_authorities", outcome="intended")
    assert record.before is None
    history = text_of(admin.get(f"{LIST}1234567/history/", headers=PARTIAL))
    assert ("former list was not known" in history, "Put back" in history) == (True, False)


def test_a_list_shorter_than_the_count_counts_as_unread(upstream: Upstream, other_hands: Connection) -> None:
    def answer(asked: Asked) -> Told:
        return told(["dataset.view"] if asked.path.endswith("/authorities") else ROLE)

    upstream.script(answer)
    text = text_of(client_with_role("admin").get(f"{LIST}1234567/edit/"))
    assert "it has 94 authorities, but 1 are listed" in text


def test_a_deletion_shows_who_has_it(admin: Client, documented: Upstream) -> None:
    address = f"{LIST}1234567/delete/"
    text = text_of(admin.get(address))
    assert ("Person 7" in text, "does not tell what the role was allowed" in text) == (True, True)
    assert admin.post(address, {"although": "on"}).status_code == 302
    assert documented.last.method in ("DELETE", "GET")
    assert any(asked.method == "DELETE" for asked in documented.asked)


def test_a_new_role_whose_answer_was_lost_is_found_by_its_name(upstream: Upstream, other_hands: Connection) -> None:
    made: list[dict[str, Any]] = []

    def answer(asked: Asked) -> Told:
        if asked.method == "POST":
            assert asked.json == {"name": "Dawn", "description": "Early", "fromRoleId": 1}
            made.append({**ROLE, "id": 77, "name": "Dawn"})
            return Told(cut=True)
        return told([ADMIN, *made])

    upstream.script(answer)
    fields = {"name": "Dawn", "description": "Early", "from_role_id": "1"}
    assert client_with_role("admin").post(f"{LIST}new/", fields).headers["Location"] == f"{LIST}77/"
    assert len(made) == 1
