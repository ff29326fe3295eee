"""The history in real Chromium: filter, save a view, open a job, retry what failed; charts and their figures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import SavedView
from apps.jobs.causes import cause_of
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from tests.apps.jobs.conftest import JobMaker, kinds, sent
from tests.browser.support import assert_fit, axe_findings, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory

__all__ = ["kinds", "sent"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Home shows that the refused host can't be reached; a form that is refused answers 422.
EXPECTED = ("Failed to load resource",)
ANSWERS = (("403", "You do not have permission to share DataSet {n}"), ("404", "DataSource {n} not found"))
ENDS = ("succeeded", "succeeded", "partial", "succeeded", "failed", "cancelled")


@pytest.fixture
def make(transactional_db: None, tmp_path: Path) -> JobMaker:
    """Jobs of an admin, on a connection whose host is refused."""
    cache.clear()
    person = UserFactory.create(username="admin", role="admin", first_name="Ada", last_name="Winther")
    connection = ConnectionFactory.create(name="Halden Outdoor", slug="halden", base_url="https://127.0.0.1:9")
    return JobMaker(person, connection, tmp_path / "effects")


@pytest.fixture
def history(make: JobMaker) -> Job:
    """Jobs of the last 40 days; the one of today ended in part, and is returned."""
    now = timezone.now()
    for number in range(60):
        job = make.draft("a")
        at, failed = now - timedelta(days=1 + number * 0.65), number * 7 % 23 if ENDS[number % 6] != "succeeded" else 0
        Job.objects.filter(pk=job.pk).update(
            title=f"Certify {40 + number * 13 % 400} datasets",
            state=ENDS[number % 6],
            created_at=at,
            finished_at=at,
            total=240,
            counts={"succeeded": 240 - failed, "failed": failed},
        )
    return ended_in_part(make)


def ended_in_part(make: JobMaker) -> Job:
    """Return an ended job of 40 items: failures of two causes, one unknown outcome."""
    labels = ("Freight cost by lane", "Customs declarations", "Supplier payment terms", "Pallet movements")
    items = [NewItem(f"k{n}", label=f"{labels[n % 4]} {n}", before={"certified": False}) for n in range(40)]
    job = make.queued(*items, params={"safety": "verifiable"})
    now = timezone.now()
    for item in job.items.all():
        item.state, item.finished_at, item.request_id = "succeeded", now, f"TOE-V7K2M4TQ{item.position:02d}"
        if item.position < 12:
            code, text = ANSWERS[item.position % 3 == 0]
            item.state, item.error_code, item.error_text = "failed", code, text.format(n=48_271 + item.position)
        elif item.position == 12:
            item.state, item.error_text = "unknown", "No answer after 12 s"
        item.cause = cause_of(item.error_code, item.error_text) if item.error_text else ""
        item.save()
    Job.objects.filter(pk=job.pk).update(
        title="Share 40 datasets with Priya Raman",
        state="partial",
        started_at=now,
        finished_at=now,
        counts={"succeeded": 27, "failed": 12, "unknown": 1},
        progress={"done": 40, "total": 40, "unit": "items", "rate": 1.9, "seconds": 21.0},
    )
    job.refresh_from_db()
    return job


def choose(page: Page, label: str, value: str) -> None:
    """Filter the list by one field of its menu."""
    page.get_by_role("button", name="Filter").click()
    page.locator("#filters").get_by_label(label, exact=True).select_option(label=value)
    page.locator("#filters").get_by_role("button", name="Apply").click()
    settled(page)


def test_the_history_fits_and_axe_has_nothing_to_say(browser: Browser, live_server: LiveServer, history: Job) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/jobs/")
        assert_fit(page, "history-list")
        page.get_by_text("Figures of these charts").click()
        assert_fit(page, "history-figures")
        page.get_by_role("button", name="Filter").click()
        assert_fit(page, "history-filter")
        page.goto("/views/add/?path=/jobs/&query=state%3Dfailed")
        assert_fit(page, "history-save-view")
        page.goto(history.get_absolute_url())
        assert_fit(page, "history-job")
        cause = page.get_by_role("link", name="items with this answer: 403")
        cause.click()
        expect(page.locator("#items")).to_contain_text("Answer 403")
        assert_fit(page, "history-job-cause")


def test_filter_save_a_view_open_a_job_and_retry_what_failed(
    browser: Browser, live_server: LiveServer, history: Job
) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/jobs/")
        expect(page.locator("#list-views")).to_contain_text("All jobs")
        expect(page.locator("#save-view")).to_have_count(0)
        choose(page, "State", "Partial")
        expect(page.locator(".list-charts")).to_contain_text("Partial")
        expect(page.locator(".list-charts figcaption").first).not_to_contain_text("Succeeded")

        # The tabs came along with the list.
        page.locator("#save-view").click()
        dialog = page.locator("#dialog")
        expect(dialog).to_be_visible()
        assert axe_findings(page) == []
        dialog.get_by_role("button", name="Save view").click()
        expect(dialog).to_contain_text("Give the view a name")
        dialog.get_by_label("Name").fill("Partly done")
        dialog.get_by_label("Share it with everybody").check()
        dialog.get_by_role("button", name="Save view").click()
        current = page.locator("#list-views [aria-current=true]")
        expect(current).to_contain_text("Partly done")
        assert_fit(page, "history-view")
        page.get_by_role("link", name="All jobs").first.click()
        expect(page.locator("#list-views [aria-current=true]")).to_contain_text("All jobs")
        page.locator("#list-views").get_by_role("link", name="Partly done").click()
        expect(page).to_have_url(f"{live_server.url}/jobs/?state=partial")

        page.get_by_role("link", name="Share 40 datasets with Priya Raman").first.click()
        expect(page.locator("#causes-title")).to_be_visible()
        page.get_by_role("button", name="Retry 12 failed").click()
        expect(page.locator("#job-state")).to_contain_text("Queued")
        page.get_by_role("link", name="an earlier job").click()
        expect(page.locator("#job-live")).to_contain_text("Retried by")
    again = Job.objects.get(retry_of=history)
    assert (again.total, again.state) == (12, "queued")


def test_a_view_is_renamed_and_deleted_by_keyboard(browser: Browser, live_server: LiveServer, make: JobMaker) -> None:
    SavedView.objects.create(owner=make.person, path="/jobs/", name="Failed ones", query="state=failed")
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/jobs/?state=failed")
        page.locator("#edit-view").focus()
        page.keyboard.press("Enter")
        name = page.locator("#dialog").get_by_label("Name")
        expect(name).to_be_visible()
        name.focus()
        name.fill("What failed")
        page.keyboard.press("Enter")
        expect(page.locator("#list-views [aria-current=true]")).to_contain_text("What failed")
        page.locator("#edit-view").click()
        page.locator("#dialog").get_by_role("button", name="Delete view").press("Enter")
        expect(page.locator("#list-views")).not_to_contain_text("What failed")
    assert not SavedView.objects.exists()


def test_unknown_outcomes_are_read_back_before_a_retry(
    browser: Browser, live_server: LiveServer, make: JobMaker
) -> None:
    from apps.jobs.celery_tasks import work

    job = ended_in_part(make)
    make.file.write_text("")
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto(job.get_absolute_url())
        page.get_by_role("button", name="Retry unknown after verify").click()
        expect(page.locator("#job-live")).to_contain_text("Reading back")
        work(str(job.pk))
        expect(page.locator("#job-live")).to_contain_text("Retried by")
        expect(page.locator("#job-live")).not_to_contain_text("unknown.")
    assert list(Job.objects.get(retry_of=job).items.values_list("key", flat=True)) == ["k12"]
    assert not JobItem.objects.filter(job=job, state="unknown").exists()
