"""Migrations to Cloud Amplifier from the service layer to the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.errors import Forbidden, NotFound
from domoadmin.services.results.migrations import Migration
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def client(sandbox: SandboxProcess) -> Iterator[Client]:
    """A client of the sandbox."""
    sandbox.reset()
    secrets = {"token": sandbox.token}
    with connect(ConnectionSettings(kind="domo", slug="sandbox", base_url=sandbox.url, secrets=secrets)) as client:
        yield client
    sandbox.reset()


def test_datasets_move_to_an_integration_and_back(client: Client) -> None:
    moves = client.federated_v2_amplifier
    assert moves.list_integration_types() == ["BIGQUERY", "SNOWFLAKE"]
    integration = moves.list_integrations("snowflake")[0]
    assert integration.auth_method == "OAUTH"
    candidates = moves.list_candidates(integration.id)
    colliding = next(each for each in candidates if each.collision)
    refused = moves.migrate(colliding.id, integration.id)
    assert (refused.completed, colliding.colliding_id in refused.error_message) == (False, True)

    def migrated(dataset_id: str) -> Migration | None:
        try:
            return moves.migrate(dataset_id, integration.id)
        except Forbidden:
            return None

    waiting = [each.id for each in candidates if not each.migrated and not each.collision][:14]
    with ThreadPoolExecutor(14) as pool:
        gone = [end.dataset_id for end in pool.map(migrated, waiting) if end and end.completed]
    assert gone
    returning = {each.id: each for each in moves.list_reverse_candidates(integration.id)}
    assert set(gone) <= set(returning)
    assert all(each.migrated and each.migrated_at for each in returning.values())
    with ThreadPoolExecutor(14) as pool:
        back = [end.dataset_id for end in pool.map(moves.reverse, gone) if end.completed]
    assert back
    assert not {each.id for each in moves.list_reverse_candidates(integration.id)} & set(back)


def test_refusals_are_typed(client: Client) -> None:
    with pytest.raises(NotFound, match="not found") as caught:
        client.federated_v2_amplifier.list_candidates("no-such-integration")
    assert caught.value.request_id
