"""Groups: what is sent, what is read."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UnexpectedAnswer
from domoadmin.services.operations import registry
from tests.services.quirks import quirk
from tests.services.upstream import Upstream, told


@quirk("groups.get", "the path parameter is called group", "ids may exceed 32 bits", "id is a number here")
@quirk("groups.create", "the answer holds only id", "success is 200")
def test_ids_are_text_however_they_come(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": 6789456782, "userIds": [1, "2"], "creatorId": 4421231232, "type": "closed"}))
    group = client.groups.get(group=6789456782)
    assert upstream.last.path == "/api/content/v2/groups/6789456782"
    assert (group.id, group.member_ids, group.owners[0].id) == ("6789456782", ("1", "2"), "4421231232")
    upstream.answers(told({"id": "123123123"}), told({"id": 123123123}, 201))
    assert client.groups.create("New Group", "closed", "This is a new group").id == "123123123"
    assert upstream.last.json == {"name": "New Group", "type": "closed", "description": "This is a new group"}
    assert client.groups.create("Another", "open").id == "123123123"


@quirk("groups.create", "type values are lower case")
def test_the_type_of_a_group_is_lower_case(client: Client) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.call("groups.create", name="x", type="CLOSED")
    assert caught.value.argument == "type"


@quirk("groups.create", "no endpoint to delete a group")
@quirk("groups.get", "no endpoint to list, change or delete")
def test_list_and_delete_come_from_clients_and_are_marked_so(client: Client, upstream: Upstream) -> None:
    assert not registry.get("groups.list").documented
    assert not registry.get("groups.delete").documented
    assert registry.get("groups.create").reverse is None
    upstream.answers(told([{"groupId": 6789456782, "name": "G", "groupType": "open", "memberCount": 4}]))
    found = client.groups.list(search="G", members=[1, 2])
    assert (found[0].id, found[0].type, found[0].member_count) == ("6789456782", "open", 4)
    assert "members=1%2C2" in upstream.last.path
    upstream.answers(told(True))
    client.groups.delete([6789456782])
    assert (upstream.last.method, upstream.last.path) == ("DELETE", "/api/content/v2/groups")
    assert upstream.last.json == ["6789456782"]
    # What every upstream has: the search finds groups.
    upstream.answers(told({"totalResultCount": 1, "searchObjects": [{"databaseId": "6789456782", "name": "G"}]}))
    assert client.search.query(["group"], "G").hits[0].id == "6789456782"


@quirk("groups.add_member", 'titled "Add People"', "the answer is the bare JSON value true")
@quirk("groups.remove_member", "the path says removeuser", "the answer is the bare JSON value true")
@quirk("groups.remove_members", "the answer is the bare JSON value true")
def test_members_come_and_go_by_their_own_paths(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(True))
    client.groups.add_member("6789456782", 3817263817)
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/content/v2/groups/6789456782/user/3817263817")
    client.groups.remove_member("6789456782", 3817263817)
    assert upstream.last.method == "DELETE"
    assert upstream.last.path == "/api/content/v2/groups/6789456782/removeuser/3817263817"
    upstream.answers(told(False))
    removals = [{"groupId": "1", "removeMembers": [{"type": "USER", "id": "2"}]}]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("groups.add_member", {"group": 1, "user_id": 2}),
        ("groups.remove_member", {"group": 1, "user_id": 2}),
        ("groups.remove_members", {"removals": removals}),
    ]
    for operation_id, arguments in calls:
        with pytest.raises(UnexpectedAnswer):
            client.call(operation_id, **arguments)


@quirk("groups.remove_members", "the body is an array", "removal through PUT", "ids are text", "no addMembers")
def test_several_members_are_removed_by_one_array(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(True))
    client.groups.remove_members([{"groupId": 1231231232, "removeMembers": [{"type": "USER", "id": 112321221}]}])
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/content/v2/groups/access")
    assert upstream.last.json == [{"groupId": "1231231232", "removeMembers": [{"type": "USER", "id": "112321221"}]}]
    assert registry.get("groups.remove_members").reverse == "groups.add_member"
    for bad in ([], [{"groupId": "1"}], [{"groupId": "1", "removeMembers": [{"id": "2"}]}]):
        with pytest.raises(InvalidArguments) as caught:
            client.call("groups.remove_members", removals=bad)
        assert caught.value.argument == "removals"
