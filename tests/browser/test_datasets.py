"""Datasets in real Chromium: the list and its filters, a dataset's panels, a query; both themes, both widths, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, Error, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Environment
from tests.apps.data.support import datasets
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/c/halden/data/datasets/"


@pytest.fixture
def address(
    transactional_db: None, live_server: LiveServer, settings: LazySettings, sandbox: SandboxProcess
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


def shown(page: Page) -> list[str]:
    """Return the names in the list."""
    return page.locator("td.cell-name a").all_inner_texts()


def test_every_page_is_fit_to_look_at(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    store = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"]
    with open_page(browser, address) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{LIST}?tag=core&sort=-cards")
        assert_fit(page, "datasets-list")
        page.get_by_role("button", name="Filter").click()
        assert_fit(page, "datasets-filter")
        page.goto(f"{LIST}?q=zzzz&tag=core")
        assert_fit(page, "datasets-nothing")
        watch.expected = ("404", "502")
        page.goto(f"{LIST}{store}/")
        assert_fit(page, "dataset")
        page.goto("/c/halden/data/query/?q=store")
        assert_fit(page, "query-choose")
        page.goto("/c/halden/")
        assert_fit(page, "home")
        sandbox.control(token_mode="expired")
        page.goto(LIST)
        assert_fit(page, "datasets-error")


def test_filters_work_without_leaving_the_page(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    every = datasets(sandbox)
    name = every[0]["ownedByName"]
    with open_page(browser, address) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(LIST)
        page.keyboard.press("/")
        page.keyboard.type("sales")
        expect(page).to_have_url(re.compile("q=sales"))
        expect(page.get_by_text("visible to this token match")).to_be_visible()
        assert shown(page)
        assert all("sales" in each.lower() for each in shown(page))
        page.get_by_role("button", name="Filter").click()
        page.get_by_role("combobox", name="Owner").press_sequentially(name[:4])
        expect(page.locator("#owner-options option").first).to_be_attached()
        option = page.locator("#owner-options option").first.get_attribute("value")
        assert option is not None
        page.get_by_role("combobox", name="Owner").fill(option)
        page.get_by_role("button", name="Apply").click()
        expect(page.get_by_role("link", name=re.compile("Remove filter Owner"))).to_be_visible()
        page.get_by_role("link", name=re.compile("Remove filter Owner")).click()
        expect(page.get_by_role("link", name=re.compile("Remove filter Owner"))).to_have_count(0)
        page.get_by_role("link", name="Clear", exact=True).first.click()
        # "3 of 327 datasets visible to this token match" would do for the words alone: the old list has them too.
        expect(page).to_have_url(re.compile(f"{LIST}$"))
        expect(page.get_by_text(f"{len(every):,} datasets visible to this token")).to_be_visible()
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("]")
        expect(page).to_have_url(re.compile("page=2"))
        settled(page)
        page.go_back()
        expect(page.locator("[aria-current=page]").filter(has_text="1")).to_be_visible()


def test_the_last_of_two_requests_wins(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(LIST)
        settled(page)
        page.route("**/datasets/?sort=*", lambda route: None)  # asked and not answered yet
        with page.expect_request(re.compile("sort=")):
            page.get_by_role("link", name="Rows", exact=True).click()
        # Answered late, it would take away the list for which the second page was asked, and that page with it.
        with page.expect_event("requestfailed", lambda request: "sort=" in request.url):
            page.keyboard.press("]")
        expect(page).to_have_url(re.compile("page=2"))
        settled(page)
        expect(page.locator("[aria-current=page]").filter(has_text="2")).to_be_visible()


def test_an_answer_takes_no_typed_letter_away(browser: Browser, address: str) -> None:
    held: list[Route] = []
    with open_page(browser, address) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(LIST)
        settled(page)
        page.route("**/datasets/?q=sal", lambda route: held.append(route))
        with page.expect_request(re.compile("q=sal$")):
            page.get_by_role("searchbox").press_sequentially("sal")
        page.get_by_role("searchbox").press_sequentially("es")
        # On a busy machine the next question may have gone out already, and this one been given up for it.
        with suppress(Error):
            held[0].continue_()
        expect(page).to_have_url(re.compile("q=sales$"))
        expect(page.get_by_role("searchbox")).to_have_value("sales")
