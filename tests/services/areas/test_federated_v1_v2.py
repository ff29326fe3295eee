"""Federated V1 to V2 migrations: what is sent, and that only COMPLETE counts as done."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from domoadmin.services.roles import Role
from tests.services.conftest import Connecting
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, Upstream, told

AREA = "federated_v1_v2"
BASE = "/api/query/migration/federated/v1/to/v2"
HOST = "the host is written {domo-domain}"
no_bearing(f"{AREA}.list_types", "Federated V2 must first be enabled", "it is done by Domo and in the instance's pages")
MOVED = {
    "toe": "DM4X9GT6H5-5ERQX-MPDO6",
    "datasourceId": "F495e28ec",
    "direction": "V1_TO_V2",
    "startTime": "2024-04-15T19:48:00.073+00:00",
    "state": "COMPLETE",
    "errorMessage": None,
    "endTime": "2024-04-15T19:48:02.410+00:00",
}


@quirk(f"{AREA}.list_types", HOST)
@quirk(f"{AREA}.list_accounts", HOST)
@quirk(f"{AREA}.list_candidates", HOST)
@quirk(f"{AREA}.migrate", HOST)
@quirk(f"{AREA}.reverse", HOST)
def test_calls_go_to_the_address_of_the_connection_whatever_its_domain(
    connecting: Connecting, upstream: Upstream
) -> None:
    # A full domain of the customer's own, or one with a path before the API.
    client = connecting(base_url=f"{upstream.url}/our-domain")
    upstream.answers(told([]))
    client.federated_v1_v2.list_types()
    client.federated_v1_v2.list_accounts("mysql-federated")
    client.federated_v1_v2.list_candidates(2)
    upstream.answers(told(MOVED))
    client.federated_v1_v2.migrate("ds", "2", "erp", "NULL", "orders")
    client.federated_v1_v2.reverse("ds")
    assert [asked.path for asked in upstream.asked] == [
        f"/our-domain{BASE}/{rest}"
        for rest in ("types", "accounts/mysql-federated", "candidates/2", "ds/accounts/2", "ds/reverse")
    ]


@quirk(f"{AREA}.list_accounts", "only accounts the caller may see")
def test_no_account_in_sight_is_an_empty_list(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([]))
    assert client.federated_v1_v2.list_accounts("saphana-federated") == []
    upstream.answers(told([{"id": 2, "type": "mysql-federated", "name": "mysql v2"}]))
    assert client.federated_v1_v2.list_accounts("mysql-federated")[0].id == "2"


@quirk(f"{AREA}.list_candidates", "the second sample id starts with F")
def test_ids_need_not_be_uuids(client: Client, upstream: Upstream) -> None:
    rows = [
        {"id": "F495e28ec", "name": "MySQL Table 2", "migrated": False, "migrationDate": None},
        {"id": "b", "name": "B", "migrated": True, "migrationDate": "2024-03-26T16:08:27.000+00:00"},
    ]
    upstream.answers(told(rows))
    first, second = client.federated_v1_v2.list_candidates("2")
    assert (first.id, first.migrated, first.migrated_at) == ("F495e28ec", False, None)
    assert second.migrated
    assert second.migrated_at is not None
    assert second.migrated_at.isoformat() == "2024-03-26T16:08:27+00:00"
    upstream.answers(told(MOVED))
    assert client.federated_v1_v2.reverse("F495e28ec").dataset_id == "F495e28ec"


@quirk(f"{AREA}.migrate", "state has three final values", "the outcome is in state and errorMessage")
@quirk(f"{AREA}.reverse", "state has three final values", "the outcome is in state and errorMessage")
@pytest.mark.parametrize("way", ["migrate", "reverse"])
@pytest.mark.parametrize(
    ("state", "completed", "unchanged"),
    [("COMPLETE", True, False), ("INCOMPLETE", False, False), ("ABORTED", False, True), ("LATER", False, False)],
)
def test_a_success_of_http_is_no_completed_move(
    client: Client, upstream: Upstream, way: str, state: str, completed: bool, unchanged: bool
) -> None:
    upstream.answers(told({**MOVED, "state": state, "errorMessage": None if completed else "no such table"}))
    arguments = ("ds", "2", "erp", "NULL", "orders") if way == "migrate" else ("ds",)
    found = getattr(client.federated_v1_v2, way)(*arguments)
    assert (found.completed, found.unchanged) == (completed, unchanged)
    assert found.error_message == ("" if completed else "no such table")
    assert (found.toe, found.request_id) == (MOVED["toe"], MOVED["toe"])
    assert (found.ended - found.started).total_seconds() == pytest.approx(2.337)


@quirk(f"{AREA}.migrate", "the answer comes when the move has ended")
@quirk(f"{AREA}.reverse", "the answer comes when the move has ended")
def test_the_answer_may_take_longer_than_others(connecting: Connecting, upstream: Upstream) -> None:
    client = connecting(read_seconds=0.1, deadline_seconds=0.2)
    ended = threading.Event()
    upstream.answers(replace(told(MOVED), hold=ended))
    threading.Timer(0.5, ended.set).start()
    assert client.federated_v1_v2.reverse("ds").completed
    assert registry.get(f"{AREA}.migrate").patience == registry.get(f"{AREA}.reverse").patience
    ended.clear()
    with pytest.raises(AnswerLost), client.deadline(0.1):
        client.federated_v1_v2.reverse("ds")
    ended.set()


@quirk(f"{AREA}.migrate", "schema may be the text 'NULL'")
def test_no_schema_is_a_text(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(MOVED))
    client.federated_v1_v2.migrate("ds", 2, catalog="erp", schema="NULL", table="Orders")
    assert upstream.last.json == {"catalog": "erp", "schema": "NULL", "table": "Orders"}
    for name in ("catalog", "schema", "table"):
        for wrong in (None, ""):
            given = {"catalog": "erp", "schema": "NULL", "table": "Orders", name: wrong}
            with pytest.raises(InvalidArguments) as caught:
                client.call(f"{AREA}.migrate", datasource_id="ds", account_id=2, **given)
            assert caught.value.argument == name


@quirk(f"{AREA}.reverse", "no body, although the cURL sample")
def test_the_way_back_has_no_body(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(MOVED))
    client.federated_v1_v2.reverse("ds")
    assert (upstream.last.method, upstream.last.body) == ("POST", b"")


def test_a_move_in_doubt_is_not_sent_again(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.federated_v1_v2.migrate("ds", 2, "erp", "NULL", "orders")
    assert len(upstream.asked) == 1
    for way, back in (("migrate", "reverse"), ("reverse", "migrate")):
        operation = registry.get(f"{AREA}.{way}")
        assert (operation.reverse, operation.role, operation.destructive) == (f"{AREA}.{back}", Role.SUPPORT, True)
        assert operation.retry_safety is RetrySafety.VERIFIABLE
