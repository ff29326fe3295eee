"""People in real Chromium: the list, a person, another role, a CSV with mistakes, groups for another; by keyboard."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.governance.users.support import IMPORT, LIST, People
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(
    transactional_db: None, settings: LazySettings, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> Iterator[People]:
    """The sandbox, a connection to it, an admin called "admin", and no workers: the test plans and runs by itself."""
    monkeypatch.setattr("apps.jobs.messages.send_plan", lambda pk: True)
    monkeypatch.setattr("apps.jobs.messages.send_work", lambda pk: True)
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="admin", role="admin")
    connection: Connection = ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    yield People(sandbox, connection)
    sandbox.reset()


def planned(page: Page) -> Job:
    """Wait for the plan's page, plan as a worker would, and wait until the page shows it."""
    page.wait_for_url("**/users/plans/**")
    job = service.plan_inline(Job.objects.latest("created_at"))
    expect(page.get_by_text("Preview, nothing sent yet")).to_be_visible()
    return job


def run_started(page: Page, job: Job) -> None:
    """Wait until the job was started, and run it as a worker would."""
    page.wait_for_url("**/jobs/**")
    service.run_inline(Job.objects.select_related("actor", "connection").get(pk=job.pk))


def test_a_person_is_found_and_gets_another_role_by_keys(
    browser: Browser, live_server: LiveServer, people: People
) -> None:
    made = people.create("Signe Qvist", 4)
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "admin", PASSWORD)
        page.goto(LIST)
        assert_fit(page, "people")
        page.keyboard.press("/")
        page.keyboard.type("Signe Qvist")
        expect(page.get_by_role("link", name="Signe Qvist")).to_have_count(1)
        page.get_by_role("link", name="Signe Qvist").press("Enter")
        expect(page.get_by_role("heading", name="Attributes")).to_be_visible()
        assert_fit(page, "person")
        # Refused first: the role that they have.
        watch.expected = ("422",)
        page.get_by_role("link", name="Change role").press("Enter")
        page.get_by_label("Role", exact=True).select_option("4")
        page.get_by_role("button", name="Change role").press("Enter")
        expect(page.get_by_text("They have this role already")).to_be_visible()
        assert str(people.get(made["id"])["roleId"]) == "4"
        page.get_by_label("Role", exact=True).select_option("1")
        expect(page.get_by_text("Gains")).to_be_visible()
        assert_fit(page, "person-role")
        page.get_by_role("button", name="Change role").press("Enter")
        expect(page.get_by_role("link", name=people.roles()["1"], exact=True)).to_be_visible()
        assert str(people.get(made["id"])["roleId"]) == "1"
        settled(page)


def test_a_csv_with_mistakes_is_refused_until_its_faulty_rows_are_set_aside(
    browser: Browser, live_server: LiveServer, people: People, tmp_path: Path
) -> None:
    address = f"{uuid.uuid4().hex[:12]}@halden-outdoor.example"
    known = people.create("Ada Lindgren", 4)
    file = tmp_path / "people.csv"
    lines = ["id,email,name,role", f",{address},New Colleague,Editor", f"{known['id']},,,Editor"]
    file.write_text("\n".join([*lines, ",broken@,Broken,Editor", ",,Nobody,Wizard", "x,y"]), encoding="utf-8")
    people.sandbox.reset()
    with open_page(browser, live_server.url) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "admin", PASSWORD)
        page.goto(IMPORT)
        assert_fit(page, "people-import")
        page.get_by_label("CSV file").set_input_files(file)
        job = planned(page)
        expect(page.get_by_text("is no e-mail address")).to_be_visible()
        assert_fit(page, "people-plan")
        # Nothing is sent before the faulty rows are set aside.
        page.get_by_role("button", name="Make 1 person, change 1 role").press("Enter")
        expect(page.get_by_role("alert").get_by_text("3 rows are faulty")).to_be_visible()
        assert not any(people.sandbox.stats()["effects"].values())
        page.get_by_role("checkbox", name="Set the 3 faulty rows aside").press("Space")
        page.get_by_role("button", name="Make 1 person, change 1 role").press("Enter")
        run_started(page, job)
        expect(page.get_by_text("1 made, 1 with another role")).to_be_visible()
        expect(page.get_by_text(re.compile("3 faulty rows"))).to_be_visible()
        assert_fit(page, "people-imported")
    assert (people.effects("users.create"), people.effects("users.update")) == (1, 1)


def test_groups_of_one_go_to_another(browser: Browser, live_server: LiveServer, people: People) -> None:
    source = next(each for each in people.everybody() if len(each["groups"]) > 1)
    target = people.create("Bo Dahl")
    with open_page(browser, live_server.url) as (page, _):
        sign_in(page, "admin", PASSWORD)
        page.goto(f"{LIST}{source['id']}/")
        page.get_by_role("button", name="More actions").press("Enter")
        page.get_by_role("link", name="Copy groups and shares").press("Enter")
        page.get_by_label("To whom").fill(str(target["id"]))
        page.get_by_role("checkbox", name="Datasets shared with them").press("Space")
        assert_fit(page, "people-copy")
        page.get_by_role("button", name="Make the plan").press("Enter")
        job = planned(page)
        assert_fit(page, "people-copy-plan")
        page.get_by_role("button", name=re.compile("^Copy [0-9]+ to Bo Dahl")).press("Enter")
        run_started(page, job)
        expect(page.get_by_role("link", name="Bo Dahl")).to_be_visible()
        settled(page)
    wanted = {str(item.payload["id"]) for item in job.items.filter(state="succeeded")}
    assert wanted
    assert {str(each["groupId"]) for each in people.get(target["id"])["groups"]} == wanted
