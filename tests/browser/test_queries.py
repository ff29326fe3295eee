"""The query console in real Chromium, by keyboard: complete, run, sort, draw, name, refuse, cancel, download."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
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


def opened(page: Page, sandbox: SandboxProcess) -> str:
    """Open the console of a dataset, with the caret in the empty editor; return the dataset's id."""
    store = str(next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"])
    sign_in(page, "steward", PASSWORD)
    page.goto(f"{LIST}{store}/query/")
    settled(page)
    expect(page.get_by_role("button", name="net_amount")).to_be_visible()
    page.get_by_role("textbox", name="SQL").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    return store


def test_a_query_from_the_first_letter_to_the_file(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    with open_page(browser, address) as (page, _):
        store = opened(page, sandbox)
        page.keyboard.type("SELECT store_id, net_am")
        expect(page.get_by_role("option", name="net_amount")).to_be_visible()
        page.keyboard.press("Enter")
        page.keyboard.insert_text(", ")
        page.get_by_role("button", name="quantity").press("Enter")
        page.keyboard.insert_text(f" FROM `{store}` LIMIT 30")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#result").get_by_text("30 rows, 3 columns")).to_be_visible()
        table = page.get_by_role("group", name="Result, scrolls sideways")
        amount = table.get_by_role("columnheader", name="net_amount")
        amount.get_by_role("button").press("Enter")
        expect(amount).to_have_attribute("aria-sort", "descending")
        numbers = [float(cell.replace(",", "")) for cell in table.locator("tbody td:nth-child(2)").all_inner_texts()]
        assert numbers == sorted(numbers, reverse=True)
        page.get_by_text("Chart", exact=True).press("Enter")
        expect(page.get_by_role("img", name=re.compile("net_amount by store_id, 30 points"))).to_be_visible()
        assert_fit(page, "query")
        page.get_by_role("button", name="Save").press("Enter")
        page.get_by_role("textbox", name="Name").fill("First thirty")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="First thirty", exact=True)).to_be_visible()
        page.get_by_role("button", name="Download").press("Enter")
        with page.expect_download() as download:
            page.get_by_role("button", name="All rows as CSV").press("Enter")
        lines = download.value.path().read_text("utf-8-sig").splitlines()
        assert (lines[0], len(lines)) == ("store_id,net_amount,quantity", 31)


def test_what_is_refused_or_given_up_stays_in_the_editor(
    browser: Browser, address: str, sandbox: SandboxProcess
) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = ("422",)
        opened(page, sandbox)
        sql = "SELECT nope FROM `x`"
        page.keyboard.insert_text(sql)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("did not accept the SQL")).to_be_visible()
        assert page.locator("#sql").input_value() == sql
        assert_fit(page, "query-error")
        # Tab stays in the editor until Esc was pressed, as the line below it says.
        editor = page.get_by_role("textbox", name="SQL")
        editor.focus()
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        expect(editor).not_to_be_focused()
        sandbox.control(latency_ms=4_000)
        page.get_by_role("button", name="Run", exact=True).press("Enter")
        page.get_by_role("button", name="Cancel").press("Enter")
        expect(page.get_by_text("no longer waited for")).to_be_visible()
        assert page.locator("#sql").input_value() == sql
        sandbox.control()
        # SQL that another tool made stands in the editor and is not run.
        page.evaluate("document.dispatchEvent(new CustomEvent('sql-proposed', {detail: {sql: 'SELECT 42 AS answer'}}))")
        expect(page.get_by_text("Nothing was run")).to_be_visible()
        assert page.locator("#sql").input_value() == "SELECT 42 AS answer"
        expect(page.get_by_text("no longer waited for")).to_be_visible()


def test_history_and_names_are_fit_to_look_at(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    with open_page(browser, address) as (page, _):
        opened(page, sandbox)
        page.keyboard.insert_text("SELECT 1 AS one")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("heading", name="Result")).to_be_visible()
        page.get_by_role("link", name="Your whole history").click()
        assert_fit(page, "query-history")
        page.get_by_role("button", name=re.compile("Run again")).click()
        expect(page.get_by_role("heading", name="Result")).to_be_visible()
        page.goto("/c/halden/data/query/named/")
        assert_fit(page, "query-named")
