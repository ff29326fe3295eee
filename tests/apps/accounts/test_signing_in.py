"""Sign-in, sign-out and the throttle, as a browser sees them."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts.demo import demo_sign_ins
from tests.clients import client_of
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def sign_in(client: Client, name: str, password: str, **more: Any) -> Any:
    return client.post(SIGN_IN, {"username": name, "password": password}, **more)


def test_the_page_is_public_and_shows_the_demo_accounts() -> None:
    page = Client().get(SIGN_IN)
    assert page.status_code == 200
    for name, password, role in demo_sign_ins():
        assert name in page.text
        assert password in page.text
        assert role in page.text


def test_production_shows_no_demo_accounts(settings: LazySettings) -> None:
    settings.EMBEDDED = False
    page = Client().get(SIGN_IN)
    assert "demo-2026" not in page.text
    assert "Demo accounts" not in page.text


def test_signing_in_leads_to_the_page_that_was_asked_for() -> None:
    person = UserFactory.create()
    client = Client()
    asked = client.get("/preferences/")
    assert asked.status_code == 302
    assert asked.headers["Location"] == f"{SIGN_IN}?next=/preferences/"
    answer = client.post(
        asked.headers["Location"], {"username": person.username, "password": PASSWORD, "next": "/preferences/"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/preferences/")
    assert client.get("/preferences/").status_code == 200


def test_it_never_leads_to_another_site() -> None:
    person = UserFactory.create()
    answer = Client().post(SIGN_IN, {"username": person.username, "password": PASSWORD, "next": "https://evil.net/"})
    assert answer.headers["Location"] == reverse("shell:start")


def test_a_wrong_password_an_unknown_name_and_a_deactivated_person_get_the_same_answer() -> None:
    UserFactory.create(username="known")
    UserFactory.create(username="gone", is_active=False)
    texts = set()
    for name, password in (("known", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)):
        page = sign_in(Client(), name, password)
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert password not in page.text
        texts.add(" ".join(page.context["form"].non_field_errors()))
    assert len(texts) == 1


def test_an_empty_form_says_what_is_missing_beside_each_field() -> None:
    page = sign_in(Client(), "", "")
    assert page.status_code == 422
    assert page.text.count('aria-invalid="true"') == 2
    assert 'aria-describedby="id_username_error"' in page.text


def test_somebody_signed_in_is_sent_on() -> None:
    answer = client_of(UserFactory.create()).get(SIGN_IN)
    assert answer.status_code == 302


def test_a_part_of_a_page_whose_session_ended_sends_the_whole_page_to_the_sign_in() -> None:
    answer = Client().get(
        f"{SIGN_IN}?next=/jobs/tray/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/preferences/?tab=1"},
    )
    assert answer.headers["HX-Redirect"] == f"{SIGN_IN}?next=http%3A%2F%2Ftestserver%2Fpreferences%2F%3Ftab%3D1"


def test_signing_out_takes_a_post() -> None:
    client = client_of(UserFactory.create())
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == SIGN_IN
    assert client.get("/preferences/").status_code == 302


def test_forms_need_their_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(SIGN_IN, {"username": "x", "password": "y"}).status_code == 403


class TestThrottle:
    @pytest.fixture(autouse=True)
    def few_tries(self, settings: LazySettings) -> None:
        settings.AXES_FAILURE_LIMIT = 3
        settings.AXES_COOLOFF_TIME = timedelta(minutes=15)

    def lock(self, name: str, address: str = "192.0.2.7") -> Any:
        answers = [sign_in(Client(REMOTE_ADDR=address), name, f"wrong-{n}") for n in range(3)]
        assert [answer.status_code for answer in answers[:2]] == [422, 422]
        return answers[2]

    def test_after_too_many_tries_the_right_password_waits_too(self) -> None:
        person = UserFactory.create()
        locked = self.lock(person.username)
        right = sign_in(Client(REMOTE_ADDR="192.0.2.7"), person.username, PASSWORD)
        for answer in (locked, right):
            assert answer.status_code == 429
            assert answer.headers["Retry-After"] == "900"
            assert "15 minutes" in answer.text
            assert answer.headers["Content-Type"].startswith("text/html")
            assert PASSWORD not in answer.text

    def test_others_are_not_locked_out(self) -> None:
        person, other = UserFactory.create(), UserFactory.create()
        self.lock(person.username)
        assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), other.username, PASSWORD).status_code == 302
        assert sign_in(Client(REMOTE_ADDR="198.51.100.4"), person.username, PASSWORD).status_code == 302

    def test_it_opens_again_when_the_wait_is_over(self) -> None:
        person = UserFactory.create()
        self.lock(person.username)
        attempt = AccessAttempt.objects.get(username=person.username)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=attempt.attempt_time - timedelta(minutes=16))
        assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), person.username, PASSWORD).status_code == 302

    def test_signing_in_forgets_the_failures(self) -> None:
        person = UserFactory.create()
        for _ in range(2):
            for _ in range(2):
                assert sign_in(Client(), person.username, "wrong").status_code == 422
            assert sign_in(Client(), person.username, PASSWORD).status_code == 302

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "counted"),
        [
            (0, "203.0.113.9", "192.0.2.7"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
            (2, "198.51.100.66, 203.0.113.9, 192.0.2.200", "203.0.113.9"),
            (2, "203.0.113.9", "192.0.2.7"),
            (1, "2001:DB8::7", "2001:db8::7"),
            (1, "unknown", "192.0.2.7"),
            (1, "", "192.0.2.7"),
        ],
    )
    def test_forwarded_addresses_are_believed_from_our_own_proxies_only(
        self, settings: LazySettings, proxies: int, forwarded: str, counted: str
    ) -> None:
        settings.PROXY_COUNT = proxies
        person = UserFactory.create()
        sign_in(Client(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=forwarded), person.username, "wrong")
        assert AccessAttempt.objects.get().ip_address == counted

    def test_a_client_that_writes_another_address_each_time_is_locked_out_all_the_same(
        self, settings: LazySettings
    ) -> None:
        settings.PROXY_COUNT = 1
        person = UserFactory.create()
        answers = [
            sign_in(
                Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.9"),
                person.username,
                "wrong",
            ).status_code
            for n in range(3)
        ]
        assert answers == [422, 422, 429]


@pytest.mark.django_db(transaction=True)
def test_no_password_is_kept_in_the_database_or_the_log(caplog: pytest.LogCaptureFixture) -> None:
    person = UserFactory.create()
    caplog.set_level(logging.DEBUG)
    sign_in(Client(), person.username, "typed-by-mistake-77")
    sign_in(Client(), person.username, PASSWORD)
    assert "typed-by-mistake-77" not in caplog.text
    assert PASSWORD not in caplog.text
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            content = repr(cursor.fetchall())
            assert "typed-by-mistake-77" not in content, table
            assert PASSWORD not in content, table


def test_templates_hold_no_inline_script_or_style() -> None:
    for path in Path("templates/accounts").glob("*.html"):
        text = path.read_text()
        assert "<script" not in text, path
        assert "style=" not in text, path
        assert "onclick" not in text, path
