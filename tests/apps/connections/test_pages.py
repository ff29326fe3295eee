"""The pages of connections: for admins only, and never with a secret in an answer."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.clients import settings_of
from apps.connections.models import Connection
from tests.apps.connections.conftest import ScriptedUpstream
from tests.clients import client_of, client_with_role
from tests.factories import ConnectionFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/settings/connections/"
ALL = ["viewer", "steward", "support"]
DOMO = {
    "name": "Halden Outdoor",
    "slug": "",
    "environment": "test",
    "base_url": "https://Halden.domo.com/",
    "token": "plain-token-77",
    "role_choices": ALL,
    "gzip": "on",
}
SECRETS = ("plain-token-77", "plain-key-88", "plain-token-99")


@pytest.fixture
def admin() -> User:
    return UserFactory.create(role="admin", first_name="Ada", last_name="Winther")


@pytest.fixture(autouse=True)
def nothing_leaks(client: Client, caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.DEBUG)
    yield
    for secret in SECRETS:
        assert secret not in caplog.text
        assert secret not in repr(list(AuditRecord.objects.values_list()))


def checked(answer: Any) -> Any:
    for secret in SECRETS:
        assert secret not in answer.text
        assert secret not in repr(answer.headers)
    return answer


def addresses(slug: str) -> list[tuple[str, str]]:
    return [
        ("get", LIST),
        ("get", f"{LIST}add/"),
        ("post", f"{LIST}add/"),
        ("get", f"{LIST}{slug}/edit/"),
        ("post", f"{LIST}{slug}/edit/"),
        ("get", f"{LIST}{slug}/delete/"),
        ("post", f"{LIST}{slug}/delete/"),
        ("post", f"{LIST}{slug}/test/"),
    ]


class TestWhoMayOpenThem:
    @pytest.mark.parametrize("role", ALL)
    def test_other_roles_are_refused(self, role: str) -> None:
        connection = ConnectionFactory.create()
        client = client_with_role(role)
        for method, address in addresses(connection.slug):
            answer = getattr(client, method)(address, DOMO)
            assert answer.status_code == 403, address
            assert "admin" in answer.text
        assert list(Connection.objects.values_list("slug", flat=True)) == [connection.slug]

    def test_nobody_is_sent_to_the_sign_in(self) -> None:
        for method, address in addresses(ConnectionFactory.create().slug):
            assert getattr(Client(), method)(address).headers["Location"].startswith("/sign-in/?next=")

    def test_a_wrong_slug_is_not_found(self, admin: User) -> None:
        for method, address in addresses("no-such")[3:]:
            assert getattr(client_of(admin), method)(address, DOMO).status_code == 404

    def test_nothing_changes_by_get(self, admin: User) -> None:
        connection = ConnectionFactory.create()
        assert client_of(admin).get(f"{LIST}{connection.slug}/test/").status_code == 405
        client_of(admin).get(f"{LIST}{connection.slug}/delete/")
        assert Connection.objects.count() == 1


class TestAdding:
    def test_a_domo_connection(self, admin: User) -> None:
        answer = checked(client_of(admin).post(f"{LIST}add/", DOMO))
        assert answer.headers["Location"] == f"{LIST}halden-outdoor/edit/"
        connection = Connection.objects.get()
        assert (connection.kind, connection.base_url, connection.roles, connection.gzip) == (
            "domo",
            "https://halden.domo.com",
            [],
            True,
        )
        assert connection.secrets() == {"token": "plain-token-77"}
        record = AuditRecord.objects.get()
        assert (record.operation, record.actor, record.outcome) == ("connections.create", admin, "succeeded")

    def test_a_domain_api_connection_wants_both_secrets(self, admin: User) -> None:
        fields = {**DOMO, "api_key": ""}
        page = checked(client_of(admin).post(f"{LIST}add/?kind=domains", fields))
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {"api_key"}
        checked(client_of(admin).post(f"{LIST}add/?kind=domains", {**fields, "api_key": "plain-key-88"}))
        assert Connection.objects.get().secrets() == {"token": "plain-token-77", "api_key": "plain-key-88"}

    @pytest.mark.parametrize(("typed", "sent"), [({}, ""), ({"scheme": ""}, ""), ({"scheme": "Bearer"}, "Bearer")])
    def test_a_domain_api_s_token_is_sent_bare_unless_told_otherwise(
        self, admin: User, typed: dict[str, str], sent: str
    ) -> None:
        checked(client_of(admin).post(f"{LIST}add/?kind=domains", {**DOMO, "api_key": "plain-key-88", **typed}))
        connection = Connection.objects.get()
        assert connection.scheme_sent == sent
        assert settings_of(connection).scheme == sent

    def test_a_domoscio_connection_has_a_scheme(self, admin: User) -> None:
        checked(client_of(admin).post(f"{LIST}add/?kind=domoscio", {**DOMO, "scheme": "Token token="}))
        connection = Connection.objects.get()
        assert (connection.kind, connection.scheme, connection.gzip) == ("domoscio", "Token token=", False)

    @pytest.mark.parametrize(
        ("change", "field", "message"),
        [
            ({"name": ""}, "name", "required"),
            ({"name": "Taken"}, "name", "already exists"),
            ({"slug": "taken"}, "slug", "already exists"),
            ({"slug": "TAKEN"}, "slug", "already exists"),
            ({"slug": "two words"}, "slug", "letters"),
            ({"name": "例え", "slug": ""}, "slug", "Type one"),
            ({"environment": "live"}, "environment", "valid choice"),
            ({"base_url": "http://halden.domo.com:443"}, "base_url", "DOMOADMIN_UPSTREAM_HOSTS"),
            ({"base_url": "https://evil-domo.com"}, "base_url", "DOMOADMIN_UPSTREAM_HOSTS"),
            ({"base_url": "https://domo.com.evil.net"}, "base_url", "DOMOADMIN_UPSTREAM_HOSTS"),
            ({"base_url": "https://halden.domo.com@evil.net"}, "base_url", "user name"),
            ({"base_url": "http://169.254.169.254"}, "base_url", "metadata"),
            ({"base_url": "x" * 301}, "base_url", "at most 300"),
            ({"token": ""}, "token", "required"),
            ({"token": "two words"}, "token", "no blanks"),
            ({"token": "plain-token-77\r\nX-Evil: 1"}, "token", "no blanks"),
            ({"role_choices": ["owner"]}, "role_choices", "valid choice"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(
        self, admin: User, change: dict[str, Any], field: str, message: str
    ) -> None:
        ConnectionFactory.create(name="Taken", slug="taken")
        page = checked(client_of(admin).post(f"{LIST}add/", {**DOMO, **change}))
        assert page.status_code == 422
        assert message in " ".join(page.context["form"].errors[field])
        assert f'id="id_{field}_error"' in page.text
        assert 'aria-describedby="' in page.text
        assert Connection.objects.count() == 1

    @pytest.mark.parametrize(
        ("chosen", "kept"), [(ALL, []), ([], ["admin"]), (["support", "viewer"], ["viewer", "support", "admin"])]
    )
    def test_who_may_use_it(self, admin: User, chosen: list[str], kept: list[str]) -> None:
        client_of(admin).post(f"{LIST}add/", {**DOMO, "role_choices": chosen})
        assert Connection.objects.get().roles == kept

    def test_each_kind_has_its_form(self, admin: User) -> None:
        for kind, present, absent in (
            ("domo", "id_gzip", "id_api_key"),
            ("domains", "id_api_key", "id_gzip"),
            ("domoscio", "id_scheme", "id_gzip"),
            ("nonsense", "id_gzip", "id_api_key"),
        ):
            page = client_of(admin).get(f"{LIST}add/?kind={kind}")
            assert present in page.text
            assert absent not in page.text


class TestEditing:
    @pytest.fixture
    def connection(self) -> Connection:
        return ConnectionFactory.create(
            slug="halden", base_url="https://halden.domo.com", secrets={"token": "plain-token-77"}
        )

    def edit(self, admin: User, **change: Any) -> Any:
        fields = {**DOMO, "base_url": "https://halden.domo.com", "token": "", **change}
        return checked(client_of(admin).post(f"{LIST}halden/edit/", fields))

    def test_the_form_says_that_the_token_is_kept(self, admin: User, connection: Connection) -> None:
        page = checked(client_of(admin).get(f"{LIST}halden/edit/"))
        assert "Kept. Type a new one to replace it." in page.text
        assert 'autocomplete="new-password"' in page.text

    def test_an_empty_token_keeps_the_one_there_is(self, admin: User, connection: Connection) -> None:
        assert self.edit(admin, name="Renamed").status_code == 302
        connection.refresh_from_db()
        assert (connection.name, connection.secrets()) == ("Renamed", {"token": "plain-token-77"})

    def test_a_typed_token_replaces_it_and_only_that_is_recorded(self, admin: User, connection: Connection) -> None:
        self.edit(admin, token="plain-token-99")
        connection.refresh_from_db()
        assert connection.secrets() == {"token": "plain-token-99"}
        assert AuditRecord.objects.get().message == "New token kept."

    def test_the_slug_and_the_kind_stay(self, admin: User, connection: Connection) -> None:
        self.edit(admin, slug="other", kind="domains")
        connection.refresh_from_db()
        assert (connection.slug, connection.kind) == ("halden", "domo")

    def test_a_kept_token_is_never_sent_to_another_host(self, admin: User, connection: Connection) -> None:
        page = self.edit(admin, base_url="https://mallory.domo.com")
        assert page.status_code == 422
        assert "token" in page.context["form"].errors
        connection.refresh_from_db()
        assert connection.base_url == "https://halden.domo.com"
        assert self.edit(admin, base_url="https://mallory.domo.com", token="plain-token-99").status_code == 302

    def test_another_path_on_the_same_host_keeps_the_token(self, admin: User, connection: Connection) -> None:
        assert self.edit(admin, base_url="https://halden.domo.com/api").status_code == 302

    def test_one_of_two_secrets_can_be_replaced(self, admin: User) -> None:
        both = {"token": "plain-token-77", "api_key": "plain-key-88"}
        made = ConnectionFactory.create(kind="domains", slug="tree", secrets=both)
        fields = {**DOMO, "base_url": made.base_url, "token": "plain-token-99", "api_key": ""}
        checked(client_of(admin).post(f"{LIST}tree/edit/", fields))
        made.refresh_from_db()
        assert made.secrets() == {"token": "plain-token-99", "api_key": "plain-key-88"}

    def test_a_failed_form_does_not_rename_the_page(self, admin: User, connection: Connection) -> None:
        page = self.edit(admin, name="Typed only", environment="live")
        assert page.context["shown"].name == connection.name

    def test_secrets_sealed_with_a_lost_key_can_be_typed_anew(self, admin: User, settings: LazySettings) -> None:
        both = {"token": "plain-token-77", "api_key": "plain-key-88"}
        made = ConnectionFactory.create(kind="domains", slug="tree", secrets=both)
        settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        fields = {**DOMO, "base_url": made.base_url, "token": "plain-token-99", "api_key": ""}
        page = checked(client_of(admin).post(f"{LIST}tree/edit/", fields))
        assert page.status_code == 422
        assert "DOMOADMIN_ENCRYPTION_KEYS" in page.text
        fields["api_key"] = "plain-key-88"
        assert client_of(admin).post(f"{LIST}tree/edit/", fields).status_code == 302
        made.refresh_from_db()
        assert made.secrets()["token"] == "plain-token-99"


class TestDeleting:
    def test_a_test_connection_goes_after_one_confirmation(self, admin: User) -> None:
        made = ConnectionFactory.create()
        page = client_of(admin).get(f"{LIST}{made.slug}/delete/")
        assert "id_slug" not in page.text
        assert client_of(admin).post(f"{LIST}{made.slug}/delete/").headers["Location"] == LIST
        assert not Connection.objects.exists()
        assert AuditRecord.objects.get().operation == "connections.delete"

    def test_a_production_connection_wants_its_slug_typed(self, admin: User) -> None:
        ConnectionFactory.create(slug="live", environment="production")
        for typed in ("", "Live", "live-", "halden"):
            page = client_of(admin).post(f"{LIST}live/delete/", {"slug": typed})
            assert page.status_code == 422
            assert 'id="id_slug_error"' in page.text
        assert Connection.objects.count() == 1
        client_of(admin).post(f"{LIST}live/delete/", {"slug": "live"})
        assert not Connection.objects.exists()


class TestList:
    def test_it_shows_each_connection_with_environment_and_roles(self, admin: User) -> None:
        ConnectionFactory.create(name="Live one", environment="production", roles=["support", "admin"])
        page = client_of(admin).get(LIST)
        assert "Live one" in page.text
        assert "env-production" in page.text
        assert "support, admin" in page.text

    def test_without_any_it_says_what_to_do(self, admin: User) -> None:
        page = client_of(admin).get(LIST)
        assert "No connection yet" in page.text

    def test_hostile_names_are_escaped(self, admin: User) -> None:
        made = ConnectionFactory.create(name="<img src=x onerror=alert(1)>", environment="production")
        for address in (LIST, f"{LIST}{made.slug}/edit/", f"{LIST}{made.slug}/delete/"):
            assert "<img src=x" not in client_of(admin).get(address).text


class TestTesting:
    def test_htmx_gets_the_fragment_and_others_the_page(self, admin: User, upstream: ScriptedUpstream) -> None:
        upstream.script["/api/content/v2/users/me"] = (200, {"id": 27, "displayName": "Ines Duarte"})
        ConnectionFactory.create(slug="halden", base_url=upstream.url, secrets={"token": "plain-token-77"})
        fragment = checked(client_of(admin).post(f"{LIST}halden/test/", headers={"HX-Request": "true"}))
        assert "Ines Duarte" in fragment.text
        assert "<html" not in fragment.text
        assert fragment.headers["Cache-Control"] == "no-store"
        page = checked(client_of(admin).post(f"{LIST}halden/test/"))
        assert "Ines Duarte" in page.text
        assert "<html" in page.text

    def test_a_failure_shows_the_upstreams_words_and_its_request_id(
        self, admin: User, upstream: ScriptedUpstream
    ) -> None:
        said = {"status": 401, "message": "<b>Full authentication</b> is required", "toe": "TOE4711"}
        upstream.script["/api/content/v2/users/me"] = (401, said)
        ConnectionFactory.create(slug="halden", base_url=upstream.url, secrets={"token": "plain-token-77"})
        fragment = checked(client_of(admin).post(f"{LIST}halden/test/", headers={"HX-Request": "true"}))
        assert fragment.status_code == 200
        assert "TOE4711" in fragment.text
        assert "&lt;b&gt;Full authentication" in fragment.text
        assert "Type a new one" in fragment.text
