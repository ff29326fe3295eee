"""Data accounts: the list by search, one account and what uses it, a new one made once; an upstream without search."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from tests.apps.data.streams.support import record, trail
from tests.apps.data.support import PARTIAL, calls, csv_rows, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

LIST = "/c/halden/data/accounts/"
HOSTILE = "<b>=1+1</b>"


@pytest.fixture
def viewer(halden: Connection) -> Client:
    """A viewer's browser."""
    return client_with_role("viewer")


@pytest.fixture
def admin(halden: Connection) -> Client:
    """An admin's browser."""
    return client_with_role("admin")


def listed(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """Return all accounts as the sandbox tells them."""
    with sandbox.client() as client:
        found: list[dict[str, Any]] = client.get("/api/data/v1/accounts/").raise_for_status().json()
    return found


def test_a_page_of_the_list_is_one_call(viewer: Client, halden: Connection, sandbox: SandboxProcess) -> None:
    every = listed(sandbox)
    account = every[0]
    record(halden, 1, account_id=account["accountId"], is_failing=True, urgency=8)
    record(halden, 2, account_id=account["accountId"])
    sandbox.reset()
    text = text_of(viewer.get(LIST, {"q": account["displayName"]}))
    assert calls(sandbox) == {"search.query": 1}
    assert f"{LIST}{account['accountId']}/" in text
    assert f'account={account["accountId"]}">2</a>' in text
    assert "New account" not in text
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv")))
    assert len(rows) == len(every) + 1
    assert [row[-2:] for row in rows if row[0] == account["accountId"]] == [["2", "1"]]


def test_an_account_and_what_uses_it(viewer: Client, halden: Connection, sandbox: SandboxProcess) -> None:
    account = next(each for each in listed(sandbox) if each["displayName"].startswith("Snowflake"))
    address = f"{LIST}{account['accountId']}/"
    text = text_of(viewer.get(address))
    assert account["displayName"] in text
    assert "Nobody has looked" in text_of(viewer.get(f"{address}uses/", headers=PARTIAL))
    record(halden, 1, account_id=account["accountId"], name=f"Orders {HOSTILE}")
    record(halden, 2, account_id="other", name="Not this one")
    uses = text_of(viewer.get(f"{address}uses/", headers=PARTIAL))
    assert "Orders &lt;b&gt;" in uses
    assert "Not this one" not in uses
    assert viewer.get(f"{LIST}999999/").status_code in (404, 502)


def test_an_admin_makes_an_account(admin: Client, sandbox: SandboxProcess) -> None:
    before = len(listed(sandbox))
    address = f"{LIST}new/"
    assert "DomoAdmin never sees them" in text_of(admin.get(address, headers=PARTIAL))
    refused = text_of(admin.post(address, {"display_name": " ", "account_type": "Standard"}, headers=PARTIAL), 422)
    assert "Give the account a name" in refused
    answer = admin.post(address, {"display_name": "Freight desk", "account_type": "Standard"}, headers=PARTIAL)
    assert (answer.status_code, len(listed(sandbox))) == (204, before + 1)
    assert "Freight desk was made, with the id" in answer["HX-Trigger"]
    assert trail("accounts.create") == ["intended", "succeeded"]
    assert AuditRecord.objects.filter(operation="accounts.create", target_name="Freight desk").exists()


def test_a_lost_answer_is_looked_up(admin: Client, sandbox: SandboxProcess) -> None:
    sandbox.control(match="POST /api/data/v1/accounts", cut_after_effect=1.0)
    answer = admin.post(f"{LIST}new/", {"display_name": "Customs desk", "account_type": "Standard"}, headers=PARTIAL)
    assert answer.status_code == 204
    assert [each["displayName"] for each in listed(sandbox)].count("Customs desk") == 1
    sandbox.control(match="POST /api/data/v1/accounts", cut_before_effect=1.0)
    text = text_of(
        admin.post(f"{LIST}new/", {"display_name": "Customs desk", "account_type": "Standard"}, headers=PARTIAL), 504
    )
    assert "Nobody knows whether it was done" in text
    assert 'value="Customs desk"' in text


def test_who_may_make_one(viewer: Client, halden: Connection, admin: Client) -> None:
    assert viewer.get(f"{LIST}new/").status_code == 403
    assert client_with_role("steward").post(f"{LIST}new/", {"display_name": "x"}).status_code == 403
    assert trail("accounts.create") == []
    halden.environment = Environment.PRODUCTION
    halden.save()
    text_of(admin.post(f"{LIST}new/", {"display_name": "x", "account_type": "Standard"}, headers=PARTIAL), 422)
    assert trail("accounts.create") == []


def test_an_upstream_that_does_not_search_accounts(upstream: Upstream, other_hands: Connection) -> None:
    accounts = [{"accountId": str(number), "displayName": f"Account {number} {HOSTILE}"} for number in range(30)]

    def answer(asked: Asked) -> Told:
        return told(accounts) if asked.method == "GET" else told({"status": 400, "message": "no such entity"}, 400)

    upstream.script(answer)
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(LIST, {"per": "25", "page": "2"}))
    assert "this Domo does not search them" in text
    assert text.count("Account 9 &lt;b&gt;") == 1
    assert HOSTILE not in text


def test_the_documented_answer_of_the_search(upstream: Upstream, other_hands: Connection) -> None:
    upstream.answers(told({"results": [{"accountId": "7", "displayName": "SDK Account", "status": "Active"}]}))
    text = text_of(client_with_role("viewer").get(LIST))
    assert "SDK Account" in text
    assert "Active" in text
    assert "not reported" in text
