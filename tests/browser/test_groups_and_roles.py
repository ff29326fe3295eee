"""Groups and roles in real Chromium: a list becomes a group, authorities change by keys, refusals; all looks, axe."""

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
from tests.apps.governance.groups.support import LIST as GROUPS
from tests.apps.governance.groups.support import Groups
from tests.apps.governance.roles.support import LIST as ROLES
from tests.apps.governance.roles.support import SandboxRoles
from tests.browser.support import assert_fit, axe_findings, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

__all__ = ["no_broker"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def connection(transactional_db: None, settings: LazySettings, sandbox: SandboxProcess) -> Iterator[Connection]:
    """A connection to the sandbox, and an admin called "ada"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    settings.UPSTREAM_SEARCH_PER_MINUTE = 100_000
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="ada", role="admin")
    yield ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    sandbox.reset()


@pytest.mark.usefixtures("connection", "no_broker")
def test_a_group_becomes_equal_to_a_pasted_list(
    browser: Browser, live_server: LiveServer, sandbox: SandboxProcess
) -> None:
    groups = Groups(sandbox)
    people, ids = groups.people(6), groups.ids(6)
    group_id = groups.create(*ids[:4], name="Harvest fair")
    other = groups.create(*ids[3:], name="Winter fair")
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "ada", PASSWORD)
        page.goto(GROUPS)
        assert_fit(page, "groups")
        page.goto(f"{GROUPS}{group_id}/")
        expect(page.get_by_role("heading", name="About the group")).to_be_visible()
        assert_fit(page, "group")
        # Two leave by one call, from a dialog that names them.
        for person in people[:2]:
            page.get_by_role("checkbox", name=re.compile(person["displayName"])).check()
        page.get_by_role("button", name="Remove from the group").press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("2 of 4 members stay")).to_be_visible()
        assert axe_findings(page, "#dialog") == []
        dialog.get_by_role("button", name="Remove 2 people").press("Enter")
        expect(page.get_by_text("2 people left Harvest fair.")).to_be_visible()
        expect(page.locator("#list")).not_to_contain_text(people[0]["displayName"])
        assert sorted(groups.members(group_id)) == sorted(ids[2:4])
        # One comes back, by a name that was typed.
        page.get_by_role("link", name="Add a person").press("Enter")
        dialog.get_by_label("Person").fill(people[0]["emailAddress"])
        dialog.get_by_role("button", name="Add").press("Enter")
        expect(page.get_by_text(f"{people[0]['displayName']} is in Harvest fair now.")).to_be_visible()
        # A list with a mistake is not taken before the row is set aside.
        page.get_by_role("link", name="Match a list").press("Enter")
        page.get_by_label("People, one in each line").fill(
            "\n".join(["email", people[3]["emailAddress"], people[4]["emailAddress"], "nobody@halden.example"])
        )
        page.get_by_role("button", name="Check the list").press("Enter")
        expect(page.get_by_text("Nobody has this e-mail.")).to_be_visible()
        assert_fit(page, "group-list-review")
        watch.expected = ("422",)
        page.get_by_role("button", name="Preview: 1 joins, 2 leave").press("Enter")
        expect(page.get_by_text("Mend the rows below")).to_be_visible()
        assert not Job.objects.exists()
        page.get_by_role("checkbox", name=re.compile("^Set the row aside")).check()
        page.get_by_role("button", name="Preview: 1 joins, 2 leave").press("Enter")
        page.wait_for_url(re.compile("/jobs/"))
        job = service.plan_inline(Job.objects.get())
        page.reload()
        expect(page.get_by_role("heading", name="Change the membership of 3 people in Harvest fair")).to_be_visible()
        service.run_inline(job)
        assert sorted(groups.members(group_id)) == sorted(ids[3:5])
        page.goto(f"{GROUPS}compare/?a={group_id}&b={other}")
        expect(page.get_by_role("heading", name="Only in Winter fair")).to_be_visible()
        assert_fit(page, "groups-compare")
        # The other field is filled: suggestions are for what is typed in this one.
        page.get_by_label("The other").fill("winter fa")
        expect(page.locator("#b-options option")).to_have_attribute("value", f"Winter fair ({other})")


@pytest.mark.usefixtures("connection")
def test_authorities_are_found_compared_changed_and_put_back(
    browser: Browser, live_server: LiveServer, sandbox: SandboxProcess
) -> None:
    roles = SandboxRoles(sandbox)
    role_id = roles.create("dataset.view", "alert.use", name="Fair planning")
    with open_page(browser, live_server.url) as (page, watch):
        sign_in(page, "ada", PASSWORD)
        page.goto(f"{ROLES}matrix/")
        assert_fit(page, "roles-matrix")
        # The head and the first column stay where they are while the rest scrolls.
        place = page.locator(".matrix thead th").first
        before = place.bounding_box()
        page.locator(".matrix").evaluate("(each) => each.scrollTo(200, 600)")
        assert place.bounding_box() == before
        page.get_by_label("Find an authority").fill("buzz")
        expect(page.locator(".matrix tbody code")).to_have_text(["buzz.use"])
        page.goto(f"{ROLES}compare/?a={role_id}&b=4")
        assert axe_findings(page) == []
        page.goto(f"{ROLES}{role_id}/")
        expect(page.get_by_text("View datasets")).to_be_visible()
        assert_fit(page, "role")
        page.get_by_role("link", name="Change authorities").press("Enter")
        page.get_by_label("Find an authority").fill("buzz")
        page.get_by_label("Use Buzz").press("Space")
        page.get_by_label("Find an authority").fill("")
        page.get_by_label("Use alerts").press("Space")
        expect(page.get_by_text("1 given, 1 taken away")).to_be_visible()
        assert_fit(page, "role-edit")
        page.get_by_role("button", name="Check the change").last.press("Enter")
        expect(page.get_by_role("cell", name="Taken away")).to_be_visible()
        assert_fit(page, "role-review")
        page.get_by_role("button", name="Give 1, take away 1").press("Enter")
        expect(page.get_by_text("Fair planning has 2 authorities now.")).to_be_visible()
        assert roles.has(role_id) == {"dataset.view", "buzz.use"}
        page.get_by_role("link", name="Put back").press("Enter")
        page.get_by_role("button", name="Give 1, take away 1").press("Enter")
        expect(page.get_by_text("Fair planning has 2 authorities now.")).to_be_visible()
        assert roles.has(role_id) == {"dataset.view", "alert.use"}
        # Refused: the sandbox keeps its Admin role as it is, and says so with a request id.
        watch.expected = ("403",)
        page.goto(f"{ROLES}1/edit/")
        page.get_by_label("Use Buzz").uncheck()
        page.get_by_role("button", name="Check the change").last.click()
        page.get_by_role("button", name="Take away 1").click()
        expect(page.get_by_text("The Admin role cannot be changed")).to_be_visible()
        settled(page)
        page.goto(f"{ROLES}{role_id}/")
        page.get_by_role("link", name="Delete").press("Enter")
        expect(page.get_by_role("dialog").get_by_text("Nobody has this role.")).to_be_visible()
        assert axe_findings(page, "#dialog") == []
        page.get_by_role("dialog").get_by_role("button", name="Delete the role").press("Enter")
        page.wait_for_url(re.compile(f"{ROLES}$"))
        expect(page.get_by_text("The role Fair planning was deleted.")).to_be_visible()
