"""Federated V2 to Cloud Amplifier migrations: what is sent, and that only COMPLETE counts as done."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.operations import registry
from tests.services.conftest import Connecting
from tests.services.quirks import quirk
from tests.services.upstream import Upstream, told

AREA = "federated_v2_amplifier"
BASE = "/api/query/migration"
HOST = "the host is written {domo-domain}"
CANDIDATE: dict[str, Any] = {
    "id": "8c487fef",
    "name": "fifty_row_table",
    "type": "bigquery-federated",
    "catalogName": "my-project",
    "schemaName": "my-schema",
    "tableName": "fifty_row_table",
    "collision": False,
    "collidingDatasourceId": None,
    "collidingDatasourceName": None,
    "migrated": False,
    "migrationDate": None,
}
MOVED = {
    "toe": "UCIIAGMUEF-G4XS4-9G8UP",
    "datasourceId": "8c487fef",
    "direction": "FEDERATED_TO_CLOUD_AMPLIFIER",
    "startTime": "2024-03-26T14:55:40.496+00:00",
    "state": "COMPLETE",
    "endTime": "2024-03-26T14:55:48.476+00:00",
}


@quirk(f"{AREA}.list_integration_types", HOST)
@quirk(f"{AREA}.list_integrations", HOST)
@quirk(f"{AREA}.list_candidates", HOST, "candidates comes before federated/to/amplifier")
@quirk(f"{AREA}.migrate", HOST)
@quirk(f"{AREA}.list_reverse_candidates", HOST)
@quirk(f"{AREA}.reverse", HOST, "the integration is not named in the path")
def test_calls_go_to_the_address_of_the_connection_whatever_its_domain(
    connecting: Connecting, upstream: Upstream
) -> None:
    moves = connecting(base_url=f"{upstream.url}/our-domain").federated_v2_amplifier
    upstream.answers(told([]))
    moves.list_integration_types()
    moves.list_integrations("SNOWFLAKE")
    moves.list_candidates("i1")
    moves.list_reverse_candidates("i1")
    upstream.answers(told(MOVED))
    moves.migrate("ds", "i1")
    moves.reverse("ds")
    assert [asked.path for asked in upstream.asked] == [
        f"/our-domain{BASE}/{rest}"
        for rest in (
            "integrations/types",
            "integrations/SNOWFLAKE",
            "candidates/federated/to/amplifier/integrations/i1",
            "candidates/amplifier/to/federated/integrations/i1",
            "federated/to/amplifier/ds/integrations/i1",
            "amplifier/to/federated/ds",
        )
    ]


@quirk(f"{AREA}.list_integration_types", "types shares its place with")
@quirk(f"{AREA}.list_integrations", "integration-type is case-insensitive here")
def test_types_and_integrations(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(["BIGQUERY", "SNOWFLAKE"]))
    assert client.federated_v2_amplifier.list_integration_types() == ["BIGQUERY", "SNOWFLAKE"]
    upstream.answers(told([{"id": "31e0", "name": "Mine", "type": "BIGQUERY", "authMethod": "SERVICE_ACCOUNT"}]))
    found = client.federated_v2_amplifier.list_integrations("BigQuery")[0]
    assert upstream.last.path == f"{BASE}/integrations/BigQuery", "sent as it was written"
    assert (found.id, found.type, found.auth_method) == ("31e0", "BIGQUERY", "SERVICE_ACCOUNT")


@quirk(f"{AREA}.list_candidates", "when collision is true the migration will fail")
@quirk(f"{AREA}.list_reverse_candidates", "same shape as the candidates")
def test_candidates_tell_collisions_and_earlier_moves(client: Client, upstream: Upstream) -> None:
    colliding = {"collision": True, "collidingDatasourceId": "other", "collidingDatasourceName": "The other one"}
    upstream.answers(told([CANDIDATE, {**CANDIDATE, **colliding}]))
    free, taken = client.federated_v2_amplifier.list_candidates("i1")
    assert (free.catalog, free.schema, free.table) == ("my-project", "my-schema", "fifty_row_table")
    assert (free.collision, free.colliding_id, free.migrated, free.migrated_at) == (False, "", False, None)
    assert (taken.collision, taken.colliding_id, taken.colliding_name) == (True, "other", "The other one")
    upstream.answers(told([{**CANDIDATE, "migrated": True, "migrationDate": "2024-03-26T16:08:27.000+00:00"}]))
    gone = client.federated_v2_amplifier.list_reverse_candidates("i1")[0]
    assert gone.migrated
    assert gone.migrated_at is not None
    assert gone.migrated_at.isoformat() == "2024-03-26T16:08:27+00:00"


@quirk(
    f"{AREA}.migrate",
    "state has three final values",
    "the outcome is in state and errorMessage",
    "errorMessage is listed but absent",
    "no body, although",
)
@quirk(
    f"{AREA}.reverse",
    "state has three final values",
    "the outcome is in state and errorMessage",
    "errorMessage is listed but absent",
    "no body, although",
)
@pytest.mark.parametrize(("way", "arguments"), [("migrate", ("ds", "i1")), ("reverse", ("ds",))])
def test_a_success_of_http_is_no_completed_move(
    client: Client, upstream: Upstream, way: str, arguments: tuple[str, ...]
) -> None:
    move = getattr(client.federated_v2_amplifier, way)
    upstream.answers(told(MOVED))
    found = move(*arguments)
    assert (found.completed, found.unchanged, found.error_message) == (True, False, "")
    assert (upstream.last.method, upstream.last.body) == ("POST", b"")
    for state, unchanged in (("INCOMPLETE", False), ("ABORTED", True)):
        upstream.answers(told({**MOVED, "state": state, "errorMessage": "lost"}))
        found = move(*arguments)
        assert (found.completed, found.unchanged, found.error_message) == (False, unchanged, "lost")


@quirk(
    f"{AREA}.migrate",
    "the answer comes when the move has ended",
    "content powered by the datasource is unavailable",
)
@quirk(f"{AREA}.reverse", "the answer comes when the move has ended")
def test_a_move_is_warned_of_and_waited_for() -> None:
    for way in ("migrate", "reverse"):
        operation = registry.get(f"{AREA}.{way}")
        assert operation.destructive, "so that people are asked before"
        assert (operation.patience or 0) >= 600
    assert "warn before" in (registry.get(f"{AREA}.migrate").build.__doc__ or "")
