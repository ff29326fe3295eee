"""Jobs in real Chromium: each state of the page for axe and width, live progress to its end, deciding, the tray."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Request, expect
from pytest_django.live_server_helper import LiveServer

from apps.audit.models import AuditRecord
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.runner import Runner
from tests.apps.jobs.conftest import JobMaker, kinds, sent
from tests.browser.support import assert_fit, axe_findings, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory

__all__ = ["kinds", "sent"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Home shows that the refused host can't be reached; a form that is refused answers 422.
EXPECTED = ("Failed to load resource",)


@pytest.fixture
def make(transactional_db: None, tmp_path: Path) -> JobMaker:
    """Jobs of an admin, on a connection whose host is refused."""
    cache.clear()
    person = UserFactory.create(username="admin", role="admin", first_name="Ada", last_name="Winther")
    connection = ConnectionFactory.create(name="Halden Outdoor", slug="halden", base_url="https://127.0.0.1:9")
    return JobMaker(person, connection, tmp_path / "effects")


def half_done(make: JobMaker) -> Job:
    """Return a running job of twelve items with some of each outcome."""
    labels = ["Freight cost by lane", "Customs declarations", "Supplier payment terms", "Pallet movements"]
    items = [NewItem(f"k{n}", label=f"{labels[n % 4]} {n}", size=10, payload={"fails": n == 2}) for n in range(12)]
    job = make.queued(*items, kind="test.all_or_nothing", params={"safety": "verifiable"})
    now = job.created_at
    JobItem.objects.filter(job=job, position__lt=6).update(
        state="succeeded", finished_at=now, request_id="TOE-V7K2M4TQ8A"
    )
    JobItem.objects.filter(job=job, position=2).update(
        state="failed", error_code="403", error_text="You do not have permission to share this DataSet"
    )
    JobItem.objects.filter(job=job, position=3).update(state="unknown", error_text="No answer after 12 s")
    Job.objects.filter(pk=job.pk).update(
        state="running",
        started_at=now,
        counts={"succeeded": 4, "failed": 1, "unknown": 1, "pending": 6},
        progress={"done": 60, "total": 120, "unit": "bytes", "phase": "Sending", "rate": 12.5, "seconds_left": 5},
    )
    job.refresh_from_db()
    return job


def test_each_state_fits_and_axe_has_nothing_to_say(browser: Browser, live_server: LiveServer, make: JobMaker) -> None:
    job, draft = half_done(make), make.draft("a", "b")
    planning = make.draft("c")
    Job.objects.filter(pk=planning.pk).update(planned_at=None, planning_requested_at=planning.created_at)
    ended = half_done(make)
    JobItem.objects.filter(job=ended, state="pending").update(state="cancelled", finished_at=ended.created_at)
    Job.objects.filter(pk=ended.pk).update(
        state="failed",
        finished_at=ended.created_at,
        message="Supplier payment terms 2: You do not have permission to share this DataSet",
    )
    record = AuditRecord.objects.order_by("pk").first()
    assert record is not None
    unknown = ended.items.get(state="unknown")
    pages = {
        "list": "/jobs/",
        "no-match": "/jobs/?q=zebra",
        "running": job.get_absolute_url(),
        "draft": draft.get_absolute_url(),
        "planning": planning.get_absolute_url(),
        "ended": ended.get_absolute_url(),
        "ended-unknown": f"{ended.get_absolute_url()}?outcome=unknown",
        "decide": f"{ended.get_absolute_url()}items/{unknown.pk}/decide/",
        "audit": "/audit/",
        "audit-record": record.get_absolute_url(),
    }
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        for name, url in pages.items():
            page.goto(url)
            assert_fit(page, f"jobs-{name}")


def test_progress_moves_by_itself_and_polling_ends_with_the_job(
    browser: Browser, live_server: LiveServer, make: JobMaker
) -> None:
    job = make.queued(*(NewItem(f"k{n}", label=f"Dataset {n}", size=10) for n in range(6)))
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        polls: list[float] = []

        def note(request: Request) -> None:
            if "/progress/" in request.url or "/tray/" in request.url:
                polls.append(time.monotonic())

        page.on("request", note)
        sign_in(page, "admin", PASSWORD)
        page.goto(job.get_absolute_url())
        expect(page.locator("#job-state")).to_contain_text("Queued")
        expect(page.locator("#job-tray button")).to_contain_text("1")
        page.locator("#job-tray button").click()
        expect(page.locator("#running-jobs")).to_be_visible()
        Runner(job.pk, patient=True).run()
        expect(page.locator("#job-state")).to_contain_text("Succeeded")
        expect(page.locator("#job-live")).to_contain_text("100 %")
        expect(page.locator("#job-actions")).not_to_contain_text("Cancel")
        expect(page.locator("#items tbody tr").first).to_contain_text("Done")
        expect(page.locator("#job-tray button")).to_have_count(0)
        settled(page)
        before = len(polls)
        page.wait_for_timeout(2_500)
        assert len(polls) == before, "The page went on asking after the end"


def test_an_unknown_outcome_is_decided_in_a_dialog(browser: Browser, live_server: LiveServer, make: JobMaker) -> None:
    job = half_done(make)
    JobItem.objects.filter(job=job, state="pending").update(state="cancelled", finished_at=job.created_at)
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=job.created_at)
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto(f"{job.get_absolute_url()}?outcome=unknown")
        page.get_by_role("link", name="Decide what became of").click()
        dialog = page.locator("#dialog")
        expect(dialog).to_be_visible()
        assert axe_findings(page) == []
        dialog.get_by_role("button", name="Settle this item").click()
        expect(dialog).to_contain_text("Say whether it was done")
        dialog.get_by_label("It was done").check()
        dialog.get_by_label("How you know").fill("Seen in Domo")
        dialog.get_by_role("button", name="Settle this item").click()
        expect(dialog).to_be_hidden()
        expect(page.locator("#items")).to_contain_text("No item matches")
    assert job.items.filter(state="unknown").count() == 0
