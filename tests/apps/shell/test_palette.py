"""The palette finds what the person may open, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.urls import reverse

from apps.connections.models import Connection
from apps.core import palette
from apps.core.palette import PaletteAction, PaletteResult
from apps.shell.palette import matches
from domoadmin.services.errors import ServerFailed
from domoadmin.services.roles import Role
from tests.clients import client_with_role

pytestmark = pytest.mark.django_db

ASK = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    """Give each test the registries as they were, so that what it adds goes away again."""
    sources, actions = list(palette._sources), dict(palette._actions)
    palette._sources.clear()
    yield
    palette._sources[:] = sources
    palette._actions.clear()
    palette._actions.update(actions)


def labels(role: str, words: str, connection: str = "halden-test") -> list[str]:
    """Return the labels of the options that a person with this role gets."""
    client = client_with_role(role)
    found: list[str] = []
    for name in ("shell:palette", "shell:palette_upstream"):
        response = client.get(reverse(name), {"q": words, "connection": connection}, headers=ASK)
        assert response.status_code == 200
        found += re.findall(r'<span class="text-truncate">([^<]*)</span>', response.content.decode())
    return found


def test_pages_are_filtered_by_role(test_connection: Connection) -> None:
    assert "Audit trail" in labels("admin", "aud")
    assert "Audit trail" not in labels("steward", "aud")
    assert "Datasets" in labels("viewer", "datas")


def test_actions_are_filtered_by_role_and_kind(test_connection: Connection) -> None:
    palette.register_action(PaletteAction("Zigzag a wave", "arrows-exchange", "shell:home", Role.SUPPORT))
    palette.register_action(PaletteAction("Zigzag a graph", "school", "shell:home", kinds=("domoscio",)))
    assert labels("support", "zigzag") == ["Zigzag a wave"]
    assert labels("steward", "zigzag") == []


def test_a_connection_that_the_role_may_not_use_is_not_searched(production: Connection) -> None:
    asked: list[str] = []

    def source(request: HttpRequest, words: str) -> list[PaletteResult]:
        asked.append(words)
        return [PaletteResult("Datasets", "database", "Store sales daily", "/x/", "49,418,425 rows")]

    palette.register_source(source)
    assert "Store sales daily" not in labels("viewer", "store", "halden")
    assert asked == []
    assert "Store sales daily" in labels("steward", "store", "halden")


def test_a_source_that_fails_hides_nothing_else(test_connection: Connection) -> None:
    def broken(request: HttpRequest, words: str) -> list[PaletteResult]:
        raise ServerFailed("Bad gateway <b>", status=502)

    def sound(request: HttpRequest, words: str) -> list[PaletteResult]:
        return [PaletteResult("Cards", "chart-bar", "Sales", "/cards/1/")]

    palette.register_source(broken)
    palette.register_source(sound)
    address = reverse("shell:palette_upstream")
    query = {"q": "sales", "connection": "halden-test"}
    response = client_with_role("viewer").get(address, query, headers=ASK)
    html = response.content.decode()
    assert response.status_code == 200
    assert "Upstream search failed" in html
    assert "Bad gateway &lt;b&gt;" in html
    assert "/cards/1/" in html


def test_pages_do_not_wait_for_the_upstream(test_connection: Connection) -> None:
    def slow(request: HttpRequest, words: str) -> list[PaletteResult]:
        raise AssertionError("it was asked")

    palette.register_source(slow)
    address = reverse("shell:palette")
    response = client_with_role("viewer").get(address, {"q": "jobs", "connection": "halden-test"}, headers=ASK)
    assert reverse("jobs:list") in response.content.decode()
    assert reverse("shell:palette_upstream") in response.content.decode()


def test_nothing_typed_asks_no_upstream(test_connection: Connection) -> None:
    def source(request: HttpRequest, words: str) -> list[PaletteResult]:
        raise AssertionError("it was asked")

    palette.register_source(source)
    assert "History" in labels("viewer", "")


def test_options_have_ids_of_their_own(test_connection: Connection) -> None:
    response = client_with_role("admin").get(
        reverse("shell:palette"), {"q": "", "connection": "halden-test"}, headers=ASK
    )
    ids = re.findall(r'role="option"[^>]*id="([^"]*)"', response.content.decode())
    assert len(ids) > 3
    assert len(ids) == len(set(ids))
    assert response.headers["Cache-Control"] == "no-store"


def test_without_htmx_it_is_a_page(test_connection: Connection) -> None:
    html = client_with_role("viewer").get(reverse("shell:palette"), {"q": "no such thing"}).content.decode()
    assert "Nothing found" in html
    assert "<h1" in html


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("", "Jobs", True),
        ("jo", "Work Jobs", True),
        ("jobs work", "Work Jobs", True),
        ("obs", "Jobs", False),
        ("jobs x", "Work Jobs", False),
    ],
)
def test_each_word_typed_begins_a_word(words: str, text: str, found: bool) -> None:
    assert matches(words, text) is found
