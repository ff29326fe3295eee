"""`manage.py call --batch`: a line of JSON for each line, in order, whatever stands in it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment, Kind
from apps.console.batch import run_batch
from apps.console.command_line import CommandLine
from apps.console.outcomes import ExitCode
from apps.console.performing import Acting
from domoadmin.services import exact_json
from tests.apps.console.conftest import Run, Said, connection_to, dataset_of
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import CUT, JSON, Asked, Told, Upstream, told

ROOT = Path(__file__).resolve().parents[3]
READ = {"id": "datasets.get_metadata", "args": {"dataset_id": "d"}}
SHARE = {
    "id": "datasets.share",
    "args": {"dataset_id": "d"},
    "body": {"permissions": [{"id": "27", "type": "USER", "accessLevel": "CAN_VIEW"}]},
}
NO = told({"status": 404, "message": "no"}, 404)


def batch(run: Run, path: Path, *lines: Any, options: tuple[str, ...] = ()) -> Said:
    """Run lines (texts as they are, other things as JSON)."""
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return run("--batch", str(path), *options)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Where the lines of a test stand."""
    return tmp_path / "lines.jsonl"


def test_each_line_is_answered_in_order(other_hands: Connection, upstream: Upstream, run: Run, lines: Path) -> None:
    upstream.script(lambda asked: told({"path": asked.path}))
    ids = [f"d{n}" for n in range(20)]
    said = batch(run, lines, *({**READ, "args": {"dataset_id": each}} for each in ids), "", "  ")
    assert (said.code, said.err) == (0, "")
    assert [line["result"]["path"].rpartition("/")[2] for line in said.lines] == ids
    first = said.lines[0]
    assert (first["id"], first["ok"], first["status"]) == ("datasets.get_metadata", True, 200)
    assert first["ms"] > 0
    assert set(first) == {"id", "ok", "status", "ms", "result"}


def test_a_broken_line_does_not_stop_the_others(
    other_hands: Connection, upstream: Upstream, run: Run, lines: Path
) -> None:
    said = batch(
        run,
        lines,
        "{nonsense",
        "[]",
        '{"args": {}}',
        {"id": 7},
        {"id": "no.such"},
        {**READ, "arg": {}},
        {**READ, "args": []},
        {**READ, "connection": "nowhere"},
        {**READ, "file": "/nowhere/at.all"},
        {"id": "datasets.get_metadata", "args": {"colour": "red"}},
        {**SHARE, "body": {"permissions": "all"}},
        READ,
    )
    assert said.code == 2
    told_of = [(line["id"], line["error"]["argument"]) for line in said.lines[:-1]]
    assert told_of == [
        (None, "line"),
        (None, "line"),
        (None, "id"),
        (None, "id"),
        ("no.such", "id"),
        ("datasets.get_metadata", "arg"),
        ("datasets.get_metadata", "args"),
        ("datasets.get_metadata", "connection"),
        ("datasets.get_metadata", "file"),
        ("datasets.get_metadata", "colour"),
        ("datasets.share", "permissions"),
    ]
    for line in said.lines[:-1]:
        assert (line["ok"], line["status"], line["ms"]) == (False, None, 0)
        assert (line["error"]["type"], line["error"]["delivery"]) == ("InvalidArguments", "not_sent")
    assert said.lines[-1]["ok"]
    assert len(upstream.asked) == 1


@pytest.mark.parametrize(
    ("answers", "asked", "code"),
    [
        ([told({})], [READ], 0),
        ([told({})], [READ, {"id": "no.such"}], 2),
        ([NO], [READ, {"id": "no.such"}], 1),
        ([NO, CUT], [READ, {"id": "no.such"}, SHARE], 3),
        ([], [], 0),
    ],
)
def test_the_exit_code_tells_the_worst(
    other_hands: Connection,
    upstream: Upstream,
    run: Run,
    lines: Path,
    answers: list[Told],
    asked: list[Any],
    code: int,
) -> None:
    upstream.answers(*(answers or [told({})]))
    assert batch(run, lines, *asked).code == code


def test_an_error_tells_what_is_known(other_hands: Connection, upstream: Upstream, run: Run, lines: Path) -> None:
    upstream.answers(
        told({"status": 403, "message": "You may not", "toe": "TOE-1"}, 403),
        told({"message": "slow"}, 429, Retry_After="9999"),
    )
    refused, slow = batch(run, lines, SHARE, SHARE).lines
    assert refused["status"] == 403
    assert refused["error"] == {
        "type": "Forbidden",
        "message": "You may not",
        "delivery": "answered",
        "status": 403,
        "request_id": "TOE-1",
    }
    assert slow["error"]["retry_after"] == 9999


def test_digits_and_nulls_pass_both_ways(other_hands: Connection, upstream: Upstream, run: Run, lines: Path) -> None:
    body = (
        '{"permissions": [{"id":"27", "type":"USER", "accessLevel":"CAN_VIEW", "n": 1.10, "m": 1E+400, "o": null,'
        ' "p": "\\u0000\\ud800"}],'
        '  "sendEmail":null}'
    )
    upstream.answers(Told(200, b'{"n": 100.000,\n "big": 0.12345678901234567890123456789}', JSON))
    said = batch(run, lines, f'{{"body": {body}, "id": "datasets.share", "args": {{"dataset_id": "d"}}}}')
    assert said.code == 0, said.out
    assert upstream.last.body == body.encode()
    assert '"result": {"n": 100.000,  "big": 0.12345678901234567890123456789}' in said.out


def test_empty_answers_are_null(other_hands: Connection, upstream: Upstream, run: Run, lines: Path) -> None:
    upstream.answers(Told(204, b"", {}))
    (line,) = batch(run, lines, SHARE).lines
    assert (line["ok"], line["status"], line["result"]) == (True, 204, None)


def test_text_and_files_go_out_as_bytes(
    other_hands: Connection, upstream: Upstream, run: Run, lines: Path, tmp_path: Path
) -> None:
    part = {"id": "datasets.upload_part", "args": {"dataset_id": "d", "upload_id": 3, "part": 1}}
    csv = 'a,b\r\n1.10,"é\n"'
    file = tmp_path / "part.csv"
    file.write_bytes(csv.encode())
    said = batch(run, lines, {**part, "body": csv}, {**part, "file": str(file)}, part)
    assert [line["ok"] for line in said.lines] == [True, True, False]
    assert [asked.body for asked in upstream.asked] == [csv.encode(), csv.encode()]
    assert upstream.last.headers["Content-Type"].startswith("text/csv")
    kept = AuditRecord.objects.latest("pk")
    assert kept.outcome == "succeeded"
    intents = AuditRecord.objects.filter(outcome="intended").order_by("pk").values_list("after", flat=True)
    assert [intent["file"] for intent in intents if "file" in intent] == [
        {"name": "part.csv", "bytes": len(csv.encode())}
    ]


def test_binary_answers_are_hashed_and_kept_where_told(
    other_hands: Connection, upstream: Upstream, run: Run, lines: Path, tmp_path: Path
) -> None:
    picture = b"\x89PNG\r\n" + bytes(range(256)) * 500
    upstream.answers(Told(200, picture, {"Content-Type": "image/png"}))
    fetch = {"id": "files.download", "args": {"data_file_id": 7, "fileName": "cat.png"}}
    expected = {"bytes": len(picture), "sha256": hashlib.sha256(picture).hexdigest()}
    said = batch(run, lines, fetch)
    assert said.lines[0]["result"] == expected, said.out
    directory = tmp_path / "out" / "deep"
    results = [line["result"] for line in batch(run, lines, fetch, fetch, options=("--output", str(directory))).lines]
    paths = [Path(result.pop("path")) for result in results]
    assert results == [expected, expected]
    assert sorted(directory.iterdir()) == paths
    assert all(path.read_bytes() == picture and path.suffix == ".png" for path in paths)


def test_changes_on_production_want_yes(other_hands: Connection, upstream: Upstream, run: Run, lines: Path) -> None:
    other_hands.environment = Environment.PRODUCTION
    other_hands.save()
    said = batch(run, lines, SHARE, READ)
    assert said.code == 2
    assert [line["ok"] for line in said.lines] == [False, True]
    assert said.lines[0]["error"]["argument"] == "yes"
    assert len(upstream.asked) == 1
    assert batch(run, lines, SHARE, options=("--yes",)).code == 0


def test_a_line_may_name_its_connection(
    other_hands: Connection, upstream: Upstream, run: Run, lines: Path, settings: Any
) -> None:
    with Upstream() as second:
        connection_to(settings, second.url, name="Second", slug="second", secrets={"token": "another-token"})
        said = batch(run, lines, {**READ, "connection": "second"}, READ, options=("--connection", "halden"))
        assert said.code == 0, said.out
        assert (len(upstream.asked), len(second.asked)) == (1, 1)
        assert second.last.headers["X-DOMO-Developer-Token"] == "another-token"


def test_every_change_is_recorded(other_hands: Connection, upstream: Upstream, run: Run, lines: Path) -> None:
    upstream.answers(told({}), NO, told({}), CUT)
    batch(run, lines, SHARE, SHARE, READ, SHARE)
    assert list(AuditRecord.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "intended",
        "succeeded",
        "intended",
        "failed",
        "intended",
        "unknown",
    ]


def test_a_dry_run_of_a_batch_sends_nothing(other_hands: Connection, upstream: Upstream, run: Run, lines: Path) -> None:
    said = batch(run, lines, READ, SHARE, options=("--dry-run",))
    assert [line["result"]["method"] for line in said.lines] == ["GET", "POST"]
    assert upstream.asked == []


def test_lines_come_from_the_standard_input_as_well(
    other_hands: Connection, upstream: Upstream, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"\xef\xbb\xbf" + json.dumps(READ).encode() + b"\r\n\xff\xfe\n" + json.dumps(READ).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    said = run("--batch", "-")
    assert [line["ok"] for line in said.lines] == [True, False, True]


@pytest.mark.django_db
def test_all_three_kinds_in_one_batch_against_the_sandbox(
    halden: Connection, sandbox: SandboxProcess, run: Run, lines: Path, settings: Any
) -> None:
    secrets = {"token": sandbox.token, "api_key": sandbox.token}
    connection_to(settings, sandbox.url, name="Tree", slug="tree", kind=Kind.DOMAINS, secrets=secrets)
    dataset = dataset_of(sandbox)
    said = batch(
        run,
        lines,
        {**READ, "args": {"dataset_id": dataset}},
        {"id": "groups.list", "args": {"limit": 2}},
        {"id": "domains.list"},
        {"id": "datasets.get_metadata", "args": {"dataset_id": "no-such-dataset"}},
    )
    assert [line["ok"] for line in said.lines] == [True, True, True, False], said.out
    assert said.code == 1


number_texts = st.one_of(
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(lambda found: f"{found:f}"),
    st.tuples(st.integers(), st.integers(0, 10**30), st.integers(-400, 400)).map(
        lambda parts: f"{parts[0]}.{parts[1]:031d}E{parts[2]:+d}"
    ),
)


@st.composite
def json_texts(draw: st.DrawFn, depth: int = 3) -> str:
    """Texts of JSON with odd numbers, spaces and escapes in them."""
    space = st.sampled_from(["", " ", "\t", "  "])
    text = st.text(st.characters(codec="utf-8"), max_size=8)
    scalar = st.one_of(
        number_texts,
        st.sampled_from(["null", "true", "false"]),
        st.builds(lambda value, ascii_only: json.dumps(value, ensure_ascii=ascii_only), text, st.booleans()),
    )
    if depth == 0 or draw(st.booleans()):
        return draw(scalar)
    parts = [draw(json_texts(depth - 1)) for _ in range(draw(st.integers(0, 3)))]
    gap = draw(space)
    if draw(st.booleans()):
        return "[" + gap + f"{gap},{gap}".join(parts) + gap + "]"
    named = [f"{json.dumps(draw(text))}{gap}:{gap}{part}" for part in parts]
    return "{" + gap + f"{gap},{gap}".join(named) + gap + "}"


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), json_texts(), max_size=4))
def test_members_are_the_very_text_that_stands_there(parts: dict[str, str]) -> None:
    line = " { " + " , ".join(f"{json.dumps(name)} : {text}" for name, text in parts.items()) + " } "
    assert exact_json.members(line) == parts


@given(json_texts())
def test_exact_json_keeps_every_number(text: str) -> None:
    written = exact_json.dumps(exact_json.loads(text))
    assert json.loads(written, parse_float=Decimal) == json.loads(text, parse_float=Decimal)
    assert json.loads(exact_json.dumps(exact_json.loads(text), indent=2), parse_float=str) == json.loads(
        text, parse_float=str
    )


@given(st.lists(st.one_of(st.binary(max_size=60), json_texts().map(str.encode)), max_size=5))
def test_any_bytes_give_a_line_each_and_send_nothing(lines: list[bytes]) -> None:
    wanted = [part for line in lines for part in line.split(b"\n") if part.strip()]
    command_line = CommandLine(Acting(None, "test"))
    found = list(run_batch(wanted, command_line, None, None))
    assert len(found) == len(wanted)
    for text, code in found:
        assert code is ExitCode.WRONG_USAGE
        assert json.loads(text)["ok"] is False
        assert len(text.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.embedded
def test_a_process_of_its_own_says_nothing_but_json(tmp_path: Path, sandbox: SandboxProcess) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "DOMOADMIN_DATA_DIR": str(tmp_path / "data"),
        "DOMOADMIN_UPSTREAM_HOSTS": urlsplit(sandbox.url).netloc,
        "TOKEN": sandbox.token,
        "LC_ALL": "C",
    }

    def manage(*arguments: str, lines: str = "") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            input=lines.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )

    assert manage("migrate", "--verbosity", "0").returncode == 0
    made = ["--kind", "domo", "--name", "Halden", "--url", sandbox.url, "--token-env", "TOKEN"]
    assert manage("connect", *made, "--environment", "production").returncode == 0
    read = json.dumps({"id": "groups.list", "args": {"limit": 1}})
    done = manage("call", "--batch", "-", lines=f"{read}\n{read}\nbroken\n")
    assert (done.returncode, done.stderr) == (2, b"")
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [True, True, False]
    # Nobody has an account yet: the command line acts all the same.
    refused = manage("call", "groups.delete", "--arg", "group_id=1")
    assert refused.returncode == 2
    assert b"Traceback" not in refused.stderr
    listed = manage("operations", "--json")
    assert len(json.loads(listed.stdout)) > 30
    wrong = manage("call", "groups.list", "--arg")
    assert wrong.returncode == 2


def test_the_query_is_as_the_documents_name_it(
    other_hands: Connection, upstream: Upstream, run: Run, lines: Path
) -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Told:
        seen.append(asked)
        return told([])

    upstream.script(answer)
    said = batch(run, lines, {"id": "groups.list", "args": {"limit": "3", "ascending": True, "search": None}})
    assert said.code == 0, said.out
    assert parse_qs(urlsplit(seen[0].path).query) == {"limit": ["3"], "ascending": ["true"]}
