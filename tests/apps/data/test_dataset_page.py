"""The page of one dataset against the sandbox: header, panels, rights, faults."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.object_pages import url_in_domo
from apps.jobs.models import Job
from tests.apps.data.support import LIST, PARTIAL, calls, create_dataset, datasets, text_of
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess

NAME = "Store sales daily"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def dataset(halden: Connection, sandbox: SandboxProcess) -> dict[str, Any]:
    """The dataset that the whole company uses."""
    found = next(each for each in datasets(sandbox) if each["name"] == NAME)
    sandbox.reset()
    return found


@pytest.fixture
def person(halden: Connection) -> User:
    """A steward."""
    return UserFactory.create(role="steward")


@pytest.fixture
def steward(person: User) -> Client:
    """The steward's browser."""
    return client_of(person)


def address(dataset: dict[str, Any], rest: str = "") -> str:
    """Return the address of a dataset's page or of a part of it."""
    return f"{LIST}{dataset['databaseId']}/{rest}"


def test_the_header_comes_from_one_call(steward: Client, dataset: dict[str, Any], sandbox: SandboxProcess) -> None:
    text = text_of(steward.get(address(dataset)))
    assert calls(sandbox) == {"datasets.get_metadata": 1}
    for words in (NAME, dataset["ownedByName"], "49,418,425", "86 cards", "Certified", dataset["databaseId"]):
        assert words in text
    for panel in ("schema", "preview", "access", "versions", "cards", "index", "beast-modes", "activity", "jobs"):
        assert address(dataset, f"panels/{panel}/") in text
    assert "Open in Domo" not in text


@pytest.mark.parametrize(
    ("panel", "received", "words"),
    [
        (
            "schema",
            {"datasets.get_schema": 1, "datasets.get_latest_schema": 1},
            ["14 columns, indexed = latest", "sale_date", "Date", "Whole number", "Date and time"],
        ),
        ("preview", {"datasets.query_export": 1}, ["first 50 rows", "sale_date", "Query it with SQL"]),
        ("access", {"datasets.list_permissions": 1}, ["Tomasz Wieczorek", "Owner"]),
        ("versions", {"dataset_history.list_versions": 1}, ["1 version", "49,418,425", "Succeeded"]),
        (
            "cards",
            {"datasets.list_cards": 1},
            ["86 cards, 29 drill paths", "Store sales by region", "Tomasz Wieczorek", "drill path of card"],
        ),
        ("beast-modes", {"beast_modes.search": 1}, ["formula/"]),
        ("activity", {"activity_log.list": 1, "datasets.get_metadata": 1}, ["events in 30 days", "dataset"]),
        (
            "index",
            {"dataset_history.list_versions": 1, "datasets.get_schema": 1},
            ["Indexed", "Index now", "newest data completed"],
        ),
        ("jobs", {}, ["DomoAdmin has done nothing with this dataset yet."]),
    ],
)
def test_each_panel_makes_its_own_calls(
    steward: Client,
    dataset: dict[str, Any],
    sandbox: SandboxProcess,
    panel: str,
    received: dict[str, int],
    words: list[str],
) -> None:
    text = text_of(steward.get(address(dataset, f"panels/{panel}/"), headers=PARTIAL))
    assert calls(sandbox) == received
    assert [word for word in words if word not in text] == []
    assert "as of" in text
    assert "<html" not in text


def test_a_panel_fails_alone_with_the_request_id(
    steward: Client, dataset: dict[str, Any], sandbox: SandboxProcess
) -> None:
    sandbox.control(status_500=1.0, match="list_cards|/cards")
    assert NAME in text_of(steward.get(address(dataset)))
    text = text_of(steward.get(address(dataset, "panels/cards/"), headers=PARTIAL), 502)
    assert "Cards could not be loaded" in text
    assert "Request id" in text
    assert "Try again" in text


def test_own_jobs_on_the_dataset_are_linked(
    steward: Client, person: User, halden: Connection, dataset: dict[str, Any]
) -> None:
    params = {"dataset_id": dataset["databaseId"]}
    common = {
        "kind": "upload",
        "actor": person,
        "actor_name": "Nora",
        "connection": halden,
        "connection_slug": "halden",
    }
    job = Job.objects.create(title=f"Replace by {HOSTILE}.csv", params=params, **common)
    Job.objects.create(title="Another dataset", params={"dataset_id": "other"}, **common)
    text = text_of(steward.get(address(dataset, "panels/jobs/"), headers=PARTIAL))
    assert job.get_absolute_url() in text
    assert "&lt;script&gt;" in text
    assert "Another dataset" not in text


def test_hostile_names_are_only_text(steward: Client, halden: Connection, sandbox: SandboxProcess) -> None:
    identifier = create_dataset(sandbox, HOSTILE, [HOSTILE, "`;--", "x' OR '1'='1"])
    for rest in ("", "panels/schema/", "panels/preview/", "panels/columns/", "panels/access/", "query/"):
        text = text_of(steward.get(f"{LIST}{identifier}/{rest}"))
        assert HOSTILE not in text
    assert "&lt;script&gt;" in text_of(steward.get(f"{LIST}{identifier}/panels/schema/"))


def test_a_dataset_that_is_not_there_is_a_designed_404(steward: Client, halden: Connection) -> None:
    text = text_of(steward.get(f"{LIST}4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e02/"), 404)
    assert "was not found" in text
    assert "Request id" in text


@pytest.mark.parametrize(
    ("faults", "status", "words"),
    [
        ({"status_503": 1.0}, 502, "Try again"),
        ({"html_maintenance_503": 1.0}, 503, "maintenance"),
        ({"token_mode": "expired"}, 502, "token"),
    ],
)
def test_a_failing_upstream_is_told_with_a_retry(
    steward: Client,
    dataset: dict[str, Any],
    sandbox: SandboxProcess,
    faults: dict[str, Any],
    status: int,
    words: str,
) -> None:
    sandbox.control(**faults)
    assert words in text_of(steward.get(address(dataset)), status)


def test_upload_and_query_are_for_stewards(dataset: dict[str, Any]) -> None:
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(address(dataset)))
    assert address(dataset, "upload/") not in text
    assert address(dataset, "query/") not in text
    assert "Query it with SQL" not in text_of(viewer.get(address(dataset, "panels/preview/")))
    text = text_of(client_with_role("steward").get(address(dataset)))
    assert address(dataset, "upload/") in text
    assert address(dataset, "query/") in text


def test_a_real_domo_host_links_its_own_page(halden: Connection) -> None:
    halden.base_url = "https://halden.domo.com"
    assert (
        url_in_domo(halden.base_url, "dataset", "4f1c/../x")
        == "https://halden.domo.com/datasources/4f1c%2F..%2Fx/details/overview"
    )
