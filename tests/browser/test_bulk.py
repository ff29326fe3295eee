"""Bulk actions in real Chromium: select, preview, run, watch, cancel, retry, undo; by mouse and by keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.bulk.kind import BulkKind
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from tests.apps.connected import no_broker
from tests.apps.data.bulk_support import Bulk
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

__all__ = ["no_broker"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "Pallet movements by dock"
LIST = f"/c/halden/data/datasets/?q={NAME.replace(' ', '+')}"


@pytest.fixture
def bulk(transactional_db: None, no_broker: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Bulk]:
    """A steward called "steward" and a connection to the sandbox. The test does what a worker would."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()
    sandbox.reset()
    person = UserFactory.create(username="steward", role="steward", first_name="Marta", last_name="Lindqvist")
    connection = ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    yield Bulk(sandbox, connection, person)
    sandbox.reset()


def newest() -> Job:
    """Return the job that was made last."""
    job = Job.objects.order_by("-created_at").first()
    assert job is not None
    return job


@contextmanager
def worker(job: Job) -> Iterator[None]:
    """Work on the job beside the test, until it ends."""

    def work() -> None:
        Runner(job.pk, patient=True).run()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def planned(page: Page) -> Job:
    """Do what a worker does with the draft whose page is open, and wait until the page shows the plan."""
    expect(page.get_by_text("Nothing is changed while the plan is made")).to_be_visible()
    job = service.plan_inline(newest())
    expect(page.get_by_role("heading", name="Run", exact=True)).to_be_visible()
    settled(page)
    return job


def test_certify_and_undo_by_mouse(browser: Browser, live_server: LiveServer, bulk: Bulk) -> None:
    ids = bulk.datasets(4, name=NAME)
    bulk.certify(ids[0])
    bulk.sandbox.reset()
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(LIST)
        page.locator("[data-select-page]").check()
        expect(page.locator("[data-selected]")).to_contain_text("selected")
        assert_fit(page, "bulk-bar")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("button", name="More actions").click()
        expect(page.get_by_role("button", name="Re-index")).to_be_in_viewport()
        assert_fit(page, "bulk-menu")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.keyboard.press("Escape")
        expect(page.locator("[data-selected]")).to_have_text("4 selected")
        page.get_by_role("button", name="Certify", exact=True).click()
        page.wait_for_url("**/jobs/**")
        assert_fit(page, "bulk-planning")
        job = planned(page)
        assert bulk.received().get("certified_content.certify", 0) == 0
        expect(page.get_by_role("heading", level=1)).to_have_text("Certify 3 datasets")
        expect(page.locator("#job-state")).to_have_text("Preview, nothing sent yet")
        assert_fit(page, "bulk-preview")
        page.get_by_role("link", name="Left out").click()
        expect(page.locator("#plan")).to_contain_text("Certified already.")
        assert_fit(page, "bulk-preview-left-out")
        page.get_by_role("button", name="Certify 3 datasets").click()
        expect(page.locator("#job-state")).to_contain_text("Queued")
        bulk.sandbox.control(match="certified_content.certify", latency_ms=3000)
        with worker(job):
            expect(page.locator("#job-state")).to_contain_text("Running")
            expect(page.locator("#job-state")).to_contain_text("Succeeded")
        bulk.sandbox.reset()
        settled(page)
        assert_fit(page, "bulk-ended")
        assert [bulk.certified(key) for key in ids] == ["ACTIVE"] * 4
        page.get_by_role("button", name="Undo", exact=True).click()
        undo = planned(page)
        assert undo.undo_of_id == job.pk
        expect(page.locator(".page-subtitle")).to_contain_text("undoes")
        assert_fit(page, "bulk-undo-preview")
        page.get_by_role("button", name="Undo: Remove the certification").click()
        expect(page.locator("#job-state")).to_contain_text("Queued")
        with worker(undo):
            expect(page.locator("#job-state")).to_contain_text("Succeeded")
        assert [bulk.certified(key) for key in ids] == ["ACTIVE", None, None, None]


def test_share_by_keyboard_alone(browser: Browser, live_server: LiveServer, bulk: Bulk) -> None:
    ids, person = bulk.datasets(2, name=NAME), bulk.somebody()
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(f"/c/halden/data/datasets/?q={ids[0]}")
        settled(page)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("x")
        expect(page.locator("[data-selected]")).to_have_text("1 selected")
        page.get_by_role("button", name="Share", exact=True).focus()
        page.keyboard.press("Enter")
        dialog = page.locator("#dialog")
        expect(dialog).to_contain_text("Share 1 dataset")
        expect(dialog.get_by_label("Person")).to_be_focused()
        assert_fit(page, "bulk-dialog")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.keyboard.press("Control+Enter")
        expect(dialog).to_contain_text("Give either a person (user) or a group.")
        expect(dialog.get_by_label("Person")).to_be_focused()
        page.keyboard.type(person)
        page.keyboard.press("Tab")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/jobs/**")
        job = planned(page)
        expect(page.get_by_text("Undo takes the access away again")).to_be_visible()
        page.get_by_role("button", name="Share 1 dataset").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#job-state")).to_contain_text("Queued")
        with worker(job):
            expect(page.locator("#job-state")).to_contain_text("Succeeded")
        settled(page)
        assert bulk.level(ids[0], person) == "CAN_VIEW"
        page.get_by_role("button", name="Undo", exact=True).focus()
        page.keyboard.press("Enter")
        undo = planned(page)
        page.get_by_role("button", name="Undo: Revoke access").focus()
        page.keyboard.press("Space")
        expect(page.locator("#job-state")).to_contain_text("Queued")
        with worker(undo):
            expect(page.locator("#job-state")).to_contain_text("Succeeded")
        assert bulk.level(ids[0], person) == ""


def test_a_run_is_cancelled_and_what_failed_is_retried(
    browser: Browser, live_server: LiveServer, bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BulkKind, "back_off_seconds", 0.01)
    ids = bulk.datasets(30, name=NAME)
    job = bulk.draft("certify", ids)
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(job.get_absolute_url())
        page.get_by_role("button", name="Certify 30 datasets").click()
        bulk.sandbox.control(
            rules=[
                {"match": "certified_content.certify", "token_mode": "read_only", "count": 2},
                {"match": "certified_content.certify", "latency_ms": 4000},
            ]
        )
        with worker(job):
            expect(page.locator("#job-live")).to_contain_text("of 30 datasets settled")
            expect(page.locator("#causes-title, #job-live")).to_have_count(1)
            page.get_by_role("button", name="Cancel the rest").focus()
            page.keyboard.press("Enter")
            expect(page.locator("#job-state")).to_contain_text("Cancelled")
        bulk.sandbox.reset()
        job.refresh_from_db()
        assert job.count_of("cancelled") > 0
        done = sum(bulk.certified(key) == "ACTIVE" for key in ids)
        assert done == job.count_of("succeeded"), "What was cancelled was not sent"
        settled(page)
        page.get_by_role("button", name="Retry 2 failed").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#job-state")).to_contain_text("Queued")
        again = newest()
        with worker(again):
            expect(page.locator("#job-state")).to_contain_text("Succeeded")
    again.refresh_from_db()
    assert (again.retry_of_id, again.counts) == (job.pk, {"succeeded": 2})


def test_production_wants_the_slug_and_others_on_the_same_are_shown(
    browser: Browser, live_server: LiveServer, bulk: Bulk
) -> None:
    Connection.objects.filter(pk=bulk.connection.pk).update(environment=Environment.PRODUCTION)
    bulk.connection.refresh_from_db()
    ids = bulk.datasets(3, name=NAME)
    draft = bulk.draft("share", ids, user=bulk.somebody(), send_email=True, message="Please look")
    other = Bulk(bulk.sandbox, bulk.connection, UserFactory.create(role="steward", first_name="Tomasz"))
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(draft.get_absolute_url())
        other.draft("tag", ids[:2], tags="FY26")
        expect(page.get_by_text("2 are also in a preview of Tomasz")).to_be_visible()
        assert_fit(page, "bulk-preview-production")
        page.set_viewport_size({"width": 1280, "height": 900})
        word = page.get_by_label("This is production")
        word.fill("halden-test")
        word.press("Control+Enter")
        draft.refresh_from_db()
        assert draft.state == "draft", "Ctrl+Enter does not pass a typed confirmation"
        page.get_by_role("button", name="Share 3 datasets").click()
        expect(page.get_by_text("This is not “halden”. Nothing was sent.")).to_be_visible()
        expect(word).to_be_focused()
        word.fill("halden")
        page.get_by_role("button", name="Share 3 datasets").click()
        expect(page.locator("#job-state")).to_contain_text("Queued")
