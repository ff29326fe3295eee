"""`manage.py call` with one operation: its answer, its request, its exit codes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment, Kind
from tests.apps.console.conftest import SECRET, Run, dataset_of
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import CUT, JSON, Told, Upstream, told

SHARE = {"permissions": [{"id": "27", "type": "USER", "accessLevel": "CAN_VIEW"}], "sendEmail": False}


def test_a_read_is_printed_as_json_and_not_recorded(halden: Connection, sandbox: SandboxProcess, run: Run) -> None:
    dataset = dataset_of(sandbox)
    said = run("datasets.get_metadata", "--arg", f"dataset_id={dataset}", "--connection", "Halden Outdoor")
    assert (said.code, said.err) == (0, "")
    assert said.json["id"] == dataset
    assert said.out.count("\n") == 1
    assert not AuditRecord.objects.exists()


def test_a_change_is_recorded_before_and_after(halden: Connection, sandbox: SandboxProcess, run: Run) -> None:
    dataset = dataset_of(sandbox)
    users = json.loads(run("users.list", "--arg", "limit=1").out)
    person = str((users if isinstance(users, list) else users["users"])[0]["id"])
    body = {"permissions": [{"id": person, "type": "USER", "accessLevel": "CAN_VIEW"}], "sendEmail": False}
    said = run("datasets.share", "--arg", f"dataset_id={dataset}", "--body", json.dumps(body))
    assert said.code == 0, said.err
    intent, outcome = AuditRecord.objects.order_by("pk")
    assert (intent.outcome, outcome.outcome) == ("intended", "succeeded")
    assert intent.correlation == outcome.correlation
    assert (intent.operation, intent.target_id, intent.source) == ("datasets.share", dataset, "command line")
    assert (intent.connection, intent.actor_name) == ("halden", "Ada Winther")
    assert intent.after == {"dataset_id": dataset, "body": body}
    assert sandbox.stats()["received"]["datasets.share"] == 1


def test_an_answer_keeps_all_its_digits(other_hands: Connection, upstream: Upstream, run: Run) -> None:
    text = '{"a": 1.10, "b": 12345678901234567890.123456789012345678,\r\n "c": null, "d": "\u2028\u0085é"}'
    upstream.answers(Told(200, text.encode(), JSON))
    said = run("datasets.get_metadata", "--arg", "dataset_id=d")
    assert said.code == 0
    assert '"a": 1.10, "b": 12345678901234567890.123456789012345678' in said.out
    assert len(said.out.splitlines()) == 1
    assert said.json["d"] == "\u2028\x85é"


def test_a_body_goes_out_as_it_was_written(
    other_hands: Connection, upstream: Upstream, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"permissions": [{"id": "27", "type": "USER", "accessLevel": "CAN_VIEW", "x": 1.10, "y": null}]}'
    share = ["datasets.share", "--arg", "dataset_id=d"]
    assert run(*share, "--body", text).code == 0
    assert upstream.last.body == text.encode()
    file = tmp_path / "body.json"
    file.write_text(text)
    assert run(*share, "--body", f"@{file}").code == 0
    assert upstream.last.body == text.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert run(*share, "--body", "-").code == 0
    assert upstream.last.body == text.encode()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["no.such"], "id:"),
        (["datasets.get_metadata"], "dataset_id is missing"),
        (["datasets.get_metadata", "--arg", "dataset_id"], "dataset_id"),
        (["datasets.get_metadata", "--arg", "dataset_id=d", "--arg", "colour=red"], "colour"),
        (["datasets.get_metadata", "--arg", "dataset_id=d", "--body", "{}"], "body"),
        (["datasets.get_metadata", "--arg", "dataset_id=d", "--file", "/nowhere"], "file"),
        (["datasets.get_metadata", "--arg", "dataset_id=d", "--connection", "nowhere"], "connection"),
        (["datasets.get_metadata", "--arg", "dataset_id=d", "--user", "nobody"], "user"),
        (["datasets.share", "--arg", "dataset_id=d"], "permissions is missing"),
        (["datasets.share", "--arg", "dataset_id=d", "--body", '{"a":\n 1,}'], "line 2, column"),
        (["datasets.share", "--arg", "dataset_id=d", "--body", "@/nowhere/body.json"], "body"),
        (["datasets.share", "--arg", "dataset_id=d", "--body", json.dumps(SHARE), "--all"], "all"),
        ([], "id"),
        (["--batch", "/nowhere/lines.jsonl"], "batch"),
        (["datasets.get_metadata", "--batch", "x"], "id"),
    ],
)
def test_wrong_usage_is_named_and_nothing_is_sent(
    other_hands: Connection, upstream: Upstream, run: Run, arguments: list[str], named: str
) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("call: ")
    assert named in said.err
    assert said.err.count("\n") == 1
    assert upstream.asked == []
    assert not AuditRecord.objects.exists()


def test_a_refusal_tells_status_and_request_id(other_hands: Connection, upstream: Upstream, run: Run) -> None:
    upstream.answers(told({"status": 403, "message": "You may not", "toe": "TOE-1"}, 403))
    said = run("datasets.share", "--arg", "dataset_id=d", "--body", json.dumps(SHARE))
    assert (said.code, said.out) == (1, "")
    assert "You may not" in said.err
    assert "(status 403, request id TOE-1)" in said.err
    last = AuditRecord.objects.latest("pk")
    assert (last.outcome, last.request_id) == ("failed", "TOE-1")


def test_a_lost_answer_is_unknown_for_a_change_only(other_hands: Connection, upstream: Upstream, run: Run) -> None:
    upstream.answers(CUT)
    said = run("datasets.share", "--arg", "dataset_id=d", "--body", json.dumps(SHARE))
    assert said.code == 3
    assert AuditRecord.objects.latest("pk").outcome == "unknown"
    upstream.answers(told({"status": 500, "message": "no"}, 500))
    assert run("datasets.share", "--arg", "dataset_id=d", "--body", json.dumps(SHARE)).code == 3
    upstream.answers(told({"status": 404, "message": "no"}, 404))
    assert run("datasets.get_metadata", "--arg", "dataset_id=d").code == 1


def test_a_change_on_production_wants_yes(other_hands: Connection, upstream: Upstream, run: Run) -> None:
    other_hands.environment = Environment.PRODUCTION
    other_hands.save()
    share = ["datasets.share", "--arg", "dataset_id=d", "--body", json.dumps(SHARE)]
    said = run(*share)
    assert said.code == 2
    assert "--yes" in said.err
    assert upstream.asked == []
    assert run(*share, "--dry-run").code == 0
    assert upstream.asked == []
    assert run("datasets.get_metadata", "--arg", "dataset_id=d").code == 0
    assert run(*share, "--yes").code == 0
    assert upstream.last.method == "POST"


def test_a_dry_run_shows_the_exact_request_without_secrets(
    other_hands: Connection, upstream: Upstream, run: Run
) -> None:
    body = '{"permissions": [{"id": "27", "type": "USER", "accessLevel": "CAN_VIEW"}], "n": 1.10}'
    said = run("datasets.share", "--arg", "dataset_id=a b", "--body", body, "--dry-run")
    assert said.code == 0
    assert said.json["method"] == "POST"
    assert said.json["url"] == f"{upstream.url}/api/data/v3/datasources/a%20b/share"
    assert said.json["headers"]["X-DOMO-Developer-Token"] == "(hidden)"
    assert said.json["headers"]["Content-Type"] == "application/json"
    assert said.json["body"] == json.loads(body)
    assert "1.10" in said.out
    assert upstream.asked == []
    assert not AuditRecord.objects.exists()
    hidden = body.replace('"USER",', '"USER", "apiToken": "hush-hush",')
    said = run("datasets.share", "--arg", "dataset_id=d", "--body", hidden, "--dry-run")
    assert "hush-hush" not in said.out
    assert "1.10" in said.out


def test_all_walks_the_pages_with_their_digits(other_hands: Connection, upstream: Upstream, run: Run) -> None:
    rows = [f'{{"id": "{n}", "share": {n}.10, "name": "d{n}"}}' for n in range(120)]

    def page(number: int, size: int) -> Told:
        shown = ", ".join(rows[number * size : (number + 1) * size])
        return Told(200, f"[{shown}]".encode(), JSON)

    asked = iter(range(10))
    upstream.script(lambda request: page(next(asked), 50))
    said = run("groups.list", "--arg", "limit=50", "--all")
    assert said.code == 0, said.err
    if len(upstream.asked) == 1:
        pytest.fail("only one page was asked for")
    assert [item["id"] for item in said.json] == [str(n) for n in range(120)]
    assert '"share": 7.10' in said.out


def test_a_walk_that_breaks_leaves_no_whole_array(
    other_hands: Connection, upstream: Upstream, run: Run, tmp_path: Path
) -> None:
    first = told([{"id": str(n), "name": "g"} for n in range(50)])
    refused = told({"status": 403, "message": "no"}, 403)
    upstream.answers(first, refused)
    said = run("groups.list", "--arg", "limit=50", "--all")
    assert said.code == 1
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(said.out)
    upstream.answers(first, refused)
    assert run("groups.list", "--arg", "limit=50", "--all", "--output", str(tmp_path / "all.json")).code == 1
    assert list(tmp_path.iterdir()) == []


def test_output_takes_the_answer(other_hands: Connection, upstream: Upstream, run: Run, tmp_path: Path) -> None:
    upstream.answers(Told(200, b'{"a": 1.10}', JSON))
    path = tmp_path / "answer.json"
    said = run("datasets.get_metadata", "--arg", "dataset_id=d", "--output", str(path))
    assert (said.code, said.out) == (0, "")
    assert path.read_text() == '{"a": 1.10}\n'
    assert [each.name for each in tmp_path.iterdir()] == ["answer.json"]


def test_the_connection_goes_without_saying_where_there_is_one(
    other_hands: Connection, upstream: Upstream, run: Run
) -> None:
    ConnectionFactory.create(kind=Kind.DOMAINS, slug="tree", secrets={"token": "abcd", "api_key": "efgh"})
    read = ["datasets.get_metadata", "--arg", "dataset_id=d"]
    assert run(*read).code == 0
    said = run(*read, "--connection", "tree")
    assert said.code == 2
    assert "tree is a Domain API connection" in said.err
    ConnectionFactory.create(slug="second")
    said = run(*read)
    assert said.code == 2
    assert "halden, second" in said.err
    other_hands.slug, other_hands.environment = "sandbox", Environment.SANDBOX
    other_hands.save()
    assert run(*read).code == 0


def test_a_named_person_may_no_more_than_their_role(other_hands: Connection, upstream: Upstream, run: Run) -> None:
    UserFactory.create(username="vera", role="viewer")
    said = run("datasets.share", "--arg", "dataset_id=d", "--body", json.dumps(SHARE), "--user", "vera")
    assert said.code == 2
    assert "steward" in said.err
    assert upstream.asked == []
    other_hands.roles = ["support"]
    other_hands.save()
    assert run("datasets.get_metadata", "--arg", "dataset_id=d", "--user", "vera").code == 2
    assert upstream.asked == []


def test_an_unreachable_upstream_is_no_wrong_usage(
    other_hands: Connection, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_hands.base_url = "https://127.0.0.1:9"
    other_hands.save()
    said = run("datasets.get_metadata", "--arg", "dataset_id=d")
    assert said.code == 1
    assert SECRET not in said.err


def test_what_the_method_refuses_is_named_as_on_the_wire_and_not_recorded(
    other_hands: Connection, upstream: Upstream, run: Run
) -> None:
    said = run("reports.delete_unsubscribed_recipient", "--arg", "schedule_id=7")
    assert said.code == 2
    assert "say userId or emailId" in said.err
    assert upstream.asked == []
    assert not AuditRecord.objects.exists()
