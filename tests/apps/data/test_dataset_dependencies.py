"""What depends on a dataset, against the sandbox."""

from __future__ import annotations

from typing import Any

from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs.models import Job
from apps.jobs.states import JobState
from tests.apps.data.support import LIST, PARTIAL, calls, create_dataset, datasets, text_of
from tests.clients import client_of
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess


def _store(sandbox: SandboxProcess) -> dict[str, Any]:
    found = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")
    sandbox.reset()
    return found


def _address(dataset_id: str) -> str:
    return f"{LIST}{dataset_id}/dependencies/"


def test_all_that_depends_on_it_is_read_side_by_side(halden: Connection, sandbox: SandboxProcess) -> None:
    store = _store(sandbox)
    viewer: User = UserFactory.create(role="steward")
    Job.objects.create(
        kind="upload",
        title="Replace by sales.csv",
        params={"dataset_id": store["databaseId"]},
        actor=viewer,
        actor_name="Nora",
        connection=halden,
        connection_slug="halden",
        state=JobState.RUNNING,
    )
    text = text_of(client_of(viewer).get(_address(store["databaseId"]), headers=PARTIAL))
    assert calls(sandbox) == {
        "datasets.list_cards": 1,
        "beast_modes.search": 1,
        "datasets.get_metadata": 1,
        "s3_export.status": 1,
    }
    for words in ("cards</span>", "Drill paths are counted", "Beast Modes</span>", "Stream ", "Replace by sales.csv"):
        assert words in text, words
    assert "No export of it runs." in text


def test_nothing_depends_on_a_new_dataset(halden: Connection, sandbox: SandboxProcess) -> None:
    identifier = create_dataset(sandbox, "Fresh")
    client: Client = client_of(UserFactory.create(role="viewer"))
    text = text_of(client.get(_address(identifier), headers=PARTIAL))
    for words in ("No card uses it.", "No Beast Mode is on it.", "No stream fills it.", "nothing found"):
        assert words in text


def test_a_part_that_fails_does_not_take_the_others_along(halden: Connection, sandbox: SandboxProcess) -> None:
    store = _store(sandbox)
    sandbox.control(status_500=1.0, match="functions/search")
    client: Client = client_of(UserFactory.create(role="viewer"))
    text = text_of(client.get(_address(store["databaseId"]), headers=PARTIAL))
    assert "could not be read" in text
    assert "cards</span>" in text
    assert "Request id" in text
