"""A dataset's page in real Chromium: what a steward changes on it by keyboard, what is refused, how it looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Environment
from tests.apps.data.support import datasets
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dataset(
    transactional_db: None, live_server: LiveServer, settings: LazySettings, sandbox: SandboxProcess
) -> Iterator[str]:
    """The page of the dataset that the whole company uses, with a steward called "steward"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    sandbox.reset()
    UserFactory.create(username="steward", role="steward")
    ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.PRODUCTION,
        secrets={"token": sandbox.token},
    )
    store = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"]
    yield f"/c/halden/data/datasets/{store}/"
    sandbox.reset()


def test_a_steward_shares_tags_and_revokes_by_keyboard(browser: Browser, live_server: LiveServer, dataset: str) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(dataset)
        settled(page)
        access = page.locator("#panel-access")
        # Shared with a group that is found by typing.
        access.get_by_role("link", name="Share").press("Enter")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("combobox", name="Group").press_sequentially("fin")
        expect(page.locator("#group-options option").first).to_be_attached()
        group = page.locator("#group-options option").first.get_attribute("value") or ""
        dialog.get_by_role("combobox", name="Group").fill(group)
        dialog.get_by_label("Access").select_option("CAN_EDIT")
        page.keyboard.press("Control+Enter")
        expect(dialog).to_have_count(0)
        name = group.rpartition(" (")[0]
        expect(access.get_by_role("row").filter(has_text=name)).to_contain_text("Can edit")
        # Two people are ticked; on production the slug is typed, and what is not typed revokes nothing.
        watch.expected = ("422",)
        boxes = access.get_by_role("checkbox")
        count = boxes.count()
        for place in (0, 1):
            boxes.nth(place).press("Space")
        access.get_by_role("button", name="Revoke selected").press("Enter")
        expect(dialog).to_contain_text("Revoke the access of 2 people")
        dialog.get_by_role("button", name="Revoke access").press("Enter")
        expect(dialog).to_contain_text("Type halden to go on.")
        dialog.get_by_label(re.compile("This is production")).fill("halden")
        dialog.get_by_role("button", name="Revoke access").press("Enter")
        expect(dialog).to_have_count(0)
        expect(boxes).to_have_count(count - 2)
        # A tag comes and goes where it stands.
        page.get_by_label("Add tags, separated by commas").fill("audit 2026")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Remove the tag audit 2026").press("Enter")
        expect(page.get_by_role("button", name="Remove the tag audit 2026")).to_have_count(0)


def test_the_page_and_its_dialogs_are_fit_to_look_at(browser: Browser, live_server: LiveServer, dataset: str) -> None:
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(dataset)
        settled(page)
        page.locator("#panel-beast-modes summary").first.press("Enter")
        expect(page.locator("#panel-beast-modes pre").first).to_be_visible()
        page.get_by_role("button", name="More actions").press("Enter")
        page.get_by_role("link", name="What depends on it").press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("Drill paths are counted")
        assert_fit(page, "dataset-detail")
