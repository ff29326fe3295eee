"""`manage.py upload`: the same upload for scripts, with exit codes that can be trusted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs.models import Job
from apps.staging import service as staging
from tests.apps.data.uploads.support import count, create_dataset, csv_bytes, rows_of
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess


@pytest.fixture(autouse=True)
def admin(transactional_db: None) -> User:
    """The person whom commands act as."""
    return UserFactory.create(role="admin")


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run the command; returns exit code, output and errors."""
    with pytest.raises(SystemExit) as ended:
        call_command("upload", *arguments)
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A good file."""
    path = tmp_path / "orders.csv"
    path.write_bytes(csv_bytes(rows_of(500)))
    return path


def test_inline_ends_when_the_rows_are_indexed(
    connection: Connection, sandbox: SandboxProcess, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = create_dataset(sandbox)
    arguments = [dataset, str(orders), "--connection", "halden", "--action", "REPLACE", "--inline"]
    code, out, err = run(*arguments, capsys=capsys)
    assert (code, err) == (0, "")
    assert "500 of 500 rows sent to Orders" in out
    assert count(sandbox, dataset) == 500
    code, out, err = run(*arguments, "--json", capsys=capsys)
    facts = json.loads(out)
    assert (code, facts["state"], facts["account"]["reported"]) == (0, "succeeded", 500)
    assert set(facts["phases"]) == {"check", "open", "send", "commit", "index", "count"}


def test_bad_rows_stop_unless_told_otherwise(
    connection: Connection, sandbox: SandboxProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(100)
    rows[3][3] = "12,50 EUR"
    path = tmp_path / "bad.csv"
    path.write_bytes(csv_bytes(rows))
    dataset = create_dataset(sandbox)
    arguments = [dataset, str(path), "--connection", "halden", "--action", "APPEND", "--inline"]
    code, _, err = run(*arguments, capsys=capsys)
    assert code == 1
    assert 'Column "amount": 1 value is not' in err
    assert "12,50 EUR" in err
    assert "Traceback" not in err
    assert sandbox.stats()["uploads"] == {}
    assert run(*arguments, "--on-bad-rows", "set-aside", capsys=capsys)[0] == 0
    assert count(sandbox, dataset) == 99


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{dataset}", "{missing}", "--connection", "halden", "--action", "APPEND"], 2, "does not exist"),
        (["{dataset}", "{directory}", "--connection", "halden", "--action", "APPEND"], 2, "is a directory"),
        (["{dataset}", "{empty}", "--connection", "halden", "--action", "APPEND"], 1, "is empty"),
        (["{dataset}", "{file}", "--connection", "nowhere", "--action", "APPEND"], 2, "no connection 'nowhere'"),
        (["{dataset}", "{file}", "--connection", "halden", "--action", "APPEND", "--user", "nobody"], 2, "nobody"),
        (["no-such-dataset", "{file}", "--connection", "halden", "--action", "APPEND"], 1, "request id"),
        (
            ["{dataset}", "{file}", "--connection", "halden", "--action", "APPEND", "--inline", "--encoding", "latin9"],
            1,
            "encoding: 'latin9' is not known",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_and_an_exit_code(
    connection: Connection,
    sandbox: SandboxProcess,
    orders: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    (tmp_path / "empty.csv").touch()
    names = {
        "dataset": create_dataset(sandbox),
        "file": orders,
        "missing": tmp_path / "nothing.csv",
        "directory": tmp_path,
        "empty": tmp_path / "empty.csv",
    }
    found, out, err = run(*[argument.format(**names) for argument in arguments], capsys=capsys)
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert sandbox.token not in err


def test_a_token_that_may_only_read_fails_before_the_commit(
    connection: Connection, sandbox: SandboxProcess, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = create_dataset(sandbox)
    sandbox.control(rules=[{"token_mode": "read_only", "match": "/parts/"}])
    code, _, err = run(dataset, str(orders), "--connection", "halden", "--action", "APPEND", "--inline", capsys=capsys)
    assert code == 1
    assert "Job " in err
    job = Job.objects.get()
    assert job.state == "failed"


def test_a_file_that_changes_while_it_is_sent_is_not_committed(
    connection: Connection, sandbox: SandboxProcess, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = create_dataset(sandbox)
    file = staging.stage_in_place(orders, None)
    with orders.open("ab") as writing:
        writing.write(b"501,2026-01-01,Somebody,1.5,late\n")
    with pytest.raises(staging.FileChanged, match=r"orders\.csv has changed"):
        next(staging.StagedSource(file).open())
    staging.remove(file)
    assert orders.exists()
    arguments = [dataset, str(orders), "--connection", "halden", "--action", "APPEND", "--inline"]
    assert run(*arguments, capsys=capsys)[0] == 0
    assert orders.exists()
    assert count(sandbox, dataset) == 501
