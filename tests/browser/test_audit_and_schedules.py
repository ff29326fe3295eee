"""The audit trail, notifications and schedules in real Chromium: looks, keys, and what lives by polling."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps import audit
from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.models import Job
from apps.notifications.service import notify
from apps.schedules import running
from apps.schedules.models import Schedule, ScheduleRun
from tests.apps.notifications.conftest import asked
from tests.apps.schedules.conftest import kinds, new_schedule, sent, work_off
from tests.browser.support import assert_fit, axe_findings, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory

__all__ = ["asked", "kinds", "sent"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The connection's host is refused, which home says; a form that is refused answers 422.
EXPECTED = ("Failed to load resource",)


@pytest.fixture
def admin(transactional_db: None) -> User:
    """An admin with an address."""
    cache.clear()
    return UserFactory.create(
        username="admin",
        role="admin",
        first_name="Ada",
        last_name="Winther",
        email="ada@example.com",
        time_zone="Europe/Zurich",
    )


@pytest.fixture
def job(admin: User, tmp_path: Path) -> Job:
    """A draft that can run again, on a production connection."""
    connection = ConnectionFactory.create(
        name="Halden Outdoor", slug="halden", base_url="https://127.0.0.1:9", environment="production"
    )
    params = {"file": str(tmp_path / "effects"), "safety": "idempotent", "keys": ["a", "b"]}
    title = "Certify 214 datasets of freight and customs"
    return service.create_job("test.again", title=title, connection=connection, params=params, actor=admin)


def fill_trail(admin: User) -> AuditRecord:
    """Write records of several kinds and return one with changes."""
    common = {"actor": admin, "connection": "halden", "target_kind": "dataset", "source": "page"}
    for number, outcome in enumerate(("succeeded", "failed", "unknown", "cancelled")):
        audit.record(
            "datasets.share",
            outcome=outcome,
            target_id=f"4f1c2b7e-0000-4000-8000-00000000000{number}",
            target_name=("Freight cost by lane", "Customs declarations", "Supplier payment terms", "Pallets")[number],
            request_id="TOE-V7K2M4TQ8A",
            message="No answer after 12 s" if outcome == "unknown" else "",
            **common,
        )
    return audit.record(
        "datasets.update",
        before={"name": "Store sales", "tags": ["retail", "old"], "owner": {"id": 27, "name": "Nora Berg"}},
        after={"name": "Store sales by day", "tags": ["retail", "daily"], "owner": {"id": 31, "name": "Jonas Lie"}},
        target_id="4f1c2b7e-0000-4000-8000-0000000000ff",
        target_name="Store sales",
        **common,
    )


def test_the_trail_looks_right_and_leads_from_record_to_history(
    browser: Browser, live_server: LiveServer, admin: User
) -> None:
    record = fill_trail(admin)
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/audit/")
        expect(page.locator("#list .badge.is-bad")).to_contain_text("Failed")
        for name, url in {
            "audit-list": "/audit/",
            "audit-filtered": "/audit/?outcome=failed&kind=dataset&source=page",
            "audit-no-match": "/audit/?q=zebra",
            "audit-record": record.get_absolute_url(),
        }.items():
            page.goto(url)
            assert_fit(page, name)
        changes = page.get_by_role("region", name="Table of changes")
        expect(changes.locator("tr", has_text="owner.name")).to_contain_text("Jonas Lie")
        page.get_by_role("link", name="All records of this object").click()
        expect(page.locator("#list tbody tr")).to_have_count(1)
        expect(page.locator(".tag", has_text="4f1c2b7e")).to_be_visible()
        page.goto("/audit/?outcome=succeeded")
        with page.expect_download() as download:
            page.get_by_role("link", name="Export CSV").click()
        lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
        assert [("Freight" in line, "Store sales" in line) for line in lines] == [
            (False, False),
            (True, False),
            (False, True),
        ]
        with page.expect_download() as download:
            page.get_by_role("link", name="Export JSON lines").click()
        assert len(Path(download.value.path()).read_text(encoding="utf-8").splitlines()) == 2


def test_the_bell_rings_by_itself_and_is_read_by_keyboard(
    browser: Browser, live_server: LiveServer, admin: User, job: Job
) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/jobs/")
        bell = page.get_by_role("button", name="Notifications")
        expect(bell).to_have_text("Notifications")
        service.start_planning(job, confirm=True)
        ended = work_off(job)
        assert ended.state == "succeeded"
        # What htmx does every 15 seconds, now: a job that ends on an open page announces itself the same way.
        page.evaluate("document.dispatchEvent(new CustomEvent('jobs-changed'))")
        expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible()
        page.get_by_role("button", name="Notifications, 1 unread").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_be_visible()
        assert axe_findings(page) == []
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{ended.get_absolute_url()}")
        settled(page)
        expect(page.get_by_role("button", name="Notifications")).to_have_text("Notifications")


def test_the_list_of_notifications(browser: Browser, live_server: LiveServer, admin: User, settings: Settings) -> None:
    settings.NOTIFY_BY_MAIL = True
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/notifications/")
        assert_fit(page, "notifications-empty")
        for number, level in enumerate(("ok", "warn", "bad")):
            notify(
                admin,
                key=str(number),
                level=level,
                title=f"Certify {number + 1},214 datasets of freight and customs ended",
                text="3,000 done, 214 failed. Freight cost by lane: you may not certify this dataset.",
                url="/jobs/",
            )
        page.goto("/notifications/")
        assert_fit(page, "notifications")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("button", name="Notifications, 3 unread").click()
        expect(page.locator("#told")).to_be_visible()
        assert_fit(page, "notifications-bell")
        page.keyboard.press("Escape")
        page.locator("#list tbody tr").first.get_by_role("button", name="Mark as read").click()
        expect(page.get_by_role("button", name="Notifications, 2 unread")).to_be_visible()
        page.locator("main").get_by_role("button", name="Mark all as read").click()
        expect(page.locator(".page-subtitle")).to_contain_text("All read")
        page.get_by_role("button", name="Switch mails off").click()
        expect(page.get_by_role("button", name="Switch mails on")).to_be_visible()


def make_by_keyboard(page: Page, job: Job) -> None:
    """Fill in and send the form of a new schedule without the mouse."""
    page.goto(f"/jobs/schedules/new/{job.pk}/")
    page.get_by_label("Name").fill("Certify at night")
    page.get_by_label("Set times", exact=True).fill("0 2 * *")
    page.keyboard.press("Enter")
    expect(page.locator("#id_cron_error")).to_contain_text("five fields")
    expect(page.locator("#id_slug_error")).to_contain_text("required")
    assert_fit(page, "schedule-refused")
    page.get_by_label("Set times", exact=True).fill("0 2 * * 1-5")
    page.get_by_label("Type halden to confirm").fill("halden")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/jobs/schedules/\d+/$"))


def test_a_schedule_from_making_to_deleting(browser: Browser, live_server: LiveServer, admin: User, job: Job) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto("/jobs/schedules/")
        assert_fit(page, "schedules-empty")
        page.get_by_role("link", name="New schedule").click()
        settled(page)
        assert_fit(page, "schedules-new")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("link", name=job.title).click()
        settled(page)
        assert_fit(page, "schedule-create")
        make_by_keyboard(page, job)
        schedule = Schedule.objects.get()
        expect(page.locator(".page-title")).to_have_text("Certify at night")
        # It runs twice: once in time, once while the first still runs.
        for _ in range(2):
            Schedule.objects.update(next_run_at=timezone.now())
            running.run_due(timezone.now())
        run = ScheduleRun.objects.filter(outcome="started").get()
        assert run.job is not None
        work_off(run.job)
        late = timezone.now() - timedelta(hours=6)
        Schedule.objects.update(next_run_at=late)
        running.run_due(timezone.now())
        page.reload()
        assert_fit(page, "schedule")
        expect(page.get_by_role("region", name="Table of the last runs").locator("tbody tr")).to_have_count(3)
        page.goto("/jobs/schedules/")
        assert_fit(page, "schedules")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("link", name="Certify at night").click()
        page.get_by_role("button", name="Switch off").click()
        expect(page.get_by_role("button", name="Switch on")).to_be_visible()
        page.get_by_role("link", name="Edit").click()
        page.get_by_label("Every so often").check()
        page.get_by_label("Every", exact=True).fill("6")
        assert_fit(page, "schedule-edit")
        page.get_by_role("button", name="Save Certify at night").click()
        expect(page.locator("main .facts")).to_contain_text("Every 6 hours")
        page.get_by_role("link", name="Delete").click()
        assert_fit(page, "schedule-delete")
        page.get_by_role("button", name="Delete Certify at night").click()
        page.wait_for_url("**/jobs/schedules/")
    assert not Schedule.objects.filter(pk=schedule.pk).exists()


def test_one_that_stopped_says_why(browser: Browser, live_server: LiveServer, admin: User, job: Job) -> None:
    owner = UserFactory.create(role="steward", first_name="Nora", last_name="Berg")
    schedule = new_schedule(job, owner, name="Certify hourly")
    User.objects.filter(pk=owner.pk).update(role="viewer")
    Schedule.objects.update(next_run_at=timezone.now())
    running.run_due(timezone.now())
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = EXPECTED
        sign_in(page, "admin", PASSWORD)
        page.goto(schedule.get_absolute_url())
        expect(page.get_by_role("note")).to_contain_text("Nora Berg no longer has the role steward")
        assert_fit(page, "schedule-stopped")
