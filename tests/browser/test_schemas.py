"""Schemas in real Chromium: the grid by keyboard and by pointer, the review, a new dataset out of a CSV; axe, looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Environment
from tests.apps.data.schemas.support import latest, names
from tests.apps.data.support import LIST, create_dataset, datasets
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(
    transactional_db: None, live_server: LiveServer, settings: LazySettings, sandbox: SandboxProcess
) -> Iterator[str]:
    """The address of DomoAdmin with a connection to the sandbox and a steward called "steward"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
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
    """Return the names in the grid, in order."""
    return [field.input_value() for field in page.locator("[data-rows] [data-name]").all()]


def test_a_schema_is_changed_by_keyboard(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    dataset_id = create_dataset(sandbox, "Keyboard", ["a", "b", "c"])
    with open_page(browser, address) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{LIST}{dataset_id}/schema/")
        page.get_by_label("Name of c").focus()
        page.keyboard.press("Alt+ArrowUp")
        assert shown(page) == ["a", "c", "b"]
        expect(page.get_by_text("c is column 2 of 3")).to_be_attached()
        expect(page.get_by_label("Name of c")).to_be_focused()
        # By pointer: the last one to the top.
        grips = page.locator("[data-rows] [data-grip]")
        grips.nth(2).hover()
        page.mouse.down()
        first = page.locator("[data-rows] tr").first.bounding_box()
        assert first is not None
        page.mouse.move(first["x"] + 100, first["y"] + 4, steps=4)
        page.mouse.up()
        assert shown(page) == ["b", "a", "c"]
        page.get_by_role("button", name="Add a column").focus()
        page.keyboard.press("Enter")
        page.keyboard.type("A")
        expect(page.get_by_text("1 added, order changed")).to_be_visible()
        # Two names that differ in capitals alone are refused, and the first of them has the focus.
        watch.expected = ("422",)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("alert").filter(has_text="2 things to correct")).to_be_visible()
        expect(page.get_by_label("Name of a", exact=True)).to_be_focused()
        page.get_by_label("Name of A", exact=True).fill("due")
        page.get_by_label("Type of A", exact=True).select_option("DATE")
        page.get_by_label("Drop b").check()
        page.get_by_label("Name of a", exact=True).fill("Account")
        page.get_by_label("Name of a", exact=True).press("Enter")
        expect(page.get_by_role("heading", name="What will change")).to_be_visible()
        assert names(sandbox, dataset_id) == ["a", "b", "c"]
        page.get_by_label("Index afterwards").press("Control+Enter")
        expect(page).to_have_url(re.compile(f"{LIST}{dataset_id}/$"))
        expect(page.get_by_text("Schema of Keyboard changed: 1 added, 1 dropped, 1 renamed")).to_be_visible()
        settled(page)
    assert names(sandbox, dataset_id) == ["Account", "c", "due"]


def test_a_column_in_use_is_refused_and_the_pages_are_fit(
    browser: Browser, address: str, sandbox: SandboxProcess
) -> None:
    store = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"]
    before = names(sandbox, store)
    with open_page(browser, address) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{LIST}{store}/schema/")
        page.get_by_label("Drop net_amount").check()
        page.get_by_label("Show country").uncheck()
        assert_fit(page, "schema-edit")
        page.get_by_role("button", name="Check the changes").click()
        expect(page.get_by_text("cards are built on this dataset")).to_be_visible()
        watch.expected = ("422",)
        page.get_by_role("button", name="Change the schema").click()
        expect(page.get_by_text("Tick this to go on. Nothing was sent.")).to_be_visible()
        expect(page.get_by_label("I have looked at what uses them")).to_be_focused()
        assert_fit(page, "schema-review")
        page.get_by_role("button", name="Back to the columns").click()
        expect(page.get_by_label("Drop net_amount")).to_be_checked()
    assert names(sandbox, store) == before


def test_a_dataset_is_made_out_of_pasted_lines(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    with open_page(browser, address) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(LIST)
        page.get_by_role("link", name="New dataset").press("Enter")
        page.get_by_role("link", name="From a CSV or JSON").press("Enter")
        page.get_by_label("Or paste the first lines").fill("day,Shop,shop\n2026-11-01,DE-1,4\n")
        watch.expected = ("422",)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_label("Name of Shop", exact=True)).to_be_focused()
        assert_fit(page, "dataset-create")
        page.keyboard.press("Control+A")
        page.keyboard.type("store")
        page.locator("[name=dataset_name]").fill("Pasted")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Pasted", exact=True)).to_be_visible()
        dataset_id = page.url.split("/")[-2]
        settled(page)
    found = [(column["name"], column["type"]) for column in latest(sandbox, dataset_id)]
    assert found == [("day", "DATE"), ("store", "STRING"), ("shop", "LONG")]
