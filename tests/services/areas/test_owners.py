"""Giving things to other owners: what is sent. The documents lack these calls; facts.md names them."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.operations import registry
from tests.services.upstream import Upstream, told

OPERATIONS = (
    "datasets.change_owner",
    "groups.change_owners",
    "pages.add_owners",
    "pages.remove_owners",
    "cards.add_owners",
    "cards.remove_owners",
    "reports.change_owner",
    "accounts.share",
    "dataflows.change_owner",
)


def test_they_are_marked_and_can_be_taken_back() -> None:
    for operation in map(registry.get, OPERATIONS):
        assert not operation.documented
        assert operation.reverse in OPERATIONS


def test_datasets_and_groups(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({}))
    client.datasets.change_owner(["a", "b"], 3817263817)
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/data/ui/v3/datasources/ownedBy")
    assert upstream.last.json == [
        {"dataSourceIds": ["a", "b"], "entityIdentifier": {"id": "3817263817", "type": "USER"}}
    ]
    upstream.answers(told(True))
    client.groups.change_owners(7, add=[1], remove=["2"])
    assert upstream.last.json == [
        {
            "groupId": "7",
            "addOwners": [{"type": "USER", "id": "1"}],
            "removeOwners": [{"type": "USER", "id": "2"}],
        }
    ]
    assert upstream.last.path == "/api/content/v2/groups/access"


def test_cards_and_pages_mail_nobody(client: Client, upstream: Upstream) -> None:
    owner = {"id": "9", "type": "USER"}
    for area, field, path in (("cards", "cardOwners", "cards/owners/add"), ("pages", "owners", "pages/bulk/owners")):
        upstream.answers(told({}))
        client.call(f"{area}.add_owners", **{f"{area[:-1]}_ids": ["5"], "owners": [9]})
        assert upstream.last.path == f"/api/content/v1/{path}"
        assert upstream.last.json == {f"{area[:-1]}Ids": [5], field: [owner], "note": "", "sendEmail": False}
        upstream.answers(told({}))
        client.call(f"{area}.remove_owners", **{f"{area[:-1]}_ids": ["5"], "owners": [9]})
        assert upstream.last.path == f"/api/content/v1/{path.removesuffix('/add')}/remove"
        assert upstream.last.json == {f"{area[:-1]}Ids": [5], field: [owner]}


def test_an_account_is_shared_at_a_level(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({}))
    client.accounts.share("7", 3817263817, "OWNER")
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/data/v2/accounts/share/7")
    assert upstream.last.json == {"type": "USER", "id": 3817263817, "accessLevel": "OWNER"}


def test_a_dataflow_gets_another_responsible_user(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({}))
    client.dataflows.change_owner(42, "3817263817")
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/dataprocessing/v1/dataflows/42/patch")
    assert upstream.last.json == {"responsibleUserId": 3817263817}


def test_a_report_schedule_goes_with_all_it_holds(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": 5, "ownerId": 9}))
    client.reports.change_owner(5, 9, title="Sales", page_id=3, schedule={"frequency": "DAILY"})
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/content/v1/reportschedules/5")
    assert upstream.last.json == {"title": "Sales", "pageId": 3, "schedule": {"frequency": "DAILY"}, "ownerId": 9}


@pytest.mark.parametrize(
    ("told_of", "manager"),
    [
        ([{"userId": 7, "displayName": "Ada"}, {"userId": 8}], ("7", "8")),
        ({"id": "7"}, ("7",)),
        ([7], ("7",)),
        (7, ("7",)),
        (None, ()),
    ],
)
def test_whom_a_person_reports_to(client: Client, upstream: Upstream, told_of: Any, manager: tuple[str, ...]) -> None:
    upstream.answers(told({"reportsTo": told_of}))
    assert client.users.teams(5).reports_to == manager
    assert upstream.last.path == "/api/content/v2/users/5/teams"
