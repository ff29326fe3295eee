"""`manage.py federation`: what is sent, what is refused, what it prints, its exit codes; against other hands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import LazySettings

from apps.connections.models import Connection
from apps.jobs.models import Job
from tests.apps.migrations.support import ACCOUNT, INTEGRATION, TOE, OtherDomo, federation
from tests.factories import UserFactory
from tests.services.upstream import Upstream

pytestmark = pytest.mark.django_db(transaction=True)

V1_V2 = ("--family", "v1-v2", "--target", ACCOUNT, "--connection", "halden")
AMPLIFIER = ("--family", "v2-amplifier", "--target", INTEGRATION, "--connection", "halden")
HEADER = "datasource_id,catalog,schema,table\n"


@pytest.fixture
def domo(other_hands: Connection, upstream: Upstream, settings: LazySettings, no_broker: None) -> OtherDomo:
    """An upstream with three datasources of each family, and an admin to act as."""
    settings.MIGRATION_SETTLE_SECONDS = 0
    UserFactory.create(role="admin")
    return OtherDomo(
        v1={"a": "Orders", "b": "Returns", "F-c": "Stock"}, v2={"x": "sales", "y": "visits", "z": "carts"}
    ).serve(upstream)


def written(path: Path, text: str) -> str:
    """Write a file and return its name."""
    path.write_text(text, encoding="utf-8")
    return str(path)


def mapping(path: Path, *keys: str) -> str:
    """Write a mapping of these datasources."""
    return written(path / "mapping.csv", HEADER + "".join(f"{key},CAT,NULL,TABLE_{key}\n" for key in keys))


def test_v1_to_v2_and_back(domo: OtherDomo, tmp_path: Path) -> None:
    code, out, errors = federation("run", *V1_V2, "--mapping", mapping(tmp_path, "a", "F-c"), "--inline", "--json")
    assert (code, errors) == (0, "")
    told = json.loads(out)
    assert (told["state"], told["direction"], told["outcomes"]) == ("succeeded", "V1_TO_V2", {"COMPLETE": 2})
    first = told["datasources"][0]
    assert (first["datasource_id"], first["state"], first["toe"]) == ("a", "COMPLETE", TOE)
    assert (first["start"], first["end"]) == ("2024-04-15T19:48:00.073000+00:00", "2024-04-15T19:48:02.410000+00:00")
    assert (first["before"], first["after"]) == (
        "Federated V1",
        "Federated V2, account mysql v2 agent: CAT.NULL.TABLE_a",
    )
    body = {"catalog": "CAT", "schema": "NULL", "table": "TABLE_a"}
    assert domo.moves == [("a", "V1_TO_V2", body), ("F-c", "V1_TO_V2", {**body, "table": "TABLE_F-c"})]
    listed = json.loads(federation("candidates", *V1_V2, "--json")[1])
    assert {each["datasource_id"]: each["check"] for each in listed} == {"a": "moved", "b": "can_move", "F-c": "moved"}
    code, out, _ = federation("reverse", *V1_V2, "--ids", written(tmp_path / "ids", "a\n"), "--inline")
    assert code == 0
    assert domo.moves[-1] == ("a", "V2_TO_V1", None)
    assert domo.migrated == {"F-c"}
    reports = json.loads(federation("report", *V1_V2, "--json")[1])
    assert [(each["direction"], each["outcomes"]) for each in reports] == [
        ("V1_TO_V2", {"COMPLETE": 2}),
        ("V2_TO_V1", {"COMPLETE": 1}),
    ]


def test_to_an_amplifier_and_back_all_that_can_go(domo: OtherDomo) -> None:
    domo.collisions, domo.leaves_list = {"y"}, True
    _, out, _ = federation("candidates", *AMPLIFIER)
    assert "2 can move, 1 collision" in out
    assert "other-id The other one" in out
    assert federation("run", *AMPLIFIER, "--inline")[0] == 0
    assert domo.sent() == {"x": 1, "z": 1}
    assert {body for _, _, body in domo.moves} == {None}
    assert federation("reverse", *AMPLIFIER, "--inline")[0] == 0
    assert domo.migrated == set()
    assert [direction for _, direction, _ in domo.moves][2:] == ["CLOUD_AMPLIFIER_TO_FEDERATED"] * 2


def test_a_collision_that_is_asked_for_is_not_sent(domo: OtherDomo, tmp_path: Path) -> None:
    domo.collisions = {"y"}
    code, out, errors = federation(
        "run", *AMPLIFIER, "--ids", written(tmp_path / "ids", "x\ny\n"), "--inline", "--json"
    )
    assert (code, domo.sent()) == (1, {"x": 1})
    assert "collide" in errors
    told = {each["datasource_id"]: each for each in json.loads(out)["datasources"]}
    assert told["y"]["state"] == "skipped"
    assert "The other one (other-id) stands for the same table" in told["y"]["message"]


@pytest.mark.parametrize(
    ("given", "ends", "sent", "code"),
    [
        ((), {"x": "ABORTED", "y": "INCOMPLETE"}, {"x", "y"}, 1),
        (("--stop-after", "1"), {"x": "ABORTED"}, {"x"}, 1),
        (("--stop-after", "2"), {"x": "ABORTED", "y": "ABORTED"}, {"x", "y"}, 1),
        (("--stop-after", "0"), {"x": "INCOMPLETE", "y": "INCOMPLETE"}, {"x", "y", "z"}, 1),
    ],
)
def test_the_stop_rule_halts_what_has_not_started(
    domo: OtherDomo, given: tuple[str, ...], ends: dict[str, str], sent: set[str], code: int
) -> None:
    domo.ends = dict(ends)
    found, out, errors = federation("run", *AMPLIFIER, *given, "--inline", "--json")
    told = json.loads(out)
    assert (found, set(domo.sent())) == (code, sent)
    assert set(domo.sent().values()) == {1}
    states = {each["datasource_id"]: each["state"] for each in told["datasources"]}
    assert states == {key: ends.get(key, "COMPLETE") if key in sent else "not_started" for key in ("x", "y", "z")}
    if sent != {"x", "y", "z"}:
        assert (told["state"], "Halted by the stop rule" in errors) == ("paused", True)
    assert "errorMessage" not in out
    assert "since the table can't be read" in out


def test_a_lost_answer_is_settled_by_the_candidates_and_never_sent_twice(
    domo: OtherDomo, settings: LazySettings
) -> None:
    domo.lost = {"x": "after", "y": "before"}
    code, out, _ = federation("run", *AMPLIFIER, "--stop-after", "0", "--inline", "--json")
    told = {each["datasource_id"]: each for each in json.loads(out)["datasources"]}
    assert (code, domo.sent()) == (3, {"x": 1, "y": 1, "z": 1})
    assert (told["x"]["state"], told["x"]["settled_by"]) == ("COMPLETE", "candidates")
    assert (told["y"]["state"], told["z"]["state"]) == ("unknown", "COMPLETE")
    assert "not sent again by itself" in told["y"]["message"]


def test_lost_answers_of_every_way_are_found_in_the_lists(domo: OtherDomo, tmp_path: Path) -> None:
    domo.leaves_list = True
    domo.lost = {"x": "after"}
    one = written(tmp_path / "one", "x\n")
    assert federation("run", *AMPLIFIER, "--ids", one, "--inline")[0] == 0
    domo.lost = {"x": "after"}
    assert federation("reverse", *AMPLIFIER, "--ids", one, "--inline")[0] == 0
    domo.lost = {"a": "after"}
    assert federation("run", *V1_V2, "--mapping", mapping(tmp_path, "a"), "--inline")[0] == 0
    domo.lost = {"a": "after"}
    assert federation("reverse", *V1_V2, "--inline")[0] == 0
    assert (domo.sent(), domo.migrated) == ({"x": 2, "a": 2}, set())


def test_a_refused_call_is_told_with_its_request_id(domo: OtherDomo) -> None:
    domo.refused = {"x"}
    code, out, _ = federation("run", *AMPLIFIER, "--inline", "--json")
    told = json.loads(out)["datasources"][0]
    assert (code, told["state"], told["toe"]) == (1, "refused", TOE)


def test_a_rehearsal_sends_nothing(domo: OtherDomo, tmp_path: Path) -> None:
    code, out, _ = federation(
        "run", *V1_V2, "--mapping", mapping(tmp_path, "a", "b"), "--rehearse", "--inline", "--json"
    )
    # This upstream has no metadata of datasets: the rehearsal says that it can't see them.
    told = json.loads(out)
    assert (code, domo.moves) == (1, [])
    assert {each["state"] for each in told["datasources"]} == {"not_sent"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            "datasource_id,catalog,table\na,CAT,T\n",
            ["The column schema is missing.", "It needs: datasource_id,"],
        ),
        (HEADER + "a,CAT,NULL,T\na,CAT,NULL,U\n", ["Lines 2 and 3 both map Orders (a)."]),
        (HEADER + "nobody,CAT,NULL,T\n", ["Line 2: “nobody” is none of the datasources"]),
        (HEADER + "A,CAT,NULL,T\n", ["Line 2: “A” is in the wrong case; the datasource is called “a”."]),
        (HEADER + "a,CAT,null,T\n", ["“null” is in the wrong case: write NULL"]),
        (HEADER + "a,CAT,NULL,T\nb,cat,NULL,U\n", ["Catalog “cat” differs only in case from “CAT”"]),
        (HEADER + "a,CAT,NULL,T\nb,CAT,NULL,T\n", ["Same table as Orders."]),
        (HEADER + "a,CAT,,T\n", ["Schema is missing. Write NULL if the database has no schemas."]),
        ("", ["There is nothing in it."]),
        (
            "datasource_id;catalog;schema;table\nF-C;C;S;T\nx y;C;S;T\n",
            ["Line 2: “F-C” is in", "Line 3: “x y” is none"],
        ),
    ],
)
def test_a_bad_mapping_is_refused_with_every_fault_named(
    domo: OtherDomo, tmp_path: Path, content: str, faults: list[str]
) -> None:
    code, _, errors = federation("run", *V1_V2, "--mapping", written(tmp_path / "m.csv", content), "--inline")
    assert (code, domo.moves, Job.objects.count()) == (2, [], 0)
    for fault in faults:
        assert fault in errors


def test_what_may_be_meant_is_taken_when_somebody_says_so(domo: OtherDomo, tmp_path: Path) -> None:
    content = "name\tCatalog\tschema\ttable\nOrders\tCAT\tNULL\tT\nReturns\tcat\tNULL\tT\n"
    arguments = ("run", *V1_V2, "--mapping", written(tmp_path / "m.csv", content), "--inline")
    assert federation(*arguments)[0] == 2
    assert federation(*arguments, "--as-mapped")[0] == 0
    assert [body["catalog"] for _, _, body in domo.moves] == ["CAT", "cat"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--family", "v1-v2", "--target", "99"), "2 (mysql v2 agent, mysql-federated)"),
        (("--family", "v1-v2", "--target", INTEGRATION), "is a Cloud Amplifier integration"),
        (("--family", "v2-amplifier", "--target", "7"), "choose the family v1-v2"),
        (("--family", "v2-amplifier", "--target", INTEGRATION, "--mapping", "none.csv"), "needs no mapping"),
        (("--family", "v2-amplifier", "--target", INTEGRATION, "--ids", "/does/not/exist"), "--ids"),
        (("--family", "v2-amplifier", "--target", INTEGRATION, "--stop-after", "-1"), "0 or more"),
    ],
)
def test_wrong_usage_names_the_option_and_sends_nothing(domo: OtherDomo, arguments: tuple[str, ...], said: str) -> None:
    code, _, errors = federation("run", *arguments, "--connection", "halden", "--inline")
    assert (code, domo.moves) == (2, [])
    assert said in errors


@pytest.mark.django_db
def test_an_unknown_id_is_refused(domo: OtherDomo, tmp_path: Path) -> None:
    code, _, errors = federation("run", *AMPLIFIER, "--ids", written(tmp_path / "ids", "x\nnobody\n"), "--inline")
    assert (code, domo.moves) == (2, [])
    assert "not among the candidates of My BigQuery Amplifier Integration: nobody" in errors


@pytest.mark.django_db
def test_preview_and_a_run_by_a_worker_send_nothing_here(domo: OtherDomo) -> None:
    code, out, _ = federation("preview", *AMPLIFIER, "--json")
    assert (code, json.loads(out)["state"]) == (0, "draft")
    code, out, _ = federation("preview", *V1_V2)
    assert (code, "3 need a mapping before it can run" in out) == (0, True)
    code, _, errors = federation("run", *V1_V2)
    assert (code, "needs a CSV with the columns datasource_id,catalog,schema,table" in errors) == (2, True)
    code, out, _ = federation("run", *AMPLIFIER)
    assert (code, domo.moves) == (0, [])
    assert str(Job.objects.get(state="queued").pk) == out.strip()
