"""Who may use which connection: the decorator that stands before every page of an upstream."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view, connections_of
from apps.connections.models import Connection, check_roles
from apps.core.access import RoleRequired
from domoadmin.services.roles import Role
from tests.factories import ConnectionFactory, UserFactory

pytestmark = pytest.mark.django_db


@connection_view(Role.STEWARD)
def steward_page(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    assert request.connection == connection
    return HttpResponse(f"{connection.slug} {dataset_id}")


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user
    request.session = SessionStore()
    return request


def test_the_view_gets_the_connection_and_the_rest_of_its_address() -> None:
    connection = ConnectionFactory.create()
    steward = UserFactory.create(role="steward")
    answer = steward_page(request_of(steward), connection=connection.slug, dataset_id="d-1")
    assert answer.content.decode() == f"{connection.slug} d-1"


@pytest.mark.parametrize(
    ("role", "roles"), [("viewer", [Role.STEWARD, Role.ADMIN]), ("support", [Role.STEWARD, Role.ADMIN])]
)
def test_a_lower_role_is_refused_with_the_roles_that_may(role: str, roles: list[Role]) -> None:
    connection = ConnectionFactory.create()
    with pytest.raises(RoleRequired) as raised:
        steward_page(request_of(UserFactory.create(role=role)), connection=connection.slug, dataset_id="d-1")
    assert list(raised.value.roles) == roles


def test_a_connection_of_other_roles_is_refused_with_its_name_and_its_roles() -> None:
    connection = ConnectionFactory.create(name="Halden Outdoor", roles=["support"])
    with pytest.raises(RoleRequired, match="support and admin may use the connection Halden Outdoor") as raised:
        steward_page(request_of(UserFactory.create(role="steward")), connection=connection.slug, dataset_id="d-1")
    assert list(raised.value.roles) == [Role.SUPPORT, Role.ADMIN]


def test_an_admin_may_use_every_connection() -> None:
    connection = ConnectionFactory.create(roles=["viewer"])
    admin = UserFactory.create(role="admin")
    assert steward_page(request_of(admin), connection=connection.slug, dataset_id="d").status_code == 200


def test_a_wrong_slug_is_not_found() -> None:
    with pytest.raises(Http404, match="no-such"):
        steward_page(request_of(UserFactory.create(role="steward")), connection="no-such", dataset_id="d-1")


def test_a_connection_of_another_kind_has_no_such_page() -> None:
    connection = ConnectionFactory.create(kind="domoscio")
    with pytest.raises(Http404, match="Domoscio"):
        steward_page(request_of(UserFactory.create(role="steward")), connection=connection.slug, dataset_id="d-1")


def test_a_deactivated_person_may_nothing() -> None:
    connection = ConnectionFactory.create()
    with pytest.raises(RoleRequired):
        steward_page(
            request_of(UserFactory.create(role="admin", is_active=False)), connection=connection.slug, dataset_id="d"
        )


def test_the_switcher_lists_only_what_the_role_may_use() -> None:
    everyone = ConnectionFactory.create(name="a")
    stewards = ConnectionFactory.create(name="b", roles=["steward", "admin"])
    viewers = ConnectionFactory.create(name="c", roles=["viewer"])
    assert connections_of(UserFactory.create(role="viewer")) == [everyone, viewers]
    assert connections_of(UserFactory.create(role="steward")) == [everyone, stewards]
    assert connections_of(UserFactory.create(role="support")) == [everyone]
    assert connections_of(UserFactory.create(role="admin")) == [everyone, stewards, viewers]


@given(role=st.sampled_from(Role), roles=st.lists(st.sampled_from(Role), unique=True))
def test_permitted_roles_and_the_check_agree(role: Role, roles: list[Role]) -> None:
    connection = Connection(roles=[name.value for name in roles])
    check_roles(connection.roles)
    assert connection.may_be_used_by(User(role=role.value)) == (role in connection.permitted_roles)
    assert Role.ADMIN in connection.permitted_roles


@pytest.mark.parametrize("roles", [["owner"], ["viewer", "viewer"], "viewer", {"viewer": 1}, [["viewer"]], None])
def test_a_strange_list_of_roles_is_refused(roles: object) -> None:
    with pytest.raises(ValidationError):
        check_roles(roles)


def test_nothing_of_a_connection_shows_its_secrets() -> None:
    connection = ConnectionFactory.create(secrets={"token": "plain-token-77"})
    assert "plain-token-77" not in f"{connection!r} {connection} {vars(connection)} {connection.client()!r}"
    assert "plain-token-77" not in repr(connection.client().settings)
