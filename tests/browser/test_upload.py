"""The steward's way in real Chromium on a real `make up`: sign in, find a dataset, upload, watch, query."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.apps.data.uploads.support import COLUMNS, csv_bytes, rows_of
from tests.browser.support import assert_fit, open_page, sign_in_by_form
from tests.embedded import Embedded, free_port, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """One running DomoAdmin for the module."""
    directory, port = tmp_path_factory.mktemp("embedded"), free_port()
    with running(directory, port):
        yield Embedded.at(directory, port)


def _choose(page: Page, path: Path) -> None:
    page.set_input_files("input[type=file]", str(path))
    page.wait_for_url("**/uploads/**")


def test_from_sign_in_to_the_rows(browser: Browser, embedded: Embedded, tmp_path: Path) -> None:
    name = "Orders of today"
    dataset = embedded.create_dataset(name, COLUMNS)
    path = tmp_path / "orders.csv"
    path.write_bytes(csv_bytes(rows_of(20_000)))
    with open_page(browser, embedded.address) as (page, _):
        sign_in_by_form(page, "steward", "steward-demo-2026")
        page.goto("/c/sandbox/data/datasets/")
        page.get_by_role("searchbox").fill(name)
        page.keyboard.press("Enter")
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("link", name="Upload a CSV").click()
        assert_fit(page, "upload-choose")
        _choose(page, path)
        append = page.get_by_role("button", name="Append 20,000 rows")
        append.wait_for(timeout=40_000)
        assert_fit(page, "upload-check")
        embedded.control(latency_ms=1500, match="/parts/|/commit")
        append.click()
        page.wait_for_url("**/jobs/**")
        expect(page.get_by_text("Every row is accounted for")).to_be_visible()
        # Live: nothing is clicked, and the page goes from sending to its end.
        expect(page.locator("#job-live")).to_contain_text("Sending")
        embedded.control()
        expect(page.get_by_text("All agree")).to_be_visible(timeout=40_000)
        expect(page.locator("#job-live")).to_contain_text("20,000")
        assert_fit(page, "upload-job")
        page.goto(f"/c/sandbox/data/datasets/{dataset}/query/")
        page.get_by_role("textbox", name="SQL").focus()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(f"SELECT COUNT(*) AS n, MIN(note) AS note FROM `{dataset}`")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("cell", name="20,000").or_(page.get_by_role("cell", name="20000"))).to_be_visible()


def test_problems_are_decided_and_the_sums_follow(browser: Browser, embedded: Embedded, tmp_path: Path) -> None:
    dataset = embedded.create_dataset("Orders with problems", COLUMNS)
    rows = rows_of(200)
    rows[20][3] = "12,50 EUR"
    rows[30][1] = "soon"
    path = tmp_path / "orders.csv"
    path.write_bytes(csv_bytes(rows))
    with open_page(browser, embedded.address) as (page, watch):
        watch.expected = ("422",)
        sign_in_by_form(page, "steward", "steward-demo-2026")
        page.goto(f"/c/sandbox/data/datasets/{dataset}/upload/")
        _choose(page, path)
        page.get_by_role("button", name="Append 200 rows").click()
        expect(page.locator("#decision-error")).to_contain_text("2 rows can’t be sent as they are")
        assert_fit(page, "upload-problems")
        page.get_by_label("Set the rows aside").check()
        expect(page.get_by_role("button", name="Append 198 rows")).to_be_visible()
        page.get_by_text("Replace", exact=True).click()
        page.get_by_role("button", name="Replace all by 198 rows").click()
        page.wait_for_url("**/jobs/**")
        expect(page.get_by_text("All agree")).to_be_visible(timeout=40_000)


def test_a_refused_file_can_be_read_differently(browser: Browser, embedded: Embedded, tmp_path: Path) -> None:
    dataset = embedded.create_dataset("Orders without header", COLUMNS)
    path = tmp_path / "orders.csv"
    path.write_bytes(csv_bytes(rows_of(50), ["a", "b", "c", "d", "e"]))
    with open_page(browser, embedded.address) as (page, _):
        sign_in_by_form(page, "steward", "steward-demo-2026")
        page.goto(f"/c/sandbox/data/datasets/{dataset}/upload/")
        _choose(page, path)
        expect(page.get_by_role("heading", name="orders.csv can’t be sent")).to_be_visible(timeout=40_000)
        assert_fit(page, "upload-refused")


def test_a_broken_connection_goes_on_with_the_missing_piece(
    browser: Browser, embedded: Embedded, tmp_path: Path
) -> None:
    dataset = embedded.create_dataset("Orders over a bad line", COLUMNS)
    path = tmp_path / "orders.csv"
    path.write_bytes(csv_bytes(rows_of(300)))
    with open_page(browser, embedded.address) as (page, watch):
        watch.expected = ("ERR_CONNECTION_FAILED", "ERR_FAILED", "Failed to load resource")
        sign_in_by_form(page, "steward", "steward-demo-2026")
        page.goto(f"/c/sandbox/data/datasets/{dataset}/upload/")
        failures = iter([True, True])
        page.route(
            "**/staging/*/chunks/*/",
            lambda route: route.abort("connectionfailed") if next(failures, False) else route.continue_(),
        )
        _choose(page, path)
        expect(page.get_by_role("button", name="Append 300 rows")).to_be_visible(timeout=40_000)
