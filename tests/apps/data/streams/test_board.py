"""The board: the look that fills it, its counts, filters, export, what may be done with the chosen, and its age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.streams.jobs import last_look, start_look
from apps.data.streams.models import StreamRecord
from apps.data.streams.survey import look_at
from apps.jobs import service
from apps.jobs.bulk import Selection, SelectionRefused, get_bulk_action
from domoadmin.services.errors import AnswerLost
from tests.apps.data.bulk_support import Bulk
from tests.apps.data.streams.support import BOARD, Streams, record
from tests.apps.data.support import PARTIAL, calls, csv_rows, datasets, text_of
from tests.clients import client_of
from tests.sandbox_process import sandbox_of_one_file

__all__ = ["sandbox_of_one_file"]  # fixture

HOSTILE = "<script>alert(1)</script>"


def test_a_look_finds_every_stream_with_bounded_calls(bulk: Bulk) -> None:
    streams = Streams(bulk.sandbox, bulk.connection)
    there, every = streams.listed(), datasets(bulk.sandbox)
    gone = record(bulk.connection, 7)
    bulk.sandbox.reset()
    job = start_look(bulk.connection, bulk.person)
    with pytest.raises(service.AlreadyActive):
        start_look(bulk.connection, bulk.person)
    service.plan_inline(job)
    service.run_inline(job)
    job.refresh_from_db()
    assert (job.state, job.total) == ("succeeded", -(-len(every) // 25))
    assert last_look(bulk.connection) == job
    records = {each.stream_id: each for each in StreamRecord.objects.filter(connection=bulk.connection)}
    assert set(records) == {str(each["id"]) for each in there}
    assert gone.stream_id not in records
    received = calls(bulk.sandbox)
    assert received["streams.get"] == len(there)
    assert received["datasets.bulk_get"] == job.total
    assert received.get("datasets.get_metadata", 0) <= 25
    failing = {str(each["id"]) for each in there if (each["lastExecution"] or {}).get("currentState") == "ERROR"}
    assert failing == {key for key, each in records.items() if each.is_failing}
    assert received["streams.history"] == len(failing)
    one = next(each for each in there if str(each["id"]) in failing)
    error, found = one["lastExecution"]["errors"][0], records[str(one["id"])]
    assert (found.error_code, found.error_text) == (error["code"], error["message"])
    assert found.request_id == one["lastExecution"]["toe"]
    assert found.failing_since is not None
    assert found.failing_since.timestamp() <= one["lastExecution"]["startedAt"]
    off = [each for each in there if each["scheduleState"] == "INACTIVE"]
    assert all(records[str(each["id"])].is_disabled and not records[str(each["id"])].is_late for each in off)
    text = text_of(client_of(bulk.person).get(BOARD))
    assert f">{len(there):,}</strong> streams" in text
    assert "As the last look at all datasets found them" in text


def test_a_look_where_nothing_undocumented_is_there(halden: Connection, streams: Streams) -> None:
    made = [streams.create() for _ in range(2)]
    ids = [each["dataSource"]["id"] for each in made]
    client = halden.client()
    found = look_at(halden, client, [*ids, "00000000-0000-4000-8000-000000000000"], lambda: None)
    assert {each.stream_id for each in found} == {str(each["id"]) for each in made}
    assert all(each.never_ran and each.account_id == "3" for each in found)
    assert {each.schedule_words for each in found} == {"Daily at 04:13 (UTC)"}


@pytest.mark.django_db
def test_counts_filters_and_order(halden: Connection, viewer: Client) -> None:
    now = timezone.now()
    record(halden, 1, name="Fine")
    record(halden, 2, name="Late one", is_late=True, urgency=4)
    record(
        halden, 3, name=f"Failing {HOSTILE}", is_failing=True, is_late=True, urgency=12, error_code="DC-401",
        error_text=f"Refused {HOSTILE}", failing_since=now - timedelta(days=2), account_id="54",
    )  # fmt: skip
    record(halden, 4, name="Off", is_disabled=True, urgency=1, schedule_kind="unreadable")
    record(halden, 5, name="New", never_ran=True, urgency=2)
    text = text_of(viewer.get(BOARD))
    places = [text.index(name) for name in ("Failing &lt;", "Late one", ">New<", ">Off<", ">Fine<")]
    assert places == sorted(places)
    assert HOSTILE not in text
    assert "2 days ago" in text
    assert "3 h ago" in text
    assert "run-listed-stream" not in text
    shown = text_of(viewer.get(BOARD, {"standing": "late"}, headers=PARTIAL))
    assert "Late one" in shown
    assert "Failing &lt;" in shown
    assert ">Fine<" not in shown
    for asked, name in (
        ({"account": "54"}, "Failing"),
        ({"error": "dc-401"}, "Failing"),
        ({"schedule": "unreadable"}, "Off"),
        ({"q": "4"}, "Off"),
        ({"standing": "fine"}, "Fine"),
    ):
        shown = text_of(viewer.get(BOARD, asked, headers=PARTIAL))
        assert name in shown
        assert 'data-total="1"' in shown
    rows = csv_rows(text_of(viewer.get(f"{BOARD}export.csv", {"standing": "failing"})))
    assert [row[0] for row in rows] == ["Stream id", "3"]
    assert rows[1][2:6] == [f"Failing {HOSTILE}", "Failing, Late", "DC-401", f"Refused {HOSTILE}"]
    found = text_of(viewer.get("/palette/upstream/", {"q": "late one", "connection": "halden"}, headers=PARTIAL))
    assert f"{BOARD}2/" in found
    home = text_of(viewer.get(f"{BOARD}home/", headers=PARTIAL))
    assert "standing=failing" in home
    assert "as of" in home


@pytest.mark.django_db
def test_before_the_first_look_the_board_says_how_to_begin(halden: Connection, viewer: Client, steward: Client) -> None:
    assert "Nobody has looked yet" in text_of(viewer.get(BOARD))
    assert "A steward or an admin can start it" in text_of(viewer.get(BOARD))
    assert f'action="{BOARD}look/"' in text_of(steward.get(BOARD))
    assert "Nobody has looked at all streams yet" in text_of(viewer.get(f"{BOARD}home/", headers=PARTIAL))
    assert viewer.post(f"{BOARD}look/").status_code == 403


@pytest.mark.django_db
def test_a_steward_starts_one_look(halden: Connection, steward: Client, person: User, no_broker: None) -> None:
    answer = steward.post(f"{BOARD}look/")
    look = last_look(halden)
    assert look is not None
    assert answer["Location"] == look.get_absolute_url()
    assert steward.post(f"{BOARD}look/")["Location"] == BOARD
    assert last_look(halden) == look
    assert "at work" in text_of(steward.get(BOARD))


def test_chosen_streams_are_run_each_once(bulk: Bulk) -> None:
    streams = Streams(bulk.sandbox, bulk.connection)
    made = [streams.create() for _ in range(2)]
    for each in made:
        record(bulk.connection, each["id"], dataset_id=each["dataSource"]["id"], is_failing=True, urgency=8)
    record(bulk.connection, 9, dataset_id="")
    job = bulk.create("run-listed-stream", Selection(query={"standing": "failing"}))
    service.run_inline(service.plan_inline(job))
    job.refresh_from_db()
    assert (job.state, job.total) == ("succeeded", 2)
    assert streams.effects("streams.execute") == 2


@pytest.mark.django_db
def test_a_selection_of_unknown_filters_is_refused(halden: Connection) -> None:
    source = get_bulk_action("run-listed-stream").source
    with pytest.raises(SelectionRefused, match="colour: there is no such filter"):
        source.clean_query({"colour": "red"})
    with pytest.raises(SelectionRefused, match="standing: "):
        source.clean_query({"standing": "asleep"})
    assert source.clean_query({"standing": "late", "q": " orders ", "sort": "name"}) == {
        "standing": "late",
        "q": "orders",
    }
    assert source.describe({"q": "orders", "standing": "late"}) == "“orders”, standing late"


def test_a_look_stops_when_its_worker_does(halden: Connection, streams: Streams) -> None:
    made = streams.create()

    def stop() -> None:
        raise AnswerLost("stopped")

    with pytest.raises(AnswerLost):
        look_at(halden, halden.client(), [made["dataSource"]["id"]], stop)
    assert not StreamRecord.objects.exists()
