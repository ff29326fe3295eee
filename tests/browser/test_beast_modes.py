"""Beast Modes and certification in real Chromium: a formula edited by keys, a review approved, refusals, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.governance.beast_modes.survey import look_at
from tests.apps.data.support import create_dataset
from tests.apps.governance.beast_modes.support import LIST as FORMULAS
from tests.apps.governance.beast_modes.support import change, every, one, template
from tests.apps.governance.certification.support import LIST, QUEUE, STATE, content, review
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


def test_a_formula_is_edited_by_keys_and_a_locked_one_refused(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    there = every(sandbox)
    found = one(sandbox, locked=False, status="VALID")
    look_at(connection, connection.client(), [str(each["id"]) for each in there[:60]], lambda: None)
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{FORMULAS}?state=broken")
        assert_fit(page, "beast-modes")
        page.goto(f"{FORMULAS}statistics/")
        expect(page.locator("chart-view svg").first).to_be_visible()
        assert_fit(page, "beast-modes-statistics")
        page.goto(f"{FORMULAS}duplicates/")
        assert_fit(page, "beast-modes-duplicates")
        page.goto(f"{FORMULAS}{found['id']}/")
        assert_fit(page, "beast-mode")
        page.get_by_role("link", name="Edit formula").press("Enter")
        # Typed before the editor stands there, it would go into the field that the editor takes the place of.
        expect(page.locator("formula-editor.is-upgraded")).to_be_visible()
        page.get_by_role("textbox", name="Formula").focus()
        page.keyboard.press("Control+End")
        page.keyboard.type(" + COUNT(`nowhere`")
        watch.expected = ("422",)
        page.get_by_role("button", name="Review the change").press("Enter")
        expect(page.get_by_text("a parenthesis is opened and never closed")).to_be_visible()
        assert_fit(page, "beast-mode-edit")
        expect(page.locator("formula-editor.is-upgraded")).to_be_visible()
        page.get_by_role("textbox", name="Formula").focus()
        page.keyboard.press("Control+End")
        page.keyboard.type(")")
        page.get_by_role("button", name="Review the change").press("Enter")
        expect(page.get_by_text("the link to it will be broken")).to_be_visible()
        assert_fit(page, "beast-mode-review")
        before = template(sandbox, found["id"])["expression"]
        page.get_by_role("button", name="Send the formula").press("Enter")
        expect(page.get_by_text("has its new formula")).to_be_visible()
        assert template(sandbox, found["id"])["expression"] == f"{before} + COUNT(`nowhere`)"
        settled(page)
        # Somebody locks it while the editor is open.
        page.get_by_role("link", name=re.compile("Bring back")).press("Enter")
        expect(page.get_by_text("This is an earlier formula")).to_be_visible()
        change(sandbox, found["id"], locked=True)
        page.get_by_role("button", name="Review the change").press("Enter")
        expect(page.get_by_text("Domo alters no locked one").first).to_be_visible()
        settled(page)


def test_a_certification_is_asked_for_and_decided(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    key, today = create_dataset(sandbox, "Freight cost by lane"), timezone.localdate()
    content(connection, 1, object_id=key, name="Freight cost by lane")
    content(connection, 2, state="certified")
    content(connection, 3, state="expired", owner_name="Ben Carver")
    review(connection, 2, state="approved", expires_on=today + timedelta(days=9))
    review(connection, 3, due_on=today - timedelta(days=2))
    UserFactory.create(username="viewer", role="viewer")
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "viewer", PASSWORD)
        page.goto(LIST)
        page.get_by_role("link", name="Ask for Freight cost by lane").press("Enter")
        page.get_by_label("Reason").fill("The board reads it.")
        page.get_by_label("Due on").fill("2020-01-01")
        watch.expected = ("422",)
        page.get_by_role("button", name="Ask", exact=True).press("Enter")
        expect(page.get_by_text("That day is over")).to_be_visible()
        page.get_by_label("Due on").fill(str(today))
        page.get_by_role("button", name="Ask", exact=True).press("Enter")
        expect(page.get_by_text("is in the queue")).to_be_visible()
        expect(page.get_by_role("link", name="Certify", exact=True)).to_have_count(0)
        settled(page)
        sign_in(page, "steward", PASSWORD)
        page.goto(LIST)
        assert_fit(page, "certification")
        page.goto(f"{LIST}coverage/")
        expect(page.locator("chart-view svg").first).to_be_visible()
        assert_fit(page, "certification-coverage")
        page.goto(QUEUE)
        assert_fit(page, "certification-reviews")
        page.get_by_role("link", name="Freight cost by lane").press("Enter")
        expect(page.get_by_text("The board reads it.").first).to_be_visible()
        assert_fit(page, "certification-review")
        page.get_by_role("link", name="Certify", exact=True).press("Enter")
        page.get_by_role("button", name="Certify", exact=True).press("Enter")
        expect(page.get_by_text("Freight cost by lane is certified.")).to_be_visible()
        settled(page)
    with sandbox.client() as client:
        assert client.get(STATE.format("DATA_SOURCE", key)).json()["state"] == "ACTIVE"
