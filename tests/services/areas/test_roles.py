"""Roles: what is sent, what is read, and changing authorities without losing any."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, InvalidArguments, NotFound, UnexpectedAnswer
from domoadmin.services.operations import registry
from domoadmin.services.role_authorities import AuthoritiesUnknown, change_authorities, present_authorities
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Asked, Told, Upstream, told

ADMIN = {
    "id": 1,
    "name": "Admin",
    "description": "Full access to everything",
    "authorityCount": 94,
    "userCount": 358,
    "created": 1550093701000,
    "modified": 1550093701000,
}

no_bearing("roles.create", "the example body gives type names", "the names of the fields stand there all the same")
no_bearing("roles.update_authorities", "the description of roleId reads", "a slip in a sentence")


@quirk("roles.create", "fromRoleId is described as", "description is required", "success is 200", "the answer lacks")
@pytest.mark.parametrize("status", [200, 201])
def test_a_role_is_copied_from_another(client: Client, upstream: Upstream, status: int) -> None:
    upstream.answers(told({"id": 1234567, "name": "Auditor", "description": ""}, status))
    found = client.roles.create("Auditor", "", "4")
    assert upstream.last.json == {"name": "Auditor", "description": "", "fromRoleId": 4}
    assert (found.id, found.authority_count, found.user_count) == ("1234567", None, None)
    for missing in ("description", "from_role_id"):
        given = {"name": "Auditor", "description": "x", "from_role_id": 4}
        del given[missing]
        with pytest.raises(InvalidArguments) as caught:
            client.call("roles.create", **given)
        assert caught.value.argument == missing


@quirk("roles.get", "times are epoch milliseconds", "only authorityCount is given")
@quirk("roles.list", "a bare array")
def test_roles_are_read_with_their_counts(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([ADMIN]))
    found = client.roles.list()[0]
    assert (found.authority_count, found.user_count) == (94, 358)
    assert upstream.last.path == "/api/authorization/v1/roles"
    assert registry.get("roles.list").paging is None
    upstream.answers(told(ADMIN))
    assert client.roles.get(1).created == datetime(2019, 2, 13, 21, 35, 1, tzinfo=UTC)
    # The names of the authorities need a call that no document has.
    assert not registry.get("roles.list_authorities").documented


@quirk("roles.update_authorities", "a PATCH that replaces", "the example puts body inside headers")
@quirk("roles.update_authorities", "the answer has status and message")
def test_the_complete_list_is_sent_and_the_status_is_read(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"status": "SUCCESS", "message": ""}))
    client.roles.update_authorities(4, ["dataset.manage", "dataset.export", "dataset.manage"])
    assert (upstream.last.method, upstream.last.path) == ("PATCH", "/api/authorization/v1/roles/4/authorities")
    assert upstream.last.json == ["dataset.manage", "dataset.export"]
    assert registry.get("roles.update_authorities").destructive
    with pytest.raises(InvalidArguments) as caught:
        client.roles.update_authorities(4, [])
    assert caught.value.argument == "authorities"
    upstream.answers(told({"status": "FAILURE", "message": "no such authority"}))
    with pytest.raises(UnexpectedAnswer, match="no such authority"):
        client.roles.update_authorities(4, ["dataset.manage"])


@quirk("roles.delete", "204 without a body", "what happens to the users")
def test_deleting_a_role_that_people_have_is_a_conflict(client: Client, upstream: Upstream) -> None:
    upstream.answers(Told(204))
    client.roles.delete(1234567)
    assert (upstream.last.method, upstream.last.body) == ("DELETE", b"")
    upstream.answers(told({"status": 409, "message": "in use", "toe": "T1"}, 409))
    with pytest.raises(Conflict, match="in use"):
        client.roles.delete(1234567)


@quirk("roles.delete", "no endpoint renames a role")
def test_nothing_pretends_to_rename_a_role(client: Client) -> None:
    writing = {each.id for each in registry if each.area == "roles" and each.mutates}
    assert writing == {"roles.create", "roles.update_authorities", "roles.delete"}


def test_authorities_come_as_objects_or_names(client: Client, upstream: Upstream) -> None:
    for names in (["dataset.manage"], [{"authority": "dataset.manage"}], {"authorities": [{"name": "dataset.manage"}]}):
        upstream.answers(told(names))
        assert [item.authority for item in client.roles.list_authorities(1)] == ["dataset.manage"]
        assert [item.authority for item in client.identity.authorities()] == ["dataset.manage"]


def test_the_members_of_a_role(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"users": [{"id": 7, "displayName": "Ann"}], "totalCount": 1, "totalFilteredCount": 1}))
    found = client.roles.list_users(1, limit=50)
    assert (found[0].name, found.total) == ("Ann", 1)
    assert upstream.last.path == "/api/authorization/v1/roles/1/users?limit=50"


class RoleUpstream:
    """One role that can be read and written; `counted` adds to what it says of the number of its authorities."""

    def __init__(self, upstream: Upstream, held: list[str], counted: int = 0, keeps: bool = True) -> None:
        self.held, self.counted, self.keeps = held, counted, keeps
        upstream.script(self.answer)

    def answer(self, asked: Asked) -> Told:
        if not asked.path.endswith("/authorities"):
            return told({**ADMIN, "authorityCount": len(self.held) + self.counted})
        if asked.method == "PATCH":
            self.held = json.loads(asked.body) if self.keeps else self.held
            return told({"status": "SUCCESS", "message": ""})
        return told([{"authority": name} for name in self.held])


def test_the_rest_stays_when_some_authorities_change(client: Client, upstream: Upstream) -> None:
    role = RoleUpstream(upstream, ["a", "b", "c"])
    change = change_authorities(client, 1, add=["d", "a"], remove=["b"])
    assert role.held == ["a", "c", "d"]
    assert (change.before, change.after, change.changed) == (("a", "b", "c"), ("a", "c", "d"), True)
    sent = len([asked for asked in upstream.asked if asked.method == "PATCH"])
    assert not change_authorities(client, 1, add=["a"]).changed
    assert len([asked for asked in upstream.asked if asked.method == "PATCH"]) == sent == 1


@quirk("roles.update_authorities", "the set of authorities and the present list")
@pytest.mark.parametrize(
    "answer", [told({"message": "no such path"}, 404), told({}, 403), told({}, 405), Told(200), told({"odd": 1})]
)
def test_nothing_is_sent_where_the_present_list_cannot_be_read(
    client: Client, upstream: Upstream, answer: Told
) -> None:
    upstream.script(lambda asked: answer if asked.path.endswith("/authorities") else told(ADMIN))
    with pytest.raises(AuthoritiesUnknown, match="wasn't changed"):
        change_authorities(client, 1, add=["dataset.manage"])
    assert {asked.method for asked in upstream.asked} == {"GET"}


def test_a_list_of_another_length_than_counted_is_not_trusted(client: Client, upstream: Upstream) -> None:
    role = RoleUpstream(upstream, ["a", "b"], counted=1)
    with pytest.raises(AuthoritiesUnknown, match="3 authorities, but 2"):
        change_authorities(client, 1, add=["c"])
    assert role.held == ["a", "b"]


def test_what_did_not_become_so_is_told(client: Client, upstream: Upstream) -> None:
    RoleUpstream(upstream, ["a", "b"], keeps=False)
    with pytest.raises(UnexpectedAnswer, match="differs from what was sent in c"):
        change_authorities(client, 1, add=["c"])


def test_senseless_changes_are_refused(client: Client, upstream: Upstream) -> None:
    RoleUpstream(upstream, ["a"])
    with pytest.raises(InvalidArguments, match="both added and removed"):
        change_authorities(client, 1, add=["a"], remove=["a"])
    with pytest.raises(InvalidArguments, match="without any authority"):
        change_authorities(client, 1, remove=["a"])
    upstream.answers(told({"message": "no role"}, 404))
    with pytest.raises(NotFound):
        present_authorities(client, 77)
