"""Exports in real Chromium: to S3 and to a file, one and many, by keyboard; both themes, both widths, axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.data.exports import s3_running
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.connected import no_broker
from tests.apps.data.exports.support import BUCKET, KEYS, REGION
from tests.apps.data.support import create_dataset
from tests.browser.support import assert_fit, open_page, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

__all__ = ["no_broker"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def halden(
    transactional_db: None,
    no_broker: None,
    settings: LazySettings,
    sandbox: SandboxProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Connection]:
    """A connection to the sandbox and a steward called "steward". The test does what a worker would."""
    monkeypatch.setattr(s3_running, "FIRST_LOOK_SECONDS", 0.1)
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


def fill_in(page: Page, **changes: str) -> None:
    """Fill in where it goes and the keys, from field to field by Tab."""
    values = {"bucket": BUCKET, **KEYS, **changes}
    page.locator("#id_bucket").fill(values["bucket"])
    page.keyboard.press("Tab")
    page.keyboard.type(REGION)
    expect(page.locator("#id_region")).to_have_value(REGION)
    page.locator("#id_access_key").focus()
    page.keyboard.type(values["access_key"])
    for name in ("secret_key", "session_token"):
        page.keyboard.press("Tab")
        page.keyboard.type(values[name])


def newest() -> Job:
    """Return the job that was made last."""
    return Job.objects.order_by("-created_at")[0]


def test_one_dataset_to_s3_and_what_is_refused(
    browser: Browser, live_server: LiveServer, halden: Connection, sandbox: SandboxProcess
) -> None:
    key = create_dataset(sandbox, "Ferry bookings", ["route", "seats"])
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(f"/c/halden/data/datasets/{key}/export/s3/")
        fill_in(page, bucket="Not_A_Bucket")
        page.keyboard.press("Enter")
        expect(page.get_by_text("small letters, digits, hyphens")).to_be_visible()
        expect(page.locator("#id_secret_key")).to_have_value("")
        assert_fit(page, "exports-s3")
        fill_in(page)
        page.get_by_role("button", name="Start the export").press("Enter")
        page.wait_for_url("**/jobs/**")
        service.run_inline(newest())
        expect(page.get_by_text("0 rows in 1 file")).to_be_visible()
        assert_fit(page, "exports-s3-job")


def test_many_datasets_to_s3_and_a_file(
    browser: Browser, live_server: LiveServer, halden: Connection, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    keys = [create_dataset(sandbox, f"Parcel scans {number}") for number in range(2)]
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto("/c/halden/data/datasets/?q=Parcel+scans")
        page.locator("[data-select-page]").check()
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Export to S3").click()
        page.wait_for_url("**/exports/s3/**")
        fill_in(page)
        page.get_by_role("button", name="Plan the exports").press("Enter")
        expect(page.get_by_text("Nothing is exported before you have seen it")).to_be_visible()
        service.plan_inline(newest())
        expect(page.get_by_role("heading", name="Will be exported")).to_be_visible()
        assert_fit(page, "exports-plan")
        page.get_by_role("button", name="Export 2 datasets").press("Enter")
        page.wait_for_url("**/jobs/**")
        service.run_inline(newest())
        page.goto(f"/c/halden/data/datasets/{keys[0]}/export/file/")
        page.get_by_role("button", name="Export to a file").focus()
        assert_fit(page, "exports-file")
        page.keyboard.press("Enter")
        page.wait_for_url("**/jobs/**")
        service.run_inline(newest())
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("Download CSV")).press("Enter")
        download.value.save_as(tmp_path / "file.csv")
        assert (tmp_path / "file.csv").read_text() == "\ufeffa\n"
        page.goto("/c/halden/data/exports/")
        expect(page.locator("td.cell-name a")).to_have_count(2)
