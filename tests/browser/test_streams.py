"""Streams and accounts in real Chromium: the board, a stream run and edited by keys, refusals; all four looks, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.data.streams.survey import look_at
from tests.apps.data.streams.support import BOARD, Streams
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def connection(transactional_db: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Connection]:
    """A connection to the sandbox, and a steward called "steward"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="steward", role="steward")
    yield ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    sandbox.reset()


def failing_stream(streams: Streams) -> dict[str, Any]:
    """Return a stream whose last run failed."""
    return next(each for each in streams.listed() if (each["lastExecution"] or {}).get("currentState") == "ERROR")


def test_every_page_is_fit_to_look_at(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    streams = Streams(sandbox, connection)
    failing = failing_stream(streams)
    some = [each["dataSource"]["id"] for each in streams.listed()[:12]]
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(BOARD)
        expect(page.get_by_text("Nobody has looked yet")).to_be_visible()
        look_at(connection, connection.client(), [failing["dataSource"]["id"], *some], lambda: None)
        page.goto(BOARD)
        assert_fit(page, "streams-board")
        page.goto(f"{BOARD}{failing['id']}/")
        expect(page.locator("chart-view svg").first).to_be_visible()
        assert_fit(page, "stream")
        page.goto(f"{BOARD}{failing['id']}/edit/")
        assert_fit(page, "stream-edit")
        page.goto("/c/halden/data/accounts/")
        assert_fit(page, "accounts")


def test_a_stream_is_edited_and_run_by_keys(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    streams = Streams(sandbox, connection)
    made = streams.create()
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{BOARD}{made['id']}/")
        page.get_by_role("link", name="Edit").press("Enter")
        page.get_by_label("Runs").select_option("weekly")
        expect(page.get_by_label("Monday")).to_be_visible()
        expect(page.get_by_label("Schedule as JSON")).to_be_hidden()
        page.get_by_label("Thursday").press("Space")
        page.get_by_role("button", name="Add a setting").press("Enter")
        page.keyboard.type("fetch_size")
        page.keyboard.press("Tab")
        page.keyboard.type("500")
        page.get_by_role("button", name="Review changes").press("Enter")
        expect(page.get_by_role("cell", name="500")).to_be_visible()
        assert_fit(page, "stream-review")
        page.get_by_role("button", name="Send 2 changes").press("Enter")
        expect(page.get_by_text("Weekly on Monday and Thursday at 04:13 (UTC)").first).to_be_visible()
        assert '"days": ["MON", "THU"]' in streams.get(made["id"])["advancedScheduleJson"]
        settled(page)
        page.get_by_role("link", name="Run now").press("Enter")
        page.get_by_role("button", name="Run now").press("Enter")
        expect(page.get_by_text(re.compile("Run 1 has started"))).to_be_visible()
        watch.expected = ("422",)
        page.get_by_role("link", name="Run now").press("Enter")
        page.get_by_role("button", name="Run now").press("Enter")
        # By then the first run may have ended on a slow machine: it is refused, or it is the second run.
        expect(page.get_by_text(re.compile("is still under way|Run 2 has started"))).to_be_visible()
        settled(page)
        assert streams.effects("streams.execute") <= 2
