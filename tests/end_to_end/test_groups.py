"""Groups from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, Forbidden, NotFound


def test_a_group_is_created_filled_emptied_listed_and_deleted(domo: Client) -> None:
    people = [user.id for user in domo.users.list()[10:14]]
    group = domo.groups.create("Harbour crew", "closed", "Who opens the harbour store").id
    for person in people:
        domo.groups.add_member(group, person)
    assert domo.groups.get(group).member_ids == tuple(people)
    domo.groups.remove_member(group, people[0])
    members = [{"type": "USER", "id": person} for person in people[1:3]]
    domo.groups.remove_members([{"groupId": group, "removeMembers": members}])
    shown = domo.groups.get(group)
    assert (shown.member_ids, shown.member_count, shown.type) == ((people[3],), 1, "closed")
    assert group in {each.id for each in domo.walk("groups.list", limit=7)}
    assert [hit.id for hit in domo.search.query(["group"], "harbour crew").hits] == [group]
    domo.groups.delete([group])
    with pytest.raises(NotFound):
        domo.groups.get(group)


def test_a_taken_name_and_a_group_of_others(domo: Client) -> None:
    with pytest.raises(Conflict, match="Finance leads exists already") as caught:
        domo.groups.create("Finance leads", "open")
    assert caught.value.request_id
    board = domo.groups.list(search="Board reporting")[0]
    with pytest.raises(Forbidden, match="Only the owners of Board reporting"):
        domo.groups.add_member(board.id, domo.users.me().id)
