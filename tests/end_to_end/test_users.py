"""Users from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict, Forbidden, NotFound


def test_a_person_is_created_changed_listed_and_deleted(domo: Client) -> None:
    created = domo.users.create("Ida Falk", "ida.falk@halden-outdoor.example", 4)
    assert int(created.id) > 2**32
    assert domo.users.update(created.id, 3).role_id == "3"
    detailed = domo.users.get(created.id, "DETAILED")
    assert (detailed.name, detailed.role_name, detailed.active) == ("Ida Falk", "Editor", True)
    assert domo.users.get(created.id, "detailed").name == "Ida Falk"
    assert created.id in {user.id for user in domo.walk("users.list", limit=30)}
    found = domo.users.search([{"filterType": "text", "text": "ida.falk"}])
    assert ([user.id for user in found], found.total) == ([created.id], 1)
    domo.users.delete(created.id)
    with pytest.raises(NotFound) as caught:
        domo.users.get(created.id)
    assert created.id in caught.value.message
    assert caught.value.request_id


def test_a_taken_address_an_unknown_role_and_oneself(domo: Client) -> None:
    me = domo.users.me()
    with pytest.raises(Conflict, match="exists already") as taken:
        domo.users.create("Somebody else", me.email, 4)
    assert taken.value.request_id
    with pytest.raises(BadRequest, match="roleId 77"):
        domo.users.create("Somebody else", "somebody.else@halden-outdoor.example", 77)
    with pytest.raises(Forbidden, match="delete yourself"):
        domo.users.delete(me.id)
