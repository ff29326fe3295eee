"""`manage.py export` and `manage.py export_s3`: exit codes, files, keys out of the environment."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.connections.models import Environment
from apps.jobs.models import Job
from tests.apps.data.exports.support import BUCKET, KEYS, REGION, Exports
from tests.apps.data.exports.test_file import query, small

pytestmark = pytest.mark.django_db(transaction=True)


def run(name: str, *arguments: Any) -> int:
    """Run the command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        call_command(name, *map(str, arguments))
    return int(ended.value.code or 0)


def test_export_writes_the_file_whole_or_not_at_all(
    exports: Exports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, target = small(exports), tmp_path / "rows.csv"
    where = ("--connection", "halden", "--user", "steward")
    assert run("export", key, *where, "--to", target, "--json") == 0
    rows = list(csv.reader(target.open(newline="")))
    assert len(rows) - 1 == query(exports, key, f"SELECT * FROM `{key}`")["numRows"]
    said = json.loads(capsys.readouterr().out)
    assert (said["state"], said["agrees"], said["rows"]) == ("succeeded", True, len(rows) - 1)
    before = target.read_bytes()
    assert run("export", key, *where, "--to", target, "--where", "`nope` = 1") == 1
    assert "Nothing was written" in capsys.readouterr().err
    assert target.read_bytes() == before
    assert run("export", key, *where, "--to", tmp_path / "rows.xlsx") == 2
    assert run("export", key, *where, "--to", target, "--where", "1 = 1; DROP TABLE x") == 2
    assert run("export", key, "--connection", "nope", "--to", target) == 2


def test_export_s3_takes_its_keys_from_the_environment(
    exports: Exports, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [exports.dataset(f"By command {number}") for number in range(2)]
    target = ("--connection", "halden", "--user", "steward", "--bucket", BUCKET, "--region", REGION)
    assert run("export_s3", ids[0], *target, "--access-key-env", "MY_KEY") == 2
    assert "--access-key-env (MY_KEY): Type the access key id." in capsys.readouterr().err
    monkeypatch.setenv("MY_KEY", KEYS["access_key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["secret_key"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", KEYS["session_token"])
    assert run("export_s3", *ids, *target, "--access-key-env", "MY_KEY", "--preview") == 0
    assert "Nothing was sent." in capsys.readouterr().out
    assert (Job.objects.count(), exports.started()) == (0, 0)
    exports.connection.environment = Environment.PRODUCTION
    exports.connection.save()
    assert run("export_s3", *ids, *target, "--access-key-env", "MY_KEY") == 2
    assert "--yes" in capsys.readouterr().err
    assert run("export_s3", *ids, *target, "--access-key-env", "MY_KEY", "--yes") == 0
    assert "By command 1: 0 rows in 1 file" in capsys.readouterr().out
    assert exports.started() == 2
    assert not any(job.sealed for job in Job.objects.filter(state="succeeded"))
