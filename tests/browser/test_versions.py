"""Versions, partitions, an upload to one partition and typed rows, in real Chromium and mostly by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.connected import no_broker
from tests.apps.data.support import LIST
from tests.apps.data.uploads.support import create_dataset, csv_bytes, rows_of, start_upload
from tests.apps.data.versions.support import load, loaded, partitioned, tags_of, versions_of, with_data
from tests.browser.support import WIDE, assert_fit, open_page, settled, sign_in
from tests.clients import client_of
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

__all__ = ["no_broker"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """(cell, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def connection(
    transactional_db: None, no_broker: None, settings: LazySettings, sandbox: SandboxProcess
) -> Iterator[Connection]:
    """A connection to the sandbox, and a steward called "steward"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    cache.clear()
    sandbox.reset()
    yield ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.PRODUCTION,
        secrets={"token": sandbox.token},
    )
    sandbox.reset()


def newest() -> Job:
    """Return the job that was made last."""
    job = Job.objects.order_by("-created_at").first()
    assert job is not None
    return job


def press(page: Page, role: str, name: str) -> None:
    """Press a link or button by keyboard."""
    target = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    target.focus()
    page.keyboard.press("Enter")


def test_versions_are_cleaned_up_and_a_partition_deleted(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset, divided = loaded(sandbox, 3, 4, 5), partitioned(sandbox, _a=3, _b=5)
    UserFactory.create(username="steward", role="steward")
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{LIST}{dataset}/versions/")
        press(page, "link", "Clean up")
        dialog = page.locator("#dialog")
        keep = dialog.get_by_label("How many are kept")
        keep.fill("0")
        page.keyboard.press("Control+Enter")
        expect(dialog.locator("#id_keep_error")).to_be_visible()
        keep.fill("1")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/jobs/**")
        draft = service.plan_inline(newest())
        expect(page.get_by_role("heading", level=1)).to_have_text("Delete 2 data versions")
        expect(page.get_by_text("Deleted versions can't be brought back")).to_be_visible()
        page.get_by_label("This is production").fill("halden")
        press(page, "button", "Delete 2 data versions")
        expect(page.locator("#job-state")).to_contain_text("Queued")
        service.run_inline(Job.objects.get(pk=draft.pk))
        assert versions_of(sandbox, dataset) == [3]
        page.goto(f"{LIST}{divided}/partitions/")
        expect(page.locator("#panel-partition-overview")).to_contain_text("2 of 400 partitions")
        assert_fit(page, "partitions")
        page.set_viewport_size(WIDE)
        press(page, "link", "Delete data of a")
        dialog.get_by_label("This is production").fill("hald")
        press(page, "button", "Delete the data")
        expect(dialog).to_contain_text("That is not halden. Nothing was sent.")
        dialog.get_by_label("This is production").fill("halden")
        press(page, "button", "Delete the data")
        expect(page.locator("#list")).not_to_contain_text("Delete data of a")
        expect(page.locator("#panel-partition-overview")).to_contain_text("1 tag is left without data")
        assert (tags_of(sandbox, divided), with_data(sandbox, divided)) == (["a", "b"], {"b": 5})


def test_rows_are_typed_pasted_refused_and_mended(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox, "Orders by hand")
    UserFactory.create(username="steward", role="steward")
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{LIST}{dataset}/append/")
        page.get_by_label("order_id, row 1", exact=True).focus()
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        expect(page.get_by_label("order_id, row 2", exact=True)).to_be_focused()
        lines = [
            "order_id\tplaced_on\tcustomer\tamount",
            *(f"{number}\t2026-03-0{number}\t\t1" for number in range(2, 7)),
        ]
        page.get_by_label("order_id, row 2", exact=True).evaluate(
            PASTE, "\n".join([*lines, "7\t31.12.2025\tNora\t2,5"])
        )
        expect(page.locator("[data-status]")).to_have_text("6 rows were pasted.")
        expect(page.get_by_label("placed_on, row 6", exact=True)).to_have_value("2026-03-06")
        press(page, "button", "Check the rows")
        expect(page.get_by_text("2 cells do not fit.")).to_be_visible()
        wrong = page.get_by_label("placed_on, row 7", exact=True)
        expect(wrong).to_be_focused()
        expect(wrong).to_have_value("31.12.2025")
        assert_fit(page, "append")
        page.set_viewport_size(WIDE)
        wrong.fill("2025-12-31")
        page.get_by_label("amount, row 7", exact=True).fill("2.5")
        press(page, "button", "Remove row 1")
        expect(page.get_by_label("order_id, row 1", exact=True)).to_be_focused()
        press(page, "button", "Check the rows")
        page.wait_for_url("**/uploads/**")
        service.plan_inline(newest())
        expect(page.get_by_role("button", name="Append 6 rows")).to_be_visible()


def test_a_partition_is_chosen_for_an_upload(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox, "Orders by month", [("a", "STRING")])
    load(sandbox, dataset, 30, "APPEND", "2026-01")
    load(sandbox, dataset, 20, "APPEND", "2026-02")
    steward = UserFactory.create(username="steward", role="steward")
    rows = csv_bytes([[row[2]] for row in rows_of(12)], ["a"])
    draft = start_upload(client_of(steward), connection, dataset, rows)
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"/c/halden/data/uploads/{draft.pk}/")
        expect(page.get_by_label("Partition", exact=True)).to_be_hidden()
        page.get_by_role("radio", name="Append").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.get_by_label("Partition", exact=True).fill("2026-01")
        expect(page.locator("#partition-hint")).to_have_text("30 rows of 2026-01 go.")
        expect(page.locator("[data-after]")).to_have_text("32")
        expect(page.get_by_role("button", name="Replace 2026-01 by 12 rows")).to_be_visible()
        settled(page)
        assert_fit(page, "upload-partition")
        page.get_by_label("Partition", exact=True).fill("2026-03")
        expect(page.locator("#partition-hint")).to_have_text("2026-03 is a new partition.")
        page.locator("#confirmation").fill("halden")
        press(page, "button", "Replace 2026-03 by 12 rows")
        page.wait_for_url("**/jobs/**")
    job = service.run_inline(Job.objects.get(pk=draft.pk))
    assert (job.state, job.message) == ("succeeded", "")
    assert with_data(sandbox, dataset) == {"2026-01": 30, "2026-02": 20, "2026-03": 12}
