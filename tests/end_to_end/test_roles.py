"""Roles from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict, NotFound
from domoadmin.services.role_authorities import change_authorities, present_authorities


def test_a_role_is_created_changed_listed_and_deleted(domo: Client) -> None:
    source = next(role for role in domo.roles.list() if role.name == "Participant")
    role = domo.roles.create("Store auditor", "Reads what stores report", source.id).id
    before = present_authorities(domo, role)
    assert len(before) == source.authority_count

    change = change_authorities(domo, role, add=["dataset.export", "audit.view"], remove=[before[0]])
    assert set(change.after) == {*before[1:], "dataset.export", "audit.view"}
    assert set(present_authorities(domo, role)) == set(change.after)
    domo.roles.update_authorities(role, change.before)
    assert set(present_authorities(domo, role)) == set(before)

    user = domo.users.list()[20]
    domo.users.update(user.id, role)
    assert (domo.roles.get(role).user_count, [each.id for each in domo.roles.list_users(role)]) == (1, [user.id])
    with pytest.raises(Conflict, match="assigned to users") as caught:
        domo.roles.delete(role)
    assert caught.value.request_id
    domo.users.update(user.id, user.role_id)
    domo.roles.delete(role)
    assert role not in {each.id for each in domo.roles.list()}


def test_members_are_walked_page_by_page(domo: Client) -> None:
    role = max(domo.roles.list(), key=lambda each: each.user_count or 0)
    members = [user.id for user in domo.walk("roles.list_users", role_id=role.id, limit=7)]
    assert len(members) == len(set(members)) == role.user_count


def test_an_unknown_authority_and_an_unknown_role(domo: Client) -> None:
    role = domo.roles.create("Short-lived", "", 4).id
    with pytest.raises(BadRequest, match=r"magic\.do"):
        domo.roles.update_authorities(role, ["magic.do"])
    domo.roles.delete(role)
    with pytest.raises(NotFound):
        present_authorities(domo, role)
