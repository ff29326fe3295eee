"""`manage.py bulk` against the sandbox: what it prints, what it does, and each exit code."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.jobs.bulk import command_line_of
from apps.jobs.bulk.kind import BulkKind
from apps.jobs.models import Job
from tests.apps.data.bulk_support import Bulk
from tests.factories import ConnectionFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def admin(transactional_db: None) -> None:
    """The command acts as the first admin."""
    UserFactory.create(username="admin", role="admin")


@pytest.fixture
def command(capfd: Capture) -> Any:
    """Run the command and return its exit code, output and complaints."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            call_command("bulk", *arguments)
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def some(job: dict[str, Any]) -> dict[str, int]:
    """Return the counts that are not 0."""
    return {state: count for state, count in job["counts"].items() if count}


@pytest.fixture
def ids_file(bulk: Bulk, tmp_path: Path) -> tuple[list[str], str]:
    """Three datasets, and a file with their ids, a comment and an empty line."""
    ids = bulk.datasets(3)
    path = tmp_path / "ids.txt"
    path.write_text("\ufeff# from the audit\n\n" + "\n".join(ids) + "\n", encoding="utf-8")
    return ids, str(path)


def test_preview_prints_the_plan_and_sends_nothing(bulk: Bulk, ids_file: tuple[list[str], str], command: Any) -> None:
    ids, path = ids_file
    bulk.certify(ids[0])
    bulk.sandbox.reset()
    code, out, err = command("certify", "--connection", "halden", "--ids", path, "--preview")
    assert (code, err) == (0, "")
    assert "Certify 2 datasets: preview, nothing sent" in out
    assert "Freight cost by lane 1: Not certified -> Certified" in out
    assert "Freight cost by lane 0: skipped. Certified already." in out
    code, out, _ = command("certify", "--connection", "Halden Outdoor", "--ids", path, "--preview", "--json")
    job = json.loads(out)
    assert code == 0
    assert (job["kind"], job["state"], job["total"]) == ("certify", "draft", 3)
    assert some(job) == {"skipped": 1, "pending": 2}
    assert {"id", "created_at"} <= set(job)
    assert bulk.effects() == {}


def test_run_inline_does_it_and_prints_the_job(bulk: Bulk, ids_file: tuple[list[str], str], command: Any) -> None:
    ids, path = ids_file
    code, out, err = command("certify", "--connection", "halden", "--ids", path, "--run", "--inline", "--json")
    job = json.loads(out)
    assert (code, err) == (0, "")
    assert (job["state"], some(job), job["source"]) == ("succeeded", {"succeeded": 3}, "command")
    assert [bulk.certified(key) for key in ids] == ["ACTIVE"] * 3
    code, out, _ = command("decertify", "--connection", "halden", "--ids", path, "--run", "--inline")
    assert code == 0
    assert "Remove the certification of 3 datasets: succeeded. 3 succeeded." in out


def test_a_query_selects_and_settings_are_read(bulk: Bulk, command: Any) -> None:
    ids, person = bulk.datasets(2, name="Customs declarations of lane"), bulk.somebody()
    code, out, err = command(
        "share", "--connection", "halden", "--query", "Customs declarations of lane", "--run", "--inline", "--json",
        "--set", f"user={person}", "--set", "access_level=CAN_EDIT", "--set", "send_email=false", "--set", "message=Hi",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert json.loads(out)["counts"]["succeeded"] >= 2
    assert [bulk.level(key, person) for key in ids] == ["CAN_EDIT", "CAN_EDIT"]


def test_run_without_waiting_prints_the_id_of_a_job_for_the_workers(
    bulk: Bulk, ids_file: tuple[list[str], str], command: Any
) -> None:
    code, out, _ = command("certify", "--connection", "halden", "--ids", ids_file[1], "--run")
    job = Job.objects.get(pk=out.strip())
    assert code == 0
    assert (job.state, job.confirm_when_planned) == ("draft", True)


def test_the_jobs_own_command_line_does_the_same(bulk: Bulk, command: Any) -> None:
    bulk.datasets(2, name="Supplier terms")
    code, out, _ = command(
        "tag", "--connection", "halden", "--query", "q=Supplier terms&certification=none", "--set", "tags=a b,c",
        "--preview", "--json",
    )  # fmt: skip
    job = Job.objects.get(pk=json.loads(out)["id"])
    line = command_line_of(job)
    words = shlex.split(line)
    assert words[:3] == ["manage.py", "bulk", "tag"]
    assert words[-1] == "--run"
    code, out, _ = command(*words[2:-1], "--preview", "--json")
    again = Job.objects.get(pk=json.loads(out)["id"])
    assert code == 0
    assert again.params == job.params


def test_failures_end_with_1(
    bulk: Bulk, ids_file: tuple[list[str], str], command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BulkKind, "back_off_seconds", 0.01)
    bulk.sandbox.control(match="certified_content.certify", token_mode="read_only")
    arguments = ("certify", "--connection", "halden", "--ids", ids_file[1])
    code, out, err = command(*arguments, "--run", "--inline", "--json")
    assert code == 1
    assert some(json.loads(out)) == {"failed": 3}
    assert "bulk: " in err
    bulk.sandbox.control(token_mode="expired")
    code, _, err = command(*arguments, "--preview")
    assert code == 1
    assert "token" in err


def test_an_unknown_outcome_ends_with_3(bulk: Bulk, ids_file: tuple[list[str], str], command: Any) -> None:
    bulk.sandbox.control(match="datasets.share", cut_before_effect=1.0, count=1)
    code, out, _ = command(
        "share", "--connection", "halden", "--ids", ids_file[1], "--run", "--inline", "--json",
        "--set", f"user={bulk.somebody()}", "--set", "send_email=true",
    )  # fmt: skip
    assert code == 3
    assert some(json.loads(out)) == {"succeeded": 2, "unknown": 1}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (
            ["certify", "--ids", "{ids}", "--set", "colour=red"],
            "colour: there is no such setting; this action takes none",
        ),
        (["share", "--ids", "{ids}", "--set", "colour=red"], "this action takes user, group, access_level"),
        (["share", "--ids", "{ids}", "--set", "access_level"], "'access_level' is not of the form name=value"),
        (["share", "--ids", "{ids}", "--set", "user=1", "--set", "access_level=ALL"], "--set access_level: "),
        (
            ["share", "--ids", "{ids}", "--set", "user=1", "--set", "send_email=perhaps"],
            "send_email: 'perhaps' is neither",
        ),
        (["share", "--ids", "{ids}", "--set", "user=1", "--set", "group=2"], "--set user: Give either"),
        (["share", "--ids", "{ids}"], "--set user: Give either"),
        (["share", "--ids", "{ids}", "--set", "user=Somebody"], "--set user: Give the id"),
        (["share", "--ids", "{ids}", "--set", "group=Somebody"], "--set group: Give the id"),
        (["revoke", "--ids", "{ids}"], "--set user: Say whose access"),
        (["tag", "--ids", "{ids}", "--set", "tags= , "], "--set tags: Give at least one tag"),
        (["certify", "--ids", "/no/such/file"], "--ids: "),
        (["certify", "--ids", "/dev/null"], "--ids: there is no id in it"),
        (["certify", "--query", ""], "--query: it is empty"),
        (["certify", "--query", "colour=red"], "--query: colour: there is no such filter"),
        (["certify", "--ids", "{ids}", "--user", "nobody"], "--user: nobody active"),
        (["certify", "--ids", "{ids}", "--connection", "nowhere"], "--connection: there is no connection 'nowhere'"),
    ],
)
def test_wrong_usage_ends_with_2_and_names_what_is_wrong(
    arguments: list[str], named: str, bulk: Bulk, ids_file: tuple[list[str], str], command: Any
) -> None:
    bulk.sandbox.reset()
    given = [ids_file[1] if each == "{ids}" else each for each in arguments]
    connection = [] if "--connection" in given else ["--connection", "halden"]
    code, out, err = command(*given, *connection, "--run", "--inline")
    assert (code, out) == (2, "")
    assert named in err
    assert bulk.received() == {}
    assert not Job.objects.exists()


def test_a_connection_of_another_kind_and_a_role_that_may_not_are_refused(
    bulk: Bulk, ids_file: tuple[list[str], str], command: Any
) -> None:
    UserFactory.create(username="reader", role="viewer")
    ConnectionFactory.create(kind="domains", name="Domains", slug="domains")
    code, _, err = command("certify", "--connection", "domains", "--ids", ids_file[1], "--run")
    assert (code, "Domains is a Domain API connection" in err) == (2, True)
    code, _, err = command("certify", "--connection", "halden", "--ids", ids_file[1], "--run", "--user", "reader")
    assert code == 1
    assert "no longer has the role steward" in err
