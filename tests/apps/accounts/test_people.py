"""People and roles: who may open the pages, and that an admin always remains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.people import PersonRefused, save_person
from apps.accounts.signals import person_changed
from tests.clients import client_of, client_with_role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = {
    "username": "newcomer",
    "first_name": "Ines",
    "last_name": "Duarte",
    "email": "ines@halden.example",
    "role": "steward",
    "password": "first-password-2026",
}


@pytest.fixture
def admin() -> User:
    return UserFactory.create(role="admin", first_name="Ada", last_name="Winther")


@pytest.fixture
def announced() -> Iterator[list[dict[str, Any]]]:
    sent: list[dict[str, Any]] = []

    def receive(**facts: Any) -> None:
        sent.append(facts)

    person_changed.connect(receive)
    yield sent
    person_changed.disconnect(receive)


def addresses(person: User) -> list[tuple[str, str]]:
    return [
        ("get", "/settings/people/"),
        ("get", "/settings/people/add/"),
        ("post", "/settings/people/add/"),
        ("get", f"/settings/people/{person.pk}/"),
        ("post", f"/settings/people/{person.pk}/"),
        ("post", f"/settings/people/{person.pk}/active/"),
        ("post", f"/settings/people/{person.pk}/password/"),
    ]


@pytest.mark.parametrize("role", ["viewer", "steward", "support"])
def test_other_roles_are_refused_with_the_role_that_may(role: str) -> None:
    person = UserFactory.create()
    client = client_with_role(role)
    for method, address in addresses(person):
        answer = getattr(client, method)(address, {"active": "0", "role": "admin"})
        assert answer.status_code == 403, address
        assert "admin" in answer.text
    person.refresh_from_db()
    assert person.is_active
    assert person.role == "viewer"


def test_nobody_is_sent_to_the_sign_in() -> None:
    for method, address in addresses(UserFactory.create()):
        assert getattr(Client(), method)(address).headers["Location"].startswith("/sign-in/?next=")


def test_the_list_shows_everybody_and_finds_by_name(admin: User) -> None:
    UserFactory.create(username="jo", first_name="Jo", last_name="Zimmer", is_active=False)
    client = client_of(admin)
    page = client.get("/settings/people/")
    assert "Ada Winther" in page.text
    assert "Jo Zimmer" in page.text
    assert "Deactivated" in page.text
    found = client.get("/settings/people/?q=zimm")
    assert "Jo Zimmer" in found.text
    assert [person.username for person in found.context["page"]] == ["jo"]
    nothing = client.get("/settings/people/?q=%3Cscript%3E")
    assert "Nobody matches" in nothing.text
    assert "<script>" not in nothing.text


def test_the_list_is_paged_by_the_persons_page_size(admin: User) -> None:
    UserFactory.create_batch(26)
    page = client_of(admin).get("/settings/people/?page=2")
    assert len(page.context["page"]) == 2
    assert 'rel="prev"' in page.text


def test_adding_a_person(admin: User, announced: list[dict[str, Any]]) -> None:
    answer = client_of(admin).post("/settings/people/add/", NEW)
    assert answer.status_code == 302
    person = User.objects.get(username="newcomer")
    assert (person.role, person.first_name, person.is_active) == ("steward", "Ines", True)
    assert Client().post("/sign-in/", {"username": "newcomer", "password": NEW["password"]}).status_code == 302
    [facts] = announced
    assert (facts["operation"], facts["actor"], facts["after"]["role"]) == ("people.create", admin, "steward")
    assert NEW["password"] not in repr(facts)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": "TAKEN"}, "username"),
        ({"role": "owner"}, "role"),
        ({"email": "nowhere"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "newcomer-12"}, "password"),
    ],
)
def test_a_bad_new_person_is_refused_beside_the_field(admin: User, change: dict[str, str], field: str) -> None:
    UserFactory.create(username="taken")
    page = client_of(admin).post("/settings/people/add/", {**NEW, **change})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert f'id="id_{field}_error"' in page.text
    assert not User.objects.filter(username="newcomer").exists()
    assert NEW["password"] not in page.text


def test_changing_a_role_takes_effect_at_the_next_click(admin: User, announced: list[dict[str, Any]]) -> None:
    person = UserFactory.create(role="admin")
    theirs = client_of(person)
    assert theirs.get("/settings/people/").status_code == 200
    client_of(admin).post(
        f"/settings/people/{person.pk}/", {"username": person.username, "first_name": "Nora", "role": "viewer"}
    )
    assert theirs.get("/settings/people/").status_code == 403
    assert (announced[0]["before"]["role"], announced[0]["after"]["role"]) == ("admin", "viewer")


def test_saving_without_a_change_announces_nothing(admin: User, announced: list[dict[str, Any]]) -> None:
    save_person(admin, None)
    assert announced == []


def test_deactivating_signs_out_and_can_be_undone(admin: User) -> None:
    person = UserFactory.create()
    theirs = client_of(person)
    client_of(admin).post(f"/settings/people/{person.pk}/active/", {"active": "0"})
    assert theirs.get("/preferences/").status_code == 302
    assert Client().post("/sign-in/", {"username": person.username, "password": PASSWORD}).status_code == 422
    client_of(admin).post(f"/settings/people/{person.pk}/active/", {"active": "1"})
    assert Client().post("/sign-in/", {"username": person.username, "password": PASSWORD}).status_code == 302


def test_resetting_a_password_ends_that_persons_sessions(admin: User, announced: list[dict[str, Any]]) -> None:
    person = UserFactory.create()
    theirs = client_of(person)
    new = "battery-staple-2026"
    client_of(admin).post(f"/settings/people/{person.pk}/password/", {"new_password1": new, "new_password2": new})
    assert theirs.get("/preferences/").status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)
    assert [facts["operation"] for facts in announced] == ["people.reset_password"]
    assert new not in repr(announced)
    page = client_of(admin).post(
        f"/settings/people/{person.pk}/password/", {"new_password1": new, "new_password2": "x"}
    )
    assert page.status_code == 422
    assert new not in page.text


class TestLastAdmin:
    def test_an_admin_can_not_demote_or_deactivate_themself(self, admin: User) -> None:
        UserFactory.create(role="admin")
        client = client_of(admin)
        page = client.post(f"/settings/people/{admin.pk}/", {"username": admin.username, "role": "viewer"})
        assert page.status_code == 422
        assert "Ask another admin" in page.text
        assert client.post(f"/settings/people/{admin.pk}/active/", {"active": "0"}).status_code == 422
        admin.refresh_from_db()
        assert (admin.role, admin.is_active) == ("admin", True)

    def test_an_admin_can_change_their_own_name(self, admin: User) -> None:
        changes = {"username": admin.username, "first_name": "Adele", "last_name": "Winther", "role": "admin"}
        assert client_of(admin).post(f"/settings/people/{admin.pk}/", changes).status_code == 302
        admin.refresh_from_db()
        assert admin.first_name == "Adele"

    @pytest.mark.parametrize("change", [{"role": "steward"}, {"is_active": False}])
    def test_the_last_active_admin_stays(self, admin: User, change: dict[str, Any]) -> None:
        UserFactory.create(role="admin", is_active=False)
        for name, value in change.items():
            setattr(admin, name, value)
        with pytest.raises(PersonRefused, match="Ada Winther is the last active admin"):
            save_person(admin, None)
        admin.refresh_from_db()
        assert (admin.role, admin.is_active) == ("admin", True)

    def test_with_a_second_admin_the_first_can_go(self, admin: User) -> None:
        other = UserFactory.create(role="admin")
        admin.role = "viewer"
        save_person(admin, other)
        admin.refresh_from_db()
        assert admin.role == "viewer"


def test_hostile_names_are_escaped(admin: User) -> None:
    person = UserFactory.create(first_name="<img src=x onerror=alert(1)>", last_name="")
    client = client_of(admin)
    for address in ("/settings/people/", f"/settings/people/{person.pk}/"):
        assert "<img src=x" not in client.get(address).text


def test_a_superuser_made_on_the_command_line_is_an_admin() -> None:
    assert User.objects.create_superuser("root", password=PASSWORD).role == "admin"
