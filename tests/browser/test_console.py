"""The API console in real Chromium: found by keys, filled in, seen before it goes, sent, refused; both themes, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.audit.models import AuditRecord
from apps.connections.models import Environment
from tests.apps.console.conftest import dataset_of
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONSOLE = "/c/halden/console/"


@pytest.fixture
def address(
    transactional_db: None, live_server: LiveServer, settings: LazySettings, sandbox: SandboxProcess
) -> Iterator[str]:
    """The address of DomoAdmin with a production connection to the sandbox and an admin."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="admin", role="admin", first_name="Ada", last_name="Winther")
    for slug, environment in (("halden", Environment.TEST), ("halden-live", Environment.PRODUCTION)):
        ConnectionFactory.create(
            name=slug.replace("-", " ").title(),
            slug=slug,
            base_url=sandbox.url,
            environment=environment,
            secrets={"token": sandbox.token},
        )
    yield live_server.url
    sandbox.reset()


def test_every_state_is_fit_to_look_at(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    with open_page(browser, address) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(CONSOLE)
        assert_fit(page, "console")
        page.get_by_role("searchbox", name="Search operations").fill("zzzz")
        expect(page.get_by_text("No operation matches")).to_be_visible()
        assert_fit(page, "console-nothing")
        page.goto(f"{CONSOLE}datasets.get_metadata/")
        page.get_by_role("textbox", name="dataset_id").fill(dataset_of(sandbox))
        page.get_by_role("textbox", name="dataset_id").press("Control+Enter")
        expect(page.get_by_text("200 OK")).to_be_visible()
        assert_fit(page, "console-read")
        page.goto(f"{CONSOLE}datasets.share/?example=1&arg-dataset_id={dataset_of(sandbox)}")
        expect(page.get_by_text("X-DOMO-Developer-Token: (hidden)").first).to_be_visible()
        assert_fit(page, "console-change")
        page.get_by_role("button", name="Send to Halden").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert_fit(page, "console-confirm")
        watch.expected = ("400", "403", "404", "422")
        page.get_by_role("button", name="Send it").click()
        expect(page.get_by_role("heading", name="Answer")).to_be_visible()
        assert_fit(page, "console-answer")
        page.get_by_role("textbox", name="Body").fill('{"permissions": [\n  {"id": "27",}\n]}')
        page.get_by_role("button", name="Preview").click()
        # The request shown beside the form says it too, as soon as it was asked for anew.
        expect(page.locator("#id_body_error").get_by_text("line 2, column")).to_be_visible()
        assert_fit(page, "console-mistake")
        page.goto("/c/halden-live/console/files.delete/?arg-data_file_id=1")
        page.get_by_role("button", name="Send to Halden Live").click()
        assert_fit(page, "console-typed")


def test_an_operation_is_found_filled_in_and_sent_by_keys(
    browser: Browser, address: str, sandbox: SandboxProcess
) -> None:
    dataset = dataset_of(sandbox)
    with open_page(browser, address) as (page, _):
        sign_in(page, "admin", PASSWORD)
        page.goto("/c/halden/")
        page.keyboard.press("Control+k")
        page.keyboard.type("api console")
        expect(page.locator("#palette [role=option]").first).to_contain_text("API console")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(rf"{CONSOLE}$"))
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("share dataset")
        expect(page.get_by_text(re.compile(r"^\d+ of \d+ match"))).to_be_visible()
        page.keyboard.press("ArrowDown")
        while "share" not in page.evaluate("document.activeElement.textContent").lower():
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"datasets\.share/"))
        page.get_by_role("link", name="Fill in the example").press("Enter")
        expect(page.get_by_role("textbox", name="Body")).to_have_value(re.compile("CO_OWNER"))
        settled(page)
        page.get_by_role("textbox", name="dataset_id").fill(dataset)
        # The request follows what is typed.
        expect(page.get_by_text(f"POST /api/data/v3/datasources/{dataset}/share HTTP/1.1")).to_be_visible()
        page.get_by_text("manage.py call", exact=True).click()
        expect(page.get_by_text("python manage.py call datasets.share")).to_be_visible()
        page.get_by_role("link", name="Get metadata").first.press("Enter")
        page.get_by_role("textbox", name="dataset_id").fill(dataset)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("200 OK")).to_be_visible()
        expect(page.get_by_role("group", name="Body of the answer")).to_contain_text(dataset)
        # Enter on the first thing found.
        page.locator("#finder-input").fill("grouplist")
        expect(page.get_by_text(re.compile("1 of .* matches"))).to_be_visible()
        page.locator("#finder-input").press("Enter")
        expect(page).to_have_url(re.compile(r"groups\.list/"))


def test_a_change_is_sent_only_when_it_was_confirmed(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    with open_page(browser, address) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto("/c/halden-live/console/files.delete/?arg-data_file_id=999999")
        page.get_by_role("textbox", name="data_file_id").press("Control+Enter")
        page.get_by_role("button", name="Send to Halden Live").click()
        dialog = page.get_by_role("dialog")
        # What is about to be lost is named.
        expect(dialog).to_contain_text("/999999")
        watch.expected = ("422", "404", "403")
        dialog.get_by_role("textbox").fill("something")
        dialog.get_by_role("button", name="Send it").click()
        expect(dialog.get_by_text("This is not the name")).to_be_visible()
        assert sandbox.stats()["received"].get("files.delete", 0) == 0
        assert not AuditRecord.objects.filter(operation="files.delete").exists()
        dialog.get_by_role("textbox").fill("Halden Live")
        dialog.get_by_role("textbox").press("Enter")
        expect(page.get_by_role("heading", name="Answer")).to_be_visible()
        expect(dialog).to_be_hidden()
        assert sandbox.stats()["received"]["files.delete"] == 1
        assert AuditRecord.objects.filter(operation="files.delete").count() == 2
        # The next call is confirmed anew.
        page.get_by_role("button", name="Send to Halden Live").click()
        expect(dialog.get_by_role("textbox")).to_have_value("")


def test_a_mistake_in_json_gets_the_caret(browser: Browser, address: str, sandbox: SandboxProcess) -> None:
    with open_page(browser, address) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(f"{CONSOLE}datasets.share/?arg-dataset_id=d")
        watch.expected = ("422",)
        page.get_by_role("textbox", name="Body").fill('{\n  "permissions": [,]\n}')
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_text("line 2, column 19")).to_be_visible()
        expect(page.get_by_role("textbox", name="Body")).to_be_focused()
        assert page.evaluate("document.activeElement.selectionStart") == 20
