"""Federated V1 to V2 migrations from the service layer to the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.errors import AnswerLost, Forbidden, NotFound
from domoadmin.services.results.migrations import FederatedCandidate, Migration
from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

ACCOUNT = "3"


@pytest.fixture
def client(sandbox: SandboxProcess) -> Iterator[Client]:
    """A client with less patience than a move takes: the operations bring their own."""
    sandbox.reset()
    settings = ConnectionSettings(
        kind="domo",
        slug="sandbox",
        base_url=sandbox.url,
        secrets={"token": sandbox.token},
        read_seconds=0.9,
        deadline_seconds=0.9,
    )
    with connect(settings) as client:
        yield client
    sandbox.reset()


def standing(client: Client) -> dict[str, FederatedCandidate]:
    """The candidates by id."""
    return {each.id: each for each in client.federated_v1_v2.list_candidates(ACCOUNT)}


def migrated(client: Client, dataset_id: str) -> Migration | None:
    """How a move ended; None for a dataset that the token may not change."""
    try:
        return client.federated_v1_v2.migrate(dataset_id, ACCOUNT, "HALDEN", "NULL", f"T_{dataset_id}")
    except Forbidden:
        return None


def test_datasets_move_to_v2_and_back(client: Client) -> None:
    assert "snowflake-federated" in client.federated_v1_v2.list_types()
    assert [account.id for account in client.federated_v1_v2.list_accounts("snowflake-federated")] == [ACCOUNT]
    waiting = [each.id for each in standing(client).values() if not each.migrated]
    with ThreadPoolExecutor(20) as pool:
        ends = {end.dataset_id: end for end in pool.map(lambda each: migrated(client, each), waiting) if end}
    after = standing(client)
    assert {end.direction for end in ends.values()} == {"V1_TO_V2"}
    assert {key: after[key].migrated for key in ends} == {key: end.completed for key, end in ends.items()}
    failed = [end for end in ends.values() if not end.completed]
    assert failed
    assert all(end.error_message and end.toe for end in failed)
    gone = [key for key, end in ends.items() if end.completed]
    assert gone
    with ThreadPoolExecutor(20) as pool:
        back = list(pool.map(client.federated_v1_v2.reverse, gone))
    assert {key: not each.migrated for key, each in standing(client).items() if key in gone} == {
        end.dataset_id: end.completed for end in back
    }
    stuck = [end.dataset_id for end in back if not end.completed]
    with ThreadPoolExecutor(20) as pool:
        assert all(end.completed for end in pool.map(client.federated_v1_v2.reverse, stuck))


def test_a_move_whose_answer_was_lost_is_settled_by_the_candidates(client: Client, sandbox: SandboxProcess) -> None:
    already = next(key for key, each in standing(client).items() if each.migrated)
    sandbox.control(cut_after_effect=1.0, match="federated_v1_v2.reverse", count=1)
    with pytest.raises(AnswerLost):
        client.federated_v1_v2.reverse(already)
    refused = client.federated_v1_v2.reverse(already)
    assert (refused.unchanged, "already" in refused.error_message) == (True, True), "it is under way"
    wait_until(lambda: not standing(client)[already].migrated, "moved back")
    assert sandbox.stats()["effects"]["federated_v1_v2.reverse"] == 2


def test_refusals_are_typed(client: Client) -> None:
    with pytest.raises(NotFound, match="not found") as unknown:
        client.federated_v1_v2.reverse("no-such-dataset")
    with pytest.raises(Forbidden, match="do not have access") as foreign:
        client.federated_v1_v2.list_candidates(4)
    assert unknown.value.request_id
    assert foreign.value.request_id
