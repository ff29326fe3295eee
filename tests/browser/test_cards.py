"""Cards and AI in real Chromium: by keyboard, both themes, both widths, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Environment
from tests.apps.connected import no_broker
from tests.apps.data.cards.support import LIST, renderable
from tests.apps.data.support import datasets
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

__all__ = ["no_broker"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(
    transactional_db: None, live_server: LiveServer, settings: LazySettings, sandbox: SandboxProcess, no_broker: None
) -> Iterator[str]:
    """The address of DomoAdmin with a connection to the sandbox and a steward called "steward"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="steward", role="steward")
    ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    yield live_server.url
    sandbox.reset()


def test_a_card_gets_a_title_and_a_booklet_its_order(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    cards = renderable(sandbox, 3)
    card, url = cards[0], f"{LIST}{cards[0]['databaseId']}/"
    with open_page(browser, address) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(url)
        expect(page.locator(".card-picture")).to_be_visible()
        assert_fit(page, "card")
        edit = page.get_by_role("link", name="Edit title")
        edit.focus()
        page.keyboard.press("Enter")
        title = page.get_by_role("textbox", name="Title")
        expect(title).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Save title and description")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("the same as before")).to_be_visible()
        title.fill("Jackets by region")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("heading", level=1, name="Jackets by region")).to_be_visible()
        found = "&".join(f"card={each['databaseId']}" for each in cards)
        page.goto(f"{LIST}booklet/?{found}")
        down = page.get_by_role("button", name="Move Jackets by region down")
        down.focus()
        page.keyboard.press("Enter")
        expect(page.locator("order-list li").nth(1)).to_contain_text("Jackets by region")
        expect(down).to_be_focused()
        page.get_by_role("checkbox", name=re.compile(re.escape(cards[2]["title"]))).last.uncheck()
        assert_fit(page, "booklet")
        page.get_by_role("button", name="Make the booklet").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("of 2 cards")
        expect(page.locator("#items tbody tr").nth(1)).to_contain_text("Jackets by region")
        assert card["databaseId"]


def test_cards_are_chosen_in_the_list(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{LIST}?certification=certified")
        assert_fit(page, "cards-list")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("x")
        page.get_by_role("button", name="Make a booklet").focus()
        page.keyboard.press("Enter")
        expect(page.locator("order-list li")).to_have_count(1)


def test_a_question_becomes_sql_in_the_editor(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    store = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"]
    with open_page(browser, address) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto("/c/halden/data/ai/summary/")
        page.get_by_role("button", name="Summarise").click()
        expect(page.get_by_text("Paste the text to summarise.")).to_be_visible()
        expect(page.get_by_role("textbox", name="Text")).to_be_focused()
        page.get_by_role("textbox", name="Text").fill("Jackets sold well in the north. Tents did not. Boots were late.")
        page.get_by_label("Style").select_option("BULLETED")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("domogpt-summarize")).to_be_visible()
        assert_fit(page, "ai-summary")
        page.goto(f"/c/halden/data/datasets/{store}/query/")
        settled(page)
        page.get_by_role("link", name="Ask in words").focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_label("Question").fill("How many rows by store?")
        page.keyboard.press("Control+Enter")
        page.get_by_role("button", name="Put it into the editor").click()
        expect(page.locator(".CodeMirror")).to_contain_text("GROUP BY store_id")
        assert "datasets.query_export" not in sandbox.stats()["received"], "nothing is run by itself"
        page.goto(f"/c/halden/data/ai/ask/?dataset={store}")
        page.get_by_label("Question").fill("What are my total sales by category?")
        page.get_by_role("button", name="Ask for SQL").click()
        expect(page.get_by_role("group", name="The SQL")).to_contain_text("GROUP BY category")
        assert_fit(page, "ai-ask")
