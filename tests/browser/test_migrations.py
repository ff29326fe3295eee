"""Migrations in real Chromium: all four directions end to end, with collisions, ABORTED, INCOMPLETE, refusals; axe."""

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
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from apps.migrations.federated.outcomes import Attempt, Outcome
from apps.migrations.federated.upstream import read_candidates
from apps.migrations.federated.waves import Wave
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HERE = "/c/halden/migrations/"


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox of its own, whose moves take a moment and not seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOMOADMIN_SANDBOX_MOVE_PACE", "30")
        with SandboxProcess(tmp_path_factory.mktemp("moving")) as process:
            yield process


@pytest.fixture
def connection(transactional_db: None, settings: LazySettings, moving: SandboxProcess) -> Connection:
    """A production connection to it, and someone of the support."""
    settings.UPSTREAM_HOSTS = [urlsplit(moving.url).netloc]
    cache.clear()
    UserFactory.create(username="support", role="support")
    return ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=moving.url,
        environment=Environment.PRODUCTION,
        secrets={"token": moving.token},
    )


def newest() -> Job:
    """Return the wave made last."""
    return Job.objects.order_by("-created_at")[0]


def run(page: Page) -> Job:
    """Do what a worker would, and look."""
    job = newest()
    Runner(job.pk, patient=True).run()
    page.goto(f"{HERE}waves/{job.pk}/")
    job.refresh_from_db()
    return job


def start(page: Page, verb: str) -> Job:
    """Type the slug and start the wave that is shown."""
    page.get_by_label("This is production").fill("halden")
    page.get_by_role("button", name=re.compile(rf"^{verb} \d+ datasource")).press("Enter")
    expect(page.locator("#wave-state")).not_to_contain_text("Nothing sent yet")
    return run(page)


def never_stop(page: Page) -> None:
    """Switch the stop rule off."""
    page.locator(".wave-settings summary").press("Enter")
    page.get_by_label("Stop at so many INCOMPLETE").fill("0")
    page.get_by_label("Stop at so many failures").fill("0")
    page.get_by_role("button", name="Keep the settings").press("Enter")
    expect(page.get_by_text("nothing: it runs to its end").first).to_be_visible()


def pick_page(page: Page) -> None:
    """Pick all of the page that can be picked, and preview them."""
    page.get_by_label(re.compile("Select all")).check()
    page.get_by_role("button", name=re.compile("preview the wave")).first.press("Enter")
    page.wait_for_url(re.compile("/waves/"))


def outcomes(job: Job) -> dict[Outcome, set[str]]:
    """Return the datasources of a wave by outcome."""
    found: dict[Outcome, set[str]] = {}
    for item in job.items.all():
        found.setdefault(Attempt.of(item).outcome, set()).add(item.key)
    return found


def told_migrated(job: Job, connection: Connection) -> set[str]:
    """Return which datasources of a wave the sandbox's list shows as migrated."""
    wave = Wave(job)
    there = wave.way.opposite if wave.way.back else wave.way
    listed = read_candidates(connection.client(), there, wave.target.id)
    return {item.key for item in job.items.all() if item.key in listed and listed[item.key].migrated}


def test_v1_to_v2_and_back(browser: Browser, live_server: LiveServer, connection: Connection) -> None:
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "support", PASSWORD)
        page.goto(f"{HERE}waves/")
        page.get_by_role("link", name="New wave").press("Enter")
        page.get_by_role("link", name=re.compile("^Federated V1 to V2")).press("Enter")
        page.get_by_role("link", name="snowflake-federated").press("Enter")
        expect(page.get_by_text("can be used by this token")).to_be_visible()
        assert_fit(page, "migration-target")
        page.get_by_role("link", name=re.compile("Snowflake reporting")).press("Enter")
        page.get_by_role("link", name=re.compile("^Can move")).press("Enter")
        settled(page)
        pick_page(page)
        expect(page.get_by_text("mappings to correct first")).to_be_visible()
        assert_fit(page, "migration-mapping")
        # What is pasted is taken whole or not at all.
        page.get_by_role("button", name="Paste or CSV").press("Enter")
        page.get_by_label("Paste cells").fill("datasource_id,catalog,table\nnobody,C,T")
        page.get_by_role("button", name="Take the mapping").press("Enter")
        expect(page.get_by_text("The column schema is missing.")).to_be_visible()
        page.get_by_label("Fill empty with").fill("HALDEN.NULL.{NAME}")
        page.get_by_role("button", name=re.compile("^Fill")).press("Enter")
        expect(page.get_by_role("button", name=re.compile("^Migrate"))).to_be_enabled()
        # The wrong word starts nothing.
        page.get_by_label("This is production").fill("yes")
        page.get_by_role("button", name=re.compile("^Migrate")).press("Enter")
        expect(page.get_by_text("Nothing was sent.").first).to_be_visible()
        job = start(page, "Migrate")
        assert job.state == "paused"
        expect(page.get_by_role("heading", name=re.compile("^INCOMPLETE: "))).to_be_visible()
        assert_fit(page, "migration-wave")
        never_stop(page)
        page.get_by_label("Set aside, because").fill("Its owner knows and waits")
        page.get_by_role("button", name=re.compile("^Go on with")).press("Enter")
        expect(page.locator("#wave-state")).not_to_contain_text("Halted")
        job = run(page)
        found = outcomes(job)
        assert {Outcome.COMPLETE, Outcome.INCOMPLETE, Outcome.ABORTED} <= set(found)
        assert told_migrated(job, connection) == found[Outcome.COMPLETE]
        # One that is INCOMPLETE is sent once more from where it is told.
        page.get_by_role("link", name="Migrate it again").first.press("Enter")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("This is production").fill("halden")
        dialog.get_by_role("button", name="Migrate 1 datasource").press("Enter")
        expect(page.get_by_text("Once more:")).to_be_visible()
        run(page)
        page.goto(f"{HERE}waves/{job.pk}/report/")
        assert_fit(page, "migration-report")
        page.get_by_role("button", name=re.compile("^Reverse")).press("Enter")
        page.wait_for_url(re.compile(r"/waves/[^/]+/$"))
        never_stop(page)
        back = start(page, "Reverse")
        found_back = outcomes(back)
        assert Outcome.COMPLETE in found_back
        assert (
            told_migrated(back, connection)
            == set(back.items.values_list("key", flat=True)) - found_back[Outcome.COMPLETE]
        )
        page.goto(f"{HERE}history/")
        assert_fit(page, "migration-history")


def test_to_an_amplifier_and_back(browser: Browser, live_server: LiveServer, connection: Connection) -> None:
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "support", PASSWORD)
        page.goto(f"{HERE}candidates/?way=v2-amplifier&type=SNOWFLAKE")
        page.get_by_role("link", name=re.compile("Halden Snowflake production")).press("Enter")
        page.wait_for_url(re.compile("type=SNOWFLAKE$"))
        page.goto(f"{page.url}&per=100")
        colliding = page.get_by_text("stands for this table").first
        expect(colliding).to_be_visible()
        expect(page.get_by_label("can’t be selected").first).to_be_disabled()
        assert_fit(page, "migration-candidates")
        pick_page(page)
        assert not newest().items.filter(state="skipped").exists(), "what collides was not picked"
        never_stop(page)
        job = start(page, "Migrate")
        found = outcomes(job)
        assert {Outcome.COMPLETE, Outcome.INCOMPLETE, Outcome.ABORTED} <= set(found)
        assert told_migrated(job, connection) == found[Outcome.COMPLETE]
        # Back from the list of what was migrated.
        page.goto(f"{HERE}candidates/?way=amplifier-v2&type=SNOWFLAKE")
        page.get_by_role("link", name=re.compile("Halden Snowflake production")).press("Enter")
        expect(page.get_by_text("Can be reversed").first).to_be_visible()
        pick_page(page)
        never_stop(page)
        back = start(page, "Reverse")
        found = outcomes(back)
        assert Outcome.COMPLETE in found
        assert not told_migrated(back, connection) & found[Outcome.COMPLETE]
        page.goto(f"{HERE}waves/")
        assert_fit(page, "migration-waves")
