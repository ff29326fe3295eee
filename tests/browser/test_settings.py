"""Sign-in, preferences, people and connections in real Chromium: both themes, both widths, axe, also with errors."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.connections.models import Kind
from tests.browser.support import assert_fit, open_page, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONNECTIONS = "/settings/connections/"
PEOPLE = "/settings/people/"


@pytest.fixture
def admin(transactional_db: None) -> User:
    """An admin called "admin", who is not alone."""
    cache.clear()
    UserFactory.create(first_name="Oskar", last_name="Weber", is_active=False)
    return UserFactory.create(username="admin", role="admin", first_name="Ada", last_name="Winther")


def test_signing_in_fails_and_locks_legibly(
    browser: Browser, live_server: LiveServer, admin: User, settings: LazySettings
) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    settings.AXES_COOLOFF_TIME = timedelta(minutes=15)
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422", "429")
        page.goto("/sign-in/")
        for name in ("refused", "locked"):
            page.get_by_label("Name", exact=False).first.fill("admin")
            page.get_by_label("Password", exact=False).first.fill("wrong")
            page.get_by_role("button", name="Sign in").click()
            expect(
                page.get_by_text("15 minutes") if name == "locked" else page.locator("#sign-in-error")
            ).to_be_visible()
            assert_fit(page, f"sign-in-{name}")


def test_people_and_preferences_are_fit_to_look_at(browser: Browser, live_server: LiveServer, admin: User) -> None:
    other = User.objects.exclude(pk=admin.pk).get()
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "admin", PASSWORD)
        for name, url in {
            "people": PEOPLE,
            "people-nobody": f"{PEOPLE}?q=zzzz",
            "person": f"{PEOPLE}{other.pk}/",
            "person-own": f"{PEOPLE}{admin.pk}/",
            "preferences": "/preferences/",
        }.items():
            page.goto(url)
            assert_fit(page, f"accounts-{name}")
        page.get_by_role("button", name="Change password").click()
        expect(page.locator("[aria-invalid=true]").first).to_be_focused()
        assert_fit(page, "accounts-password-refused")
        page.goto(f"{PEOPLE}add/")
        page.get_by_role("button", name="Add this person").click()
        expect(page.locator("[aria-invalid=true]").first).to_be_focused()
        assert_fit(page, "accounts-person-refused")


def test_connections_are_fit_to_look_at(
    browser: Browser, live_server: LiveServer, admin: User, sandbox: SandboxProcess, settings: LazySettings
) -> None:
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    sandbox.reset()
    halden = {"slug": "halden", "base_url": sandbox.url, "secrets": {"token": sandbox.token}}
    ConnectionFactory.create(name="Halden Outdoor", environment="production", **halden)
    ConnectionFactory.create(name="Halden refused", slug="refused", base_url="https://127.0.0.1:9")
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "admin", PASSWORD)
        page.goto(CONNECTIONS)
        assert_fit(page, "connections-list")
        for slug, said in (("halden", "ms"), ("refused", "Nothing was sent")):
            page.goto(f"{CONNECTIONS}{slug}/edit/")
            page.get_by_role("button", name="Test connection").click()
            expect(page.locator(f"#probe-{slug}")).to_contain_text(said)
            assert_fit(page, f"connections-tested-{slug}")
        page.goto(f"{CONNECTIONS}halden/delete/")
        page.get_by_role("button", name="Delete Halden Outdoor").click()
        expect(page.locator("[aria-invalid=true]")).to_be_focused()
        assert_fit(page, "connections-delete-refused")
        for kind in Kind.values:
            page.goto(f"{CONNECTIONS}add/?kind={kind}")
            page.get_by_role("button", name="Add this connection").click()
            expect(page.locator("[aria-invalid=true]").first).to_be_focused()
            assert_fit(page, f"connections-add-{kind}")
