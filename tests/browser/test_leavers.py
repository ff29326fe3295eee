"""When somebody leaves, in real Chromium: from the person to the record by keys, refusals; all four looks, axe."""

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
from tests.apps.connected import no_broker
from tests.apps.governance.leavers.support import Leaver
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

__all__ = ["no_broker"]  # fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BASE = "/c/halden/governance/leavers/"


@pytest.fixture
def connection(
    transactional_db: None, no_broker: None, settings: LazySettings, sandbox: SandboxProcess
) -> Iterator[Connection]:
    """A production connection to the sandbox, an admin and a steward."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="admin", role="admin")
    UserFactory.create(username="steward", role="steward")
    yield ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.PRODUCTION,
        secrets={"token": sandbox.token},
    )
    sandbox.reset()


def test_a_person_is_handed_over_and_deleted(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    # New things only: other tests look at what the others own.
    leaver = Leaver.create(sandbox.client(), "Hanna Leaver")
    to = Leaver.create(sandbox.client(), "Priya Stays")
    leaver.give_datasets(3)
    leaver.give_groups(2, 1)
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(f"{BASE}?q={leaver.email}")
        assert_fit(page, "leavers")
        page.get_by_role("link", name="Hanna Leaver").press("Enter")
        expect(page.locator("#count-dataset")).to_contain_text("Leaver orders 0")
        assert_fit(page, "leaver-start")
        watch.expected = ("422",)
        page.get_by_role("button", name="Plan and preview").press("Enter")
        expect(page.get_by_text("Say who: a name, an e-mail address or an id.")).to_be_visible()
        page.get_by_label("Name, e-mail or id").fill(to.email)
        page.get_by_label("Who gets groups", exact=True).select_option("nobody")
        page.get_by_role("button", name="Plan and preview").press("Enter")
        expect(page.get_by_text("Waits for a worker").first).to_be_visible()
        job = service.plan_inline(Job.objects.get())
        page.goto(job.get_absolute_url())
        expect(page.get_by_role("cell", name="Left with Hanna Leaver, as chosen.", exact=True)).to_be_visible()
        assert_fit(page, "leaver-plan")
        # Without the name of the connection nothing goes out.
        page.get_by_role("button", name="Hand over 5 objects").press("Enter")
        expect(page.get_by_text("Nothing was sent.").first).to_be_visible()
        page.get_by_label(re.compile("This is production")).fill("halden")
        page.get_by_role("button", name="Hand over 5 objects").press("Enter")
        expect(page.get_by_text("Queued").first).to_be_visible()
        service.work_on(job, job.actor)  # type: ignore[arg-type]
        page.goto(job.get_absolute_url())
        page.get_by_role("link", name="Record", exact=True).press("Enter")
        expect(page.get_by_text("1 thing is still Hanna Leaver’s")).to_be_visible()
        assert_fit(page, "leaver-record")
        page.get_by_role("link", name="Delete Hanna Leaver").press("Enter")
        page.get_by_label("I know that 1 thing is still theirs").press("Space")
        page.get_by_label(re.compile("This is production")).fill("halden")
        page.get_by_role("button", name="Delete the user").press("Enter")
        page.wait_for_url(re.compile(f"{BASE}$"))
        expect(page.get_by_text("Hanna Leaver was deleted.").first).to_be_visible()
        settled(page)
    assert sandbox.client().get(f"/api/identity/v1/users/{leaver.id}").status_code == 404


def test_who_may_not_is_told_so(
    browser: Browser, live_server: LiveServer, connection: Connection, sandbox: SandboxProcess
) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("403",)
        sign_in(page, "steward", PASSWORD)
        page.goto(BASE)
        expect(page.get_by_text("Admin").first).to_be_visible()
        expect(page.get_by_role("button", name="Find")).to_have_count(0)
        assert_fit(page, "leavers-refused")
