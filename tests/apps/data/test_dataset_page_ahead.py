"""A dataset's page begins its panels while its header is read: which calls it makes, what is late, what fails."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.conf import LazySettings

from apps.connections.models import Connection
from tests.apps.data.support import LIST, PARTIAL, calls, datasets, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

# The upstream calls of the page of a dataset that nobody looked at yet, all made at the same time. They may only
# change on purpose: a panel that is added belongs here, and `bench/pages.py` says what it costs.
CALLS_OF_THE_PAGE = {
    "activity_log.list": 1,
    "beast_modes.search": 1,
    "dataset_history.list_versions": 2,
    "datasets.get_latest_schema": 1,
    "datasets.get_metadata": 3,
    "datasets.get_schema": 2,
    "datasets.list_cards": 1,
    "datasets.list_partitions": 1,
    "datasets.list_permissions": 1,
    "datasets.query_export": 1,
    "datasets.search_partitions": 1,
    "streams.get": 1,
    "streams.history": 1,
}


@pytest.fixture(autouse=True)
def _patient(settings: LazySettings) -> None:
    settings.PAGE_LINGER_SECONDS = 30


def test_all_panels_come_with_the_page_and_its_calls_are_these(halden: Connection, sandbox: SandboxProcess) -> None:
    dataset = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"]
    sandbox.reset()
    text = text_of(client_with_role("admin").get(f"{LIST}{dataset}/"))
    assert calls(sandbox) == CALLS_OF_THE_PAGE
    assert "aria-busy" not in text
    for words in ("86 cards, 29 drill paths", "first 50 rows", "14 columns", "Nothing was changed on it from here yet"):
        assert words in text
    assert "panel-records" not in text_of(client_with_role("viewer").get(f"{LIST}{dataset}/"))


def test_a_panel_fails_alone(halden: Connection, sandbox: SandboxProcess) -> None:
    dataset = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"]
    sandbox.control(status_500=1.0, match="functions/search")
    text = text_of(client_with_role("viewer").get(f"{LIST}{dataset}/"))
    assert "Beast Modes could not be loaded" in text
    assert "Request id" in text
    assert "86 cards, 29 drill paths" in text


def test_without_its_header_there_is_no_page(halden: Connection) -> None:
    text = text_of(client_with_role("viewer").get(f"{LIST}4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e02/"), 404)
    assert "was not found" in text


def test_what_is_late_is_asked_for_by_the_browser_and_not_read_twice(
    other_hands: Connection, upstream: Upstream, settings: LazySettings
) -> None:
    settings.PAGE_LINGER_SECONDS = 0.01
    held = threading.Event()

    def script(asked: Asked) -> Told:
        if asked.path.startswith("/api/content/v1/datasources/d1/cards"):
            return Told(200, b'[{"id": 5, "title": "Late card"}]', {"Content-Type": "application/json"}, hold=held)
        return told({"id": "d1", "name": "Sales", "list": []})

    upstream.script(script)
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(f"{LIST}d1/"))
    assert "Late card" not in text
    url = re.findall(r'hx-get="([^"]*/begun/[^"]*/cards/)"', text)[0]
    held.set()
    # A token is for the person whose page it was: anybody else's panel is drawn by their own rights.
    assert "Late card" in text_of(viewer.get(url, headers=PARTIAL))
    assert len(_asked_for_cards(upstream)) == 1
    assert "Late card" in text_of(client_with_role("steward").get(url, headers=PARTIAL))
    assert len(_asked_for_cards(upstream)) == 2
    assert viewer.get(url.replace("/cards/", "/nothing/"), headers=PARTIAL).status_code == 404


def _asked_for_cards(upstream: Upstream) -> list[Any]:
    return [asked for asked in upstream.asked if asked.path.startswith("/api/content/v1/datasources/d1/cards")]
