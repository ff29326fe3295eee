"""A person's own preferences: theme, zone, rows, keys and password."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.middleware import PersonTimeZoneMiddleware
from apps.accounts.models import User
from apps.accounts.zones import time_zone_choices, time_zone_names
from domoadmin.services.roles import Role, allows
from tests.clients import client_of
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
GOOD = {"theme": "dark", "time_zone": "Europe/Oslo", "page_size": "100"}


def test_saving_keeps_every_choice() -> None:
    person = UserFactory.create()
    client = client_of(person)
    assert client.post("/preferences/", GOOD).headers["Location"] == "/preferences/"
    person.refresh_from_db()
    assert (person.theme, person.time_zone, person.page_size, person.shortcuts) == ("dark", "Europe/Oslo", 100, False)
    client.post("/preferences/", {**GOOD, "shortcuts": "on"})
    person.refresh_from_db()
    assert person.shortcuts is True
    assert 'data-bs-theme="dark"' in client.get("/preferences/").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("theme", "neon"), ("time_zone", "Mars/Base"), ("time_zone", "../etc/passwd"), ("page_size", "9")],
)
def test_a_wrong_value_is_refused_beside_its_field(field: str, value: str) -> None:
    person = UserFactory.create()
    page = client_of(person).post("/preferences/", {**GOOD, field: value})
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {field}
    assert f'id="id_{field}_error"' in page.text
    person.refresh_from_db()
    assert person.theme == "auto"


def test_nobody_can_change_their_role_here() -> None:
    person = UserFactory.create()
    client_of(person).post("/preferences/", {**GOOD, "role": "admin", "is_superuser": "on", "username": "root"})
    person.refresh_from_db()
    assert (person.role, person.is_superuser, person.username != "root") == ("viewer", False, True)


def test_the_theme_is_set_from_the_top_bar() -> None:
    person = UserFactory.create()
    client = client_of(person)
    answer = client.post("/preferences/theme/", {"theme": "light"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Trigger"] == '{"theme": {"theme": "light"}}'
    back = client.post("/preferences/theme/", {"theme": "dark", "next": "/settings/people/?q=a"})
    assert back.headers["Location"] == "/settings/people/?q=a"
    away = client.post("/preferences/theme/", {"theme": "dark", "next": "//evil.net"})
    assert away.headers["Location"] == "/preferences/"
    assert client.post("/preferences/theme/", {"theme": "neon"}).status_code == 422
    assert client.get("/preferences/theme/").status_code == 405
    person.refresh_from_db()
    assert person.theme == "dark"


def test_changing_the_password_ends_other_sessions_but_not_this_one() -> None:
    person = UserFactory.create()
    here, elsewhere = client_of(person), client_of(person)
    new = "battery-staple-2026"
    answer = here.post("/preferences/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert answer.status_code == 302
    assert here.get("/preferences/").status_code == 200
    assert elsewhere.get("/preferences/").status_code == 302
    assert Client().post("/sign-in/", {"username": person.username, "password": new}).status_code == 302


@pytest.mark.parametrize(
    ("old", "first", "second", "field"),
    [
        ("wrong", "battery-staple-2026", "battery-staple-2026", "old_password"),
        (PASSWORD, "battery-staple-2026", "battery-staple-2027", "new_password2"),
        (PASSWORD, "short", "short", "new_password2"),
        (PASSWORD, "1234567890", "1234567890", "new_password2"),
    ],
)
def test_a_bad_new_password_is_refused_and_never_shown(old: str, first: str, second: str, field: str) -> None:
    person = UserFactory.create()
    page = client_of(person).post(
        "/preferences/password/", {"old_password": old, "new_password1": first, "new_password2": second}
    )
    assert page.status_code == 422
    assert field in page.context["password_form"].errors
    assert "battery-staple" not in page.text
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_times_are_shown_in_the_persons_zone() -> None:
    person = UserFactory.create(time_zone="America/New_York")
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
        seen.append(Template("{{ noon|date:'H:i' }}").render(Context({"noon": noon})))
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = person
    PersonTimeZoneMiddleware(view)(request)
    assert seen == ["08:00"]
    assert Template("{{ noon|date:'H:i' }}").render(Context({"noon": datetime(2026, 7, 1, 12, tzinfo=UTC)})) == "12:00"


def test_a_zone_that_the_system_lost_falls_back_to_the_installations() -> None:
    assert User(time_zone="Atlantis/Old_Town").zone == ZoneInfo("UTC")


def test_every_offered_zone_exists() -> None:
    offered = {value for _, group in time_zone_choices() for value, _ in group}
    assert {"UTC", "Europe/Oslo", "America/Argentina/Ushuaia"} <= offered <= time_zone_names()


@pytest.mark.parametrize(
    ("first", "last", "username", "initials"),
    [
        ("Maya", "Lind", "m", "ML"),
        ("Ana Maria", "de Souza", "m", "AS"),
        ("", "", "ops.team", "OT"),
        ("", "", "x", "X"),
        ("Åse", "", "m", "Å"),
        ("", "", "...", "?"),
    ],
)
def test_initials(first: str, last: str, username: str, initials: str) -> None:
    assert User(first_name=first, last_name=last, username=username).initials == initials


@given(held=st.sampled_from(Role), least=st.sampled_from(Role))
def test_a_person_may_what_the_role_may_and_nothing_when_deactivated(held: Role, least: Role) -> None:
    assert User(role=held.value).may(least) == allows(held, least)
    assert not User(role=held.value, is_active=False).may(least)
