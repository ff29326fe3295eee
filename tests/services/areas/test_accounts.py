"""Data accounts."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.quirks import quirk
from tests.services.upstream import Upstream, told


@quirk(
    "accounts.list", "the documented path ends", "the example request sends an empty body", "list items", "no paging"
)
@pytest.mark.parametrize(
    "answer",
    [
        [{"accountId": "7", "displayName": "Account 1"}],
        {"results": [{"accountId": 7, "displayName": "Account 1"}]},
    ],
)
def test_accounts_are_listed_without_status(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    (found,) = client.accounts.list()
    assert (upstream.last.path, upstream.last.body) == ("/api/data/v1/accounts/", b"")
    assert (found.id, found.name, found.status) == ("7", "Account 1", "")
    assert registry.get("accounts.list").paging is None


@quirk("accounts.get", "the example request sends an empty body", "accountId is a string", "no credentials")
@pytest.mark.parametrize("account_id", ["7", 7])
def test_an_account_is_read_by_text_or_number(client: Client, upstream: Upstream, account_id: Any) -> None:
    upstream.answers(told({"accountId": account_id, "displayName": "Account 1", "status": "Active"}))
    found = client.accounts.get(account_id)
    assert (upstream.last.path, upstream.last.body) == ("/api/data/v1/accounts/7", b"")
    assert (found.id, found.status) == ("7", "Active")
    assert {"password", "credentials"}.isdisjoint(vars(found))


@quirk("accounts.create", "success is 200", "no provider and no credentials", "no endpoint to change")
@pytest.mark.parametrize("status", [200, 201])
def test_an_account_is_created_without_credentials(client: Client, upstream: Upstream, status: int) -> None:
    upstream.answers(told({"accountId": "9", "displayName": "New Account", "status": "Active"}, status))
    assert client.accounts.create("New Account", "Standard").id == "9"
    assert (upstream.last.path, upstream.last.json) == (
        "/api/data/v1/accounts",
        {"displayName": "New Account", "accountType": "Standard"},
    )
    operation = registry.get("accounts.create")
    assert (operation.reverse, operation.retry_safety) == (None, RetrySafety.VERIFIABLE)
    with pytest.raises(InvalidArguments, match="display_name must not be empty"):
        client.accounts.create("", "Standard")
