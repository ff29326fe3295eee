"""The Domain API's operations: what they send, what they make of the answers, and what was decided for its quirks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from domoadmin.services.roles import Role
from tests.services.conftest import Connecting
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

for entry in ("domains.create", "domains.update"):
    no_bearing(entry, "the example payload uses non-breaking spaces", "JSON is written here, never pasted")
no_bearing("domains.list_subdomains", "the description of domains still says", "a copied sentence of the document")


@pytest.fixture
def client(connecting: Connecting) -> Client:
    """A client of the Domain API."""
    return connecting(kind="domains")


TREE = {
    "home": {
        "attributes": {"name": "Home", "description": "All", "data": {"lang": "sv"}},
        "stores": {"attributes": {"name": "Stores"}, "oslo": {"attributes": {"name": "Oslo"}}},
        "data": {"attributes": {"name": "A domain that is called data"}},
    },
    "partner": {"name": "Partner", "description": "", "data": {"lang": "en"}},
}


@quirk("domains.list", "domains outside the home domain", "name, description and data are optional")
def test_the_tree_is_read_by_its_keys(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(TREE))
    tree = client.domains.list(["name", "data"])
    assert upstream.last.path == "/domains?attributes=name%2Cdata"
    assert [(depth, node.id, node.name) for depth, node in tree.nodes()] == [
        (0, "home", "Home"),
        (1, "stores", "Stores"),
        (2, "oslo", "Oslo"),
        (1, "data", "A domain that is called data"),
        (0, "partner", "Partner"),
    ]
    partner = tree.find("partner")
    assert partner is not None
    assert (partner.children, partner.data, partner.description) == ([], {"lang": "en"}, "")
    assert tree.find("nowhere") is None


@quirk("domains.list", "what comes back when attributes is absent")
def test_a_tree_without_attributes_is_read_as_well(client: Client, upstream: Upstream) -> None:
    for answer in ({"home": {"stores": {}}}, {"home": {"attributes": {}, "stores": {"attributes": {}}}}):
        upstream.answers(told(answer))
        assert [(depth, node.id, node.name) for depth, node in client.domains.list().nodes()] == [
            (0, "home", ""),
            (1, "stores", ""),
        ]
    assert upstream.last.path == "/domains"


@quirk("domains.list", "the tree uses domain ids as keys beside the key attributes")
def test_a_child_called_attributes_breaks_nothing(client: Client, upstream: Upstream) -> None:
    child = {"attributes": {"name": "A child"}, "below": {"attributes": {"name": "Below"}}}
    upstream.answers(told({"home": {"attributes": child, "stores": {"attributes": {"name": "Stores"}}}}))
    found = [(depth, node.id, node.name) for depth, node in client.domains.list().nodes()]
    assert found == [(0, "home", ""), (1, "attributes", "A child"), (2, "below", "Below"), (1, "stores", "Stores")]


def test_a_tree_of_thousands_of_nodes_and_a_very_deep_one_are_read(client: Client, upstream: Upstream) -> None:
    wide = {f"d{number}": {"attributes": {"name": str(number)}} for number in range(5_000)}
    upstream.answers(told({"home": {"attributes": {}, **wide}}))
    assert sum(1 for _ in client.domains.list().nodes()) == 5_001
    deep = b"{" + b'"d": {"attributes": {}, ' * 400 + b'"d": {}' + b"}" * 401
    upstream.answers(Told(200, deep, {"Content-Type": "application/json"}))
    assert max(depth for depth, _ in client.domains.list().nodes()) == 400


def pages(*ids: str) -> list[Told]:
    """One page per id, each naming the next."""
    last = len(ids) - 1
    return [
        told(
            {
                "domains": [{"id": each}],
                "pageInfo": {"itemCount": 1, "size": 100, "hasNext": place < last, "nextMarker": f"m{place}"},
            }
        )
        for place, each in enumerate(ids)
    ]


@quirk("domains.list_subdomains", "pass pageInfo.nextMarker as marker while")
@quirk("domains.list_top_domains", "takes size and marker, but its field list has no pageInfo")
@quirk("domains.list", "no paging: use")
@pytest.mark.parametrize(
    ("operation_id", "path", "given"),
    [("domains.list_subdomains", "/domains/a/list", {"id": "a"}), ("domains.list_top_domains", "/domains/list", {})],
)
def test_pages_are_walked_by_their_markers(
    client: Client, upstream: Upstream, operation_id: str, path: str, given: dict[str, Any]
) -> None:
    upstream.answers(*pages("b", "c", "d"))
    found = client.walk(operation_id, **given)
    assert [domain.id for domain in found] == ["b", "c", "d"]
    assert [asked.path.split("&attributes")[0] for asked in upstream.asked] == [
        f"{path}?size=100",
        f"{path}?size=100&marker=m0",
        f"{path}?size=100&marker=m1",
    ]
    assert registry.get("domains.list").paging is None
    # The list as its field list shows it, without pageInfo, is the whole.
    upstream.answers(told({"domains": [{"id": "x"}]}))
    assert [domain.id for domain in client.walk(operation_id, **given)] == ["x"]


@quirk("domains.list_top_domains", "size is at most 100; its default is not given", "only id comes back unless")
@quirk("domains.list_subdomains", "only id comes back unless attributes", "whether only direct children or all")
def test_what_is_asked_of_a_list(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"domains": [{"id": "c", "parents": ["b", "a"]}, {"id": "b", "parents": ["a"]}]}))
    assert client.domains.list_top_domains()[0].id == "c"
    assert upstream.last.path == "/domains/list?attributes=id%2Cname"
    with pytest.raises(InvalidArguments) as caught:
        client.domains.list_top_domains(size=101)
    assert caught.value.argument == "size"
    found = client.domains.list_subdomains("a", size=7)
    # Parents are asked for, so that direct children can be told from those that lie deeper.
    assert upstream.last.path == "/domains/a/list?size=7&attributes=id%2Cname%2Cparents"
    assert [(domain.parents, domain.parent_id) for domain in found] == [(("b", "a"), ""), (("a",), "a")]


@quirk("domains.list_top_domains", "list shares its place with {id}")
def test_a_domain_called_list_can_t_be_read(client: Client, upstream: Upstream) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.domains.get("list")
    assert caught.value.argument == "id"
    assert upstream.asked == []


@quirk(
    "domains.get",
    "the attributes differ from the lists",
    "the values are separated by |",
    "thingTypeMetadata can be asked for",
    "data keys follow domainMetadata ids",
)
def test_one_domain(client: Client, upstream: Upstream) -> None:
    definitions = [{"id": "lang", "label": "language", "type": "text"}]
    data = {"lang": "sv", "email": "info@halden.example"}
    answer = {"id": "a", "parentId": "root", "name": "A", "data": data, "domainMetadata": definitions}
    upstream.answers(told({**answer, "settings": {"theme": {}}}))
    found = client.domains.get("a", ["data", "domainMetadata", "thingTypeMetadata", "settings"])
    assert upstream.last.path == "/domains/a?attributes=data%2CdomainMetadata%2CthingTypeMetadata%2Csettings"
    assert (found.parent_id, found.data, found.settings) == ("root", data, {"theme": {}})
    assert [(field.id, field.label, field.type) for field in found.fields] == [("lang", "language", "text")]
    with pytest.raises(InvalidArguments):
        client.domains.get("a", ["parents"])


@quirk(
    "domains.create",
    "returnDomainTree is true by default",
    "two answer shapes",
    "domainMetadata is in the example payload",
    "settings mixes snake_case",
    "the success status is not given",
)
def test_creating_and_both_shapes_of_its_answer(client: Client, upstream: Upstream) -> None:
    told_of_it = {"name": "Sub", "description": "d", "data": {"email": "e"}, "settings": {"max_users": 2}}
    definitions = [{"id": "lang", "label": "language", "type": "text"}]
    settings = {"max_users": 2, "publicUrl": "https://example.com"}
    small, tree = {"sub": told_of_it}, {"root": {"attributes": {}, "sub": {"attributes": told_of_it}}}
    for answer, status in ((small, 200), (tree, 201), (None, 204)):
        upstream.answers(told(answer, status))
        found = client.domains.create(
            "sub", "root", "Sub", "d", {"email": "e"}, domain_metadata=definitions, settings=settings
        )
        assert found.domain.id == "sub"
        if answer:
            assert (found.domain.name, found.domain.settings) == ("Sub", {"max_users": 2})
    assert upstream.last.path == "/domains?returnDomainTree=false"
    assert upstream.last.json == {
        "id": "sub",
        "parentId": "root",
        "name": "Sub",
        "description": "d",
        "data": {"email": "e"},
        "domainMetadata": definitions,
        "settings": settings,
    }
    client.domains.create("sub", "root", "Sub", return_domain_tree=True)
    assert upstream.last.path == "/domains?returnDomainTree=true"


@quirk("domains.create", "ids allow Swedish letters")
def test_ids_with_swedish_letters_go_encoded(client: Client, upstream: Upstream) -> None:
    client.domains.create("skärgård,ö.1_-", "root", "Skärgård")
    assert upstream.last.json["id"] == "skärgård,ö.1_-"
    upstream.answers(told({"id": "skärgård,ö"}))
    assert client.domains.get("skärgård,ö", "name").id == "skärgård,ö"
    assert upstream.last.path == "/domains/sk%C3%A4rg%C3%A5rd%2C%C3%B6?attributes=name"
    for wrong in ("a b", "a/b", "é", ""):
        with pytest.raises(InvalidArguments) as caught:
            client.domains.create(wrong, "root", "x")
        assert caught.value.argument == "id"


@quirk("domains.create", "theme can be set only by the update")
@quirk("domains.update", "settings mixes snake_case")
def test_settings_are_checked_before_sending(client: Client, upstream: Upstream) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.domains.create("a", "root", "A", settings={"theme": {"primaryColor": "#fff"}})
    assert caught.value.argument == "settings"
    for wrong in ({"max_users": "two"}, {"publicUrl": 7}, {"theme": "dark"}):
        with pytest.raises(InvalidArguments) as caught:
            client.domains.update("a", settings=wrong)
        assert caught.value.argument == "settings"
    for definitions, data in (
        ([{"id": "n", "label": "N", "type": "boolean"}], {}),
        ([{"id": "n", "label": "N", "type": "number"}], {"n": "seven"}),
        ([{"id": "n", "label": "N", "type": "text"}], {"n": 7}),
    ):
        with pytest.raises(InvalidArguments):
            client.domains.update("a", data=data, domain_metadata=definitions)
    assert upstream.asked == []
    client.domains.update("a", settings={"theme": {"primaryColor": "#fff"}, "max_things": 4, "publicUrl": "https://x"})
    assert upstream.last.json == {
        "settings": {"theme": {"primaryColor": "#fff"}, "max_things": 4, "publicUrl": "https://x"}
    }


@quirk(
    "domains.update",
    "returnDomainTree is true by default",
    "sending parentId moves",
    "domainMetadata is replaced as a whole",
    "null takes a limit away",
    "two answer shapes",
    "domainMetadata and settings come back only",
)
def test_updating_sends_only_what_is_given(client: Client, upstream: Upstream) -> None:
    for answer in ({"a": {"name": "New"}}, {"root": {"attributes": {}, "b": {"a": {"attributes": {"name": "New"}}}}}):
        upstream.answers(told(answer))
        found = client.domains.update("a", settings={"max_users": None})
        assert (found.domain.name, found.domain.settings, found.domain.fields) == ("New", {}, ())
    assert (upstream.last.method, upstream.last.path) == ("PATCH", "/domains/a?returnDomainTree=false")
    assert json.loads(upstream.last.body) == {"settings": {"max_users": None}}
    client.domains.update("a", parent_id="b")
    assert upstream.last.json == {"parentId": "b"}
    definitions = [{"id": "lang", "label": "language", "type": "text"}]
    client.domains.update("a", domain_metadata=definitions)
    assert upstream.last.json == {"domainMetadata": definitions}
    with pytest.raises(InvalidArguments):
        client.domains.update("a", parent_id="a")


@quirk(
    "domains.remove",
    "returnDomainTree is true by default",
    "the answer is the tree, or empty",
    "attributes holds id and name of the parent",
    "removes all sub-domains too",
)
def test_removing(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"root": {"attributes": {"id": "root", "name": "Root"}}}))
    assert [node.name for _, node in client.domains.remove("a", return_domain_tree=True).nodes()] == ["Root"]
    for empty in (told({}), told(None), told(None, 204)):
        upstream.answers(empty)
        assert client.domains.remove("a").roots == ()
    assert (upstream.last.method, upstream.last.path) == ("DELETE", "/domains/a?returnDomainTree=false")
    assert registry.get("domains.remove").destructive


def test_who_may_change_domains_and_what_may_be_repeated() -> None:
    changing = [operation for operation in registry if operation.area == "domains" and operation.mutates]
    assert {operation.name: operation.retry_safety for operation in changing} == {
        "create": RetrySafety.VERIFIABLE,
        "update": RetrySafety.IDEMPOTENT,
        "remove": RetrySafety.IDEMPOTENT,
    }
    assert {operation.role for operation in changing} == {Role.ADMIN}
