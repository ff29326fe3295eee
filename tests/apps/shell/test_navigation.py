"""What the frame of a page offers: areas by role and kind, connections, badge, jumps."""

from __future__ import annotations

import re

import pytest
from django.test import RequestFactory
from django.urls import reverse

from apps.connections.models import Connection
from apps.core.navigation import navigation_for
from apps.shell.context_processors import Shell
from tests.clients import client_of, client_with_role
from tests.factories import ConnectionFactory, UserFactory

pytestmark = pytest.mark.django_db


def links_of(html: str, label: str) -> list[str]:
    """Return the addresses of the links inside the navigation landmark with that label."""
    landmark = re.search(rf'<nav[^>]*aria-label="{label}">(.*?)</nav>', html, re.S)
    assert landmark, f"there is no navigation “{label}”"
    return re.findall(r'href="([^"]*)"', landmark[1])


@pytest.mark.parametrize(
    ("role", "audit"), [("viewer", False), ("steward", False), ("support", False), ("admin", True)]
)
def test_what_the_role_may_not_open_is_not_listed(role: str, audit: bool, test_connection: Connection) -> None:
    html = client_with_role(role).get(reverse("shell:settings")).content.decode()
    links = links_of(html, "Areas")
    assert reverse("jobs:list") in links
    assert (reverse("audit:list") in links) is audit
    assert (reverse("connections:list") in links) is audit
    assert reverse("data:datasets_list", kwargs={"connection": "halden-test"}) in links


def test_each_listed_page_opens(test_connection: Connection) -> None:
    for role in ("viewer", "steward", "support", "admin"):
        client = client_with_role(role)
        for link in links_of(client.get(reverse("shell:settings")).content.decode(), "Areas"):
            # Pages of data ask an upstream that is not there: their error page is an answer too.
            assert client.get(link, follow=True).status_code not in (403, 404, 500), (role, link)


def test_another_kind_of_connection_has_no_areas_of_domo() -> None:
    person = UserFactory.create(role="admin")
    areas = navigation_for(person, "domoscio", "school", "/")
    assert [area.area.key for area in areas if not area.area.work] == []


def test_without_a_connection_only_work_is_left() -> None:
    person = UserFactory.create()
    assert {area.area.work for area in navigation_for(person, None, None, "/")} == {True}


@pytest.mark.parametrize(
    ("name", "page"), [("data:dataset_query", "Query"), ("data:dataset_show", "Datasets"), ("data:query", "Query")]
)
def test_a_page_is_marked_where_it_belongs(name: str, page: str) -> None:
    person = UserFactory.create(role="steward")
    arguments = ["halden"] if name == "data:query" else ["halden", "7c1d"]
    data = next(
        area
        for area in navigation_for(person, "domo", "halden", reverse(name, args=arguments))
        if area.area.key == "data"
    )
    assert [link.label for link in data.pages if link.current] == [page]


def test_of_two_matching_pages_the_deeper_is_current() -> None:
    person = UserFactory.create(role="admin")
    settings = next(
        area for area in navigation_for(person, None, None, reverse("shell:status")) if area.area.key == "settings"
    )
    assert [link.label for link in settings.pages if link.current] == ["Status"]


def test_the_switcher_offers_what_the_role_may_use_and_keeps_the_page(
    test_connection: Connection, production: Connection
) -> None:
    steward = UserFactory.create(role="steward")
    request = RequestFactory().get(reverse("data:datasets_list", kwargs={"connection": "halden-test"}))
    request.user = steward
    request.session = {}  # type: ignore[assignment]
    request.connection = test_connection  # type: ignore[attr-defined]
    shell = Shell(request)
    assert [(item.slug, url, current) for item, url, current in shell.switches] == [
        ("halden", reverse("data:datasets_list", kwargs={"connection": "halden"}), False),
        ("halden-test", reverse("data:datasets_list", kwargs={"connection": "halden-test"}), True),
    ]
    request.user = UserFactory.create(role="viewer")
    assert [item.slug for item, _url, _current in Shell(request).switches] == ["halden-test"]


def test_a_connection_of_another_kind_is_switched_to_its_home(test_connection: Connection) -> None:
    ConnectionFactory.create(kind="domoscio", name="School", slug="school")
    request = RequestFactory().get(reverse("data:datasets_list", kwargs={"connection": "halden-test"}))
    request.user = UserFactory.create()
    request.session = {}  # type: ignore[assignment]
    request.connection = test_connection  # type: ignore[attr-defined]
    addresses = {item.slug: url for item, url, _current in Shell(request).switches}
    assert addresses["school"] == reverse("shell:home", kwargs={"connection": "school"})


def test_every_page_shows_the_environment(production: Connection) -> None:
    client = client_with_role("steward")
    html = client.get(reverse("shell:home", kwargs={"connection": "halden"})).content.decode()
    assert 'class="badge badge-env env-production">Production<' in html
    assert re.search(r'<body class="[^"]*env-production', html)


def test_the_last_used_connection_is_remembered(test_connection: Connection, production: Connection) -> None:
    client = client_of(UserFactory.create(role="steward"))
    assert client.get("/").headers["Location"] == reverse("shell:home", kwargs={"connection": "halden"})
    client.get(reverse("shell:home", kwargs={"connection": "halden-test"}))
    assert client.get("/").headers["Location"] == reverse("shell:home", kwargs={"connection": "halden-test"})
    assert "env-test" in client.get(reverse("shell:settings")).content.decode()


def test_single_keys_can_be_switched_off(test_connection: Connection) -> None:
    on = client_of(UserFactory.create()).get(reverse("shell:settings")).content.decode()
    off = client_of(UserFactory.create(shortcuts=False)).get(reverse("shell:settings")).content.decode()
    assert re.search(r"<body [^>]*data-shortcuts", on)
    assert not re.search(r"<body [^>]*data-shortcuts", off)
    assert 'data-jump="j"' in on


def test_the_theme_is_written_by_the_server(test_connection: Connection) -> None:
    dark = client_of(UserFactory.create(theme="dark")).get(reverse("shell:settings")).content.decode()
    auto = client_of(UserFactory.create(theme="auto")).get(reverse("shell:settings")).content.decode()
    assert '<html lang="en" data-bs-theme="dark">' in dark
    assert '<html lang="en">' in auto
