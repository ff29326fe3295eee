"""The Domain API from the service layer to the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.errors import BadRequest, Conflict, Forbidden, NotFound, Unauthorized, UpstreamError
from tests.sandbox_process import SandboxProcess


def settings_for(sandbox: SandboxProcess, path: str = "", **changes: str) -> ConnectionSettings:
    """A connection to the Domain API of the sandbox."""
    secrets = {"token": sandbox.token, "api_key": "key", **changes}
    return ConnectionSettings(kind="domains", slug="domains", base_url=f"{sandbox.url}{path}", secrets=secrets)


@pytest.fixture
def client(sandbox: SandboxProcess) -> Iterator[Client]:
    """A client whose trials are thrown away afterwards."""
    sandbox.reset()
    with connect(settings_for(sandbox, "/domain-api")) as client:
        yield client
        with suppress(NotFound):
            client.domains.remove("e2e")


def test_a_domain_from_creation_to_removal(client: Client) -> None:
    definitions = [{"id": "lang", "label": "Language", "type": "text"}]
    made = client.domains.create(
        "e2e", "pilots", "Trial", "A trial", {"lang": "sv"}, definitions, settings={"max_users": 2}
    )
    assert (made.domain.name, made.domain.data, made.domain.settings) == ("Trial", {"lang": "sv"}, {"max_users": 2})
    found = client.domains.get("e2e", ["parentId", "data", "domainMetadata", "settings"])
    assert (found.parent_id, found.data, found.fields[0].label) == ("pilots", {"lang": "sv"}, "Language")
    client.domains.create("e2e.ö", "e2e", "Below")
    moved = client.domains.update("e2e", parent_id="devices", settings={"max_users": None}, return_domain_tree=True)
    assert moved.tree.find("devices") is not None
    assert [(depth, node.id) for depth, node in moved.tree.nodes() if node.id.startswith("e2e")] == [
        (2, "e2e"),
        (3, "e2e.ö"),
    ]
    assert "max_users" not in client.domains.get("e2e", "settings").settings
    assert [domain.id for domain in client.walk("domains.list_subdomains", id="e2e")] == ["e2e.ö"]
    assert client.domains.remove("e2e.ö").roots == ()
    left = client.domains.remove("e2e", return_domain_tree=True)
    assert left.find("e2e") is None
    parent = left.find("devices")
    assert parent is not None
    assert parent.name == "Device catalogue"
    with pytest.raises(NotFound) as caught:
        client.domains.get("e2e")
    assert (caught.value.key, caught.value.param) == ("DOMAIN_NOT_FOUND", "id")
    assert "no domain with this id" in str(caught.value)
    assert caught.value.request_id


def test_the_tree_and_the_walked_lists_tell_the_same(client: Client) -> None:
    client.domains.create("e2e", "pilots", "Trial")
    client.domains.create("attributes", "e2e", "A trap")
    tops = [domain.id for domain in client.walk("domains.list_top_domains", size=1)]
    assert tops == ["halden", "franchise", "repair"]
    walked, waiting = set(tops), list(tops)
    while waiting:
        below = [domain.id for domain in client.walk("domains.list_subdomains", id=waiting.pop(), size=5)]
        waiting += below
        walked |= set(below)
    tree = {node.id for _, node in client.domains.list("name").nodes()}
    assert walked - tree == {"attributes"}, "it has no place in the tree's shape, and breaks nothing there"
    assert tree < walked


@pytest.mark.parametrize(
    ("operation", "given", "kind", "key"),
    [
        ("domains.get", {"id": "cascade"}, Forbidden, "NOT_AUTHORIZED_DOMAIN"),
        ("domains.remove", {"id": "stores"}, Conflict, "DOMAIN_HAS_THINGS"),
        ("domains.remove", {"id": "offices"}, Conflict, "DOMAIN_HAS_USERS"),
        ("domains.remove", {"id": "devices"}, Conflict, "DOMAIN_HAS_THING_TYPES"),
        ("domains.create", {"id": "stores", "parent_id": "halden", "name": "x"}, Conflict, "DOMAIN_ID_EXISTS"),
        ("domains.create", {"id": "x", "parent_id": "nowhere", "name": "x"}, Forbidden, "NOT_AUTHORIZED_DOMAIN"),
        ("domains.update", {"id": "pilots", "parent_id": "pilots.smart-shelf"}, BadRequest, "INVALID_ARGUMENTS"),
    ],
)
def test_refusals_are_typed(
    client: Client, operation: str, given: dict[str, str], kind: type[UpstreamError], key: str
) -> None:
    with pytest.raises(kind) as caught:
        client.call(operation, **given)
    assert caught.value.key == key
    assert caught.value.message
    assert caught.value.request_id


def test_a_wrong_token_is_refused(sandbox: SandboxProcess) -> None:
    with connect(settings_for(sandbox, token="wrong-token")) as client, pytest.raises(Unauthorized) as caught:
        client.domains.list()
    assert caught.value.request_id
