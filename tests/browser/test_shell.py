"""The frame of all pages in real Chromium: palette, keys, menus, theme, states; both themes, both widths, axe."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.support import NARROW, WIDE, assert_fit, axe_findings, open_page, screenshot, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "/c/halden/"
PAGES = {
    "home": HOME,
    "home-test": "/c/halden-test/",
    "settings": "/settings/",
    "status": "/settings/status/",
    "jobs": "/jobs/",
    "audit": "/audit/",
    "search": "/palette/?q=jobs&connection=halden",
    "not-found": "/no/such/page/",
    "upstream-failed": "/c/halden/data/datasets/",
}
# The pages above that answer with an error on purpose.
EXPECTED = ("Failed to load resource",)


@pytest.fixture
def address(transactional_db: None, live_server: LiveServer) -> str:
    """DomoAdmin with an admin, a viewer and two connections whose host is refused, so that nothing leaves."""
    cache.clear()
    UserFactory.create(username="admin", role="admin", first_name="Ada", last_name="Winther")
    UserFactory.create(username="viewer", role="viewer")
    refused = "https://127.0.0.1:9"
    ConnectionFactory.create(name="Halden Outdoor", slug="halden", base_url=refused, environment="production")
    ConnectionFactory.create(name="Halden Outdoor test", slug="halden-test", base_url=refused)
    return live_server.url


def focused(page: Page) -> str:
    """Return the id of the element that has focus, or its tag's name."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def open_palette(page: Page) -> None:
    """Open the palette by its key and wait for its first results."""
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#palette [role=option]").first).to_be_visible()


def test_pages_fit_and_axe_has_nothing_to_say(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        page.goto("/sign-in/")
        assert_fit(page, "shell-sign-in")
        sign_in(page, "admin", PASSWORD)
        for name, url in PAGES.items():
            page.goto(url)
            assert_fit(page, f"shell-{name}")
            assert page.locator("h1").count() == 1
            assert page.title().endswith("DomoAdmin")


@pytest.mark.parametrize(("theme", "viewport"), [("light", WIDE), ("dark", NARROW)])
def test_the_palette_is_worked_by_keys_alone(
    browser: Browser, address: str, theme: str, viewport: ViewportSize
) -> None:
    with open_page(browser, address, viewport, theme) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/settings/")
        open_palette(page)
        page.keyboard.type("audit")
        option = page.locator("#palette [role=option]").filter(has_text="Audit trail")
        expect(option).to_be_visible()
        expect(page.locator("#palette [role=option]").first).to_have_attribute("aria-selected", "true")
        screenshot(page, f"shell-palette-{theme}-{viewport['width']}", full=False)
        assert axe_findings(page) == []
        while option.get_attribute("aria-selected") != "true":
            page.keyboard.press("ArrowDown")
        assert page.locator("#palette-input").get_attribute("aria-activedescendant") == option.get_attribute("id")
        page.keyboard.press("Enter")
        page.wait_for_url("**/audit/")
        open_palette(page)
        page.keyboard.type("no such thing at all")
        expect(page.locator("#palette-results")).to_contain_text("Upstream search failed")
        page.keyboard.press("Escape")
        expect(page.locator("#palette")).to_be_hidden()


def test_a_viewer_finds_nothing_that_is_for_admins(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "viewer", PASSWORD)
        page.goto("/settings/")
        expect(page.get_by_role("link", name="Audit trail")).to_have_count(0)
        open_palette(page)
        page.keyboard.type("audit")
        expect(page.locator("#palette-results")).not_to_contain_text("Audit trail")
        page.goto("/audit/")
        expect(page.locator("h1")).to_have_text("Only admin may read the audit trail")
        expect(page.locator("main")).to_contain_text("Ada Winther can give you another one")


def test_keys_lead_places_and_can_be_switched_off(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/settings/")
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        assert axe_findings(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()
        page.keyboard.press("g")
        page.keyboard.press("j")
        page.wait_for_url("**/jobs/")
        page.keyboard.press("g")
        page.keyboard.press("h")
        page.wait_for_url("**/c/halden/")
        UserFactory._meta.model.objects.filter(username="admin").update(shortcuts=False)
        page.goto("/settings/")
        page.keyboard.press("?")
        page.keyboard.press("g")
        page.keyboard.press("j")
        expect(page.locator("#help")).to_be_hidden()
        assert page.url.endswith("/settings/")
        open_palette(page)


def test_focus_returns_to_what_opened_a_dialog(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/settings/")
        opener = page.get_by_role("button", name="Keyboard shortcuts and help")
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#help")).to_be_visible()
        page.locator("#help").get_by_role("button", name="Close").click()
        expect(opener).to_be_focused()


def test_the_theme_changes_at_once_and_is_kept(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "viewer", PASSWORD)
        page.goto("/settings/")
        html = page.locator("html")
        expect(html).to_have_attribute("data-bs-theme", "light")
        page.get_by_role("button", name="preferences and sign out").click()
        assert axe_findings(page) == []
        page.locator("#me").get_by_role("button", name="Dark").click()
        expect(html).to_have_attribute("data-bs-theme", "dark")
        expect(page.locator("#me").get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
        page.reload()
        expect(html).to_have_attribute("data-bs-theme", "dark")
        page.get_by_role("button", name="preferences and sign out").click()
        page.locator("#me").get_by_role("button", name="Auto").click()
        expect(html).to_have_attribute("data-bs-theme", "light")
        page.emulate_media(color_scheme="dark")
        expect(html).to_have_attribute("data-bs-theme", "dark")


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_the_connection_is_switched_and_its_badge_changes(
    browser: Browser, address: str, viewport: ViewportSize
) -> None:
    with open_page(browser, address, viewport) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "viewer", PASSWORD)
        page.goto(HOME)
        expect(page.locator(".topbar .connection-switch .badge-env")).to_have_text("Production")
        expect(page.locator("body")).to_have_class("layout-fluid env-production")
        page.get_by_role("button", name="switch the connection").click()
        page.locator("#connections").get_by_role("link", name="Halden Outdoor test").click()
        page.wait_for_url("**/c/halden-test/")
        expect(page.locator(".topbar .connection-switch .badge-env")).to_have_text("Test")
        expect(page.locator("body")).to_have_class("layout-fluid env-test")


def test_the_navigation_of_a_phone_opens_and_closes(browser: Browser, address: str) -> None:
    with open_page(browser, address, NARROW) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto(HOME)
        settled(page)
        expect(page.locator("#nav")).to_be_hidden()
        page.get_by_role("button", name="Open navigation").click()
        expect(page.locator("#nav")).to_be_visible()
        screenshot(page, "shell-navigation-390", full=False)
        assert axe_findings(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("#nav")).to_be_hidden()


def test_a_panel_that_failed_can_be_tried_again(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto(HOME)
        settled(page)
        jobs = page.locator("#panel-jobs")
        expect(jobs).to_contain_text("No jobs yet")
        with page.expect_response(lambda answer: "/home/jobs/" in answer.url):
            jobs.get_by_role("link", name="Refresh Jobs").click()
        expect(jobs).to_contain_text("No jobs yet")


def test_toasts_come_and_can_be_dismissed(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/settings/")
        detail = "{level: 'bad', text: '<b>Shared</b> 1,191', detail: '46 failed.', url: '/jobs/', link: 'Open'}"
        page.evaluate(f"document.dispatchEvent(new CustomEvent('toast', {{detail: {detail}}}))")
        toast = page.locator("[role=alert] .toast")
        expect(toast).to_contain_text("<b>Shared</b> 1,191")
        expect(toast.get_by_role("link", name="Open")).to_have_attribute("href", "/jobs/")
        assert axe_findings(page) == []
        toast.get_by_role("button", name="Dismiss").click()
        expect(toast).to_have_count(0)


def test_the_skip_link_comes_first(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "viewer", PASSWORD)
        page.goto("/settings/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        assert focused(page) == "content"


def test_reading_and_signing_out_work_without_scripts(browser: Browser, address: str) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "viewer", PASSWORD)
        state = page.context.storage_state()
    plain = browser.new_context(base_url=address, java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(HOME)
    page.get_by_role("link", name="Open Jobs").click()
    expect(page.locator("#panel-jobs")).to_contain_text("No jobs yet")
    page.get_by_role("button", name="preferences and sign out").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in/**")
    plain.close()
