"""Clients made from rows, and what a test of a connection finds, over real HTTP."""

from __future__ import annotations

import base64
import json
import socket
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings

from apps.connections.clients import SecretsUnreadable, allowed
from apps.connections.probing import probe
from domoadmin.services.errors import HostNotAllowed
from tests.apps.connections.conftest import ScriptedUpstream
from tests.factories import ConnectionFactory
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
ME = {"id": 27, "displayName": "Ines Duarte", "emailAddress": "ines@halden.example", "roleId": 810}


class TestDomo:
    def script(self, upstream: ScriptedUpstream) -> None:
        upstream.script = {
            "/api/content/v2/users/me": (200, ME),
            "/api/authorization/v1/roles/810": (200, {"id": 810, "name": "Data steward"}),
            "/api/authorization/v1/authorities": (
                200,
                [{"authority": f"right.{n}", "title": f"Right {n}"} for n in range(20)],
            ),
            "/api/authorization/v1/roles/810/authorities": (200, ["right.0", "right.1", "right.2"]),
        }

    def test_it_says_whom_the_token_acts_as_and_what_that_person_lacks(self, upstream: ScriptedUpstream) -> None:
        self.script(upstream)
        found = probe(ConnectionFactory.create(base_url=upstream.url, secrets={"token": "plain-token-77"}))
        assert found.failure == ""
        assert found.name == "Ines Duarte"
        assert dict(found.facts) == {"E-mail": "ines@halden.example", "Role": "Data steward", "User id": "27"}
        assert found.lacking_known
        assert found.lacking[:2] == ("Right 3", "Right 4")
        assert found.lacking[-1] == "and 5 more"
        assert found.milliseconds is not None
        assert {headers["x-domo-developer-token"] for _, headers in upstream.sent} == {"plain-token-77"}

    def test_a_person_who_may_not_read_roles_still_passes(self, upstream: ScriptedUpstream) -> None:
        upstream.script = {"/api/content/v2/users/me": (200, ME)}
        found = probe(ConnectionFactory.create(base_url=upstream.url))
        assert found.name == "Ines Duarte"
        assert ("Role", "id 810") in found.facts
        assert not found.lacking_known
        assert "Not Found" in found.lacking_unknown_because

    def test_an_instance_without_who_am_i_is_tested_by_a_documented_call(self, upstream: ScriptedUpstream) -> None:
        upstream.script = {"/api/identity/v1/users": (200, [])}
        found = probe(ConnectionFactory.create(base_url=upstream.url))
        assert (found.failure, found.name) == ("", "")
        assert "doesn't say whom" in found.lacking_unknown_because

    def test_an_address_where_nobody_listens_is_a_failure_in_words(self, settings: LazySettings) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound but not listening: refused, and nobody else takes it
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            settings.UPSTREAM_HOSTS = [address]
            settings.UPSTREAM_CONNECT_SECONDS = 2.0
            found = probe(ConnectionFactory.create(base_url=f"http://{address}"))
        assert found.failure
        assert found.name == ""


def test_the_sandbox_passes_and_a_wrong_token_fails_with_its_request_id(
    sandbox: SandboxProcess, settings: LazySettings
) -> None:
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    found = probe(ConnectionFactory.create(base_url=sandbox.url, secrets={"token": sandbox.token}))
    assert found.failure == ""
    assert "@" in dict(found.facts)["E-mail"]
    assert found.lacking_known
    wrong = probe(ConnectionFactory.create(base_url=sandbox.url, secrets={"token": "plain-token-77"}))
    assert "Type a new one" in wrong.advice
    assert wrong.request_id
    assert "plain-token-77" not in repr(wrong)


def test_a_host_taken_off_the_list_gets_no_token(upstream: ScriptedUpstream, settings: LazySettings) -> None:
    connection = ConnectionFactory.create(base_url=upstream.url)
    settings.UPSTREAM_HOSTS = []
    found = probe(connection)
    assert "DOMOADMIN_UPSTREAM_HOSTS" in found.failure
    assert upstream.sent == []


def test_a_lost_key_is_a_failure_in_words(settings: LazySettings) -> None:
    connection = ConnectionFactory.create()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SecretsUnreadable):
        connection.client()
    assert "DOMOADMIN_ENCRYPTION_KEYS" in probe(connection).failure


def test_the_domain_api_gets_both_headers_and_its_token_says_who(upstream: ScriptedUpstream) -> None:
    claims = {
        "name": "Tove Nilsen",
        "email": "tove@halden.example",
        "exp": int(datetime(2026, 12, 1, tzinfo=UTC).timestamp()),
    }
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    token = f"eyJhbGciOiJub25lIn0.{body}.c2ln"
    upstream.script = {
        "/domains/list": (200, {"domains": [{"id": "d1", "name": "Halden"}, {"id": "d2", "name": "Stores"}]})
    }
    secrets = {"token": token, "api_key": "plain-key-88"}
    found = probe(ConnectionFactory.create(kind="domains", base_url=upstream.url, secrets=secrets))
    assert found.failure == ""
    assert found.name == "Tove Nilsen"
    assert dict(found.facts) == {
        "E-mail": "tove@halden.example",
        "Sees": "Halden, Stores",
        "Token expires": "01 Dec 2026, 00:00 UTC",
    }
    headers = upstream.sent[0][1]
    assert (headers["authorization"], headers["x-api-key"]) == (token, "plain-key-88")


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.e30.c", "a.W10.c", "a.bnVsbA.c"])
def test_a_domain_token_of_another_shape_is_fine(upstream: ScriptedUpstream, token: str) -> None:
    upstream.script = {"/domains/list": (200, {"domains": []})}
    secrets = {"token": token, "api_key": "plain-key-88"}
    found = probe(ConnectionFactory.create(kind="domains", base_url=upstream.url, secrets=secrets))
    assert (found.failure, found.name, found.facts) == ("", "", (("Sees", "no domain"),))


@pytest.mark.parametrize(
    ("scheme", "header"), [("Bearer", "Bearer plain-token-77"), ("Token token=", "Token token=plain-token-77")]
)
def test_domoscio_is_asked_with_its_scheme(upstream: ScriptedUpstream, scheme: str, header: str) -> None:
    upstream.script = {"/v2/instances/12/knowledge_graphs": (200, [{"id": 1, "name": "Safety"}], {"Total": "31"})}
    made = ConnectionFactory.create(
        kind="domoscio", base_url=f"{upstream.url}/v2/instances/12", scheme=scheme, secrets={"token": "plain-token-77"}
    )
    found = probe(made)
    assert found.failure == ""
    assert dict(found.facts) == {"Instance": "12", "Knowledge graphs": "31"}
    assert upstream.sent[0][1]["authorization"] == header


def test_new_secrets_of_a_domoscio_connection_start_without_the_old_tokens(upstream: ScriptedUpstream) -> None:
    handed = {"AccessToken": "access-1", "RefreshToken": "refresh-1"}
    upstream.script = {"/v2/instances/12/knowledge_graphs": (200, [], handed)}
    made = ConnectionFactory.create(kind="domoscio", base_url=f"{upstream.url}/v2/instances/12")
    probe(made)
    probe(made)
    assert upstream.sent[1][1]["accesstoken"] == "access-1"
    made.keep_secrets({"token": "plain-token-99"})
    made.save()
    probe(made)
    last = upstream.sent[-1][1]
    assert last["authorization"] == "Bearer plain-token-99"
    assert "accesstoken" not in last


class TestClients:
    def test_one_client_serves_until_the_row_changes(self, upstream: ScriptedUpstream) -> None:
        connection = ConnectionFactory.create(base_url=upstream.url)
        first = connection.client()
        assert type(connection).objects.get(pk=connection.pk).client() is first
        connection.gzip = True
        connection.save()
        second = connection.client()
        assert second is not first
        assert second.settings.gzip

    @pytest.mark.parametrize(
        "url",
        [
            "https://halden.domo.com/api/x?q=a%20b#c",
            "https://halden.domo.com/a%2Fb/..;/x?next=https://evil.net",
            "https://halden.domo.com?x=@evil.net",
        ],
    )
    def test_the_path_of_a_request_is_not_judged(self, url: str) -> None:
        allowed(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.net/https://halden.domo.com",
            "https://halden.domo.com\\@evil.net/x",
            "https://halden.domo.com@evil.net/x",
            "https://halden.domo.com:8443/x",
            "http://halden.domo.com/x",
            "halden.domo.com/x",
            "https:/halden.domo.com/x",
            "",
        ],
    )
    def test_the_host_of_every_request_is(self, url: str) -> None:
        with pytest.raises(HostNotAllowed):
            allowed(url)
