"""First page, home with its panels, settings, status, liveness."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from apps.connections.models import Connection
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|js:", re.I)


def test_without_a_connection_the_first_page_names_the_next_step() -> None:
    admin = client_with_role("admin").get("/").content.decode()
    assert "No connection yet" in admin
    assert reverse("connections:create") in admin
    viewer = client_with_role("viewer").get("/").content.decode()
    assert "An admin adds the first one" in viewer
    assert reverse("connections:create") not in viewer


def test_connections_of_others_are_not_called_missing(production: Connection) -> None:
    assert "No connection is open to your role" in client_with_role("viewer").get("/").content.decode()


def test_home_calls_no_upstream_and_places_panels_by_role(test_connection: Connection) -> None:
    address = reverse("shell:home", kwargs={"connection": "halden-test"})
    changes = reverse("shell:changes_panel", kwargs={"connection": "halden-test"})
    viewer = client_with_role("viewer").get(address).content.decode()
    admin = client_with_role("admin").get(address).content.decode()
    assert changes not in viewer
    assert f'hx-get="{changes}"' in admin
    assert 'aria-busy="true"' in viewer
    assert client_with_role("viewer").get(changes).status_code == 403


def test_a_panel_is_a_fragment_for_htmx_and_a_page_without(test_connection: Connection) -> None:
    client = client_with_role("viewer")
    address = reverse("shell:jobs_panel", kwargs={"connection": "halden-test"})
    fragment = client.get(address, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    page = client.get(address)
    assert fragment.content.decode().lstrip().startswith('<section class="card" id="panel-jobs"')
    assert "<h1" in page.content.decode()
    assert "No jobs yet" in fragment.content.decode()
    for response in (fragment, page):
        assert response.headers["Cache-Control"] == "no-store"
        assert "HX-Request-Type" in response.headers["Vary"]


def test_the_hub_lists_what_the_role_may_set(test_connection: Connection) -> None:
    viewer = client_with_role("viewer").get(reverse("shell:settings")).content.decode()
    admin = client_with_role("admin").get(reverse("shell:settings")).content.decode()
    assert "People and roles" in admin
    assert "People and roles" not in viewer
    assert "Preferences" in viewer


def test_the_status_page_is_for_admins_and_says_what_does_not_work(
    settings: LazySettings, test_connection: Connection
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    address = reverse("shell:status")
    assert client_with_role("support").get(address).status_code == 403
    html = client_with_role("admin").get(address).content.decode()
    assert "Redis does not answer: ConnectionError." in html
    assert "answers in" in html


def test_liveness_needs_no_sign_in_and_names_what_failed(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = Client().get("/health/")
    assert response.status_code == 503
    assert response.json() == {"healthy": False, "database": "ok", "redis": "failed"}
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["shell:settings", "shell:status", "jobs:list", "audit:list", "accounts:preferences"])
def test_pages_keep_the_strict_policy(name: str, test_connection: Connection) -> None:
    response = client_of(UserFactory.create(role="admin")).get(reverse(name))
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    found = INLINE.search(response.content.decode())
    assert found is None, response.content.decode()[found.start() - 60 : found.end() + 60]
