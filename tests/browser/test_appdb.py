"""AppDB in real Chromium: query, edit with the difference, a refused text, a delete and an import; by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Environment
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.appdb.conftest import LOANS
from tests.apps.data.appdb.support import ROOT, Collection
from tests.browser.support import assert_fit, open_page, settled, sign_in
from tests.factories import PASSWORD, ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(
    transactional_db: None, live_server: LiveServer, settings: LazySettings, sandbox: SandboxProcess, no_workers: None
) -> Iterator[str]:
    """The address of DomoAdmin with a connection to the sandbox and a steward called "steward"."""
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    cache.clear()
    sandbox.reset()
    UserFactory.create(username="steward", role="steward")
    ConnectionFactory.create(
        name="Halden Outdoor",
        slug="halden",
        base_url=sandbox.url,
        environment=Environment.SANDBOX,
        secrets={"token": sandbox.token},
    )
    yield live_server.url
    sandbox.reset()


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker is there: the test plans and runs jobs by itself."""
    monkeypatch.setattr("apps.jobs.messages.send_plan", lambda pk: True)
    monkeypatch.setattr("apps.jobs.messages.send_work", lambda pk: True)


@pytest.fixture
def loans(address: str, sandbox: SandboxProcess) -> Collection:
    """A collection with three documents."""
    columns = [{"type": "STRING", "name": "item"}, {"type": "LONG", "name": "days"}]
    return Collection(sandbox, *LOANS, schema={"columns": columns})


def test_a_document_is_found_edited_and_a_wrong_text_refused(browser: Browser, address: str, loans: Collection) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(ROOT)
        page.keyboard.press("/")
        page.keyboard.type(loans.name)
        expect(page).to_have_url(re.compile("q="))
        page.get_by_role("link", name=loans.name).focus()
        page.keyboard.press("Enter")
        page.locator("details.query > summary").first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("combobox", name="Field").first.fill("days")
        page.get_by_role("combobox", name="Type of the value").first.select_option("number")
        page.get_by_role("textbox", name="Value").first.fill("12")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Remove filter days is: 12")).to_be_visible()
        assert_fit(page, "appdb-documents")
        page.get_by_role("link", name=loans.ids[1][:8]).focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Edit").click()
        expect(page.locator(".CodeMirror")).to_be_visible()
        page.get_by_role("textbox", name="Content").focus()
        page.keyboard.press("Control+End")
        page.keyboard.type("}")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#json-problem")).to_contain_text("Line 6, column 2")
        assert_fit(page, "appdb-edit-refused")
        expect(page.locator(".CodeMirror")).to_be_visible()
        page.get_by_role("textbox", name="Content").focus()
        page.keyboard.press("Control+A")
        page.keyboard.type('{"item": "Stove", "days": "soon", "returned": true}')
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("the schema says Whole number")).to_be_visible()
        assert_fit(page, "appdb-difference")
        page.get_by_role("button", name="Save the document").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("saved.")).to_be_visible()
        assert loans.documents()[loans.ids[1]]["days"] == "soon"


def test_many_are_deleted_and_imported_after_a_look(browser: Browser, address: str, loans: Collection) -> None:
    with open_page(browser, address) as (page, watch):
        watch.expected = ("422",)
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{loans.url}?field=returned&operator=%24eq&type=boolean&value=false")
        settled(page)
        page.get_by_role("checkbox", name="Select all 2 on this page").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Delete").first.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/appdb/jobs/"))
        service.plan_inline(Job.objects.get())
        page.reload()
        assert_fit(page, "appdb-delete")
        page.get_by_role("button", name="Delete 2 documents").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("^[^/]+//[^/]+/jobs/"))
        service.run_inline(Job.objects.get())
        assert [each["item"] for each in loans.documents().values()] == ["Stove"]
        page.goto(f"{loans.url}import/")
        page.get_by_role("textbox", name="Lines").fill('{"item": "Lamp", "days": 2}\n[1]')
        page.get_by_role("button", name="Check the lines").click()
        expect(page).to_have_url(re.compile("/appdb/jobs/"))
        service.plan_inline(Job.objects.get(kind="appdb.import-documents"))
        page.reload()
        page.get_by_role("button", name="Add 1 document").click()
        expect(page.locator(".alert.is-bad")).to_contain_text("1 line has a problem")


def test_schema_and_permissions(browser: Browser, address: str, loans: Collection) -> None:
    with open_page(browser, address) as (page, _):
        sign_in(page, "steward", PASSWORD)
        page.goto(f"{loans.url}schema/")
        page.get_by_role("link", name="Infer from documents").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Proposal from 3 documents")).to_be_visible()
        assert_fit(page, "appdb-schema")
        page.get_by_role("button", name="Show the difference").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Save 4 columns").click()
        expect(page.get_by_text(f"The schema of {loans.name} is saved.")).to_be_visible()
        page.get_by_role("link", name="Permissions of apps").click()
        page.get_by_role("link", name="Set what an app may do").click()
        page.get_by_role("textbox", name="Proxy id").fill("proxy-7")
        page.get_by_role("checkbox", name=re.compile("^Delete content")).focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Set the permissions").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("rowheader", name="proxy-7")).to_be_visible()
