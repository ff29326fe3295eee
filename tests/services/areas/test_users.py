"""Users: what is sent, what is read."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UnexpectedAnswer
from domoadmin.services.operations import registry
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Upstream, told

BEYOND = {("users.list", "limit"), ("users.list", "offset")}
ANN = {"id": 3817263817, "displayName": "Ann", "userName": "ann", "roleId": 5, "emailAddress": "ann@example.com"}

for entry_id in ("users.create", "users.get", "users.list", "users.update"):
    no_bearing(entry_id, "the example gives type names", "the names of the fields stand there all the same")
no_bearing("users.create", "whether an invitation is mailed", "nothing in the call can say it")


@quirk("users.create", "no parameter table", "attributes[].values is", "success is 200")
@pytest.mark.parametrize("status", [200, 201])
def test_creating_needs_all_three_fields(client: Client, upstream: Upstream, status: int) -> None:
    attributes = [{"key": "title", "values": ["Engineer"]}, {"key": "employeeNumber", "values": [17]}, {"key": "x"}]
    upstream.answers(told({**ANN, "attributes": attributes}, status))
    found = client.users.create("Ann", "ann@example.com", "5")
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/identity/v1/users")
    assert upstream.last.json == {"displayName": "Ann", "emailAddress": "ann@example.com", "roleId": 5}
    assert (found.id, found.title, found.role_id) == ("3817263817", "Engineer", "5")
    for missing in ("display_name", "email_address", "role_id"):
        given = {"display_name": "Ann", "email_address": "ann@example.com", "role_id": 5}
        del given[missing]
        with pytest.raises(InvalidArguments) as caught:
            client.call("users.create", **given)
        assert caught.value.argument == missing


@quirk("users.get", "the Users section answers", "a single user comes back inside a list", "ids may exceed 32 bits")
@quirk("users.get", "the parameter is {id}")
@pytest.mark.parametrize(
    "answer",
    [
        {"users": [ANN]},
        [{"id": "3817263817", "name": "Ann", "title": "Engineer", "emailAddress": "ann@example.com"}],
        {**ANN, "emailAddress": None, "attributes": [{"key": "emailAddress", "values": ["ann@example.com"]}]},
    ],
)
def test_a_user_comes_in_three_shapes(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    for found in (client.users.get(3817263817, parts="DETAILED"), client.call("groups.get_user", id="3817263817")):
        assert (found.id, found.name, found.email) == ("3817263817", "Ann", "ann@example.com")
    assert upstream.last.path == "/api/identity/v1/users/3817263817"


def test_the_fields_of_the_groups_section_are_read(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{"name": "A", "id": 1, "location": "Oslo", "manager": "B", "phoneNumber": "+47 1"}]))
    found = client.users.get(1)
    assert (found.location, found.manager, found.phone) == ("Oslo", "B", "+47 1")


@quirk("users.get", "parts is upper case")
@pytest.mark.parametrize("parts", ["DETAILED", "detailed"])
def test_parts_are_sent_as_given(client: Client, upstream: Upstream, parts: Any) -> None:
    upstream.answers(told({"users": [{"id": 1}]}))
    client.users.get(1, parts)
    assert upstream.last.path == f"/api/identity/v1/users/1?parts={parts}"
    with pytest.raises(InvalidArguments):
        client.call("users.get", id=1, parts="EVERYTHING")


def test_a_list_without_the_user_asked_for_is_no_answer(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"users": [{"id": 1}]}))
    with pytest.raises(UnexpectedAnswer):
        client.users.get(2)


@quirk("users.list", "no paging is documented", "the list is wrapped")
def test_all_people_are_read_whether_or_not_there_are_pages(client: Client, upstream: Upstream) -> None:
    everyone = [{"id": number} for number in range(700)]
    upstream.answers(told({"users": everyone}))
    assert len(client.users.list(parts="ROLE")) == 700
    assert upstream.last.path == "/api/identity/v1/users?parts=ROLE"
    # An upstream that doesn't know limit and offset sends everyone each time.
    assert len(list(client.walk("users.list"))) == 700
    upstream.answers(told({"users": everyone[:500]}), told({"users": everyone[500:]}))
    assert [found.id for found in client.walk("users.list")] == [str(number) for number in range(700)]
    assert upstream.last.path == "/api/identity/v1/users?limit=500&offset=500"


@quirk("users.update", "the example puts body inside headers", "only roleId is shown")
def test_an_update_sends_the_role_as_its_body(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({**ANN, "roleId": 5}))
    assert client.users.update(3817263817, "5").role_id == "5"
    assert (upstream.last.method, upstream.last.json) == ("PATCH", {"roleId": 5})
    assert "body" not in {name.lower() for name in upstream.last.headers}
    with pytest.raises(InvalidArguments):
        client.call("users.update", id=1)


@quirk("users.delete", "the example has a meaningless body", "the answer is the bare number 1")
@quirk("users.delete", "what happens to the content")
def test_deleting_sends_no_body_and_reads_a_one(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(1))
    client.users.delete(3817263817)
    assert (upstream.last.method, upstream.last.body) == ("DELETE", b"")
    upstream.answers(told(0))
    with pytest.raises(UnexpectedAnswer, match="wasn't deleted"):
        client.users.delete(3817263817)
    # Nothing says that content moves on: it counts as lost, and nothing brings the person back.
    assert registry.get("users.delete").destructive
    assert registry.get("users.delete").reverse is None


def test_the_search_of_people(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"users": [{"id": 1, "role": {"id": 5, "name": "Editor"}}], "count": 77}))
    found = client.users.search(ids=[1], sort={"field": "displayName"}, include_deleted=True)
    assert (found[0].role_id, found[0].role_name, found.total) == ("5", "Editor", 77)
    assert upstream.last.path.endswith("/search?explain=false")
    assert upstream.last.json["ids"] == ["1"]
    assert upstream.last.json["sort"] == {"field": "displayName"}
    assert upstream.last.json["includeDeleted"] is True


def test_who_the_token_acts_as(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": 27, "displayName": "Ann", "role": "Admin", "roleId": 1}))
    me = client.users.me()
    assert (me.id, me.role_name, me.role_id) == ("27", "Admin", "1")
    assert upstream.last.path == "/api/content/v2/users/me"
