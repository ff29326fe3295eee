"""The activity log and Domostats in real Chromium: from a range to an entry and an export, a job updated, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.jobs import messages, service
from apps.jobs.models import Job
from tests.apps.governance.domostats.test_domostats import REMOTE, editable, jobs_of
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/c/halden/governance/activity/"


@pytest.fixture
def connection(transactional_db: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Connection]:
    """A connection to the sandbox, and a steward and a supporter called so."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    cache.clear()
    sandbox.reset()
    for role in ("steward", "support", "viewer"):
        UserFactory.create(username=role, role=role)
    yield ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    sandbox.reset()


def write(page: Page, text: str) -> None:
    """Replace what stands in the editor, once the editor stands in place of the plain field."""
    expect(page.locator("json-editor .CodeMirror")).to_be_visible()
    page.get_by_role("textbox", name="Job").press("Control+a")
    page.keyboard.insert_text(text)


def test_from_a_range_to_an_entry_and_an_export(
    browser: Browser,
    live_server: LiveServer,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "send_work", lambda job: True)
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "steward", PASSWORD)
        page.goto(PAGE)
        expect(page.locator("#activity-timeline chart-view svg").first).to_be_visible()
        assert_fit(page, "activity")
        page.get_by_role("link", name="30 days").press("Enter")
        expect(page).to_have_url(re.compile("range=30d"))
        expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
        # The figures beside the list come along with it: one ranking line leads to what it counts.
        page.get_by_role("region", name="Actions").get_by_role("link", name="Exported").press("Enter")
        expect(page).to_have_url(re.compile("action=EXPORTED"))
        settled(page)
        expect(page.get_by_text("Remove filter Action")).to_have_count(0)
        page.locator("#list a[id^=entry-]").first.press("Enter")
        expect(page.get_by_role("dialog", name="Exported dataset")).to_be_visible()
        assert_fit(page, "activity-entry")
        page.keyboard.press("Escape")
        page.locator("#export-activity").press("Enter")
        expect(page.get_by_label("Action")).to_have_value("EXPORTED")
        assert_fit(page, "activity-export")
        page.get_by_text("Count only").click()
        page.get_by_role("button", name="Start").press("Enter")
        expect(page.get_by_role("heading", name="Counts of the range")).to_be_visible()
        service.run_inline(Job.objects.get())
        page.reload()
        expect(page.locator("chart-view svg").first).to_be_visible()
        assert_fit(page, "activity-counts")
        watch.expected = ("403",)
        sign_in(page, "viewer", PASSWORD)
        page.goto(f"{PAGE}export/")
        expect(page.get_by_text("steward and admin").first).to_be_visible()


def test_a_job_of_domostats_is_updated_by_keys(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    job = editable(sandbox)
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "support", PASSWORD)
        page.goto("/c/halden/governance/domostats/")
        page.get_by_role("link", name="Remote DomoStats").press("Enter")
        expect(page.get_by_role("heading", name="Remote DomoStats")).to_be_visible()
        assert_fit(page, "domostats-jobs")
        page.goto(f"/c/halden/governance/domostats/{REMOTE}/jobs/{job['jobId']}/")
        assert_fit(page, "domostats-job")
        page.get_by_role("link", name="Edit").press("Enter")
        write(page, '{"jobName": "Mine",}')
        watch.expected = ("422",)
        page.get_by_role("button", name="Show the difference").press("Enter")
        expect(page.get_by_text("Line 1, column 20").first).to_be_visible()
        assert_fit(page, "domostats-edit")
        write(page, f'{{"jobId": "{job["jobId"]}", "jobName": "Mine", "executionTimeout": 61}}')
        page.get_by_role("button", name="Show the difference").press("Enter")
        expect(page.get_by_text("so it may be lost")).to_be_visible()
        assert_fit(page, "domostats-review")
        page.get_by_label("It is meant as it stands there").check()
        page.get_by_role("button", name="Send the job").press("Enter")
        expect(page.get_by_text(re.compile("Mine updated")).first).to_be_visible()
        now = next(each for each in jobs_of(sandbox) if each["jobId"] == job["jobId"])
        assert (now["jobName"], now["executionTimeout"]) == ("Mine", 61)
    with sandbox.client() as client:
        client.put(f"/api/executor/v1/applications/{REMOTE}/jobs/{job['jobId']}", json=job).raise_for_status()
