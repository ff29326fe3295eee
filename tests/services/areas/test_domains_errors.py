"""The errors that the Domain API names by key: typed and told in plain words, however they come."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict, Forbidden, NotFound, UpstreamError
from tests.services.conftest import Connecting
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Upstream, told

for entry in ("domains.list", "domains.list_top_domains", "domains.list_subdomains"):
    no_bearing(entry, "no error list is given", "the keys are read from any answer of the Domain API, listed or not")


@pytest.fixture
def client(connecting: Connecting) -> Client:
    """A client of the Domain API."""
    return connecting(kind="domains")


PLAIN = {
    "NOT_AUTHORIZED_DOMAIN": (Forbidden, "isn't authorized for this domain"),
    "INVALID_ARGUMENTS": (BadRequest, "missing or has a value"),
    "PROPERTY_REQUIRED": (BadRequest, "something is missing"),
    "DOMAIN_ID_EXISTS": (Conflict, "a domain with this id already"),
    "DOMAIN_DEPTH_EXCEEDED": (BadRequest, "deeper than allowed"),
    "DOMAIN_NOT_FOUND": (NotFound, "no domain with this id"),
    "DOMAIN_HAS_THINGS": (Conflict, "things are attached"),
    "DOMAIN_HAS_USERS": (Conflict, "users are attached"),
    "DOMAIN_HAS_THING_TYPES": (Conflict, "thing types are attached"),
}


@quirk("domains.get", "NOT_AUTHORIZED_DOMAIN names parentId")
@quirk("domains.create", "a missing field is INVALID_ARGUMENTS here")
@quirk(
    "domains.update", "DOMAIN_NOT_FOUND is not in its error list", "a domain outside the home domain cannot be moved"
)
@quirk(
    "domains.remove",
    "refused while users, things or thing types",
    "a privileged domain outside the home domain",
    "the privilege is needed on a parent",
)
@pytest.mark.parametrize("key", PLAIN)
@pytest.mark.parametrize("status", [400, 500])
def test_each_error_key_is_told_whatever_its_status_and_shape(
    client: Client, upstream: Upstream, key: str, status: int
) -> None:
    kind, words = PLAIN[key]
    for body in (
        {"message": "Nope", "messageKey": key, "messageParams": {"property": "parentId"}},
        {"messageKey": key, "params": {"parentId": "b"}},
        {"key": key, "param": "parentId"},
        {"error": {"key": key, "params": ["parentId"]}},
        {"errors": [{"code": key, "property": "parentId"}]},
    ):
        upstream.answers(told(body, status))
        with pytest.raises(kind) as caught:
            client.domains.update("a", name="x")
        assert (caught.value.key, caught.value.param) == (key, "parentId")
        assert words in str(caught.value)
        assert caught.value.status == status
    upstream.answers(told({"message": key}, status))
    with pytest.raises(kind) as without_param:
        client.domains.get("a")
    assert (without_param.value.key, without_param.value.param) == (key, "")


def test_an_error_inside_a_success_and_one_without_a_documented_key(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"messageKey": "DOMAIN_HAS_USERS", "message": "no"}))
    with pytest.raises(Conflict):
        client.domains.remove("a")
    upstream.answers(told({"messageKey": "QUOTA_USED_UP", "message": "Come back tomorrow"}, 400))
    with pytest.raises(BadRequest, match="Come back tomorrow") as caught:
        client.domains.remove("a")
    assert caught.value.key == "QUOTA_USED_UP"
    upstream.answers(told({"message": "Unauthorized"}, 401))
    with pytest.raises(UpstreamError, match="Unauthorized") as plain:
        client.domains.remove("a")
    assert plain.value.key == ""
