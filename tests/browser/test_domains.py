"""Domains in real Chromium: the tree by keys, a move by dialog and by drag, a refused place, 5,000 rows; looks, axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.apps.governance.domains.support import PAGE, OtherHands, Sandbox, connect, of
from tests.browser.support import NARROW, WIDE, assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(transactional_db: None, settings: LazySettings) -> None:
    """An admin called "admin"."""
    settings.UPSTREAM_HOSTS = []
    cache.clear()
    UserFactory.create(username="admin", role="admin", first_name="Ada", last_name="Winther")


@pytest.fixture
def told(person: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Sandbox]:
    """The sandbox's domains, with a trial to move about."""
    sandbox.reset()
    connect(settings, sandbox.url, sandbox.token)
    told = Sandbox(sandbox)
    told.create("pilots.trial", name="Trial", data={"lang": "sv"}, settings={"max_users": 5})
    told.create("pilots.trial.one", "pilots.trial", name="Trial one")
    yield told
    told.clean_up()


def item(page: Page, domain_id: str) -> Locator:
    """Return a row of the tree."""
    return page.get_by_role("tree").locator(f"[data-id='{domain_id}']")


def test_the_tree_by_keys_and_a_move_by_the_dialog(browser: Browser, live_server: LiveServer, told: Sandbox) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(PAGE)
        expect(item(page, "halden")).to_be_visible()
        assert_fit(page, "domains")
        page.set_viewport_size(WIDE)
        item(page, "halden").press("ArrowRight")
        expect(item(page, "pilots")).to_be_visible()
        page.keyboard.press("ArrowRight")
        page.keyboard.type("pil")
        expect(item(page, "pilots")).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(item(page, "pilots.trial")).to_be_visible()
        page.keyboard.press("t")
        expect(item(page, "pilots.trial")).to_be_focused()
        # The page beside the tree changes, the tree stays as it was opened.
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="Trial")).to_be_visible()
        expect(item(page, "pilots.trial")).to_have_attribute("aria-current", "page")
        expect(item(page, "pilots.trial")).to_be_focused()
        assert page.url.endswith(of("pilots.trial"))
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(item(page, "pilots.trial")).to_have_count(0)
        assert_fit(page, "domain")
        page.set_viewport_size(WIDE)
        # A place below itself is refused, another one taken, all of it by keys.
        page.get_by_role("link", name="Move", exact=True).press("Enter")
        expect(page.get_by_label("New place")).to_be_focused()
        page.keyboard.type("trial")
        expect(page.get_by_text("It lies below Trial.")).to_be_visible()
        expect(page.get_by_role("radio", name="Trial one")).to_be_disabled()
        page.get_by_label("New place").fill("device")
        expect(page.get_by_role("radio", name="Device catalogue devices in")).to_be_visible()
        assert_fit(page, "domain-move")
        page.set_viewport_size(WIDE)
        page.get_by_label("New place").press("Enter")
        page.keyboard.press("Space")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Moved here from pilots by Ada Winther")).to_be_visible()
        assert told.get("pilots.trial")["parentId"] == "devices"
        page.get_by_role("link", name="Move back").click()
        watch.expected = ("422",)
        page.get_by_role("button", name="Move domain").click()
        expect(page.get_by_text("Moved here from devices")).to_be_visible()
        assert told.get("pilots.trial")["parentId"] == "pilots"
        settled(page)


def test_a_drag_asks_first_and_data_is_reviewed(browser: Browser, live_server: LiveServer, told: Sandbox) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(of("pilots.trial.one"))
        expect(item(page, "pilots.trial.one")).to_be_visible()
        item(page, "pilots.trial").drag_to(item(page, "pilots.trial.one"))
        expect(page.locator("[data-said]")).to_have_text("Trial one lies below Trial")
        expect(page.get_by_role("dialog")).to_have_count(0)
        item(page, "pilots.trial.one").drag_to(item(page, "pilots"))
        expect(page.get_by_role("radio", name="Pilots")).to_be_checked()
        assert told.get("pilots.trial.one")["parentId"] == "pilots.trial"
        page.get_by_role("button", name="Move domain").click()
        expect(page.get_by_text("Moved here from pilots.trial")).to_be_visible()
        assert told.get("pilots.trial.one")["parentId"] == "pilots"
        settled(page)
        watch.expected = ("422",)
        page.get_by_role("link", name="Change limits").click()
        page.get_by_label("Users, at most").fill("many")
        page.get_by_role("button", name="Review changes").click()
        expect(page.get_by_label("Users, at most")).to_be_focused()
        page.get_by_label("Users, at most").fill("20")
        page.get_by_role("button", name="Review changes").click()
        expect(page.get_by_role("row", name="Users no limit 20")).to_be_visible()
        assert_fit(page, "domain-review")
        page.get_by_role("button", name="Send 1 change").click()
        expect(page.get_by_text("at most 20")).to_be_visible()
        page.set_viewport_size(NARROW)
        page.goto(PAGE)
        # On a narrow screen a row leads to the page of its domain.
        item(page, "halden").click()
        expect(page.get_by_role("heading", level=1, name="Halden Outdoor")).to_be_visible()
        expect(page.get_by_role("tree")).to_be_hidden()
        settled(page)


def test_thousands_of_rows_are_drawn_only_where_they_are_open(
    browser: Browser, live_server: LiveServer, person: None, settings: LazySettings
) -> None:
    with Upstream() as upstream, open_page(browser, live_server.url) as (page, _):
        connect(settings, upstream.url, "token-of-other-hands")
        hands = OtherHands(upstream)
        hands.add("root")
        for branch in range(50):
            hands.add(f"b{branch}", "root")
            for leaf in range(100):
                hands.add(f"b{branch}.{leaf}", f"b{branch}")
        sign_in(page, "admin", PASSWORD)
        page.goto(PAGE)
        rows = page.get_by_role("tree").locator("[role=treeitem]")
        item(page, "root").press("ArrowRight")
        expect(rows).to_have_count(51)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("*")
        expect(rows).to_have_count(5_051)
        page.keyboard.press("End")
        expect(item(page, "b49.99")).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(item(page, "b49.98")).to_be_focused()
        item(page, "root").press("ArrowLeft")
        expect(rows).to_have_count(1)
        item(page, "root").press("ArrowRight")
        expect(rows).to_have_count(5_051)
        settled(page)
