"""Pages and the search in real Chromium: the tree by keys, a move from it, a refusal, a filter built; looks and axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.governance.pages.support import TREE, Pages
from tests.browser.support import assert_fit, axe_findings, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEARCH = "/c/halden/governance/search/"


@pytest.fixture
def connection(transactional_db: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Connection]:
    """A connection to the sandbox, and an admin called "admin"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="admin", role="admin")
    yield ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    sandbox.reset()


def test_the_tree_is_walked_and_pages_are_moved_by_keys(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    pages = Pages(sandbox)
    source, target = pages.tops()[:2]
    moved = pages.create(str(source["pageId"]), "Zz freight")
    title = next(each["pageTitle"] for each in pages.every() if each["pageId"] == moved)
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(TREE)
        row = page.get_by_role("link", name=source["pageTitle"], exact=True)
        row.focus()
        page.keyboard.press("ArrowRight")
        below = page.get_by_role("link", name=title, exact=True)
        expect(below).to_be_visible()
        expect(page).to_have_url(re.compile(f"open={source['pageId']}"))
        settled(page)
        assert_fit(page, "pages-tree")
        page.keyboard.press("ArrowLeft")
        expect(below).to_have_count(0)
        page.keyboard.press("ArrowRight")
        expect(below).to_be_visible()
        below.focus()
        page.keyboard.press("m")
        field = page.get_by_label("New parent page")
        expect(field).to_be_focused()
        assert axe_findings(page) == []
        watch.expected = ("422",)
        field.fill("nowhere")
        field.press("Enter")
        expect(page.get_by_text("choose one of the suggestions")).to_be_visible()
        field.fill(f"{target['pageTitle']} ({target['pageId']})")
        field.press("Enter")
        page.wait_for_url("**/jobs/**")
        job = Job.objects.get()
        service.plan_inline(job)
        page.reload()
        expect(page.get_by_text(f"Below {source['pageTitle']}", exact=True)).to_be_visible()
        expect(page.get_by_text(f"Below {target['pageTitle']}", exact=True)).to_be_visible()
        service.run_inline(job)
        assert pages.parent(moved) == target["pageId"]
        page.goto(f"{TREE}{target['pageId']}/")
        expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()
        assert_fit(page, "page")
        page.goto(f"{TREE}list/?q={title}")
        page.get_by_role("checkbox", name=f"Select {title}").check()
        page.get_by_role("button", name="Move").press("Enter")
        page.get_by_label("New parent page").press_sequentially(target["pageTitle"])
        expect(page.locator("#id_parent-options option").first).to_be_attached()
        settled(page)
        assert axe_findings(page) == []
        # Back below a page that has one of the same title by now: the dialog says so, nothing is sent.
        pages.create(str(source["pageId"]), title, exactly=True)
        before = sandbox.stats()["effects"]
        page.goto(f"{TREE}{moved}/")
        page.get_by_role("link", name="Move").press("Enter")
        page.get_by_label("New parent page").fill(str(source["pageId"]))
        page.get_by_role("button", name="Move the page").press("Enter")
        expect(page.get_by_text("same title stands there already")).to_be_visible()
        assert sandbox.stats()["effects"] == before


def test_a_filter_is_built_and_facets_narrow(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    top = Pages(sandbox).tops()[0]
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(SEARCH)
        page.get_by_role("link", name="Pages", exact=True).last.click()
        expect(page).to_have_url(re.compile(r"\?type=page$"))
        settled(page)
        page.get_by_role("link", name="Add a filter").click()
        page.get_by_label("Field").fill("name_sort")
        page.get_by_label("Kind").select_option("wildcard")
        expect(page.get_by_label("Values")).to_be_hidden()
        assert axe_findings(page) == []
        watch.expected = ("422",)
        page.get_by_label("Field").press("Enter")
        expect(page.get_by_text("Give a pattern")).to_be_visible()
        page.get_by_label("Pattern").fill(f"{top['pageTitle']}*")
        page.get_by_label("Pattern").press("Enter")
        expect(page.get_by_text(f"fits {top['pageTitle']}*")).to_be_visible()
        expect(page.get_by_role("link", name=top["pageTitle"], exact=True)).to_be_visible()
        assert_fit(page, "search")
        page.locator(".facet-value").first.click()
        expect(page.locator(".facet-value.is-chosen")).to_have_count(1)
        settled(page)
        page.get_by_role("link", name=re.compile("All fields")).first.click()
        expect(page.get_by_role("link", name=re.compile("Find the same")).first).to_be_visible()
        assert axe_findings(page) == []
